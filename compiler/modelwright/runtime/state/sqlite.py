"""
State in a file of SQLite: of all processes of one machine, and there again after they have ended.

Amounts are text: a file of SQLite counts to 2⁶³, which in attodollars is nine dollars, and beyond that in floating point. They
are added up here, inside the transaction. A call takes two transactions; with one budget, of five statements each.
"""

from time import time

from . import KEPT_MS, OUTCOME_GRAIN_SECONDS, OUTCOMES_KEPT_SECONDS, TIDY_SECONDS, Line, Outcome, Shortage, Stretch
from .database import BUSY_SECONDS, Database

APPLICATION = 0x6D775354
VERSION = 2
_COUNTS = Outcome._fields[1:]
SCHEMA = (
    "CREATE TABLE notes (key TEXT PRIMARY KEY, note TEXT NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID",
    # Of a rolling series until_ms is 0, and its parts are in moments.
    "CREATE TABLE totals (series TEXT NOT NULL, until_ms INTEGER NOT NULL, total TEXT NOT NULL, PRIMARY KEY (series, until_ms)) WITHOUT ROWID",
    "CREATE TABLE moments (series TEXT NOT NULL, until_ms INTEGER NOT NULL, amount TEXT NOT NULL, PRIMARY KEY (series, until_ms)) WITHOUT ROWID",
    "CREATE TABLE reservations (id INTEGER PRIMARY KEY, lease_until REAL NOT NULL, lines TEXT NOT NULL)",
    f"CREATE TABLE outcomes (key TEXT NOT NULL, at INTEGER NOT NULL, {''.join(f'{name} INTEGER NOT NULL, ' for name in _COUNTS)}PRIMARY KEY (key, at)) WITHOUT ROWID",
)
UPGRADES = {1: tuple(f"ALTER TABLE outcomes ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0" for name in _COUNTS[2:])}
"""What makes a file of an earlier version one of the next."""
_PAGE_BYTES = 512
"""Rows are short, and each commit writes the pages they are in: measured 25, 28 and 41 µs a call at 512, 1024 and 4096."""
_TOTAL = "SELECT total FROM totals WHERE series = ? AND until_ms = ?"
_PUT_TOTAL = "INSERT INTO totals VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET total = excluded.total"
_MOMENT = "SELECT amount FROM moments WHERE series = ? AND until_ms = ?"
_PUT_MOMENT = "INSERT INTO moments VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = excluded.amount"
_HOLD = "INSERT INTO reservations VALUES (?, ?, ?)"
_LET_GO = "DELETE FROM reservations WHERE id = ?"
_SEE = f"INSERT INTO outcomes VALUES (?, ?{', ?' * len(_COUNTS)}) ON CONFLICT DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in _COUNTS)}"  # noqa: S608


class SqliteStore:
    """
    A `Store` in the file at *path*, made, with its folder, when it is first used.

    Waits *busy_seconds* for its turn; raises StateError after that, and for whatever else is wrong with the file. One that *keeps* nothing
    changes nothing, and makes no file.
    """

    __slots__ = ("_clock", "_database", "_tidy_at")

    def __init__(self, path: "str | os.PathLike[str]", *, clock: "Callable[[], float]" = time, busy_seconds: float = BUSY_SECONDS, keeps: bool = True) -> None:
        self._clock = clock
        self._database = Database(path, application=APPLICATION, version=VERSION, schema=SCHEMA, upgrades=UPGRADES, page_bytes=_PAGE_BYTES, busy_seconds=busy_seconds, keeps=keeps)
        self._tidy_at = 0.0

    def now(self) -> float:
        return self._clock()

    def notes(self, keys: "Iterable[str]") -> "dict[str, str]":
        wanted = tuple(keys)
        return dict(self._database.read(f"SELECT key, note FROM notes WHERE key IN ({','.join('?' * len(wanted))})", wanted))  # noqa: S608  # question marks only

    def swap(self, key: str, old: "str | None", new: "str | None", expires_at: float) -> bool:
        def work(execute: "Execute") -> bool:
            if old is None and new is None:
                return execute("SELECT 1 FROM notes WHERE key = ?", (key,)).fetchone() is None
            if old is None:
                return bool(execute("INSERT INTO notes VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (key, new, expires_at)).rowcount)
            if new is None:
                return bool(execute("DELETE FROM notes WHERE key = ? AND note = ?", (key, old)).rowcount)
            return bool(execute("UPDATE notes SET note = ?, expires_at = ? WHERE key = ? AND note = ?", (new, expires_at, key, old)).rowcount)

        return self._database.write(work)  # type: ignore[no-any-return]

    def reserve(self, lines: "Sequence[Line]", now: float, lease_until: float) -> "int | Shortage":
        def work(execute: "Execute") -> "int | Shortage":
            if now >= self._tidy_at:
                self._tidy(execute, now)
            totals: list[int] = []
            short = _shortage(execute, lines, now, totals)
            if short is not None and (not _take_back(execute, now) or (short := _shortage(execute, lines, now, totals)) is not None):
                return short
            for (series, until, is_rolling, amount, _, _), total in zip(lines, totals, strict=True):
                if is_rolling:
                    _book_moment(execute, series, until, amount, total)
                else:
                    execute(_PUT_TOTAL, (series, until, str(total + amount)))
            reservation = self._database.new_id()
            execute(_HOLD, (reservation, lease_until, _written(lines)))
            return reservation

        return self._database.write(work)  # type: ignore[no-any-return]

    def settle(self, reservation: int, lines: "Sequence[Line]", amounts: "Sequence[int]", now: float, outcomes: "Iterable[Outcome]" = ()) -> None:
        def work(execute: "Execute") -> None:
            is_held = execute(_LET_GO, (reservation,)).rowcount
            for line, amount in zip(lines, amounts, strict=True):
                change = amount - line[3] if is_held else amount
                if change:
                    _adjust(execute, line, change, now)
            if outcomes:
                self._see(execute, outcomes, now)

        self._database.write(work)

    def totals(self, lines: "Sequence[Line]", now: float) -> "list[int]":
        def work(execute: "Execute") -> list[int]:
            _take_back(execute, now)
            return [_total(execute, line[0], line[1], line[2], now) for line in lines]

        return self._database.write(work)  # type: ignore[no-any-return]

    def see(self, outcomes: "Iterable[Outcome]", now: float) -> None:
        self._database.write(lambda execute: self._see(execute, outcomes, now))

    def outcomes(self, keys: "Iterable[str]", now: float, seconds: float = OUTCOMES_KEPT_SECONDS) -> "dict[str, list[Stretch]]":
        wanted = tuple(keys)
        statement = f"SELECT key, at, {', '.join(_COUNTS)} FROM outcomes WHERE key IN ({','.join('?' * len(wanted))}) AND at > ? ORDER BY at"  # noqa: S608
        found: dict[str, list[Stretch]] = {}
        for key, *counts in self._database.read(statement, (*wanted, now - min(seconds, OUTCOMES_KEPT_SECONDS))):
            found.setdefault(key, []).append(Stretch(*counts))
        return found

    def close(self) -> None:
        self._database.close()

    def _see(self, execute: "Execute", outcomes: "Iterable[Outcome]", now: float) -> None:
        if now >= self._tidy_at:
            self._tidy(execute, now)
        at = int(now // OUTCOME_GRAIN_SECONDS) * OUTCOME_GRAIN_SECONDS
        for key, *counts in outcomes:
            execute(_SEE, (key, at, *counts))

    def _tidy(self, execute: "Execute", now: float) -> None:
        """Throw away what no longer counts, whoever wrote it."""
        self._tidy_at = now + TIDY_SECONDS
        _take_back(execute, now)
        execute("DELETE FROM totals WHERE until_ms > 0 AND until_ms <= ?", (now * 1000 - KEPT_MS,))
        for (series,) in execute("SELECT series FROM totals WHERE until_ms = 0").fetchall():
            if not _total(execute, series, 0, True, now):
                execute("DELETE FROM totals WHERE series = ? AND until_ms = 0", (series,))
        execute("DELETE FROM notes WHERE expires_at <= ?", (now,))
        execute("DELETE FROM outcomes WHERE at <= ?", (now - OUTCOMES_KEPT_SECONDS,))


def _shortage(execute: "Execute", lines: "Sequence[Line]", now: float, totals: "list[int]") -> "Shortage | None":
    """Return what is short; None: nothing, and *totals* are what is booked line by line."""
    totals.clear()
    for series, until, is_rolling, _, limit, needs in lines:
        total = _total(execute, series, until, is_rolling, now)
        if limit is not None and (total >= limit or total + needs > limit):
            return Shortage(len(totals), total, _frees_at(execute, series, total, limit, needs) if is_rolling else None)
        totals.append(total)
    return None


def _total(execute: "Execute", series: str, until: int, is_rolling: bool, now: float) -> int:
    """Return what is booked; of a rolling series the moments that no longer count are dropped."""
    row = execute(_TOTAL, (series, 0 if is_rolling else until)).fetchone()
    total = int(row[0]) if row else 0
    if row and is_rolling:
        gone = execute("DELETE FROM moments WHERE series = ? AND until_ms <= ? RETURNING amount", (series, now * 1000)).fetchall()
        if gone:
            total -= sum(int(amount) for (amount,) in gone)
            execute(_PUT_TOTAL, (series, 0, str(total)))
    return total


def _book_moment(execute: "Execute", series: str, until: int, change: int, total: int) -> None:
    row = execute(_MOMENT, (series, until)).fetchone()
    known = int(row[0]) if row else 0
    change = max(change, -known)  # what was taken off with its moment is not taken off again when a clock is put back
    if change:
        execute(_PUT_MOMENT, (series, until, str(known + change)))
        execute(_PUT_TOTAL, (series, 0, str(total + change)))


def _adjust(execute: "Execute", line: "Line", change: int, now: float) -> None:
    """Book a change of what was reserved earlier, unless it has stopped counting."""
    series, until, is_rolling, _, _, _ = line
    if until + (0 if is_rolling else KEPT_MS) <= now * 1000:
        return
    total = _total(execute, series, until, is_rolling, now)
    if is_rolling:
        _book_moment(execute, series, until, change, total)
    else:
        execute(_PUT_TOTAL, (series, until, str(max(0, total + change))))


def _take_back(execute: "Execute", now: float) -> bool:
    """Unbook what was not settled in time; tell whether there was anything."""
    late = execute("DELETE FROM reservations WHERE lease_until <= ? RETURNING lines", (now,)).fetchall()
    for (text,) in late:
        for line in _read(text):
            _adjust(execute, line, -line[3], now)
    return bool(late)


def _frees_at(execute: "Execute", series: str, total: int, limit: int, needs: int) -> "int | None":
    for until, amount in execute("SELECT until_ms, amount FROM moments WHERE series = ? ORDER BY until_ms", (series,)).fetchall():
        total -= int(amount)
        if total < limit and total + needs <= limit:
            return until  # type: ignore[no-any-return]
    return None


def _written(lines: "Sequence[Line]") -> str:
    return "".join([f"{until} {is_rolling:d} {amount} {len(series)} {series}" for series, until, is_rolling, amount, _, _ in lines])


def _read(text: str) -> "Iterator[Line]":
    while text:
        until, is_rolling, amount, length, text = text.split(" ", 4)
        yield Line(text[: int(length)], int(until), is_rolling == "1", int(amount), None, 0)
        text = text[int(length) :]


TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Execute = Callable[..., sqlite3.Cursor]
