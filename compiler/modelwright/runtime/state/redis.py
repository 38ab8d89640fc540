"""
State on a server of Redis or Valkey: of all machines that reach it.

Each method is one run of `store.lua` there, one round trip, and nobody sees half of it; amounts are added up by `exact.lua`,
exactly. Everything expires by itself. The time is the server's: this machine's clock, put right by each answer. What was read
of notes and outcomes is believed for a second, and what was written at once. There is no lock, so that a process may fork at any moment.
"""

import os
from time import monotonic, time

from ..errors import StateError
from . import KEPT_MS, OUTCOME_GRAIN_SECONDS, OUTCOMES_KEPT_SECONDS, Line, Shortage, Stretch, new_id
from .server import Server

VIEW_SECONDS = 1.0
_TIMED_SECONDS = 60.0
_GRACE_MS = 1000
_MOST_VIEWED = 10_000
_MOST_DOUBTED = 1000
_NEVER_SHOWN: "tuple[float, int, list[Stretch]]" = (float("-inf"), 0, [])
_SCRIPTS = ("exact.lua", "store.lua")


class RedisStore:
    """
    A `Store` on the server at *url*, which is first asked when the store is first used; see `Server` for what the URL may say.

    *clock* takes the place of the server's. Raises UsageError when the URL is none or the library `redis` is missing, and StateError
    while the server cannot be reached or refuses.
    """

    __slots__ = ("_clock", "_doubted", "_server", "_shown", "_swaps", "_timer", "_view", "_view_seconds", "_writes")

    is_remote = True
    """Whether asking it may take longer than an event loop should wait."""

    def __init__(
        self,
        url: str,
        *,
        clock: "Callable[[], float] | None" = None,
        environ: "Mapping[str, str] | None" = None,
        view_seconds: float = VIEW_SECONDS,
        timer: "Callable[[], float]" = monotonic,
    ) -> None:
        self._server = Server(url, os.environ if environ is None else environ, script())
        self._clock = clock
        self._view_seconds = view_seconds
        self._timer = timer
        self._view: dict[str, _Seen | None] = {}
        self._swaps = 0
        self._shown: dict[str, tuple[float, int, list[Stretch]]] = {}
        """Of each key until when that is believed, from which stretch on it was asked for, and what was seen."""
        self._writes = 0
        self._doubted: list[tuple[int, Sequence[Line]]] = []

    def now(self) -> float:
        if self._clock is not None:
            return self._clock()
        server, at = self._server, time()
        if not 0 <= at - server.timed_at < _TIMED_SECONDS:
            try:
                server.ask("time", "0", "0")
            except StateError:
                server.timed_at = at  # who asks for more is told
            at = time()
        return at + (server.ahead_seconds or 0.0)

    def notes(self, keys: "Iterable[str]") -> "dict[str, str]":
        wanted, at, view = tuple(keys), self._timer(), self._view
        found = [view.get(key) for key in wanted]
        if not all(seen is not None and seen[0] > at for seen in found):
            found = self._looked(wanted, at)
        there = [(key, seen) for key, seen in zip(wanted, found, strict=True) if seen is not None and seen[2] is not None]
        now = self.now() if there else 0.0
        return {key: note for key, (_, expires_at, note) in there if note is not None and expires_at > now}

    def swap(self, key: str, old: "str | None", new: "str | None", expires_at: float) -> bool:
        now = self.now()
        until_ms = max(1, int((expires_at - now) * 1000)) + _GRACE_MS
        done, *there = self._ask("swap", now, key, _some(old), _some(new), repr(expires_at), until_ms)
        text = None if new is None else f"{expires_at!r} {new}"
        if not done:
            text = _text(there[0] if there else None)
        self._swaps += 1
        self._view[key] = self._seen(text, self._timer())
        return bool(done)

    def reserve(self, lines: "Sequence[Line]", now: float, lease_until: float) -> "int | Shortage":
        reservation = new_id()
        words: list[str | int] = []
        for series, until, is_rolling, amount, limit, needs in lines:
            words += (series, until, int(is_rolling), amount, "" if limit is None else limit, needs)
        try:
            short = self._ask("reserve", now, reservation, repr(lease_until), *words)
        except StateError:
            if len(self._doubted) < _MOST_DOUBTED:
                self._doubted.append((reservation, lines))
            raise
        return Shortage(short[0], int(short[1]), int(short[2]) if short[2] else None) if short else reservation

    def settle(self, reservation: int, lines: "Sequence[Line]", amounts: "Sequence[int]", now: float, outcomes: "Iterable[Outcome]" = ()) -> None:
        words: list[str | int] = []
        for (series, until, is_rolling, reserved, _, _), amount in zip(lines, amounts, strict=True):
            words += (series, until, int(is_rolling), reserved, amount)
        seen = tuple(outcomes)
        self._ask("settle", now, reservation, len(lines), *words, *_fields(seen, now))
        self._forget(seen)

    def totals(self, lines: "Sequence[Line]", now: float) -> "list[int]":
        words: list[str | int] = []
        for series, until, is_rolling, *_ in lines:
            words += (series, until, int(is_rolling), 0)
        return [int(total) for total in self._ask("totals", now, *words)]

    def see(self, outcomes: "Iterable[Outcome]", now: float) -> None:
        seen = tuple(outcomes)
        self._ask("see", now, *_fields(seen, now))
        self._forget(seen)

    def outcomes(self, keys: "Iterable[str]", now: float, seconds: float = OUTCOMES_KEPT_SECONDS) -> "dict[str, list[Stretch]]":
        first, at, shown = _stretch(now - min(seconds, OUTCOMES_KEPT_SECONDS)) + OUTCOME_GRAIN_SECONDS, self._timer(), self._shown
        known = {key: shown.get(key, _NEVER_SHOWN) for key in keys}
        unknown = tuple(key for key, (until, asked_from, _) in known.items() if until <= at or asked_from > first)
        known.update(self._showing(unknown, first, now, at) if unknown else {})
        found = {key: stretches if asked_from == first else [one for one in stretches if one.at >= first] for key, (_, asked_from, stretches) in known.items()}
        return {key: stretches for key, stretches in found.items() if stretches}

    def close(self) -> None:
        self._server.close()

    def __repr__(self) -> str:
        return f"<RedisStore {self._server.name}>"

    def _ask(self, command: str, now: float, *words: "str | int") -> "Any":
        answer = self._server.ask(command, repr(now), repr(now * 1000), *words)
        if self._doubted:
            self._undo(now)
        return answer

    def _undo(self, now: float) -> None:
        """Give back what may have been reserved for those who did not hear so; where that comes first, it is not reserved any more."""
        doubted, self._doubted = self._doubted, []  # two threads may do the same, which counts once
        for index, (reservation, lines) in enumerate(doubted):
            try:
                self.settle(reservation, lines, [0] * len(lines), now)
            except StateError:
                self._doubted += doubted[index:]
                return

    # What was read lately

    def _showing(self, wanted: "tuple[str, ...]", first: int, now: float, at: float) -> "dict[str, tuple[float, int, list[Stretch]]]":
        """Read the outcomes at *wanted*, and remember them unless some were written meanwhile."""
        before, last = self._writes, _stretch(now) + OUTCOME_GRAIN_SECONDS  # a clock may be a little behind another
        found = {}
        for key, texts in zip(wanted, self._ask("outcomes", now, first, last, *wanted), strict=True):
            stretches = [Stretch(first + OUTCOME_GRAIN_SECONDS * number, *map(int, text.split())) for number, text in enumerate(texts) if text is not None]
            found[key] = (at + self._view_seconds, first, stretches)
        if len(self._shown) > _MOST_VIEWED:
            self._shown = {}
        if before == self._writes:
            self._shown.update(found)
        return found

    def _forget(self, outcomes: "Iterable[Outcome]") -> None:
        """Read anew what *outcomes* changed."""
        self._writes += 1
        for outcome in outcomes:
            self._shown.pop(outcome[0], None)

    def _looked(self, wanted: "tuple[str, ...]", at: float) -> "list[_Seen | None]":
        """Read the notes at *wanted*, and remember them unless something was written meanwhile."""
        before = self._swaps
        texts = self._ask("notes", self.now(), *wanted)
        found: list[_Seen | None] = [self._seen(_text(text), at) for text in texts]
        if len(self._view) > _MOST_VIEWED:
            self._view = {}
        if before == self._swaps:
            self._view.update(zip(wanted, found, strict=True))
        return found

    def _seen(self, text: "str | None", at: float) -> "_Seen":
        """Return until when a note is believed, when it expires, and what it says."""
        expires_at, _, note = ("0", "", None) if text is None else text.partition(" ")
        return at + self._view_seconds, float(expires_at), note


def script() -> str:
    """Return the text of what is run."""
    folder = os.path.dirname(__file__)
    texts = [f"local KEPT_MS, OUTCOMES_KEPT, OUTCOME_GRAIN = {KEPT_MS}, {OUTCOMES_KEPT_SECONDS}, {OUTCOME_GRAIN_SECONDS}"]
    for name in _SCRIPTS:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            texts.append(file.read())
    return "\n".join(texts)


def _text(note: "bytes | None") -> "str | None":
    return None if note is None else note.decode(errors="replace")


def _some(note: "str | None") -> str:
    """Return *note* so that one without text is another thing than none."""
    return "" if note is None else f"+{note}"


def _fields(outcomes: "Iterable[Outcome]", now: float) -> "Iterator[str]":
    at = str(_stretch(now))
    for key, *counts in outcomes:
        yield from (key, at, " ".join([f"{count:d}" for count in counts]))


def _stretch(now: float) -> int:
    """Return when the stretch of time began that *now* is in."""
    return int(now // OUTCOME_GRAIN_SECONDS) * OUTCOME_GRAIN_SECONDS


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from . import Outcome

    _Seen = tuple[float, float, str | None]
