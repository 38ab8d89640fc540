"""State on Redis keeps what every store promises, and what a server that many share asks for besides."""

from __future__ import annotations

import multiprocessing
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.errors import StateError, StateForgottenError
from modelwright.runtime.state import KEPT_MS, OUTCOMES_KEPT_SECONDS, Outcome, redis as module, server as server_module
from modelwright.runtime.state.redis import RedisStore
from runtime.state.conformance import DAY_END_MS, START, Clock, StoreConformance, line, rolling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelwright.runtime.state import Store
    from runtime.state.redis_server import RedisServer


class _Conformance(StoreConformance):
    @pytest.fixture(autouse=True)
    def of_server(self, server: RedisServer) -> None:
        self.server = server

    def test_what_is_forgotten_is_gone_when_the_clock_is_put_back(self, store: Store, clock: Clock) -> None:
        store.see([Outcome("a", 1)], clock())
        (key,) = self.server.client.keys("*a")  # which the server's own clock takes away
        assert OUTCOMES_KEPT_SECONDS <= self.server.client.ttl(key) <= OUTCOMES_KEPT_SECONDS + 60


class TestRedisStore(_Conformance):
    """Of one process."""

    @pytest.fixture
    def store(self, server: RedisServer, clock: Clock) -> Iterator[RedisStore]:
        store = RedisStore(server.url, clock=clock)
        yield store
        store.close()


class TestTwoRedisStores(_Conformance):
    """Every call goes to the one or the other of two stores, as if two machines took turns."""

    @pytest.fixture
    def store(self, server: RedisServer, clock: Clock) -> Iterator[Any]:
        stores = [RedisStore(server.url, clock=clock, view_seconds=0) for _ in range(2)]

        class InTurns:
            def __getattr__(self, name: str) -> Any:
                stores.reverse()
                return getattr(stores[0], name)

        yield InTurns()
        for store in stores:
            store.close()


@pytest.fixture
def store(server: RedisServer) -> Iterator[RedisStore]:
    store = RedisStore(server.url, clock=Clock())
    yield store
    store.close()


def _used(store: RedisStore, amount: int = 1) -> int:
    found = store.reserve([line(amount=amount)], START, START + 30)
    assert isinstance(found, int)
    return found


# What is kept


def test_everything_expires_but_what_is_under_way_and_nothing_is_left_of_that(store: RedisStore, server: RedisServer) -> None:
    lines = [line(amount=3, limit=None), rolling(START, 60, 3, None)]
    for _ in range(3):
        held = store.reserve(lines, START, START + 600)
        assert isinstance(held, int)
        store.settle(held, lines, [1, 2], START, [Outcome("k", 1)])
    store.swap("a", None, "one", START + 60)
    left = {key.decode().removeprefix("{modelwright}:").partition(":")[0]: server.client.pttl(key) for key in server.client.scan_iter()}
    assert left.pop("b") == -1  # when the first was booked: one short key, by which a loss is seen
    assert sorted(left) == ["a", "d", "m", "n", "o", "t"]
    day_ms = DAY_END_MS - START * 1000 + KEPT_MS
    longest = {"a": 120_000, "d": 600_000, "m": 120_000, "n": 61_000, "o": OUTCOMES_KEPT_SECONDS * 1000 + 60_000, "t": day_ms}
    assert all(longest[kind] - 30_000 < ms <= longest[kind] for kind, ms in left.items()), left
    store.reserve(lines, START, START + 600)
    store.totals(lines, START + 600)
    assert not server.client.exists("{modelwright}:h", "{modelwright}:l")


def test_a_rolling_series_keeps_no_moment_that_has_passed(store: RedisStore, server: RedisServer) -> None:
    for second in range(100):
        now = START + second
        held = store.reserve([rolling(now, 10, 2, None)], now, now + 600)
        assert isinstance(held, int)
        store.settle(held, [rolling(now, 10, 2, None)], [0 if second % 2 else 1], now)
    assert server.client.zcard("{modelwright}:m:r") == 5
    assert server.client.hlen("{modelwright}:a:r") == 6
    assert store.totals([rolling(START, 10)], START + 200) == [0]
    assert not server.client.keys("{modelwright}:[am]:*")


def test_who_needs_much_of_a_window_of_many_moments_is_told_when_there_is_room(store: RedisStore) -> None:
    for second in range(450):
        assert isinstance(store.reserve([rolling(START + second / 1000, 60, 1, None)], START, START + 600), int)
    short = store.reserve([rolling(START, 60, 430, 450)], START, START + 600)
    assert short == (0, 450, int((START + 60.429) * 1000))


def test_outcomes_of_long_ago_are_dropped_where_a_key_is_never_quiet(store: RedisStore, server: RedisServer) -> None:
    for quarter in range(450):
        store.see([Outcome("k", 1)], START + 15 * quarter)
    assert server.client.hlen("{modelwright}:o:k") <= 441


def test_a_settlement_that_is_sent_twice_counts_once(store: RedisStore) -> None:
    held = _used(store, 5)
    for _ in range(3):
        store.settle(held, [line(amount=5)], [2], START, [Outcome("k", 1)])
    store.settle(0, [line(amount=5)], [1], START)
    store.settle(0, [line(amount=5)], [1], START)
    assert store.totals([line()], START) == [4]
    assert store.outcomes(["k"], START)["k"][0][1:3] == (1, 0)


def test_a_reservation_whose_answer_was_lost_is_given_back_as_soon_as_that_can_be_said(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    _used(store)
    real = type(store._server).ask
    lost = ["reserve", "settle"]

    def ask(server: Any, command: str, *words: str) -> Any:
        answer = real(server, command, *words)
        if command in lost:
            lost.remove(command)
            raise StateError("there", "it does not answer in time", "wait")
        return answer

    monkeypatch.setattr(type(store._server), "ask", ask)
    with pytest.raises(StateError):
        _used(store, 5)
    assert store.totals([line()], START) == [6]  # which asks to have it back, and does not hear that it is
    assert (lost, len(store._doubted)) == ([], 1)
    assert [store.totals([line()], START) for _ in range(2)] == [[1], [1]]
    assert store._doubted == []


def test_a_reservation_that_was_given_back_before_it_was_made_is_not_made(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "new_id", lambda: 7)
    store.settle(7, [line(amount=5)], [0], START)
    with pytest.raises(StateError, match="the reservation is settled"):
        _used(store, 5)
    assert store.totals([line()], START) == [0]


def test_a_connection_that_was_closed_while_nobody_used_it_is_replaced(store: RedisStore, server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_FRESH_SECONDS", 0.0)
    for _ in range(2):
        _used(store)
    assert server.client.client_kill_filter(_type="normal", skipme=True) >= 1  # of other tests there may be more
    _used(store)
    assert store.totals([line()], START) == [3]


def test_scripts_that_the_server_has_forgotten_are_sent_again(store: RedisStore, server: RedisServer) -> None:
    _used(store)
    server.client.script_flush()
    _used(store)
    assert store.totals([line()], START) == [2]


def test_a_connection_that_nobody_used_for_long_is_replaced(store: RedisStore, server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    _used(store)
    monkeypatch.setattr(server_module, "_FRESH_SECONDS", 0.0)
    before = server.client.info("stats")["total_connections_received"]
    _used(store)
    assert server.client.info("stats")["total_connections_received"] == before
    monkeypatch.setattr(server_module, "_KEPT_SECONDS", 0.0)
    _used(store)
    assert server.client.info("stats")["total_connections_received"] == before + 1


def test_that_the_server_has_forgotten_what_was_booked_is_told_once_to_each_who_had_booked(server: RedisServer, store: RedisStore) -> None:
    other, late = (RedisStore(server.url, clock=Clock()) for _ in range(2))
    for one in (store, other):
        _used(one, 5)
    server.client.flushall()
    _used(late)
    for one in (store, other):
        with pytest.raises(StateForgottenError, match=r"has forgotten what was booked, as when it is started anew; `appendonly yes` lets it remember"):
            _used(one, 5)
        assert [one.totals([line()], START) for _ in range(2)] == [[6], [1]]  # what was reserved then is given back
    for one in (store, other, late):
        _used(one)
        one.close()
    assert store.totals([line()], START) == [4]


# Time


@pytest.mark.parametrize("ahead", [-7200.0, 0.0, 30.0])
def test_the_time_is_the_servers_whatever_the_clock_of_the_machine_says(ahead: float, server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for one in (module, server_module):
        monkeypatch.setattr(one, "time", lambda: time.time() + ahead)
    store = RedisStore(server.url)
    ask = store._server.ask

    def heard(_: Any, *words: str) -> Any:
        asked.append(words[0])
        return ask(*words)

    monkeypatch.setattr(type(store._server), "ask", heard)
    before = time.time()
    first = store.now()
    assert before - 0.5 < first < time.time() + 0.5
    store.notes(["a"])
    assert before - 0.5 < store.now() < time.time() + 0.5
    assert asked == ["time", "notes"]
    ahead += 3600  # the machine slept, or its clock was set
    assert before - 0.5 < store.now() < time.time() + 0.5
    assert asked == ["time", "notes", "time"]
    store.close()


def test_while_the_server_is_down_the_clock_of_the_machine_goes_on_and_nobody_waits_twice(monkeypatch: pytest.MonkeyPatch, server: RedisServer) -> None:
    store = RedisStore("redis://127.0.0.1:1")
    before = time.time()
    assert before <= store.now() <= time.time()
    monkeypatch.setattr(type(store._server), "ask", lambda *_: pytest.fail("it was asked again"))
    assert before <= store.now() <= time.time()


# What was read lately


def test_what_others_saw_is_read_a_second_later_and_what_was_seen_here_at_once(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    timer, read, ask = Clock(0), list[Any](), RedisStore._ask
    store, other = (RedisStore(server.url, clock=Clock(), timer=timer) for _ in range(2))

    def counted(self: RedisStore, command: str, *words: Any) -> Any:
        if command == "outcomes":
            read.extend(words[3:])
        return ask(self, command, *words)

    monkeypatch.setattr(RedisStore, "_ask", counted)

    def successes(*keys: str) -> list[int]:
        return [sum(one.successes for one in store.outcomes(keys, START, 60).get(key, [])) for key in keys]

    def keys_read() -> list[str]:
        found = read[:]
        read.clear()
        return found

    other.see([Outcome("a", 1), Outcome("b", 1)], START)
    assert (successes("a", "b"), keys_read()) == ([1, 1], ["a", "b"])
    other.see([Outcome("a", 1), Outcome("b", 1)], START)
    assert (successes("a", "b"), keys_read()) == ([1, 1], [])
    store.see([Outcome("a", 1)], START)
    assert (successes("a", "b"), keys_read()) == ([3, 1], ["a"])
    timer.now = 0.999
    held = _used(store)
    store.settle(held, [line(amount=1)], [1], START, iter([Outcome("b", 1)]))
    assert (successes("a", "b"), keys_read()) == ([3, 3], ["b"])
    timer.now = 1.0
    other.see([Outcome("a", 1), Outcome("b", 1)], START)
    assert (successes("a", "b"), keys_read()) == ([4, 3], ["a"])
    assert "a" in store.outcomes(["a"], START - 10, 600)
    assert keys_read() == ["a"]  # of a longer time than was read
    assert store.outcomes(["a"], START + 90, 60) == {}
    assert keys_read() == []
    store.close()
    other.close()


def test_what_was_read_is_believed_for_a_second_and_what_was_written_at_once(server: RedisServer) -> None:
    timer = Clock(0)
    one, two = (RedisStore(server.url, clock=Clock(), timer=timer) for _ in range(2))
    assert one.notes(["a", "b"]) == two.notes(["a"]) == {}
    assert two.swap("a", None, "cooled", START + 60)
    assert two.notes(["a"]) == {"a": "cooled"}
    asked = server.client.info("commandstats")["cmdstat_evalsha"]["calls"]
    timer.now = 0.999
    assert one.notes(["a", "b"]) == {}
    assert server.client.info("commandstats")["cmdstat_evalsha"]["calls"] == asked
    timer.now = 1.0
    assert one.notes(["a", "b"]) == {"a": "cooled"}
    assert not one.swap("a", None, "mine", START + 60)
    assert two.swap("a", "cooled", "warm", START + 60)
    assert not one.swap("a", "cooled", "mine", START + 60)
    assert one.notes(["a"]) == {"a": "warm"}  # who was too late sees at once what is there
    one.close()
    two.close()


def test_a_note_that_expires_is_gone_by_then_also_where_it_was_read_lately(server: RedisServer) -> None:
    clock = Clock()
    store = RedisStore(server.url, clock=clock, timer=Clock(0))
    store.swap("a", None, "one", START + 0.5)
    assert store.notes(["a"]) == {"a": "one"}
    clock.now += 0.5
    assert store.notes(["a"]) == {}
    store.close()


def test_what_is_remembered_is_bounded(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_VIEWED", 10)
    for number in range(50):
        store.notes([str(number)])
        store.outcomes([str(number)], START)
    assert max(len(store._view), len(store._shown)) <= 11


# Threads and processes


def _child(store: RedisStore, answers: Any) -> None:
    answers.put([_used_without_limit(store) for _ in range(20)])


def _used_without_limit(store: RedisStore) -> int | Any:
    return store.reserve([line(limit=None)], START, START + 600)


def test_a_store_goes_on_in_a_forked_process(store: RedisStore) -> None:
    _used(store)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_child, args=(store, answers))
    child.start()
    ours = [_used_without_limit(store) for _ in range(20)]
    theirs = answers.get(timeout=20)
    child.join()
    assert len({*theirs, *ours}) == 40
    assert store.totals([line()], START) == [41]


def test_each_thread_that_asks_has_a_connection_and_no_more_are_made(store: RedisStore, server: RedisServer) -> None:
    barrier = threading.Barrier(4)

    def ask() -> None:
        for _ in range(20):
            barrier.wait()
            _used_without_limit(store)

    before = server.client.info("stats")["total_connections_received"]
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= server.client.info("stats")["total_connections_received"] - before <= 4
    assert store.totals([line()], START) == [80]
