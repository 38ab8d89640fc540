"""What a dispatcher holds, whether it waits or not: the registry, routes, state, money, and the tables of failures."""

import os
from collections import namedtuple
from time import monotonic, time

from ...ir.usage import Usage
from ...wire.protocol import Trouble
from ..budget import Budget, Spender
from ..cooldown import Cooldowns
from ..cost import Cost, cost
from ..failures import Classifier, Failure
from ..routing.needs import Needs
from ..routing.router import Router
from ..spending import ASSUME, Reservation, Spending
from ..state import open_store
from ..state.guard import guarded
from . import texts
from .engine import Run
from .given import ledger_of, runs_of
from .limits import TimeLimits
from .prepare import COUNT, Ways
from .seen import route_key
from .standing import StandingOf
from .steps import CUT, TIMEOUT, UNREACHABLE

_KINDS = {UNREACHABLE: "unreachable", TIMEOUT: "timeout", CUT: "server_error"}
_BROKEN = "stream_broken"
_SESSION_SECONDS = 2_592_000.0
_HOUR = 3600.0
_BILLING = ("billing", "auth_permanent")


Options = namedtuple("Options", "lossy project token tags")  # noqa: PYI024  # typing is not imported here
Options.__doc__ = "What was said for one call besides what is asked: whether what cannot be said may be lost, whose it is, and what it is tagged with."


class Core:
    """Shared by all calls of one dispatcher; see `Dispatcher` for the arguments."""

    def __init__(
        self,
        registry: "Registry",
        *,
        environ: "Mapping[str, str] | None" = None,
        state: "str | Store" = "memory:",
        on_state_down: str = "fail_open",
        ledger: "Ledger | str | os.PathLike[str] | None" = None,
        budgets: "Iterable[Budget] | None" = None,
        unpriced: "str | None" = None,
        assumed: "Mapping[str, Any] | None" = None,
        counts_failed: bool = False,
        expected_output_tokens: int = 4096,
        limits: "TimeLimits | None" = None,
        longest_wait_seconds: float = 60.0,
        failover: "str | None" = None,
        hook: "Callable[[str, dict[str, Any]], object] | None" = None,
        intent: "Plug | None" = None,
        telemetry: "bool | Telemetry" = False,
        now: "Callable[[], float]" = time,
        timer: "Callable[[], float]" = monotonic,
        choose: "Callable[[int], int] | None" = None,
    ) -> None:
        self.registry, self.now, self.monotonic = registry, now, timer
        self.limits = limits or TimeLimits()
        self.longest_wait_seconds = longest_wait_seconds
        self._policy: dict[str, Any] = registry.setting("policy") or {}
        self.policy_failover: str = failover or self._policy.get("failover", "classified")
        self._hook, self.is_heard = hook, hook is not None
        self.expected_output_tokens = expected_output_tokens
        self.store = guarded(open_store(state) if isinstance(state, str) else state, on_state_down, hook)
        self.is_remote: bool = getattr(self.store, "is_remote", False)
        words = registry.words("errors")
        self.classifier = Classifier(words)
        window_hours = self._policy.get("cooldowns", {}).get("window_hours")
        more = {} if window_hours is None else {"failure_window_seconds": window_hours * _HOUR}
        self.cooldowns = Cooldowns(self.store, words, hook=hook, **more)
        said = [Budget(**{"timezone": self._policy.get("timezone"), **entry}) for entry in registry.setting("budgets") or ()] if budgets is None else list(budgets)
        self._is_limited = bool(said)
        if unpriced is None:
            unpriced = self._policy.get("unpriced", "block")
            assumed = assumed or (self._policy.get("assumed_price") if unpriced == ASSUME else None)
        self.spending = Spending(self.store, said, unpriced=unpriced, assumed=assumed, counts_failed=counts_failed)
        self.ways = Ways(registry, os.environ if environ is None else environ, timer, now)
        self.router = Router(registry, standing=self, intent=intent, tell=hook, choose=choose)
        self.is_remembering = self.router.is_remembering
        self.is_asking_intent = intent is not None
        self.ledger = ledger_of(ledger, hook)
        self._run = runs_of(telemetry, environ)

    def begun(self, task: "Task", routing: "Routing", asked: str, options: "Options") -> Run:
        """Return the call that asks *task*; nothing is done of it yet."""
        return self._run(self, task, routing, asked, options)

    # Routes

    def needs_of(self, request: "Request", needs: "Needs | str | Iterable[str] | None", *, lossy: bool = False) -> Needs:
        """Return what *request* needs, and what is asked for besides; how much is thought is no need where it may be left out."""
        own = request.needs() - _LOST if lossy else request.needs()
        if needs is None:
            return Needs(own) if own else _NOTHING
        said = Needs.of(needs)
        return Needs({*own, *said.capabilities}, input_tokens=said.input_tokens, output_tokens=said.output_tokens, provider=said.provider)

    def facts_of(self, request: "Request") -> "dict[str, Any]":
        """Return how long the prompt and the answer are about, and what it says, where a policy may weigh that."""
        if not self.router.is_weighing:
            return {}
        text = texts.asked(request) if self.is_asking_intent else None
        return {"input_tokens": self.guess(request, None).input_tokens, "output_tokens": request.max_output_tokens, "text": text}

    def choose(self, session: str, ref: "str | None") -> None:
        """Have calls of *session* that name no model go to *ref*; None: no more."""
        key = f"session:{session}"
        if ref is not None:
            self.registry.resolve(ref)
        while not self.store.swap(key, self.store.notes((key,)).get(key), ref, self.now() + _SESSION_SECONDS):
            pass

    def chosen(self, session: "str | None") -> "str | None":
        """Return the model that *session* goes to; None: nothing was chosen."""
        if session is None:
            return None
        key = f"session:{session}"
        return self.store.notes((key,)).get(key)

    def left(self, candidates: "Iterable[Candidate]", project: "str | None" = None, token: "str | None" = None) -> "list[Left]":
        """Return for each of *candidates*, of each budget that can stop it, how much is left for calls of *project* and *token*."""
        return self.spending.left_of([self.spender(one, project, token) for one in candidates])

    def looks(self, ref: "Any", session: "str | None") -> bool:
        """Tell whether a store on another machine is asked before a route is known."""
        return self.is_remote and (self.router.is_weighing or (ref is None and session is not None))

    def standing(self, project: "str | None", token: "str | None") -> "Standing":
        """Return what is known of routes for calls of *project* and *token*."""
        return self if project is None and token is None else StandingOf(self, project, token)

    def outcomes(self, candidates: "Sequence[Candidate]", seconds: float) -> "tuple[float, list[list[Stretch]]]":
        """Return the time, and what was seen of each of *candidates* in the last *seconds*."""
        now = self.store.now()
        keys = [route_key(one) for one in candidates]
        found = self.store.outcomes(keys, now, seconds)
        return now, [found.get(key, []) for key in keys]

    def cooling(self, cooled: "Cooled") -> str:
        """Return in words why a route is left alone."""
        from ..windows import as_time

        what = cooled.key.partition(":")[0]
        times = "" if cooled.failures == 1 else f", {cooled.failures} times in a row"
        return f"its {what} failed with {cooled.kind}{times}; left alone until {as_time(cooled.until)}"

    # Failures

    def failure(self, way: "Way", trouble: Trouble, retry_after_seconds: "float | None", *, is_stream: bool = False) -> Failure:
        """Return *trouble* classified by the provider's rules and the registry's; *is_stream*: it broke a stream that had begun."""
        cleaned = Trouble(way.cleaned(trouble.message), status=trouble.status, type=trouble.type, code=trouble.code, retry_after_seconds=trouble.retry_after_seconds)
        found = self.classifier.failure(cleaned, way.provider_errors, retry_after_seconds)
        is_broken = is_stream and found.cools == "nothing" and found.failover  # what is the caller's stays that
        return Failure(_BROKEN, found.message, self.classifier.words, cleaned, found.retry_after_seconds) if is_broken else found

    def down(self, way: "Way", down: "Down", *, is_stream: bool = False) -> Failure:
        """Return the failure of a connection."""
        return Failure(_BROKEN if is_stream else _KINDS[down.kind], way.cleaned(down.message), self.classifier.words)

    def table(self, kind: str, provider: str) -> "tuple[float, ...] | None":
        """Return how long a failure of class *kind* cools at *provider*, by the number of failures, where the user's files say; None: as usual."""
        said = self._policy.get("cooldowns", {})
        hours = said.get("billing_hours_by_provider", {}).get(provider, said.get("billing_hours"))
        if kind not in _BILLING or (hours is None and "billing_max_hours" not in said):
            return None
        first = 5.0 if hours is None else hours
        most = said.get("billing_max_hours", 24.0)
        return tuple(min(first * 2**number, most) * _HOUR for number in range(4))

    # Money

    def spender(self, candidate: "Candidate", project: "str | None", token: "str | None") -> Spender:
        """Return who a call through *candidate* is for."""
        return Spender(str(candidate.account["id"]), candidate.model.ref, project, token)

    def reserve(self, candidate: "Candidate", most: "Usage | None", options: Options) -> "Reservation | Refusal":
        """Return the right to spend what *most* costs, or why there is none; None: what is asked costs nothing."""
        if most is None or not self._is_limited:
            return Reservation(0, (), [], is_unpriced=False)
        return self.spending.reserve(self.spender(candidate, options.project, options.token), self.cost(candidate.model, most))

    def remembers(self, way: "Way") -> bool:
        """Tell whether a policy weighs what calls like those of *way* show of the route; a count of tokens shows nothing of how chat goes."""
        return self.is_remembering and way.asks != COUNT

    def settle(self, granted: "Reservation", way: "Way", spent: "Cost | None", outcome: str, *, seen: "Outcome | None") -> None:
        """Count what was spent; *seen* is remembered of the route where a policy weighs that, None: nothing is."""
        self.spending.settle(granted, spent, outcome, seen=(seen,) if seen is not None and self.remembers(way) else ())
        if self.is_heard:
            self.tell("settled", {"candidate": way.candidate.name, "outcome": outcome, "cost": spent})

    def cost(self, model: "Model", usage: Usage) -> Cost:
        """Return what *usage* of *model* costs now."""
        return cost(model, usage)

    def guess(self, request: "Request", response: "Response | None") -> Usage:
        """Return the usage that nobody counted, by the length of the texts."""
        return Usage.estimate(texts.whole(request), "" if response is None else response.text + response.thinking)

    def used(self, request: "Request", response: "Response") -> Usage:
        """Return the usage of an answer that broke off: what was counted by then, but no less than what came."""
        guess = self.guess(request, response)
        return guess if response.usage is None else response.usage.raised(guess.output_tokens)

    # What is told

    def tell(self, event: str, facts: "dict[str, Any]") -> None:
        """Tell the hook."""
        if self._hook is not None:
            self._hook(event, facts)

    def write_down(self, run: "Run", outcome: str, spent: "Cost | None", stop_reason: "str | None") -> None:
        """Write a call that has ended into the ledger."""
        if self.ledger is None or run.task.asks == COUNT:
            return
        from ..ledger import Attempt

        way = None if run.current is None else run.current.way
        self.ledger.record(
            asked=run.asked,
            account=None if way is None else str(way.candidate.account["id"]),
            route=None if way is None else way.endpoint.route,
            model=None if way is None else way.candidate.model.ref,
            outcome=outcome,
            attempts=[Attempt(one.name, None if one.failure is None else one.failure.kind, round(one.milliseconds)) for one in run.attempts],
            cost=spent,
            stop_reason=stop_reason,
            latency_ms=(self.monotonic() - run.began) * 1000,
            project=run.options.project,
            token=run.options.token,
            tags=run.options.tags,
        )

    def close(self) -> None:
        """Let go of the store and the ledger."""
        self.store.close()
        if self.ledger is not None:
            self.ledger.close()


_NOTHING = Needs()
_LOST = {"thinking"}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from ...ir.chat import Request, Response
    from ...ir.resolved import Model
    from ..cooldown import Cooled
    from ..ledger import Ledger
    from ..registry import Registry
    from ..routing.candidate import Candidate, Routing
    from ..routing.intents import Plug
    from ..routing.router import Standing
    from ..spending import Left, Refusal
    from ..state import Outcome, Store, Stretch
    from ..telemetry import Telemetry
    from .prepare import Way
    from .steps import Down
    from .tasks import Task
