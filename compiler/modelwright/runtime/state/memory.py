"""State in memory: of one process, shared by its threads."""

from _thread import allocate_lock
from bisect import bisect_right
from collections import deque
from operator import add, itemgetter
from time import time

from . import KEPT_MS, OUTCOME_GRAIN_SECONDS, OUTCOMES_KEPT_SECONDS, TIDY_SECONDS, Shortage, Stretch

_AT = itemgetter(0)


class MemoryStore:
    """A `Store` that ends with the process."""

    __slots__ = ("_booked", "_clock", "_held", "_last", "_lock", "_notes", "_outcomes", "_rolling", "_tidy_at")

    def __init__(self, *, clock: "Callable[[], float]" = time) -> None:
        self._clock = clock
        self._lock = allocate_lock()
        self._booked: dict[tuple[str, int], int] = {}
        self._rolling: dict[str, _Rolling] = {}
        self._held: dict[int, tuple[float, Sequence[Line]]] = {}
        self._last = 0
        self._notes: dict[str, tuple[str, float]] = {}
        self._outcomes: dict[str, list[Stretch]] = {}
        self._tidy_at = 0.0

    def now(self) -> float:
        return self._clock()

    def notes(self, keys: "Iterable[str]") -> "dict[str, str]":
        found = self._notes
        return {key: found[key][0] for key in keys if key in found} if found else {}

    def swap(self, key: str, old: "str | None", new: "str | None", expires_at: float) -> bool:
        with self._lock:
            known = self._notes.get(key)
            if (None if known is None else known[0]) != old:
                return False
            notes = {other: note for other, note in self._notes.items() if other != key}  # readers take no lock
            if new is not None:
                notes[key] = (new, expires_at)
            self._notes = notes
            return True

    def reserve(self, lines: "Sequence[Line]", now: float, lease_until: float) -> "int | Shortage":
        with self._lock:
            if now >= self._tidy_at:
                self._tidy(now)
            short = self._shortage(lines, now)
            if short is not None and (not self._take_back(now) or (short := self._shortage(lines, now)) is not None):
                return short
            booked = self._booked
            for series, until, is_rolling, amount, _, _ in lines:
                if is_rolling:
                    self._rolling.setdefault(series, _Rolling()).book(until, amount)
                else:
                    key = (series, until)
                    booked[key] = booked.get(key, 0) + amount
            self._last = reservation = self._last + 1
            self._held[reservation] = (lease_until, lines)
            return reservation

    def settle(self, reservation: int, lines: "Sequence[Line]", amounts: "Sequence[int]", now: float, outcomes: "Iterable[Outcome]" = ()) -> None:
        with self._lock:
            is_held = self._held.pop(reservation, None) is not None
            for line, amount in zip(lines, amounts, strict=True):
                change = amount - line[3] if is_held else amount
                if change:
                    self._adjust(line, change, now)
            if outcomes:
                self._see(outcomes, now)

    def totals(self, lines: "Sequence[Line]", now: float) -> "list[int]":
        with self._lock:
            self._take_back(now)
            return [self._roll(line[0], now) if line[2] else self._booked.get((line[0], line[1]), 0) for line in lines]

    def see(self, outcomes: "Iterable[Outcome]", now: float) -> None:
        with self._lock:
            self._see(outcomes, now)

    def outcomes(self, keys: "Iterable[str]", now: float, seconds: float = OUTCOMES_KEPT_SECONDS) -> "dict[str, list[Stretch]]":
        first, found = now - min(seconds, OUTCOMES_KEPT_SECONDS), {}
        with self._lock:
            for key in keys:
                stretches = self._outcomes.get(key)
                if stretches and stretches[-1].at > first:
                    found[key] = stretches[_place(stretches, first) :]
        return found

    def close(self) -> None:
        pass

    def _shortage(self, lines: "Sequence[Line]", now: float) -> "Shortage | None":
        booked = self._booked
        for index, (series, until, is_rolling, _, limit, needs) in enumerate(lines):
            if limit is not None:
                total = self._roll(series, now) if is_rolling else booked.get((series, until), 0)
                if total >= limit or total + needs > limit:
                    return Shortage(index, total, self._rolling[series].frees_at(limit, needs) if is_rolling and total else None)
        return None

    def _roll(self, series: str, now: float) -> int:
        rolling = self._rolling.get(series)
        return 0 if rolling is None else rolling.roll(now)

    def _adjust(self, line: "Line", change: int, now: float) -> None:
        """Book a change of what was reserved earlier, unless it has stopped counting."""
        series, until, is_rolling, _, _, _ = line
        if is_rolling:
            self._roll(series, now)
            if until > now * 1000:
                self._rolling.setdefault(series, _Rolling()).book(until, change)
        elif until + KEPT_MS > now * 1000:
            key = (series, until)
            self._booked[key] = max(0, self._booked.get(key, 0) + change)

    def _take_back(self, now: float) -> bool:
        """Unbook what was not settled in time; tell whether there was anything."""
        late = [reservation for reservation, (lease_until, _) in self._held.items() if lease_until <= now]
        for reservation in late:
            for line in self._held.pop(reservation)[1]:
                self._adjust(line, -line[3], now)
        return bool(late)

    def _see(self, outcomes: "Iterable[Outcome]", now: float) -> None:
        if now >= self._tidy_at:
            self._tidy(now)
        at = int(now // OUTCOME_GRAIN_SECONDS) * OUTCOME_GRAIN_SECONDS
        for key, *counts in outcomes:
            stretches = self._outcomes.setdefault(key, [])
            place = _place(stretches, at)  # behind the one of that time
            if place and stretches[place - 1].at == at:
                stretches[place - 1] = Stretch(at, *map(add, stretches[place - 1][1:], counts))
            else:
                stretches.insert(place, Stretch(at, *counts))

    def _tidy(self, now: float) -> None:
        self._tidy_at = now + TIDY_SECONDS
        self._take_back(now)
        self._booked = {key: total for key, total in self._booked.items() if key[1] + KEPT_MS > now * 1000}
        self._rolling = {series: rolling for series, rolling in self._rolling.items() if rolling.roll(now)}
        self._notes = {key: note for key, note in self._notes.items() if note[1] > now}
        kept = {key: stretches[_place(stretches, now - OUTCOMES_KEPT_SECONDS) :] for key, stretches in self._outcomes.items()}
        self._outcomes = {key: stretches for key, stretches in kept.items() if stretches}


def _place(stretches: "list[Stretch]", at: float) -> int:
    """Return where in *stretches* those begin that are later than *at*."""
    return bisect_right(stretches, at, key=_AT)


class _Rolling:
    """What a rolling series holds, by the moment it stops counting."""

    __slots__ = ("amounts", "order", "total")

    def __init__(self) -> None:
        self.amounts: dict[int, int] = {}
        self.order: deque[int] = deque()
        self.total = 0

    def book(self, until: int, amount: int) -> None:
        known = self.amounts.get(until)
        amount = max(amount, -(known or 0))  # what was taken off with its moment is not taken off again when a clock is put back
        if known is not None:
            self.amounts[until] = known + amount
        elif amount:
            self.amounts[until] = amount
            if self.order and until < self.order[-1]:  # somebody's time was read earlier, or the clock was put back
                self.order = deque(sorted([*self.order, until]))
            else:
                self.order.append(until)
        self.total += amount

    def roll(self, now: float) -> int:
        """Drop what no longer counts, and return the total."""
        order, end = self.order, now * 1000
        while order and order[0] <= end:
            self.total -= self.amounts.pop(order.popleft())
        return self.total

    def frees_at(self, limit: int, needs: int) -> "int | None":
        """Return when so much has gone that *needs* more fits."""
        total = self.total
        for until in self.order:
            total -= self.amounts[until]
            if total < limit and total + needs <= limit:
                return until
        return None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from . import Line, Outcome
