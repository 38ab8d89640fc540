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
from .sums import EXPRESSIONS, add_to, attodollars, column, read

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
_LAST_DAY = "9999-12-31"
_NAMES = tuple(name for name, _ in COLUMNS)

Attempt = namedtuple("Attempt", "route failure milliseconds")  # noqa: PYI024  # typing is not imported here
Attempt.__doc__ = "One attempt of a call: the route, as text, the class of its failure (None: it succeeded), and how long it took."


class LedgerWarning(RuntimeWarning):
    """Calls cannot be written down."""


class Ledger:
    """
    The ledger in the file at *path*, made, with its folder, when something is first written.

    Writing never fails a call that was made: while the file cannot be written, rows wait, *hook* hears `ledger_down` and `ledger_up`,
    and one line of warning is given. What waits is tried again every RETRY_SECONDS and by `close`; of more than 10,000 rows the
    first are lost, which the hook hears as `ledger_lost`. Reading raises StateError.
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
            *((None, None) if cost is None else map(column, (cost.usage.input_tokens, cost.usage.output_tokens))),
            None if cost is None else cost.state,
            None if cost is None or cost.attodollars is None else money(cost.attodollars),
            _plain(stop_reason),
            None if latency_ms is None else round(latency_ms),
            _plain(project),
            _plain(token),
            dumps({str(name): str(tag) for name, tag in tags.items()}) if tags else None,
        )
        with self._lock:
            return self._write(given)

    def sums(self, by: str = "model", since: "str | None" = None, until: "str | None" = None, project: "str | None" = None) -> "list[Sum]":
        """
        Return what the calls of the days from *since* to *until*, of *project*, used and cost: by day earliest first, by anything else dearest first.

        What is left out is of no matter. Raises UsageError when there is no such group, StateError when the file cannot be read.
        """
        if by not in GROUPS:
            raise UsageError(f"calls are not grouped by {by!r}; known: {', '.join(GROUPS)}")
        which = "day >= ?1 AND day <= ?2 AND (?3 IS NULL OR project = ?3)"
        rows = self._read(f"SELECT {by}, {EXPRESSIONS} FROM calls WHERE {which} GROUP BY {by}", (since or "", until or _LAST_DAY, _plain(project)))  # noqa: S608  # names of ours
        found = [read(row) for row in rows]
        return sorted(found, key=lambda one: one.key) if by == "day" else sorted(found, key=lambda one: (-attodollars(one.usd or "-1"), -one.calls, one.key or ""))

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
        with self._lock:
            if self._missed:
                self._retry_at = self._timer()
                self._write()
        if self._database is not None:
            self._database.close()

    def _write(self, *more: "tuple[Any, ...]") -> bool:
        rows = [*self._missed, *more]
        if self.reason is not None and self._timer() < self._retry_at:
            self._wait_with(rows)
            return False
        insert = f"INSERT INTO calls ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608  # names of ours

        def work(execute: "Callable[..., Any]") -> None:
            for one in rows:
                execute(insert, one)

        try:
            self._file().write(work)
        except StateError as error:
            is_news, self.reason, self._retry_at = self.reason is None, error, self._timer() + RETRY_SECONDS
            self._wait_with(rows)
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

    def _wait_with(self, rows: "list[tuple[Any, ...]]") -> None:
        self._missed = rows[-_MOST_MISSED:]
        if len(rows) > _MOST_MISSED:
            self._tell("ledger_lost", {"calls": len(rows) - _MOST_MISSED})

    def _read(self, statement: str, values: "tuple[Any, ...]") -> "list[Any]":
        return self._file().read(statement, values) if os.path.exists(self._path) else []

    def _file(self) -> "Database":
        if self._database is None:
            from .state.database import Database

            self._database = Database(self._path, application=APPLICATION, version=VERSION, schema=SCHEMA, page_bytes=2048, busy_seconds=BUSY_SECONDS, prepare=add_to)
        return self._database

    def _tell(self, event: str, facts: "dict[str, Any]") -> None:
        if self._hook is not None:
            self._hook(event, facts)


def _plain(text: "str | None") -> "str | None":
    """Return *text* without what is no character: arguments that are not UTF-8 hold such."""
    return None if text is None else text.encode(errors="backslashreplace").decode()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from .cost import Cost
    from .state.database import Database
    from .sums import Sum
