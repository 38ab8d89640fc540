"""
Where cooldowns, budgets and health are kept, so that all who call see the same: in memory for the threads of one process, in
SQLite for the processes of one machine, on Redis for many machines.

A store is whatever has the methods of `Store`; `tests/runtime/state/conformance.py` holds each one to what their docstrings say.
One more is a module here, a line in `_STORES`, and two lines of test. Every method is one step that nobody sees half of, and
short: no method waits for anything but the store itself. What cannot be done raises StateError, and nothing has changed then;
`guard.py` decides what happens to the call.

What counts against budgets is booked under a series, until a moment: `Line` says what and for how long. Amounts are whole
numbers of any size (tokens, calls, attodollars) and never rounded.
"""

import os
from collections import namedtuple

LEASE_SECONDS = 600.0
"""How long what was reserved is held for somebody who does not come back."""
OUTCOME_GRAIN_SECONDS = 15
OUTCOMES_KEPT_SECONDS = 3600
"""How exactly, and how long, a store knows when something worked and when it did not."""
TIDY_SECONDS = 600
"""How often a store throws away what no longer counts."""
KEPT_MS = 86_400_000
"""How long what was booked can be looked up after it stopped counting, for those who come late."""

Line = namedtuple("Line", "series until_ms is_rolling amount limit needs")  # noqa: PYI024  # typing is not imported here
Line.__doc__ = """
One budget's part of a reservation.

`amount` is booked under `series` and counts until `until_ms`, milliseconds since 1970. A series that is rolling counts everything
in it that has not reached its `until_ms` yet; another one counts what has the same `until_ms`, the end of its stretch of the
calendar, whatever time it is. With a `limit` nothing is booked where the total has reached it, or would pass it by `needs`
more; None books without asking.
"""

Shortage = namedtuple("Shortage", "index total frees_at_ms")  # noqa: PYI024
Shortage.__doc__ = """
Why nothing was reserved: the line at `index` has `total` booked. In a rolling series there is enough room at `frees_at_ms`, if
nothing else is booked; None: never, or the series is not rolling.
"""

Outcome = namedtuple(  # noqa: PYI024
    "Outcome", "key successes failures rate_limited timed milliseconds streamed first_milliseconds tokens token_milliseconds", defaults=(0, 0, 0, 0, 0, 0, 0, 0, 0)
)
Outcome.__doc__ = """
What calls showed of `key`, a route; all but the key are whole numbers, and are added up.

`successes` and `failures` are counted, and how many of the failures said that it was asked too often (`rate_limited`). The
`timed` ones of the successes took `milliseconds` in all; of the `streamed` ones the first piece came after `first_milliseconds`,
in all; `tokens` are those put out by the successes that say how many, and `token_milliseconds` how long writing them took.
"""

Stretch = namedtuple("Stretch", "at successes failures rate_limited timed milliseconds streamed first_milliseconds tokens token_milliseconds", defaults=(0, 0, 0, 0, 0, 0, 0, 0, 0))  # noqa: PYI024
Stretch.__doc__ = "What was seen of a route in the OUTCOME_GRAIN_SECONDS from `at` on, in seconds since 1970: the sums of its outcomes."

_SERVER = ("redis", "RedisStore")
_STORES = {"memory": ("memory", "MemoryStore"), "sqlite": ("sqlite", "SqliteStore"), "redis": _SERVER, "rediss": _SERVER, "unix": _SERVER}
_FORM = "write `memory:`, `sqlite:` and the path of a file, or the URL of a server: redis://HOST:PORT, rediss://HOST:PORT, unix:///PATH"


def open_store(where: str, clock: "Callable[[], float] | None" = None) -> "Store":
    """
    Return the store that *where* names: `memory:`; `sqlite:` and the path of a file, which is made when it is first used; or a
    server of Redis or Valkey, by its URL, as `Server` has it.

    *clock* gives seconds since 1970; by default it is the machine's own, or the server's. Raises UsageError when there is no such
    store, or its library is missing.
    """
    from importlib import import_module

    from ..errors import UsageError

    kind, _, place = where.partition(":")
    if kind not in _STORES or (kind == "memory") == bool(place):
        raise UsageError(f"{kind + ':…' if place else where!r} names no store; {_FORM}")  # a URL may have a password in it
    module, name = _STORES[kind]
    make = getattr(import_module(f".{module}", __name__), name)
    given = {} if clock is None else {"clock": clock}
    if kind == "memory":
        return make(**given)  # type: ignore[no-any-return]
    return make(place if kind == "sqlite" else where, **given)  # type: ignore[no-any-return]


def new_id() -> int:
    """Return a number by which a settlement is known, also one of what was never reserved: who did not hear the answer may send it again."""
    return int.from_bytes(os.urandom(8), "big") >> 1 or 1


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Protocol

    class Store(Protocol):
        """What is kept, and how it changes."""

        def now(self) -> float:
            """Return the time, in seconds since 1970, that everybody who shares the store goes by."""

        def notes(self, keys: Iterable[str]) -> dict[str, str]:
            """Return the notes at those of *keys* that have one. One that has expired may be gone."""

        def swap(self, key: str, old: str | None, new: str | None, expires_at: float) -> bool:
            """Put *new* at *key* if *old* is there, and tell whether it was; None is no note. It is kept until *expires_at* at least."""

        def reserve(self, lines: Sequence[Line], now: float, lease_until: float) -> int | Shortage:
            """
            Book every line, or none; return what to settle it by, a whole number that is not given twice, and not 0.

            What is not settled by *lease_until* is taken back: it counts no more from then on.
            """

        def settle(self, reservation: int, lines: Sequence[Line], amounts: Sequence[int], now: float, outcomes: Iterable[Outcome] = ()) -> None:
            """
            Book *amounts* in place of what was reserved, line by line, and see *outcomes*.

            Of a reservation that was taken back, or that nobody made, the amounts are booked all the same, where they still count.
            """

        def totals(self, lines: Sequence[Line], now: float) -> list[int]:
            """Return what is booked, line by line; amounts, limits and needs are of no interest."""

        def see(self, outcomes: Iterable[Outcome], now: float) -> None:
            """Add *outcomes* to what was seen of their keys in the stretch of time that *now* is in."""

        def outcomes(self, keys: Iterable[str], now: float, seconds: float = OUTCOMES_KEPT_SECONDS) -> dict[str, list[Stretch]]:
            """
            Return what was seen of each of *keys* in stretches that began in the last *seconds*, OUTCOMES_KEPT_SECONDS at most, earliest first.

            One that began exactly so long ago is not among them; stretches in which nothing was seen, and keys of which nothing is known, are absent.
            """

        def close(self) -> None:
            """Let go of files and connections; the next call opens them again."""
