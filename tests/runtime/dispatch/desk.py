"""A dispatcher, sync or async, with a budget, a ledger and a hook, of which a test asks one thing at a time."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx

from modelwright.ir.events import TextDelta
from modelwright.runtime.budget import Budget
from modelwright.runtime.dispatch.aiohttp_transport import AiohttpTransport
from modelwright.runtime.dispatch.async_dispatcher import AsyncDispatcher
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError
from modelwright.runtime.dispatch.httpx_transport import AsyncHttpxTransport, HttpxTransport
from modelwright.runtime.dispatch.limits import TimeLimits
from modelwright.runtime.ledger import Ledger
from modelwright.runtime.state.memory import MemoryStore
from runtime.dispatch.places import ENVIRON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelwright import Registry
    from modelwright.runtime.dispatch.answer import Answer

USD = 10**18
TRUST = httpx.create_ssl_context()
"""Reading what this machine trusts takes longer than a call."""
CARRIERS = ("httpx", "aiohttp")
"""Over what awaited calls go."""
_TICKS = 20
"""Of the event loop, after which what generators that were left unread begin has ended."""
PATIENT = TimeLimits(connect=5, first_token=10, between=10, attempt=20, total=30)


def impatient(seconds: float, *, total: float | None = None) -> TimeLimits:
    return TimeLimits(connect=5, first_token=seconds, between=seconds, attempt=seconds, total=seconds if total is None else total)


class Outcome:
    """What came of one call: an answer or an error, and the pieces of text before it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.seconds = 0.0
        self.leaks: list[str] = []

    @property
    def failed(self) -> CallError:
        assert isinstance(self.error, CallError), repr(self.error or self.answer)
        return self.error

    @property
    def kind(self) -> str:
        """The class of the last failure, or `answered`."""
        if self.error is None:
            return "answered"
        assert self.failed.failure is not None, str(self.failed)
        return self.failed.failure.kind

    @property
    def classes(self) -> list[str | None]:
        """Of each attempt how it failed."""
        attempts = self.answer.attempts if self.answer is not None else self.failed.attempts
        return [None if one.failure is None else one.failure.kind for one in attempts]


class Desk:
    """Keeps what dispatchers share: state, budget and ledger."""

    def __init__(self, registry: Registry, home: Path, *, carrier: str = "httpx", **more: Any) -> None:
        self.registry, self._carrier = registry, carrier
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.store = MemoryStore()
        self.ledger = Ledger(home / "ledger.sqlite")
        self.given: dict[str, Any] = {
            "state": self.store,
            "ledger": self.ledger,
            "budgets": [Budget(scope="global", metric="cost", value=100, period="yearly")],
            "environ": ENVIRON,
            "limits": PATIENT,
            "hook": lambda event, facts: self.heard.append((event, facts)),
            **more,
        }

    def sync(self, **more: Any) -> Dispatcher:
        return Dispatcher(self.registry, transport=_owned(HttpxTransport(httpx.Client(verify=TRUST))), **{**self.given, **more})

    def awaited(self, **more: Any) -> AsyncDispatcher:
        return AsyncDispatcher(self.registry, transport=carrying(self._carrier), **{**self.given, **more})

    def ask(self, refs: str | Sequence[str], *, is_async: bool = False, is_stream: bool = False, **more: Any) -> Outcome:
        """Call once with a dispatcher of its own, and see that nothing is left behind."""
        return asyncio.run(self._awaited(refs, is_stream=is_stream, **more)) if is_async else self._sync(refs, is_stream=is_stream, **more)

    def _sync(self, refs: str | Sequence[str], *, is_stream: bool, **more: Any) -> Outcome:
        outcome, threads = Outcome(), ours()
        dispatcher = self.sync(**more)
        began = time.monotonic()
        try:
            if is_stream:
                stream = dispatcher.stream(refs, "Hello?")
                for text in stream.texts():
                    outcome.texts.append(text)  # what came before an error is kept
                outcome.answer = stream.answer
            else:
                outcome.answer = dispatcher.complete(refs, "Hello?")
        except Exception as error:  # noqa: BLE001  # it is looked at later
            outcome.error = error
        outcome.seconds = time.monotonic() - began
        outcome.leaks = [thread.name for thread in ours() - threads]
        outcome.leaks += in_use(dispatcher._transport)
        dispatcher.close()
        return outcome

    async def _awaited(self, refs: str | Sequence[str], *, is_stream: bool, **more: Any) -> Outcome:
        outcome = Outcome()
        dispatcher = self.awaited(**more)
        began = time.monotonic()
        try:
            if is_stream:
                stream = dispatcher.stream(refs, "Hello?")
                async for text in stream.texts():
                    outcome.texts.append(text)  # what came before an error is kept
                outcome.answer = stream.answer
            else:
                outcome.answer = await dispatcher.complete(refs, "Hello?")
        except Exception as error:  # noqa: BLE001  # it is looked at later
            outcome.error = error
        outcome.seconds = time.monotonic() - began
        for _ in range(_TICKS):
            await asyncio.sleep(0)
        outcome.leaks = [repr(task) for task in asyncio.all_tasks() - {asyncio.current_task()}]
        outcome.leaks += in_use(dispatcher._transport)
        await dispatcher.close()
        return outcome

    def reserved(self) -> int:
        """Return how many reservations are open."""
        return len(self.store._held)

    def spent(self, ref: str) -> int:
        """Return how many attodollars the budget has counted."""
        with Dispatcher(self.registry, transport=object(), **{**self.given, "ledger": None}) as dispatcher:  # type: ignore[arg-type]
            dispatcher._transport = None
            (((budget, left, _),),) = dispatcher._core.left(dispatcher.route(ref).candidates[:1])
        return int(budget.limit - left)


def carrying(carrier: str) -> Any:
    """Return a transport for the loop that runs."""
    return AiohttpTransport() if carrier == "aiohttp" else _owned(AsyncHttpxTransport(httpx.AsyncClient(verify=TRUST)))


def in_use(transport: Any) -> list[str]:
    """Return the connections that somebody holds."""
    if isinstance(transport, AiohttpTransport):
        return [] if transport._session is None else [repr(one) for one in transport._session.connector._acquired]  # type: ignore[union-attr]  # it is open
    return [repr(one) for one in transport._client._transport._pool.connections if not one.is_idle()]


def _owned(transport: Any) -> Any:
    """Have *transport* close its client with itself."""
    transport._is_own = True
    return transport


def ours() -> set[threading.Thread]:
    """Return the threads that are not the servers'."""
    return {thread for thread in threading.enumerate() if thread.name != "loopback"}


def texts(events: list[Any]) -> str:
    return "".join(event.text for event in events if type(event) is TextDelta)
