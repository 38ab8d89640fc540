"""
One call, as a generator: it yields what is to be done and is sent what came of it.

The order for each candidate is credential, cooldown, request, budget, attempt. A failure moves on to the next candidate where its
class lets another route be tried; the last one is tried again as often as the class says. What is emitted to the caller is
never taken back: from the first piece of an answer on, a failure ends the stream as one.
"""

from ...wire.protocol import UnspeakableError
from ..cooldown import Cooled, Entry
from ..errors import CredentialError, UsageError
from ..failures import ABORTED, REFUSALS, Failure
from ..routing.candidate import COOLING, FAILED, SPENT, UNFIT, Routing as _Routing
from ..spending import FAILED as NOTHING_CAME, PARTIAL, SUCCEEDED, Refusal
from . import errors, seen
from .current import Current
from .prepare import why
from .receive import Received, receive
from .steps import Ask, Shut, Sleep, Work
from .waits import wait_seconds

_ANY, _CLASSIFIED = "any", "classified"
_OF_ACCOUNT = "credential"


class Run:
    """One call under way: *task* is what is asked, and knows how."""

    __slots__ = ("_attempts", "_core", "_current", "_is_written", "_met", "_out", "_received", "asked", "began", "options", "routing", "task")

    def __init__(self, core: "Core", task: "Task", routing: "Routing", asked: str, options: "Options") -> None:
        self._core = core
        self._attempts: list[Attempt] = []
        self._out: dict[tuple[str, str, str | None], Candidate] = {}
        self._current: Current | None = None
        self._received = Received(task)
        self._met: dict[str, set[str]] = {}
        self._is_written = False
        self.began = core.monotonic()
        """By the core's timer."""
        self.task = task
        self.routing = routing
        self.asked = asked
        self.options = options

    def steps(self) -> "Generator[Any, Any, Any]":
        """Yield what is to be done; return the answer. Raises CallError."""
        try:
            return (yield from self._over_candidates())
        finally:
            self._abandoned()

    def _over_candidates(self) -> "Generator[Any, Any, Any]":
        candidates = list(self.routing.kept)
        failure: Failure | None = None
        if self._core.is_heard:
            skipped = {one.name: one.reason for one in self.routing.skipped}
            self._core.tell("routed", {"task": self.task.asks, "asked": self.asked, "kept": [one.name for one in candidates], "skipped": skipped})
        cooled: list[Cooled] = []
        for place, candidate in enumerate(candidates):
            if failure is not None and self._is_out(candidate, failure):
                self._skip(place, candidate, f"its credential failed just now ({failure.kind})", FAILED)
                continue
            if failure is not None and self._left() <= 0:
                break
            for find in (self._way, self._renewed):
                way = yield from find(candidate, place)
                current = None if way is None else (yield from self._asked(self._begin, way, place, cooled))
                if current is None:
                    break
                failure = yield from self._tries(current, candidates[place + 1 :])
                if failure is None:
                    return (yield from self._asked(self._answer, current))
            if failure is not None and not self._goes_on(failure):
                break
        raise self._error(failure, cooled)

    def _asked(self, do: "Callable[..., Any]", *more: "Any") -> "Generator[Any, Any, Any]":
        """Return what *do*, which asks the store, makes of *more*; where the store is on another machine whoever runs this may have it done in a thread."""
        return (yield Ask(lambda: do(*more))) if self._core.is_remote else do(*more)

    def _way(self, candidate: "Candidate", place: int) -> "Generator[Any, Any, Way | None]":
        """Return what requests to *candidate* need; None, and it is skipped, when that cannot be had."""
        way = self._core.ways.kept(candidate, is_stream=self.task.is_stream, asks=self.task.asks)
        if way is not None:
            return way
        try:
            found: Way = yield Work(lambda: self._core.ways.find(candidate, is_stream=self.task.is_stream, asks=self.task.asks))
        except (CredentialError, UsageError) as error:
            self._skip(place, candidate, why(error), UNFIT)
            return None
        return found

    def _renewed(self, candidate: "Candidate", place: int) -> "Generator[Any, Any, Way | None]":
        """Return the way to *candidate* with another credential than the one that was refused just now; None: that was not the reason, or there is no other."""
        failure, last = self._attempts[-1].failure, self._current
        if failure is None or failure.kind not in REFUSALS or last is None or last.way.credential.expires_at is None or self._core.policy_failover == "off" or self._left() <= 0:
            return None
        way = yield from self._way(candidate, place)
        return None if way is None or way.keys.credential == last.way.keys.credential else way

    def _begin(self, way: "Way", place: int, cooled: "list[Cooled]") -> "Current | None":
        """Return the attempt to be made; None, and its candidate is skipped, where that may not be."""
        entry = self._entry(way, place, cooled)
        return None if entry is None else self._start(way, entry, place)

    def _entry(self, way: "Way", place: int, cooled: "list[Cooled]") -> "Entry | None":
        """Return the right to use *way* now; None, and it is skipped, while it cools."""
        keys = way.keys
        is_alone = place == len(self.routing.kept) - 1 and not self._attempts
        found = self._core.cooldowns.enter(keys, early=is_alone)
        if isinstance(found, Cooled) and self._is_sibling(found, way):
            found = self._core.cooldowns.enter(keys._replace(credential=keys.model), early=is_alone)
            found = found._replace(keys=keys) if isinstance(found, Entry) else found
        if isinstance(found, Cooled):
            cooled.append(found)
            self._skip(place, way.candidate, self._core.cooling(found), COOLING)
            return None
        return found

    def _is_sibling(self, cooled: Cooled, way: "Way") -> bool:
        """Tell whether *way* may be used although its credential cools: what it cools for was met in this call by another of its models."""
        if cooled.key != way.keys.credential or not self._core.classifier.words.get(cooled.kind, {}).get("siblings"):
            return False
        met = self._met.setdefault(cooled.key, set())
        is_sibling = bool(met - {way.keys.model}) and way.keys.model not in met
        met.add(way.keys.model)
        return is_sibling

    def _start(self, way: "Way", entry: "Entry", place: int) -> "Current | None":
        """Return the attempt with its request made and its money reserved; None, and it is skipped, when either cannot be."""
        core, candidate = self._core, way.candidate
        try:
            call = self.task.build(way, lossy=self.options.lossy)
        except UnspeakableError as error:
            core.cooldowns.left(entry)
            self._skip(place, candidate, str(error), UNFIT)
            return None
        granted = core.reserve(candidate, self.task.most(core, call), self.options)
        if isinstance(granted, Refusal):
            core.cooldowns.left(entry)
            core.tell("refused", {"candidate": candidate.name, "reason": str(granted)})
            self._skip(place, candidate, str(granted), SPENT)
            return None
        self._current = Current(way, entry, call, granted)
        return self._current

    def _tries(self, current: "Current", others: "list[Candidate]") -> "Generator[Any, Any, Failure | None]":
        """Send the request, again where that helps and none of *others* is left; return how it failed at last, None for an answer."""
        core, tries = self._core, 0
        while True:
            current.sent_at = began = core.monotonic()
            self._received = Received(self.task)
            limits = core.limits.within(began, self.began, current.way.call_seconds, core.monotonic)
            if core.is_heard:
                core.tell("sent", {"task": self.task.asks, "candidate": current.way.candidate.name, "route": current.way.endpoint.route, "number": len(self._attempts) + 1})
            failure = yield from receive(current.way, current.call, self._received, limits, core)
            yield Shut(failure is None)
            self._attempts.append(current.attempt(failure, core.monotonic()))
            current.sent_at = None
            if failure is None:
                return None
            core.tell("failed", {"candidate": current.way.candidate.name, "class": failure.kind, "message": failure.message, "status": failure.status})
            if self._received.is_given:
                raise (yield from self._asked(self._broken, current, failure))
            is_last = yield from self._asked(self._is_last, failure, others)
            wait = self._wait(failure, tries) if is_last else None
            if wait is None:
                yield from self._asked(self._failed, current, failure)
                return failure
            tries += 1
            core.tell("retried", {"candidate": current.way.candidate.name, "after_seconds": wait})
            if wait:
                yield Sleep(wait)

    def _wait(self, failure: "Failure", tries: int) -> "float | None":
        """Return how long to wait before the same route is tried again; None: it is not."""
        wait = None if self._core.policy_failover == "off" else wait_seconds(failure, tries, self._core.longest_wait_seconds)
        return wait if wait is not None and wait < self._left() else None

    def _left(self) -> float:
        """Return how many seconds the call may still take."""
        return self.began + self._core.limits.total - self._core.monotonic()

    def _is_last(self, failure: "Failure", others: "list[Candidate]") -> bool:
        """Tell whether none of *others* is tried after *failure*."""
        return not self._goes_on(failure) or all(self._is_out(one, failure) or self._is_cooling(one) for one in others)

    def _is_cooling(self, candidate: "Candidate") -> bool:
        """Tell whether it is known already that *candidate* is left alone now."""
        way = self._core.ways.kept(candidate, is_stream=self.task.is_stream, asks=self.task.asks)
        return way is not None and bool(self._core.cooldowns.look(way.keys))

    def _goes_on(self, failure: "Failure") -> bool:
        """Tell whether another candidate may be tried."""
        policy = self._core.policy_failover
        return failure.kind != ABORTED and (policy == _ANY or (policy == _CLASSIFIED and failure.failover))

    def _is_out(self, candidate: "Candidate", failure: "Failure") -> bool:
        """Tell whether *candidate* is not worth trying after *failure*: the credential that failed is its own, too."""
        last = self._current
        if last is None or failure.cools != _OF_ACCOUNT or failure.siblings:
            return False
        return (candidate.account["id"], candidate.profile) == (last.way.candidate.account["id"], last.way.candidate.profile)

    def _failed(self, current: "Current", failure: "Failure") -> None:
        core = self._core
        core.settle(current.granted, current.way, None, NOTHING_CAME, seen=seen.of_failure(current.way.candidate, failure) if failure.failover else None)
        if failure.cools == "nothing":
            core.cooldowns.left(current.entry)
        else:
            self._cool(current, failure)
        if failure.cools == _OF_ACCOUNT:
            core.ways.forget(current.way, is_refused=failure.kind in REFUSALS)
            self._met.setdefault(current.way.keys.credential, set()).add(current.way.keys.model)
        self._out[current.way.candidate.key] = current.way.candidate.skipped(str(failure), FAILED)
        current.is_settled = True

    def _answer(self, current: "Current") -> "Any":
        core, task, response = self._core, self.task, self._received.response
        cost = task.cost(core, current.way, response)
        shown = seen.of_answer(current.way.candidate, self._received, self._attempts[-1].milliseconds) if core.remembers(current.way) else None
        core.settle(current.granted, current.way, cost, SUCCEEDED, seen=shown)
        core.cooldowns.succeeded(current.entry)
        current.is_settled = True
        self._out.pop(current.way.candidate.key, None)
        answer = task.answer(response, candidate=current.way.candidate, attempts=self.attempts, cost=cost, losses=current.call.losses, routing=self._routing())
        self._write_down(SUCCEEDED, cost, getattr(response, "stop_reason", None))
        return answer

    def _broken(self, current: "Current", failure: "Failure") -> errors.StreamBrokenError:
        cost = self._settled_partly(current, seen.of_failure(current.way.candidate, failure))
        self._cool(current, failure)
        return errors.StreamBrokenError(self._routing(), tuple(self._attempts), failure, self._received.response, cost)  # type: ignore[arg-type]  # nothing that is free comes in pieces

    def _cool(self, current: "Current", failure: "Failure") -> None:
        table = self._core.table(failure.kind, current.way.candidate.model.provider)
        self._core.cooldowns.failed(current.entry, failure.kind, retry_after_seconds=failure.retry_after_seconds, table=table)

    def _abandoned(self) -> None:
        """The caller gave up: what was used by then is billed, and nothing is held against the route."""
        core, current = self._core, self._current
        if current is not None and not current.is_settled:
            core.cooldowns.left(current.entry)
            if current.sent_at is None:  # between two attempts
                core.settle(current.granted, current.way, None, NOTHING_CAME, seen=None)
            else:
                self._attempts.append(current.attempt(Failure(ABORTED, "the caller gave up", core.classifier.words), core.monotonic()))
                self._settled_partly(current, None)
        if self._attempts and not self._is_written:
            self._write_down(NOTHING_CAME, None, None)

    def _settled_partly(self, current: "Current", shown: "Any") -> "Cost | None":
        core = self._core
        cost = self.task.part(core, current.way, self._received.response)
        core.settle(current.granted, current.way, cost, PARTIAL, seen=shown)
        current.is_settled = True
        self._write_down(PARTIAL, cost, None)
        return cost

    def _write_down(self, outcome: str, cost: "Cost | None", stop_reason: "str | None") -> None:
        self._is_written = True
        self._core.write_down(self, outcome, cost, stop_reason)

    def _skip(self, place: int, candidate: "Candidate", reason: str, cause: str) -> None:
        self._out[candidate.key] = candidate.skipped(reason, cause)
        self._core.tell("skipped", {"candidate": candidate.name, "reason": reason, "cause": cause, "place": place})

    def _routing(self) -> _Routing:
        if not self._out:
            return self.routing
        return _Routing([self._out.get(one.key, one) for one in self.routing.candidates], self.routing.warning)

    def _error(self, failure: "Failure | None", cooled: "list[Cooled]") -> errors.CallError:
        self._write_down(NOTHING_CAME, None, None)
        return errors.of(self._routing(), tuple(self._attempts), failure, cooled)

    @property
    def current(self) -> "Current | None":
        """The attempt under way, or the last one."""
        return self._current

    @property
    def attempts(self) -> "tuple[Attempt, ...]":
        """What was sent so far."""
        return tuple(self._attempts)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from ..cost import Cost
    from ..routing.candidate import Candidate, Routing
    from .answer import Attempt
    from .core import Core, Options
    from .prepare import Way
    from .tasks import Task
