"""Calls that are awaited."""

import asyncio
from contextlib import suppress
from contextvars import copy_context
from functools import partial

from ..errors import UsageError
from ..registry import Registry, load
from .answer import Answer
from .calls import Later, count, embed, route, run
from .core import Core
from .steps import Ask, Down, Open, Read, Shut, Sleep, Work


class AsyncDispatcher:
    """
    As `Dispatcher`, awaited: for one event loop. What may take long, as a credential that a program gives or a store on another machine, is
    asked for in a thread, and the hook is called there, too. *transport* may be `aiohttp`, which carries many calls at once with less work
    than `httpx`.

        async with AsyncDispatcher() as dispatcher:
            answer = await dispatcher.complete("anthropic/claude-sonnet-4-5", "Why is the sky blue?")
    """

    def __init__(self, registry: "Registry | None" = None, *, transport: "AsyncTransport | str | None" = None, **more: "Any") -> None:
        self._transport = _named(transport) if isinstance(transport, str) else transport
        self._core = Core(load() if registry is None else registry, **more)

    async def complete(self, ref: "str | Sequence[str] | None", request: "Request | str | Iterable[Message]", **more: "Any") -> Answer:
        """As `Dispatcher.complete`. Cancelled, it stops the request."""
        return await self._done(partial(run, self._core, ref, request, is_stream=False, **more), ref, more.get("session"))  # type: ignore[no-any-return]  # what a chat brings

    def stream(self, ref: "str | Sequence[str] | None", request: "Request | str | Iterable[Message]", **more: "Any") -> "AsyncStream":
        """As `Dispatcher.stream`. It is not awaited: what a store on another machine is to be asked for waits until the first piece is, with what that raises."""
        return AsyncStream(self._steps(partial(run, self._core, ref, request, is_stream=True, **more), ref, more.get("session")))

    async def embed(self, ref: "str | Sequence[str]", texts: "str | Iterable[str]", **more: "Any") -> "Embeddings":
        """As `Dispatcher.embed`."""
        return await self._done(partial(embed, self._core, ref, texts, **more), ref)  # type: ignore[no-any-return]  # what embedding brings

    async def count_tokens(self, ref: "str | Sequence[str]", request: "Request | str | Iterable[Message]", **more: "Any") -> "TokenCount":
        """As `Dispatcher.count_tokens`."""
        return await self._done(partial(count, self._core, ref, request, **more), ref)  # type: ignore[no-any-return]  # what counting brings

    async def route(self, ref: "str | Sequence[str] | None" = None, needs: "Any" = None, **more: "Any") -> "Routing":
        """As `Dispatcher.route`, in a thread: credentials are looked for."""
        return await asyncio.to_thread(route, self._core, ref, needs, **more)

    async def use(self, session: str, ref: "str | None") -> None:
        """As `Dispatcher.use`."""
        await _finished(partial(self._core.choose, session, ref))

    async def close(self) -> None:
        """Let go of connections, state and ledger."""
        if self._transport is not None:
            await self._transport.close()
        if self._core.is_remote:
            await _finished(self._core.close)
        else:
            self._core.close()

    async def __aenter__(self) -> "AsyncDispatcher":  # noqa: PYI034  # Self is in typing, which is not imported here
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _done(self, *asked: "Any") -> "Any":
        steps = self._steps(*asked)
        async for _ in steps:
            pass  # nothing is emitted
        return steps.answer

    def _steps(self, begin: "Callable[[], Asked]", ref: "Any", session: "str | None" = None) -> "_Steps":
        asked = Later(begin) if self._core.looks(ref, session) else begin()
        return _Steps(asked, self._carrier(), asks=self._core.is_remote)

    def _carrier(self) -> "AsyncTransport":
        if self._transport is None:
            self._transport = _named("httpx")
        return self._transport


def _named(name: str) -> "AsyncTransport":
    """Return the transport over the library *name*; raises UsageError when there is none, or it is not installed."""
    if name == "httpx":
        from .httpx_transport import AsyncHttpxTransport

        return AsyncHttpxTransport()
    if name == "aiohttp":
        from .aiohttp_transport import AiohttpTransport

        return AiohttpTransport()
    raise UsageError(f"no transport is called {name!r}; there are httpx and aiohttp")


class AsyncStream:
    """As `Stream`, awaited. Use it in an `async with` where it may be left early."""

    def __init__(self, steps: "_Steps") -> None:
        self._steps = steps

    def __aiter__(self) -> "AsyncIterator[Any]":
        return self._steps

    async def texts(self) -> "AsyncIterator[str]":
        """Yield the text, piece by piece."""
        from ...ir.events import TextDelta

        async for event in self._steps:
            if type(event) is TextDelta:
                yield event.text

    @property
    def answer(self) -> Answer:
        """The whole answer with its usage and cost; raises ValueError before it has been read to its end."""
        if self._steps.answer is None:
            raise ValueError("the stream has not been read to its end")
        return self._steps.answer  # type: ignore[no-any-return]  # of a call

    async def close(self) -> None:
        """Stop it."""
        await self._steps.close()

    async def __aenter__(self) -> "AsyncStream":  # noqa: PYI034  # Self is in typing, which is not imported here
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class _Steps:
    """Does what a run wants done, and yields what it emits."""

    def __init__(self, run: "Asked", transport: "AsyncTransport", *, asks: bool = False) -> None:
        self._steps: Any = run.steps()
        self._asks = asks
        self._transport = transport
        self._reply: AsyncReply | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._events: Iterator[Any] = iter(())
        self.answer: Any = None

    def __aiter__(self) -> "_Steps":
        return self

    async def __anext__(self) -> "Any":
        for event in self._events:
            return event
        told: Any = None
        error: Exception | None = None
        try:
            while True:
                step = self._steps.send(told) if error is None else self._steps.throw(error)
                told, error = None, None
                if type(step) is list:
                    self._events = iter(step)
                    return next(self._events)
                try:
                    told = await self._done(step)
                except Exception as raised:  # noqa: BLE001  # the engine decides
                    error = raised
        except StopIteration as end:
            self.answer = self.answer or end.value
            raise StopAsyncIteration from None
        except BaseException:
            await self.close()
            raise

    async def _done(self, step: "Any") -> "Any":
        kind = type(step)
        if kind is Read:
            return await self._reply.read(step.seconds)  # type: ignore[union-attr]  # it is read after it was opened
        if kind is Open:
            found = await self._transport.open(step)
            if isinstance(found, Down):
                return found
            self._reply, self._loop = found, asyncio.get_running_loop()
            return found.head
        if kind is Shut:
            return await self._shut(is_well=step.is_well)
        if kind is Sleep:
            return await asyncio.sleep(step.seconds)
        if kind is Work:
            return await asyncio.to_thread(step.do)
        if kind is Ask:
            return await _finished(step.do)
        raise TypeError(f"unknown step {step!r}")

    async def _shut(self, *, is_well: bool = True) -> None:
        reply, self._reply = self._reply, None
        if reply is not None:
            await (reply.close if is_well else getattr(reply, "drop", reply.close))()

    async def close(self) -> None:
        try:
            if self._asks and self._steps.gi_frame is not None:  # it is left in the middle, and says so to the store
                await _finished(self._steps.close)
            self._steps.close()
        finally:
            await asyncio.shield(self._shut())

    def __del__(self) -> None:
        steps, reply = self._steps, self._reply
        loop = None if self._loop is None or self._loop.is_closed() else self._loop
        if loop is None or not self._asks:
            steps.close()
        if loop is not None and (reply is not None or steps.gi_frame is not None):
            loop.call_soon_threadsafe(_let_go, loop, steps, reply)


async def _finished(do: "Callable[[], Any]") -> "Any":
    """Return what *do* makes in a thread; who is cancelled waits until it has been made."""
    made = asyncio.get_running_loop().run_in_executor(None, copy_context().run, do)
    try:
        return await asyncio.shield(made)
    except asyncio.CancelledError:
        while not made.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([made])
        made.exception()  # nobody else asks for it
        raise


_letting_go: "set[asyncio.Task[None]]" = set()


def _let_go(loop: asyncio.AbstractEventLoop, steps: "Any", reply: "AsyncReply | None") -> None:
    """Close what was left without a word."""
    task = loop.create_task(_closed(steps, reply))
    _letting_go.add(task)
    task.add_done_callback(_letting_go.discard)


async def _closed(steps: "Any", reply: "AsyncReply | None") -> None:
    if steps.gi_frame is not None:
        await _finished(steps.close)
    if reply is not None:
        await reply.close()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
    from typing import Any

    from ...ir.chat import Message, Request
    from ..routing.candidate import Routing
    from .calls import Asked
    from .embeddings import Embeddings
    from .token_count import TokenCount
    from .transport import AsyncReply, AsyncTransport
