"""Calls that are waited for."""

import time
from _thread import allocate_lock

from ..errors import UsageError
from ..registry import Registry, load
from .answer import Answer
from .calls import count, embed, route, run
from .core import Core
from .steps import Ask, Down, Open, Read, Shut, Sleep, Work


class Dispatcher:
    """
    Calls models: finds the credential, speaks the protocol, fails over, keeps budgets, counts the cost. Safe to share between threads.

    *registry* is the one `load` returns by default. *transport* carries requests, over httpx by default. *state* is where cooldowns
    and budgets are kept: `memory:`, `sqlite:PATH`, `redis://HOST`, or a `Store`; *on_state_down* is `fail_open` or `fail_closed`. *ledger* is the
    path of a file in which every call is written down; None: none is. *budgets* take the place of those of the user's files.
    *unpriced* says what budgets do with unknown prices: `block`, `allow` or `assume`, with *assumed* the price; with *counts_failed* calls that failed count, too. A request that says
    nothing else is taken to answer *expected_output_tokens* when money is reserved for it. *limits* are `TimeLimits`; a provider
    that asks for a longer wait than *longest_wait_seconds* is not waited for. *failover* is `any`, `classified`, `manual` or `off`,
    by default as the user's files have it. *hook* hears every decision: a word and facts. *intent* is asked what
    requests are about, for the policy `semantic-intent` (`routing/intents.py`). *telemetry* makes spans and
    metrics of OpenTelemetry: True, or a `modelwright.runtime.telemetry.Telemetry`. *environ* takes the place of the process's.

        with Dispatcher() as dispatcher:
            print(dispatcher.complete("anthropic/claude-sonnet-4-5", "Why is the sky blue?").text)
    """

    def __init__(self, registry: "Registry | None" = None, *, transport: "Transport | str | None" = None, **more: "Any") -> None:
        if isinstance(transport, str) and transport != "httpx":
            raise UsageError(f"a Dispatcher has no transport {transport!r}, only httpx; aiohttp is for an AsyncDispatcher")
        self._transport = None if isinstance(transport, str) else transport
        self._lock = allocate_lock()
        self._core = Core(load() if registry is None else registry, **more)

    def complete(self, ref: "str | Sequence[str] | None", request: "Request | str | Iterable[Message]", **more: "Any") -> Answer:
        """
        Return the answer to *request* of the model *ref*, of the best of several, or, without one, of the model of the agent or the best of the user's accounts.

        *request* is a `Request`, or what one is made of: text, or messages. *more* are `needs` besides what the request itself needs,
        `agent`, `task`, `session`, `project`, `token`, `tags` (a mapping), `lossy` (leave out what the protocol cannot say, instead of
        refusing), and settings of `Request`.

        Raises CallError when there is no answer, and what `Registry.resolve` raises.
        """
        return self._done(run(self._core, ref, request, is_stream=False, **more))  # type: ignore[no-any-return]  # what a chat brings

    def stream(self, ref: "str | Sequence[str] | None", request: "Request | str | Iterable[Message]", **more: "Any") -> "Stream":
        """
        Return the answer piece by piece; the arguments are those of `complete`.

        Nothing is sent until it is asked for the first piece. Until that has come other routes are tried; after it a failure
        is a StreamBrokenError, which has what came.
        """
        return Stream(_Steps(run(self._core, ref, request, is_stream=True, **more), self._carrier()))

    def embed(self, ref: "str | Sequence[str]", texts: "str | Iterable[str]", **more: "Any") -> "Embeddings":
        """
        Return the vectors of *texts* by the model *ref*, in their order; of several models the best makes all of them.

        *more* are `dimensions`, how long the vectors are to be; `purpose`: `query`, `document`, `classification`, `clustering` or
        `similarity`; `extra`, which goes into the body as it is; `project`, `token`, `tags` and `lossy` as of `complete`. More texts than
        the provider takes at once go in several requests. No model that is not named takes the place of one that is: vectors of two models cannot be compared.

        Raises CallError where there are none, ValueError for texts that cannot be embedded, and what `Registry.resolve` raises.
        """
        return self._done(embed(self._core, ref, texts, **more))  # type: ignore[no-any-return]  # what embedding brings

    def count_tokens(self, ref: "str | Sequence[str]", request: "Request | str | Iterable[Message]", **more: "Any") -> "TokenCount":
        """
        Return how many tokens *request* has for the model *ref*: as its provider counts where it does, else a guess that says why it is one.

        *more* are `exact` (raise CallError instead of guessing), `lossy`, and settings of `Request`. It costs nothing and uses up no budget.
        """
        return self._done(count(self._core, ref, request, **more))  # type: ignore[no-any-return]  # what counting brings

    def route(self, ref: "str | Sequence[str] | None" = None, needs: "Any" = None, **more: "Any") -> "Routing":
        """Return the routes as `Registry.route` does, and what is known now: which cool, and whose budget is spent. Nothing is sent."""
        return route(self._core, ref, needs, **more)

    def use(self, session: str, ref: "str | None") -> None:
        """Have calls of *session* that name no model go to *ref*, whatever else is set; None: no more."""
        self._core.choose(session, ref)

    def close(self) -> None:
        """Let go of connections, state and ledger."""
        if self._transport is not None:
            self._transport.close()
        self._core.close()

    def __enter__(self) -> "Dispatcher":  # noqa: PYI034  # Self is in typing, which is not imported here
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _done(self, asked: "Asked") -> "Any":
        steps = _Steps(asked, self._carrier())
        for _ in steps:
            pass  # nothing is emitted
        return steps.answer

    def _carrier(self) -> "Transport":
        with self._lock:
            if self._transport is None:
                from .httpx_transport import HttpxTransport

                self._transport = HttpxTransport()
            return self._transport


class Stream:
    """
    An answer as it comes. Iterate over it for its events, or over `texts()` for the text alone.

    Leave it early by `close`, or use it in a `with`: the request is stopped then, and what came is billed.
    """

    def __init__(self, steps: "_Steps") -> None:
        self._steps = steps

    def __iter__(self) -> "Iterator[Any]":
        return self._steps

    def texts(self) -> "Iterator[str]":
        """Yield the text, piece by piece."""
        from ...ir.events import TextDelta

        for event in self._steps:
            if type(event) is TextDelta:
                yield event.text

    @property
    def answer(self) -> Answer:
        """The whole answer with its usage and cost; raises ValueError before it has been read to its end."""
        if self._steps.answer is None:
            raise ValueError("the stream has not been read to its end")
        return self._steps.answer  # type: ignore[no-any-return]  # of a call

    def close(self) -> None:
        """Stop it."""
        self._steps.close()

    def __enter__(self) -> "Stream":  # noqa: PYI034  # Self is in typing, which is not imported here
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Steps:
    """Does what a run wants done, and yields what it emits."""

    def __init__(self, run: "Asked", transport: "Transport") -> None:
        self._steps = run.steps()
        self._transport = transport
        self._reply: Reply | None = None
        self._events: Iterator[Any] = iter(())
        self.answer: Any = None

    def __iter__(self) -> "_Steps":
        return self

    def __next__(self) -> "Any":
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
                    told = self._done(step)
                except Exception as raised:  # noqa: BLE001  # the engine decides
                    error = raised
        except StopIteration as end:
            self.answer = self.answer or end.value
            raise StopIteration from None
        except BaseException:
            self.close()
            raise

    def _done(self, step: "Any") -> "Any":
        kind = type(step)
        if kind is Read:
            return self._reply.read(step.seconds)  # type: ignore[union-attr]  # it is read after it was opened
        if kind is Open:
            found = self._transport.open(step)
            if isinstance(found, Down):
                return found
            self._reply = found
            return found.head
        if kind is Shut:
            return self._shut(is_well=step.is_well)
        if kind is Sleep:
            return time.sleep(step.seconds)
        if kind is Work or kind is Ask:
            return step.do()
        raise TypeError(f"unknown step {step!r}")

    def _shut(self, *, is_well: bool = True) -> None:
        reply, self._reply = self._reply, None
        if reply is not None:
            (reply.close if is_well else getattr(reply, "drop", reply.close))()

    def close(self) -> None:
        try:
            self._shut()
        finally:
            self._steps.close()

    def __del__(self) -> None:
        self.close()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from ...ir.chat import Message, Request
    from ..routing.candidate import Routing
    from .calls import Asked
    from .embeddings import Embeddings
    from .token_count import TokenCount
    from .transport import Reply, Transport
