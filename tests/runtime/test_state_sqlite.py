"""State in SQLite keeps what every store promises, and more: among processes, after kills, with broken files."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.budget import Budget, Spender
from modelwright.runtime.errors import StateError
from modelwright.runtime.spending import Spending
from modelwright.runtime.state import OUTCOME_GRAIN_SECONDS, Line, Outcome, Shortage, Stretch
from modelwright.runtime.state.database import Database
from modelwright.runtime.state.sqlite import APPLICATION, SCHEMA, SqliteStore, _read, _written
from runtime.state.conformance import START, Clock, StoreConformance, line, rolling
from runtime.state.races import process, race

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class TestSqliteStore(StoreConformance):
    """Of one process."""

    @pytest.fixture
    def store(self, tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
        store = SqliteStore(tmp_path / "state.sqlite", clock=clock)
        yield store
        store.close()


class TestTwoSqliteStores(StoreConformance):
    """Every call goes to the one or the other of two stores of the same file, as if two processes took turns."""

    @pytest.fixture
    def store(self, tmp_path: Path, clock: Clock) -> Iterator[Any]:
        stores = [SqliteStore(tmp_path / "state.sqlite", clock=clock) for _ in range(2)]

        class InTurns:
            def __getattr__(self, name: str) -> Any:
                stores.reverse()
                return getattr(stores[0], name)

        yield InTurns()
        for store in stores:
            store.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(file, clock=Clock(), busy_seconds=0.2)
    yield store
    store.close()


def _used(store: SqliteStore) -> SqliteStore:
    assert isinstance(store.reserve([line()], START, START + 30), int)
    return store


# The file


def test_nobody_else_can_read_the_file_or_its_companions(store: SqliteStore, file: Path) -> None:
    before = os.umask(0)
    try:
        _used(store)
    finally:
        os.umask(before)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {f"state.sqlite{end}": 0o600 for end in ("", "-wal", "-shm")}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_is_kept_is_there_for_the_next_process(store: SqliteStore, file: Path) -> None:
    _used(store).swap("a", None, "one", START + 60)
    store.close()
    again = SqliteStore(file, clock=Clock())
    assert again.totals([line()], START) == [1]
    assert again.notes(["a"]) == {"a": "one"}
    again.close()


def test_a_file_of_another_version_is_left_alone(store: SqliteStore, file: Path) -> None:
    _used(store).close()
    other = sqlite3.connect(file)
    other.execute("PRAGMA user_version=9")
    other.close()
    with pytest.raises(StateError, match=r"its format is version 9; this modelwright reads version 2; upgrade modelwright, or move the file away") as found:
        store.notes(["a"])
    assert found.value.path == str(file)


EARLIER = (
    *SCHEMA[:-1],
    "CREATE TABLE outcomes (key TEXT NOT NULL, at INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL, PRIMARY KEY (key, at)) WITHOUT ROWID",
)
"""The tables of version 1, whose outcomes knew successes and failures only."""


def test_a_file_of_the_first_version_keeps_its_budgets_and_outcomes(store: SqliteStore, file: Path) -> None:
    _used(store).close()
    made = [text for (text,) in store._database.read("SELECT sql FROM sqlite_master WHERE name = 'outcomes'")]
    store.close()
    file.unlink()
    earlier = Database(file, application=APPLICATION, version=1, schema=EARLIER, page_bytes=512)
    at = int(START // OUTCOME_GRAIN_SECONDS) * OUTCOME_GRAIN_SECONDS
    earlier.write(lambda execute: [execute("INSERT INTO totals VALUES ('s', ?, '7')", (line("s").until_ms,)), execute("INSERT INTO outcomes VALUES ('k', ?, 2, 1)", (at,))])

    assert store.totals([line("s")], START) == [7]
    store.see([Outcome("k", 1, timed=1, milliseconds=80)], START)
    assert store.outcomes(["k"], START) == {"k": [Stretch(at, 3, 1, timed=1, milliseconds=80)]}
    with pytest.raises(StateError):
        earlier.write(lambda execute: execute("INSERT INTO outcomes VALUES ('k', 15, 1, 0)"))
    with pytest.raises(StateError, match="its format is version 2; this modelwright reads version 1"):
        earlier.read("SELECT 1")
    columns = [name for _, name, *_ in store._database.read("PRAGMA table_info(outcomes)")]
    assert columns == ["key", "at", *Outcome._fields[1:]]
    assert all(name in made[0] for name in columns)


def test_several_may_upgrade_a_file_at_once(file: Path) -> None:
    for _ in range(5):
        earlier = Database(file, application=APPLICATION, version=1, schema=EARLIER, page_bytes=512)
        earlier.read("SELECT 1")
        earlier.close()
        stores = [SqliteStore(file, clock=Clock()) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda store: store.see([Outcome("k", 1)], START), stores))
        assert stores[0].outcomes(["k"], START)["k"][0].successes == 4
        for store in stores:
            store.close()
        file.unlink()


def test_a_database_of_something_else_is_left_alone(store: SqliteStore, file: Path) -> None:
    file.parent.mkdir()
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE letters (letter)")
    other.close()
    before = file.read_bytes()
    with pytest.raises(StateError, match="it is a database of something else; name another file"):
        store.notes(["a"])
    assert file.read_bytes() == before
    other = sqlite3.connect(file)
    other.execute("DROP TABLE letters")
    other.execute(f"PRAGMA user_version={1}")
    other.close()
    with pytest.raises(StateError, match="something else"):
        store.notes(["a"])


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be read as the head of one" * 20, b"SQLite format 3\0" + b"\xff" * 2000])
def test_a_file_that_is_no_database_is_left_alone(store: SqliteStore, file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(StateError, match=r"it is damaged, or no file of SQLite .*; move it away"):
        _used(store)
    assert file.read_bytes() == content


def test_damage_inside_is_told_and_what_is_good_again_is_used(store: SqliteStore, file: Path) -> None:
    for number in range(200):
        assert isinstance(store.reserve([line(f"series {number}")], START, START + 30), int)
    store.close()
    good = file.read_bytes()
    file.write_bytes(good[:512] + Random(1).randbytes(len(good) - 512))
    with pytest.raises(StateError, match="it is damaged"):
        store.totals([line(f"series {number}") for number in range(200)], START)
    file.write_bytes(good)
    assert store.totals([line("series 7")], START) == [1]


def test_what_cannot_be_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    for path, reason in ((tmp_path, "is a directory"), (tmp_path / "taken" / "x.sqlite", "file exists|not a directory"), ("a\0b", "null")):
        with pytest.raises((StateError, ValueError), match=reason):
            SqliteStore(path).notes(["a"])


def test_a_file_that_vanishes_is_made_anew_by_who_opens_it(store: SqliteStore, file: Path) -> None:
    _used(store).close()
    for path in list(file.parent.iterdir()):
        path.unlink()
    assert store.totals([line()], START) == [0]


def test_an_empty_file_is_filled(store: SqliteStore, file: Path) -> None:
    file.parent.mkdir()
    file.touch()
    _used(store)


def test_a_locked_file_is_waited_for_and_then_told(store: SqliteStore, file: Path) -> None:
    _used(store)
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match=r"another process has kept it locked for 0\.2 s; find out which with `fuser`"):
        _used(store)
    assert store.notes(["a"]) == {}  # reading goes on
    ends = threading.Timer(0.05, lambda: other.execute("ROLLBACK"))
    ends.start()
    _used(store)
    ends.join()
    other.close()


def test_a_step_that_is_interrupted_changes_nothing(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    _used(store)

    def interrupted(lines: Any) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("modelwright.runtime.state.sqlite._written", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.reserve([line(amount=3)], START, START + 30)
    assert store.totals([line()], START) == [1]


def test_where_nothing_more_can_be_written_nothing_has_changed(store: SqliteStore) -> None:
    _used(store)
    store._database.read("PRAGMA max_page_count=1")
    with pytest.raises(StateError, match="database or disk is full; see that the folder is there, can be written, and has room"):
        [store.swap(f"key {number}", None, "x" * 400, START + 60) for number in range(100)]
    assert store.totals([line()], START) == [1]


def test_a_connection_that_breaks_is_replaced(store: SqliteStore) -> None:
    _used(store)
    connection = store._database._connection
    assert connection is not None
    connection.close()
    with pytest.raises(StateError, match="closed"):
        _used(store)
    _used(store)
    assert store.totals([line()], START) == [2]


def test_ids_go_on_in_another_place_when_they_are_used_up(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.runtime.state.database._IDS", 3)
    ids = [store.reserve([line(limit=None)], START, START + 30) for _ in range(10)]
    assert len(set(ids)) == 10


def test_lines_are_read_back_as_they_were_written() -> None:
    lines = [line("a 1 0 2 3 b", 10**30, until_ms=0), rolling(START, 60, 0, series=""), line("\n ü", 5)]
    assert [one[:4] for one in _read(_written(lines))] == [one[:4] for one in lines]


# Processes


@pytest.mark.parametrize("limit", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_four_processes_are_granted_exactly_the_limit(limit: int, file: Path, tmp_path: Path) -> None:
    granted = race(f"sqlite:{file}", tmp_path, "grab", limit, limit)
    assert sum(granted) == limit
    store = SqliteStore(file, clock=Clock())
    assert store.totals([line(limit=limit)], START) == [limit]
    assert store.totals([line(limit=limit)], START + 600) == [sum((number + 1) // 2 for number in granted)]  # those that were settled
    store.close()


def test_four_processes_spend_ten_cents_and_no_more(file: Path, tmp_path: Path) -> None:
    assert sum(race(f"sqlite:{file}", tmp_path, "spend", "0.10")) == 33
    spending = Spending(SqliteStore(file, clock=Clock()), [Budget("cost", "0.10", period="daily")])
    assert [left for _, left, _ in spending.left(Spender("work", "acme/large"))] == [10**15]


def test_what_a_killed_process_had_reserved_returns_after_its_lease(store: SqliteStore, file: Path) -> None:
    holder = process("hold", f"sqlite:{file}", 10)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    assert store.reserve([line(amount=4)], START + 29.9, START + 60) == Shortage(0, 7, None)
    assert isinstance(store.reserve([line(amount=4)], START + 30, START + 60), int)
    assert store.totals([line()], START + 30) == [4]


@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=pytest.mark.slow)])
def test_a_process_killed_at_any_moment_leaves_whole_steps(kills: int, tmp_path: Path) -> None:
    for number in range(kills):
        file = tmp_path / f"{number}.sqlite"
        stormy = process("storm", f"sqlite:{file}")
        assert stormy.stdout is not None
        stormy.stdout.readline()
        timer = threading.Timer(0.002 + 0.05 * Random(number).random(), stormy.send_signal, [signal.SIGKILL])
        timer.start()
        said = stormy.communicate()[0].split("\n")
        ended = sum(text.startswith("end ") for text in said)
        store = SqliteStore(file, clock=Clock())
        period, moment = store.totals([Line("s", 1_795_046_400_000, False, 0, None, 0), Line("r", 1_795_046_400_000, True, 0, None, 0)], START + 30)
        assert period == moment
        assert period in (3 * ended, 3 * ended + 3)
        seen = sum(stretch.successes for stretch in store.outcomes(["k"], START).get("k", ()))
        assert 3 * seen == period
        assert store.notes(["n"]).get("n") in ({str(ended), str(ended + 1)} if ended else {None, "1"})
        assert isinstance(store.reserve([line(limit=None)], START, START + 30), int)
        assert store._database.read("PRAGMA integrity_check") == [("ok",)]
        store.close()


def _child(store: SqliteStore, answers: Any) -> None:
    answers.put([store.reserve([line(limit=None)], START, START + 600) for _ in range(20)])


def test_a_store_goes_on_in_a_forked_process(store: SqliteStore) -> None:
    _used(store)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    store._database._lock.acquire()  # as if another thread were in the middle of something
    try:
        child = context.Process(target=_child, args=(store, answers))
        child.start()
        theirs = answers.get(timeout=20)
    finally:
        store._database._lock.release()
    child.join()
    ours = [store.reserve([line(limit=None)], START, START + 600) for _ in range(20)]
    assert len({*theirs, *ours}) == 40
    assert store.totals([line()], START) == [41]


def test_many_open_a_new_file_at_once(file: Path) -> None:
    barrier = threading.Barrier(8)
    stores = [SqliteStore(file, clock=Clock()) for _ in range(8)]

    def use(store: SqliteStore) -> None:
        barrier.wait()
        _used(store)

    threads = [threading.Thread(target=use, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].totals([line()], START) == [8]
    for store in stores:
        store.close()


def test_a_file_that_stays_locked_while_it_is_made_is_told(file: Path) -> None:
    file.parent.mkdir()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StateError, match="locked"):
        SqliteStore(file, busy_seconds=0.05).notes(["a"])
    other.close()


@pytest.mark.parametrize("seconds", [0.03, None])
def test_a_file_that_somebody_reads_while_it_is_made_is_waited_for(seconds: float | None, file: Path) -> None:
    file.parent.mkdir()
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN")
    other.execute("SELECT * FROM sqlite_master").fetchall()
    store = SqliteStore(file, busy_seconds=0.1 if seconds is None else 20)
    if seconds is None:
        with pytest.raises(StateError, match="locked"):
            store.notes(["a"])
    else:
        ends = threading.Timer(seconds, lambda: other.execute("ROLLBACK"))
        ends.start()
        assert store.notes(["a"]) == {}
        ends.join()
    store.close()
    other.close()


def test_who_is_told_to_come_back_while_the_file_is_made_does(store: SqliteStore, file: Path) -> None:
    database = store._database
    told: list[str] = []
    database._make_file()
    connection = sqlite3.connect(file, isolation_level=None)

    def execute(statement: str) -> sqlite3.Cursor:
        if statement == "PRAGMA journal_mode=WAL" and not told:
            told.append(statement)
            busy = sqlite3.OperationalError("database is locked")
            busy.sqlite_errorname = "SQLITE_BUSY"
            raise busy
        return connection.execute(statement)

    database._prepare(execute)
    connection.close()
    assert told
    assert _used(store).totals([line()], START) == [1]


def test_a_database_has_its_own_mark(store: SqliteStore, file: Path) -> None:
    _used(store)
    assert store._database.read("PRAGMA application_id") == [(APPLICATION,)]
    with pytest.raises(StateError, match="something else"):
        Database(file, application=1, version=1, schema=(), page_bytes=512).read("SELECT 1")


def test_who_only_looks_finds_what_is_there_and_changes_nothing(store: SqliteStore, file: Path) -> None:
    held, gone = line("held", 3), line("gone", 4)
    store.reserve([held], START, START + 600)
    store.reserve([gone], START, START + 1)
    store.swap("a", None, "one", START + 600)
    store.close()
    before, now = file.read_bytes(), START + 2
    looking = SqliteStore(file, keeps=False)
    for _ in range(2):
        assert looking.totals([held, gone], now) == [3, 0]  # the second was to be given back
        assert isinstance(looking.reserve([held], now, now + 1), int)
        assert looking.notes(["a"]) == {"a": "one"}
    looking.close()
    assert file.read_bytes() == before
    with pytest.raises(StateError, match="no such file"):
        SqliteStore(file.with_name("none"), keeps=False).notes(["a"])
    assert not file.with_name("none").exists()
