"""
What holds of every store, whatever happens in whatever order.

A plain list of all that was ever booked is the third opinion.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule, run_state_machine_as_test

from modelwright.runtime.state import Line, Outcome, Shortage
from modelwright.runtime.state.memory import MemoryStore
from modelwright.runtime.state.redis import RedisStore
from modelwright.runtime.state.sqlite import SqliteStore
from runtime.state.conformance import START, Clock

if TYPE_CHECKING:
    from modelwright.runtime.state import Store
    from runtime.state.redis_server import RedisServer

DAY = 86_400
SERIES = ("a", "b", "c")
WINDOWS = {"a": DAY, "b": DAY, "c": 60}
"""What each series counts over, in seconds; the last one rolls."""
LIMIT = 30

amounts = st.one_of(st.integers(0, 12), st.integers(0, 10**25))
leases = st.sampled_from([5, 30, 700])
choices = st.lists(st.sampled_from(SERIES), min_size=1, max_size=3, unique=True)
steps = st.sampled_from([0, 0.5, 1, 7, 20, 40, 59.5, 600, 3600, DAY / 3])


def _line(series: str, now: float, amount: int, limit: int | None) -> Line:
    if series == "c":
        return Line(series, int((now + 60) * 1000), True, amount, limit, amount)
    return Line(series, (int(now // DAY) + 1) * DAY * 1000, False, amount, limit, amount)


@dataclass
class _Booking:
    """What the third opinion knows of a reservation."""

    lines: list[Line]
    amounts: list[int]
    lease_until: float
    ids: list[int]
    is_settled: bool = False

    def counted(self, one: Line, now: float) -> int:
        """Return what of it counts against *one*."""
        if not self.is_settled and self.lease_until <= now:
            return 0
        pairs = zip(self.lines, self.amounts, strict=True)
        return sum(amount for line, amount in pairs if line.series == one.series and (line.until_ms > now * 1000 if one.is_rolling else line.until_ms == one.until_ms))


class _Asked(RuleBasedStateMachine):
    """Memory and another store, SQLite or that on *server*, asked the same, and a list of all that was booked."""

    bookings = Bundle("bookings")
    server: ClassVar[RedisServer | None] = None

    @initialize()
    def begin(self) -> None:
        self.clock = Clock(START)
        self.left = ExitStack()
        self.stores: list[Store] = [MemoryStore(clock=self.clock), self.other()]
        self.left.callback(self.stores[1].close)
        self.all: list[_Booking] = []

    def other(self) -> Store:
        if self.server is None:
            return SqliteStore(Path(self.left.enter_context(tempfile.TemporaryDirectory())) / "state.sqlite", clock=self.clock)
        self.server.client.flushall()
        return RedisStore(self.server.url, clock=self.clock)

    def teardown(self) -> None:
        if hasattr(self, "left"):
            self.left.close()

    def ask(self, chosen: list[str], amount: int, limit: int | None, lease: float) -> _Booking | tuple[Shortage, list[Line]]:
        """Reserve in both; return the booking, or what is short."""
        now = self.clock.now
        lines = [_line(series, now, amount, limit) for series in chosen]
        found = [store.reserve(lines, now, now + lease) for store in self.stores]
        ids = [one for one in found if isinstance(one, int)]
        if not ids:
            assert found[0] == found[1]
            assert isinstance(found[0], Shortage)
            return found[0], lines
        assert len(ids) == 2
        self.all.append(_Booking(lines, [amount] * len(lines), now + lease, ids))
        return self.all[-1]

    def tell(self, booking: _Booking, spent: list[int]) -> None:
        """Settle in both."""
        for store, number in zip(self.stores, booking.ids, strict=True):
            store.settle(number, booking.lines, spent, self.clock.now)
        booking.amounts, booking.is_settled = spent, True

    def totals(self) -> list[list[int]]:
        """Return what each store has booked in each series."""
        lines = [_line(series, self.clock.now, 0, None) for series in SERIES]
        return [store.totals(lines, self.clock.now) for store in self.stores]

    def counted(self, one: Line) -> int:
        return sum(booking.counted(one, self.clock.now) for booking in self.all)


class AnyOrder(_Asked):
    """Everything, in any order; time goes on."""

    @rule(target=_Asked.bookings, chosen=choices, amount=amounts, limit=st.sampled_from([None, LIMIT]), lease=leases)
    def reserve(self, chosen: list[str], amount: int, limit: int | None, lease: float) -> Any:
        totals = [self.counted(_line(series, self.clock.now, 0, None)) for series in chosen]
        short = next((index for index, total in enumerate(totals) if limit is not None and (total >= limit or total + amount > limit)), None)
        found = self.ask(chosen, amount, limit, lease)
        if short is None:
            assert isinstance(found, _Booking)
            return found
        assert isinstance(found, tuple)
        assert found[0][:2] == (short, totals[short])
        return multiple()

    @rule(booking=consumes(_Asked.bookings), spent=st.lists(amounts, min_size=3, max_size=3), is_as_reserved=st.booleans())
    def settle(self, booking: _Booking, spent: list[int], is_as_reserved: bool) -> None:
        self.tell(booking, booking.amounts if is_as_reserved else spent[: len(booking.lines)])

    @rule(step=steps)
    def wait(self, step: float) -> None:
        self.clock.now += step

    @rule()
    def midnight(self) -> None:
        self.clock.now = (self.clock.now // DAY + 1) * DAY

    @rule(key=st.sampled_from("xy"), old=st.sampled_from([None, "1", "2"]), new=st.sampled_from([None, "1", "2"]))
    def swap(self, key: str, old: str | None, new: str | None) -> None:
        assert len({store.swap(key, old, new, self.clock.now + 10**8) for store in self.stores}) == 1

    @rule(key=st.sampled_from("xy"), is_ok=st.booleans())
    def see(self, key: str, is_ok: bool) -> None:
        for store in self.stores:
            store.see([Outcome(key, is_ok, not is_ok)], self.clock.now)

    @rule()
    def reopen(self) -> None:
        self.stores[1].close()

    @invariant()
    def all_say_the_same(self) -> None:
        if hasattr(self, "stores"):
            expected = [self.counted(_line(series, self.clock.now, 0, None)) for series in SERIES]
            assert self.totals() == [expected, expected]
            assert self.stores[0].notes("xy") == self.stores[1].notes("xy")
            assert self.stores[0].outcomes("xy", self.clock.now) == self.stores[1].outcomes("xy", self.clock.now)


class WithinEstimates(_Asked):
    """Nobody spends more than was reserved, or comes back after the lease: then no limit is ever passed."""

    @rule(target=_Asked.bookings, chosen=choices, amount=st.integers(0, 12), lease=leases)
    def reserve(self, chosen: list[str], amount: int, lease: float) -> Any:
        found = self.ask(chosen, amount, LIMIT, lease)
        return found if isinstance(found, _Booking) else multiple()

    @rule(booking=consumes(_Asked.bookings), part=st.integers(0, 4))
    def settle(self, booking: _Booking, part: int) -> None:
        if self.clock.now < booking.lease_until:
            self.tell(booking, [amount * part // 4 for amount in booking.amounts])

    @rule(step=steps)
    def wait(self, step: float) -> None:
        self.clock.now += step

    @invariant()
    def nothing_is_over_granted(self) -> None:
        if hasattr(self, "stores"):
            assert max(map(max, self.totals())) <= LIMIT


class PutBack(_Asked):
    """A clock that is put back and forth: the stores agree, and no total is below zero."""

    @rule(step=st.sampled_from([-100_000, -3600, -61, -30, -1, 1, 30, 61, 3600, 100_000]))
    def turn(self, step: float) -> None:
        self.clock.now += step

    @rule(target=_Asked.bookings, chosen=choices, amount=st.integers(0, 12), lease=leases)
    def reserve(self, chosen: list[str], amount: int, lease: float) -> Any:
        found = self.ask(chosen, amount, LIMIT, lease)
        return found if isinstance(found, _Booking) else multiple()

    @rule(booking=consumes(_Asked.bookings), spent=st.integers(0, 12))
    def settle(self, booking: _Booking, spent: int) -> None:
        self.tell(booking, [spent] * len(booking.lines))

    @invariant()
    def they_agree(self) -> None:
        if hasattr(self, "stores"):
            first, second = self.totals()
            assert first == second
            assert min(first) >= 0


class PutBackABit(PutBack):
    """A clock that is put back and forth within a day: what expires by itself does so by the server's own."""

    @rule(step=st.sampled_from([-40_000, -3600, -61, -30, -1, 1, 30, 61, 3600, 40_000]))
    def turn(self, step: float) -> None:
        self.clock.now = min(max(self.clock.now + step, START - 40_000), START + 40_000)


def _run(machine: type[RuleBasedStateMachine], examples: int) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)))


@pytest.mark.parametrize("examples", [25, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("machine", [AnyOrder, WithinEstimates, PutBack])
def test_memory_and_sqlite_agree_with_a_list_of_all_that_was_booked(machine: type[RuleBasedStateMachine], examples: int) -> None:
    _run(machine, examples)


@pytest.mark.parametrize("examples", [8, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("machine", [AnyOrder, WithinEstimates, PutBackABit])
def test_memory_and_redis_agree_with_a_list_of_all_that_was_booked(machine: type[_Asked], examples: int, server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "server", server)
    _run(machine, examples)
