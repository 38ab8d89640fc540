"""
What happens to calls while their store cannot be reached: a stated policy, and everybody sees it.

`fail_open` goes on with a store of this process alone, so that limits hold at least here. `fail_closed` lets nothing through:
whoever asks gets the StateError. What was spent is never forgotten: it is booked when the store is back, at the latest when this
one is closed. The hook hears `state_down` and `state_up`, and one line of warning is given; where the store is back and has
forgotten what was booked, another one, and the hook hears `state_forgotten`. Meanwhile the store is tried again every
RETRY_SECONDS, by one call, so that no more than that wait for it.
"""

from _thread import allocate_lock
from time import monotonic

from ..errors import StateError, StateForgottenError, UsageError
from . import OUTCOMES_KEPT_SECONDS, new_id
from .memory import MemoryStore

POLICIES = ("fail_open", "fail_closed")
RETRY_SECONDS = 5.0
_MOST_MISSED = 10_000


class StateWarning(RuntimeWarning):
    """The shared state cannot be reached."""


def guarded(store: "Store", policy: str, hook: "Callable[[str, dict[str, Any]], object] | None" = None) -> "Store":
    """Return *store* guarded as *policy* says; one in memory cannot be down, and stands for itself. Raises UsageError when *policy* is none."""
    guard = GuardedStore(store, policy, hook=hook)
    return store if isinstance(store, MemoryStore) else guard


class GuardedStore:
    """A `Store` that stands for *store*, and does as *policy* says while that one raises StateError. *timer* gives seconds, from anywhere on."""

    __slots__ = ("_hook", "_is_open", "_local", "_lock", "_missed", "_retry_at", "_store", "_timer", "reason")

    reason: "StateError | None"
    """Why the store cannot be reached; None when it can, as far as is known."""

    def __init__(
        self, store: "Store", policy: str = "fail_open", *, hook: "Callable[[str, dict[str, Any]], object] | None" = None, timer: "Callable[[], float]" = monotonic
    ) -> None:
        if policy not in POLICIES:
            raise UsageError(f"{policy!r} is no policy for a store that is down; write {' or '.join(POLICIES)}")
        self._store = store
        self._is_open = policy == "fail_open"
        self._hook = hook
        self._timer = timer
        self._lock = allocate_lock()
        self._local: MemoryStore | None = None
        self._missed: list[tuple[Any, ...]] = []
        self._retry_at = 0.0
        self.reason = None

    @property
    def is_remote(self) -> bool:
        """Whether the store is on another machine: asking it may take longer than an event loop should wait."""
        return getattr(self._store, "is_remote", False)

    def now(self) -> float:
        return self._store.now()

    def notes(self, keys: "Iterable[str]") -> "dict[str, str]":
        wanted = tuple(keys)
        is_done, found = self._try(lambda store: store.notes(wanted))
        return found if is_done else self._here(found).notes(wanted)

    def swap(self, key: str, old: "str | None", new: "str | None", expires_at: float) -> bool:
        is_done, found = self._try(lambda store: store.swap(key, old, new, expires_at))
        return found if is_done else self._here(found).swap(key, old, new, expires_at)

    def reserve(self, lines: "Sequence[Line]", now: float, lease_until: float) -> "int | Shortage":
        is_done, found = self._try(lambda store: store.reserve(lines, now, lease_until))
        if is_done:
            return found  # type: ignore[no-any-return]
        here = self._here(found).reserve(lines, now, lease_until)
        return -here if isinstance(here, int) else here  # below zero, so that nobody takes it for one of the store's

    def settle(self, reservation: int, lines: "Sequence[Line]", amounts: "Sequence[int]", now: float, outcomes: "Iterable[Outcome]" = ()) -> None:
        spent = (reservation if reservation > 0 else new_id(), lines, tuple(amounts), now, tuple(outcomes))
        is_done, found = self._try(lambda store: store.settle(*spent))
        if not is_done:
            self._miss(spent)
            if self._is_open:
                self._here(found).settle(max(-reservation, 0), lines, amounts, now, spent[4])

    def totals(self, lines: "Sequence[Line]", now: float) -> "list[int]":
        is_done, found = self._try(lambda store: store.totals(lines, now))
        return found if is_done else self._here(found).totals(lines, now)

    def see(self, outcomes: "Iterable[Outcome]", now: float) -> None:
        seen = tuple(outcomes)
        is_done, found = self._try(lambda store: store.see(seen, now))
        if not is_done and self._is_open:
            self._here(found).see(seen, now)

    def outcomes(self, keys: "Iterable[str]", now: float, seconds: float = OUTCOMES_KEPT_SECONDS) -> "dict[str, list[Stretch]]":
        wanted = tuple(keys)
        is_done, found = self._try(lambda store: store.outcomes(wanted, now, seconds))
        return found if is_done else self._here(found).outcomes(wanted, now, seconds)

    def close(self) -> None:
        try:
            self._catch_up()
        except StateError as error:
            self._tell("state_lost", {"settlements": len(self._missed), "reason": str(error)})
        self._store.close()

    def _try(self, work: "Callable[[Store], Any]") -> "tuple[bool, Any]":
        """Return whether *work* was done with the store, and its answer, or why it was not."""
        is_well = self.reason is None and not self._missed
        if not is_well and self.reason is not None:
            now = self._timer()
            if now < self._retry_at:
                return False, self.reason
            self._retry_at = now + RETRY_SECONDS  # the others need not wait, too
        try:
            if not is_well:
                self._catch_up()
            answer = work(self._store)
        except StateError as error:
            self._fell(error)
            return False, error
        if not is_well:
            self._rose()
        return True, answer

    def _here(self, error: StateError) -> MemoryStore:
        """Return what holds while the store is down; with `fail_closed` nothing does, and *error* is raised."""
        if not self._is_open:
            raise error
        local = self._local
        if local is None:
            local = self._local = MemoryStore(clock=self._store.now)
        return local

    def _miss(self, spent: "tuple[Any, ...]") -> None:
        with self._lock:
            self._missed.append(spent)
            is_full = len(self._missed) > _MOST_MISSED
            if is_full:
                del self._missed[0]
        if is_full:
            self._tell("state_lost", {"settlements": 1})

    def _catch_up(self) -> None:
        """Book what was spent while the store was down."""
        with self._lock:
            while self._missed:
                self._store.settle(*self._missed[0])
                del self._missed[0]

    def _fell(self, error: StateError) -> None:
        with self._lock:
            is_news, self.reason, self._retry_at = self.reason is None, error, self._timer() + RETRY_SECONDS
        is_forgotten = isinstance(error, StateForgottenError)
        if is_news:
            self._tell("state_down", {"reason": str(error), "policy": "fail_open" if self._is_open else "fail_closed"})
        if is_forgotten:
            self._tell("state_forgotten", {"reason": str(error)})
        if is_news or is_forgotten:
            import warnings

            meanwhile = "limits and cooldowns hold in this process alone" if self._is_open else "no call is made"
            warnings.warn(f"state cannot be reached: {error}; until then {meanwhile}", StateWarning, stacklevel=4)

    def _rose(self) -> None:
        with self._lock:
            is_news, self.reason, self._local = self.reason is not None, None, None
        if is_news:
            self._tell("state_up", {})

    def _tell(self, event: str, facts: "dict[str, Any]") -> None:
        if self._hook is not None:
            self._hook(event, facts)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from . import Line, Outcome, Shortage, Store, Stretch
