"""
What was seen of routes lately, added up for the policies that weigh it.

A decision looks at eighty stretches of each of its candidates, of which a call changes one. So sums are made once for as long as
the stretches are the same and none leaves the window; until then they only grow older, which halves all of them alike.
"""

from bisect import bisect_right
from operator import attrgetter, mul

_MOST = 10_000
_NEVER = float("inf")


class Lately:
    """What was seen of each route when it was last looked at. Safe to share between threads."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Any, Seen] = {}

    def seen(self, key: "Any", stretches: "Sequence[Stretch]") -> "Seen":
        """Return *stretches*, which were seen of the route *key*: with the sums that there are, if they are the same as last time."""
        known = self._known.get(key)
        if known is None or known.stretches != stretches:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = known = Seen(stretches)
        return known


class Seen:
    """What was seen of a route: its *stretches*, earliest first."""

    __slots__ = ("_sums", "stretches")

    def __init__(self, stretches: "Sequence[Stretch]") -> None:
        self.stretches = stretches
        self._sums: dict[tuple[float, float], _Sums] = {}

    def sums(self, names: "Sequence[str]", now: float, window_seconds: float, half_life_seconds: float) -> "list[float]":
        """Return what `sums` yields of one route."""
        known = self._sums.get((window_seconds, half_life_seconds))
        if known is None or not (known.at <= now < known.until or known.at == now):
            known = self._sums[window_seconds, half_life_seconds] = _Sums(self.stretches, now, window_seconds, half_life_seconds)
        made = known.made
        found = [made[name] if name in made else known.make(name) for name in names]
        if not half_life_seconds or known.at == now:
            return found
        share = 0.5 ** ((now - known.at) / half_life_seconds)
        return [share * one for one in found]


class _Sums:
    """The sums of what was in one window *at* a time, which hold, but for their age, `until` another."""

    __slots__ = ("_stretches", "_weights", "at", "made", "until")

    def __init__(self, stretches: "Sequence[Stretch]", at: float, window_seconds: float, half_life_seconds: float) -> None:
        begins = [stretch[0] for stretch in stretches]
        first = bisect_right(begins, at - window_seconds)
        begins = begins[first:]
        self._stretches = stretches[first:]
        self._weights = [0.5 ** (max(0.0, at - begin) / half_life_seconds) for begin in begins] if half_life_seconds else None
        self.at = at
        leaves = begins[0] + window_seconds if begins else _NEVER
        self.until = at if begins and begins[-1] > at else min(leaves, at + half_life_seconds) if half_life_seconds else leaves
        self.made: dict[str, float] = {}

    def make(self, name: str) -> float:
        column = map(attrgetter(name), self._stretches)
        self.made[name] = found = float(sum(column if self._weights is None else map(mul, self._weights, column)))
        return found


_NOTHING = Seen(())


def sums(candidates: "Iterable[Candidate]", question: "Question", numbers: "Mapping[str, float]", *names: str) -> "Iterator[list[float]]":
    """
    Yield for each of *candidates* how much of each of *names*, counts of a `Stretch`, was seen in stretches that began less than `window_seconds` ago.

    `half_life_seconds` halve what one counts; 0 or left out: all count 1. What is later than now, by another's clock, is as of now.
    """
    seen, window, half_life = question.seen or {}, numbers["window_seconds"], numbers.get("half_life_seconds", 0)
    for one in candidates:
        yield seen.get(one, _NOTHING).sums(names, question.now, window, half_life)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..state import Stretch
    from .candidate import Candidate
    from .policies import Question
