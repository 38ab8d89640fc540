"""A store that is down: the stated policy, seen by everybody, and nothing that was spent is forgotten."""

from __future__ import annotations

import sqlite3
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.errors import StateError, StateForgottenError, UsageError
from modelwright.runtime.state import Outcome, Shortage
from modelwright.runtime.state.guard import RETRY_SECONDS, GuardedStore, StateWarning, guarded
from modelwright.runtime.state.memory import MemoryStore
from modelwright.runtime.state.sqlite import SqliteStore
from runtime.state.conformance import START, Clock, StoreConformance, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Shaky:
    """A store in memory that can be down."""

    def __init__(self, clock: Clock) -> None:
        self.store = MemoryStore(clock=clock)
        self.is_down = False
        self.asked = 0
        self.slow: Callable[[], None] = lambda: None
        self.fails_with = StateError("there", "it is down", "wait")

    def __getattr__(self, name: str) -> Any:
        if name in ("now", "close") or not self.is_down:
            return getattr(self.store, name)

        def fail(*_: Any) -> None:
            self.slow()
            self.asked += 1
            raise self.fails_with

        return fail


class World:
    """A guarded store, its clocks, and what its hook heard."""

    def __init__(self, policy: str) -> None:
        self.clock, self.timer = Clock(), Clock(0)
        self.shaky = Shaky(self.clock)
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.store = GuardedStore(self.shaky, policy, hook=lambda event, facts: self.heard.append((event, facts)), timer=self.timer)

    def reserve(self, amount: int = 1) -> int | Shortage:
        return self.store.reserve([line(amount=amount)], START, START + 600)

    def settle(self, held: int | Shortage, reserved: int, spent: int) -> None:
        assert isinstance(held, int)
        self.store.settle(held, [line(amount=reserved)], [spent], START, [Outcome("k", 1)])

    def total(self) -> int:
        """Return what the shared store has booked."""
        return self.shaky.store.totals([line()], START)[0]

    def fall(self) -> None:
        self.shaky.is_down = True
        with pytest.warns(StateWarning):
            self.store.see([], START)

    def rise(self) -> None:
        self.shaky.is_down = False
        self.timer.now += RETRY_SECONDS
        self.store.notes([])


@pytest.fixture
def opened() -> World:
    return World("fail_open")


@pytest.fixture
def closed() -> World:
    return World("fail_closed")


class TestGuardedStore(StoreConformance):
    """One that is never down is what it guards."""

    @pytest.fixture
    def store(self, clock: Clock) -> GuardedStore:
        return GuardedStore(MemoryStore(clock=clock))


class TestFallenStore(StoreConformance):
    """One that is down from the beginning, with `fail_open`, keeps every promise in this process."""

    @pytest.fixture
    def store(self, clock: Clock) -> GuardedStore:
        shaky = Shaky(clock)
        shaky.is_down = True
        store = GuardedStore(shaky, timer=Clock(0))
        with pytest.warns(StateWarning):
            store.see([], START)
        return store


def test_a_store_that_has_forgotten_what_was_booked_is_told_also_when_it_was_down_before(closed: World) -> None:
    closed.fall()
    closed.shaky.fails_with = StateForgottenError("there", "it has forgotten", "let it remember")
    closed.timer.now += RETRY_SECONDS
    with pytest.warns(StateWarning, match="it has forgotten"), pytest.raises(StateForgottenError):
        closed.reserve()
    closed.rise()
    assert [event for event, _ in closed.heard] == ["state_down", "state_forgotten", "state_up"]
    assert isinstance(closed.reserve(), int)


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="write fail_open or fail_closed"):
        GuardedStore(MemoryStore(), "fail")


def test_what_is_in_memory_cannot_be_down_and_needs_no_guard(tmp_path: Path) -> None:
    memory, sqlite = MemoryStore(), SqliteStore(tmp_path / "state.sqlite")
    assert guarded(memory, "fail_closed") is memory
    assert isinstance(guarded(sqlite, "fail_closed"), GuardedStore)
    with pytest.raises(UsageError, match="write fail_open or fail_closed"):
        guarded(memory, "fail")


def test_who_may_go_on_is_held_to_the_limits_of_this_process(opened: World) -> None:
    opened.reserve(9)
    opened.shaky.is_down = True
    with pytest.warns(StateWarning, match=r"^state cannot be reached: there: it is down; wait; until then limits and cooldowns hold in this process alone$") as warned:
        held = opened.reserve(9)
    assert len(warned) == 1
    assert isinstance(held, int)
    assert held < 0
    assert opened.heard == [("state_down", {"reason": "there: it is down; wait", "policy": "fail_open"})]
    assert str(opened.store.reason) == "there: it is down; wait"
    assert opened.reserve(9) == Shortage(0, 9, None)
    assert opened.store.swap("a", None, "b", START + 60)
    assert opened.store.notes(["a"]) == {"a": "b"}
    assert opened.store.totals([line()], START) == [9]
    opened.store.see([Outcome("k", 0, 1)], START)
    assert opened.store.outcomes(["k"], START)["k"][0][1:3] == (0, 1)
    assert opened.shaky.asked == 1  # once, not once a call


def test_what_was_spent_meanwhile_is_booked_when_the_store_is_back(opened: World) -> None:
    before = opened.reserve(4)
    opened.fall()
    meanwhile, never_settled = opened.reserve(3), opened.reserve(1)
    assert isinstance(never_settled, int)
    opened.settle(meanwhile, 3, 2)
    opened.settle(before, 4, 1)
    assert opened.store.totals([line()], START) == [2 + 1 + 1]
    assert opened.total() == 4
    opened.rise()
    assert opened.heard[-1] == ("state_up", {})
    assert opened.store.reason is None
    assert opened.total() == 2 + 1
    assert opened.store.outcomes(["k"], START)["k"][0][1:3] == (2, 0)
    opened.settle(never_settled, 1, 1)
    assert opened.total() == 4


def test_the_store_is_asked_again_after_a_while_and_may_still_be_down(opened: World) -> None:
    opened.fall()
    opened.settle(opened.reserve(3), 3, 2)
    opened.timer.now += RETRY_SECONDS - 0.1
    opened.store.notes(["a"])
    assert opened.shaky.asked == 1
    opened.timer.now += 0.2
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it was said already
        opened.store.notes(["a"])
        opened.store.notes(["a"])
    assert opened.shaky.asked == 2
    assert [event for event, _ in opened.heard] == ["state_down"]
    opened.rise()
    assert opened.total() == 2
    opened.fall()
    assert [event for event, _ in opened.heard] == ["state_down", "state_up", "state_down"]


def test_who_may_not_go_on_gets_the_error_and_what_was_spent_is_not_lost(closed: World) -> None:
    before = closed.reserve(4)
    closed.shaky.is_down = True
    with pytest.warns(StateWarning, match="until then no call is made"), pytest.raises(StateError, match="it is down"):
        closed.reserve(1)
    for ask in (
        lambda: closed.reserve(1),
        lambda: closed.store.notes(["a"]),
        lambda: closed.store.swap("a", None, "b", START),
        lambda: closed.store.totals([line()], START),
        lambda: closed.store.outcomes(["k"], START),
    ):
        with pytest.raises(StateError, match="it is down"):
            ask()
    closed.settle(before, 4, 3)
    closed.store.see([Outcome("k", 1)], START)
    assert closed.heard[0][1]["policy"] == "fail_closed"
    closed.rise()
    assert closed.total() == 3


def test_what_waits_is_bounded_and_what_is_dropped_is_told(opened: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.runtime.state.guard._MOST_MISSED", 2)
    opened.fall()
    for spent in (1, 2, 4):
        opened.settle(opened.reserve(0), 0, spent)
    assert opened.heard[-1] == ("state_lost", {"settlements": 1})
    opened.rise()
    assert opened.total() == 2 + 4


def test_what_one_thread_missed_while_another_saw_the_store_rise_is_booked_by_the_next_call(opened: World, monkeypatch: pytest.MonkeyPatch) -> None:
    held, miss = opened.reserve(3), opened.store._miss

    def late(spent: Any) -> None:
        opened.rise()
        miss(spent)

    monkeypatch.setattr(GuardedStore, "_miss", lambda _, spent: late(spent))
    opened.shaky.is_down = True
    with pytest.warns(StateWarning):
        opened.settle(held, 3, 2)
    assert opened.total() == 3
    opened.store.notes(["a"])
    assert opened.total() == 2
    assert [event for event, _ in opened.heard] == ["state_down", "state_up"]


def test_without_a_hook_there_is_still_the_warning() -> None:
    shaky = Shaky(Clock())
    shaky.is_down = True
    store = GuardedStore(shaky)
    with pytest.warns(StateWarning):
        assert store.notes(["a"]) == {}
    store.close()


def test_a_file_that_is_locked_or_broken_is_a_store_that_is_down(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    timer = Clock(0)
    store = GuardedStore(SqliteStore(file, clock=Clock(), busy_seconds=0.01), timer=timer)
    assert store.reserve([line(amount=5)], START, START + 60)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.warns(StateWarning, match="locked"):
        held = store.reserve([line(amount=3)], START, START + 60)
    assert isinstance(held, int)
    store.settle(held, [line(amount=3)], [3], START)
    other.execute("ROLLBACK")
    other.close()
    timer.now += RETRY_SECONDS
    assert store.totals([line()], START) == [8]
    store.close()


def test_who_ends_while_the_store_is_down_tries_once_more(opened: World) -> None:
    opened.fall()
    opened.settle(opened.reserve(3), 3, 2)
    opened.store.close()
    assert opened.heard[-1] == ("state_lost", {"settlements": 1, "reason": "there: it is down; wait"})
    opened.shaky.is_down = False
    opened.store.close()  # no need to wait for the time of the next attempt
    assert opened.total() == 2


def test_while_one_call_tries_the_store_again_the_others_do_not_wait_for_it(opened: World) -> None:
    opened.fall()
    opened.timer.now += RETRY_SECONDS
    asked = opened.shaky.asked

    def slow() -> None:
        if opened.shaky.asked == asked:
            opened.shaky.asked += 1
            assert opened.store.notes(["a"]) == {}  # another thread's, meanwhile

    opened.shaky.slow = slow
    assert opened.store.notes(["a"]) == {}
    assert opened.shaky.asked == asked + 2
