"""
Every call, written down: what was asked for, which way it went, what it used and cost, and what was tried before.

One row a call, in a file of SQLite of its own; times and days are UTC. Money is text, in USD, exact; what is not known is NULL,
and no sum counts it as zero: it says how many calls it leaves out. The file grows by about 300 bytes a call; nothing is removed but
by `prune`, which says how much.
"""

import os
from _thread import allocate_lock
from collections import namedtuple
from time import monotonic, time

from .cost import money
from .day import from_number
from .errors import StateError, UsageError

APPLICATION = 0x6D776C67
VERSION = 1
COLUMNS = (
    ("at", "REAL NOT NULL"),  # seconds since 1970
    ("day", "TEXT NOT NULL"),
    ("asked", "TEXT"),
    ("account", "TEXT"),
    ("route", "TEXT"),
    ("model", "TEXT"),
    ("outcome", "TEXT NOT NULL"),
    ("attempts", "TEXT NOT NULL"),  # JSON
    ("usage", "TEXT"),  # JSON
    ("input_tokens", ""),  # whole numbers; as text where they are past 64 bits
    ("output_tokens", ""),
    ("state", "TEXT"),
    ("usd", "TEXT"),
    ("stop_reason", "TEXT"),
    ("latency_ms", "INTEGER"),
    ("project", "TEXT"),
    ("token", "TEXT"),
    ("tags", "TEXT"),  # JSON
)
SCHEMA = (f"CREATE TABLE calls (id INTEGER PRIMARY KEY, {', '.join(f'{name} {kind}'.strip() for name, kind in COLUMNS)})",)
GROUPS = ("model", "account", "day", "route", "project", "token")
"""What `sums` can group by."""
BUSY_SECONDS = 1.0
RETRY_SECONDS = 5.0
_MOST_MISSED = 10_000
_NAMES = tuple(name for name, _ in COLUMNS)
_LARGEST = (1 << 63) - 1

Attempt = namedtuple("Attempt", "route failure milliseconds")  # noqa: PYI024  # typing is not imported here
Attempt.__doc__ = "One attempt of a call: the route, as text, the class of its failure (None: it succeeded), and how long it took."

Sum = namedtuple("Sum", "key calls failed partial input_tokens output_tokens usd unknown_cost included")  # noqa: PYI024
Sum.__doc__ = """
The calls of one model, account, day, route, project or token.

`failed` and `partial` are numbers of `calls`. Tokens and `usd` (text, exact) are of the calls of which they are known, None where
of none; `unknown_cost` is the number of calls, other than failed ones, whose cost nobody knows, and `included` of those that a
flat-rate plan covers. `key` is None for calls without one.
"""


_SUMS = (
    "count(*), sum(outcome = 'failed'), sum(outcome = 'partial'), exact_sum(input_tokens), exact_sum(output_tokens), usd_sum(usd), "
    "sum(usd IS NULL AND outcome <> 'failed'), sum(state IS 'included')"
)


def total(sums: "Iterable[Sum]") -> Sum:
    """Return the sum of *sums*; its key is None."""
    rows = list(sums)
    calls, failed, partial, unknown, included = (sum(row[index] for row in rows) for index in (1, 2, 3, 7, 8))
    known = [[row[index] for row in rows if row[index] is not None] for index in (4, 5, 6)]
    read, written = (sum(tokens) if tokens else None for tokens in known[:2])
    usd = money(sum(map(attodollars, known[2]))) if known[2] else None
    return Sum(None, calls, failed, partial, read, written, usd, unknown, included)


class LedgerWarning(RuntimeWarning):
    """Calls cannot be written down."""


class Ledger:
    """
    The ledger in the file at *path*, made, with its folder, when something is first written.

    Writing never fails a call that was made: while the file cannot be written, rows wait (the last 10,000), *hook* hears
    `ledger_down` and `ledger_up`, and one line of warning is given. Reading raises StateError.
    """

    __slots__ = ("_clock", "_database", "_hook", "_lock", "_missed", "_path", "_retry_at", "_timer", "reason")

    reason: "StateError | None"
    """Why nothing can be written; None when it can, as far as is known."""

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        *,
        clock: "Callable[[], float]" = time,
        timer: "Callable[[], float]" = monotonic,
        hook: "Callable[[str, dict[str, Any]], object] | None" = None,
    ) -> None:
        self._path = os.fspath(path)
        self._clock = clock
        self._timer = timer
        self._hook = hook
        self._database: Database | None = None
        self._lock = allocate_lock()
        self._missed: list[tuple[Any, ...]] = []
        self._retry_at = 0.0
        self.reason = None

    def record(
        self,
        *,
        asked: str,
        account: "str | None" = None,
        route: "str | None" = None,
        model: "str | None" = None,
        outcome: str = "succeeded",
        attempts: "Iterable[Attempt]" = (),
        cost: "Cost | None" = None,
        stop_reason: "str | None" = None,
        latency_ms: "float | None" = None,
        project: "str | None" = None,
        token: "str | None" = None,
        tags: "Mapping[str, str] | None" = None,
    ) -> bool:
        """
        Write a call down, and tell whether it is in the file.

        *asked* is the ref as it was asked for; *account*, *route* and *model* are where it went. *outcome* is `succeeded`,
        `partial` or `failed`; *cost* what it used and cost, None where nobody knows what it used.
        """
        from json import dumps

        usage = None if cost is None else {name: number for name, number in cost.usage._given.items() if number}
        now = self._clock()
        given = (
            now,
            from_number(int(now // 86_400)),
            *(_plain(text) for text in (asked, account, route, model, outcome)),
            dumps([attempt._asdict() for attempt in attempts]),
            None if usage is None else dumps(usage),
            *((None, None) if cost is None else (_number(cost.usage.input_tokens), _number(cost.usage.output_tokens))),
            None if cost is None else cost.state,
            None if cost is None or cost.attodollars is None else money(cost.attodollars),
            _plain(stop_reason),
            None if latency_ms is None else round(latency_ms),
            _plain(project),
            _plain(token),
            dumps(dict(tags)) if tags else None,
        )
        with self._lock:
            return self._write(given)

    def sums(self, by: str = "model", since: "str | None" = None) -> "list[Sum]":
        """
        Return what the calls since the day *since* used and cost, by day earliest first, by anything else dearest first.

        Raises UsageError when there is no such group, StateError when the file cannot be read.
        """
        if by not in GROUPS:
            raise UsageError(f"calls are not grouped by {by!r}; known: {', '.join(GROUPS)}")
        rows = self._read(f"SELECT {by}, {_SUMS} FROM calls WHERE day >= ? GROUP BY {by}", (since or "",))  # noqa: S608  # names of ours
        found = [Sum(*row[:4], *(None if tokens is None else int(tokens) for tokens in row[4:6]), *row[6:]) for row in rows]
        return sorted(found, key=lambda one: one.key or "") if by == "day" else sorted(found, key=lambda one: (-attodollars(one.usd or "-1"), -one.calls, one.key or ""))

    def calls(self, since: "str | None" = None, most: int = 1000) -> "list[dict[str, Any]]":
        """Return the last *most* calls since the day *since*, latest first, with the keys of COLUMNS; what is JSON there is a value here."""
        import json

        rows = self._read(f"SELECT {', '.join(_NAMES)} FROM calls WHERE day >= ? ORDER BY id DESC LIMIT ?", (since or "", most))  # noqa: S608  # names of ours
        found = [dict(zip(_NAMES, row, strict=True)) for row in rows]
        for call in found:
            for name in ("attempts", "usage", "tags"):
                call[name] = None if call[name] is None else json.loads(call[name])
            for name in ("input_tokens", "output_tokens"):
                call[name] = None if call[name] is None else int(call[name])
        return found

    def prune(self, days: int) -> int:
        """Remove the calls of more than *days* days ago, and return how many those were; *hook* hears `ledger_pruned`."""
        if not os.path.exists(self._path):
            return 0
        before = from_number(int(self._clock() // 86_400) - days)
        removed: int = self._file().write(lambda execute: execute("DELETE FROM calls WHERE day < ?", (before,)).rowcount)
        self._tell("ledger_pruned", {"before": before, "calls": removed})
        return removed

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        if self._database is not None:
            self._database.close()

    def _write(self, row: "tuple[Any, ...]") -> bool:
        if self.reason is not None and self._timer() < self._retry_at:
            self._missed = [*self._missed, row][-_MOST_MISSED:]
            return False
        rows = [*self._missed, row]
        insert = f"INSERT INTO calls ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608  # names of ours

        def work(execute: "Callable[..., Any]") -> None:
            for one in rows:
                execute(insert, one)

        try:
            self._file().write(work)
        except StateError as error:
            is_news, self.reason, self._retry_at, self._missed = self.reason is None, error, self._timer() + RETRY_SECONDS, rows[-_MOST_MISSED:]
            if is_news:
                import warnings

                self._tell("ledger_down", {"reason": str(error)})
                warnings.warn(f"calls cannot be written down: {error}", LedgerWarning, stacklevel=3)
            return False
        self._missed = []
        if self.reason is not None:
            self.reason = None
            self._tell("ledger_up", {"calls": len(rows)})
        return True

    def _read(self, statement: str, values: "tuple[Any, ...]") -> "list[Any]":
        return self._file().read(statement, values) if os.path.exists(self._path) else []

    def _file(self) -> "Database":
        if self._database is None:
            from .state.database import Database

            self._database = Database(self._path, application=APPLICATION, version=VERSION, schema=SCHEMA, page_bytes=2048, busy_seconds=BUSY_SECONDS, prepare=_add_sums)
        return self._database

    def _tell(self, event: str, facts: "dict[str, Any]") -> None:
        if self._hook is not None:
            self._hook(event, facts)


class _ExactSum:
    """The sum of whole numbers of any size; None where there is none."""

    def __init__(self) -> None:
        self.total: int | None = None

    def step(self, value: "int | str | None") -> None:
        if value is not None:
            self.total = (self.total or 0) + self.read(value)

    def read(self, value: "int | str") -> int:
        return int(value)

    def finalize(self) -> "int | str | None":
        return None if self.total is None else _number(self.total)


class _UsdSum(_ExactSum):
    """The sum of amounts in USD, as text."""

    def read(self, value: "int | str") -> int:
        return attodollars(str(value))

    def finalize(self) -> "int | str | None":
        return None if self.total is None else money(self.total)


def _add_sums(connection: "sqlite3.Connection") -> None:
    connection.create_aggregate("exact_sum", 1, _ExactSum)  # type: ignore[arg-type]  # the stubs know whole numbers only
    connection.create_aggregate("usd_sum", 1, _UsdSum)  # type: ignore[arg-type]


def attodollars(usd: str) -> int:
    """
    Return an amount of USD as text, with at most 18 decimals, in attodollars.

    >>> attodollars("0.615"), attodollars("3")
    (615000000000000000, 3000000000000000000)
    """
    whole, _, fraction = usd.partition(".")
    return int(f"{whole}{fraction:0<18}")


def _number(number: int) -> "int | str":
    return number if number <= _LARGEST else str(number)


def _plain(text: "str | None") -> "str | None":
    """Return *text* without what is no character: arguments that are not UTF-8 hold such."""
    return None if text is None else text.encode(errors="backslashreplace").decode()


TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from .cost import Cost
    from .state.database import Database
