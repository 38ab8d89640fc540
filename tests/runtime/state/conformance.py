"""
What every store promises: one suite for all of them.

A new store is tested by a subclass of `StoreConformance` whose `store` fixture makes one that goes by `clock`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.state import KEPT_MS, OUTCOME_GRAIN_SECONDS, OUTCOMES_KEPT_SECONDS, TIDY_SECONDS, Line, Outcome, Shortage, Stretch

if TYPE_CHECKING:
    from modelwright.runtime.state import Store

START = 1_795_000_000.0
DAY_END_MS = 1_795_046_400_000
LEASE = 600.0
NAMES = ["", "s", "two words", "tab\tline\nend 1 0 5 1 x", "ünïcödé 上下文", "'; DROP TABLE totals; --", "%s ? :a", "x" * 5000, "\0nul"]


class Clock:
    """A clock that is set."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def line(series: str = "s", amount: int = 1, limit: int | None = 10, *, until_ms: int = DAY_END_MS, rolling: bool = False, needs: int | None = None) -> Line:
    """Return a line that needs what it books."""
    return Line(series, until_ms, rolling, amount, limit, amount if needs is None else needs)


def rolling(now: float, seconds: int, amount: int = 1, limit: int | None = 10, series: str = "r") -> Line:
    return line(series, amount, limit, until_ms=int((now + seconds) * 1000), rolling=True)


class StoreConformance:
    """The tests; `store` is what a subclass gives."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def store(self) -> Any:
        raise NotImplementedError

    def reserve(self, store: Store, *lines: Line, lease: float = LEASE) -> int | Shortage:
        now = store.now()
        return store.reserve(lines, now, now + lease)

    def granted(self, store: Store, *lines: Line, lease: float = LEASE) -> int:
        found = self.reserve(store, *lines, lease=lease)
        assert isinstance(found, int), found
        return found

    def total(self, store: Store, one: Line) -> int:
        return store.totals([one], store.now())[0]

    def test_the_time_is_the_clocks(self, store: Store, clock: Clock) -> None:
        assert store.now() == START
        clock.now += 1.5
        assert store.now() == START + 1.5

    # Notes

    def test_a_note_is_put_changed_and_taken_away_by_who_knows_it(self, store: Store) -> None:
        until = store.now() + 60
        assert store.notes(["a", "b"]) == {}
        assert store.swap("a", None, "one", until)
        assert not store.swap("a", None, "two", until)
        assert not store.swap("a", "two", "three", until)
        assert not store.swap("a", "two", None, until)
        assert not store.swap("b", "one", "two", until)
        assert not store.swap("b", "one", None, until)
        assert not store.swap("a", None, None, until)
        assert store.notes(["a", "b"]) == {"a": "one"}
        assert store.swap("a", "one", "two", until)
        assert store.swap("b", None, "one", until)
        assert store.notes(iter(["b", "a", "c", "a"])) == {"a": "two", "b": "one"}
        assert store.swap("a", "two", None, until)
        assert store.swap("a", None, None, until)
        assert store.notes(["a", "b"]) == {"b": "one"}
        assert store.notes([]) == {}

    @pytest.mark.parametrize("name", NAMES)
    def test_any_text_is_a_key_and_a_note(self, store: Store, name: str) -> None:
        assert store.swap(name, None, name, store.now() + 60)
        assert store.notes([name, "other"]) == {name: name}

    def test_a_note_is_there_until_it_expires_whatever_is_tidied(self, store: Store, clock: Clock) -> None:
        assert store.swap("a", None, "one", START + 5 * TIDY_SECONDS)
        for _ in range(4):
            clock.now += TIDY_SECONDS
            store.see([Outcome("k", 1)], store.now())
            assert store.notes(["a"]) == {"a": "one"}

    def test_an_expired_note_is_gone_when_it_is_tidied_or_changed_as_ever(self, store: Store, clock: Clock) -> None:
        assert store.swap("a", None, "one", START + 1)
        clock.now += 10 * TIDY_SECONDS
        store.see([Outcome("k", 1)], store.now())
        assert store.notes(["a"]) == {}
        assert store.swap("a", None, "two", store.now() + 60)

    def test_of_many_who_put_a_note_at_once_one_does(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda number: store.swap("a", None, str(number), START + 60), range(64)))
        assert done.count(True) == 1
        assert store.notes(["a"]) == {"a": str(done.index(True))}

    # Reservations

    def test_what_is_reserved_counts_at_once_up_to_the_limit(self, store: Store) -> None:
        ids = [self.granted(store, line(amount=3)) for _ in range(3)]
        assert len(set(ids)) == 3
        assert 0 not in ids
        assert self.reserve(store, line(amount=3)) == Shortage(0, 9, None)
        self.granted(store, line(amount=1))
        assert self.reserve(store, line(amount=0)) == Shortage(0, 10, None)
        assert self.total(store, line()) == 10

    def test_a_limit_that_is_reached_refuses_even_what_needs_nothing(self, store: Store) -> None:
        assert self.reserve(store, line(amount=0, limit=0)) == Shortage(0, 0, None)
        self.granted(store, line(amount=12, needs=0))  # let through, past the limit
        assert self.reserve(store, line(amount=0, needs=0)) == Shortage(0, 12, None)

    def test_a_line_without_limit_books_without_asking(self, store: Store) -> None:
        for _ in range(3):
            self.granted(store, line(amount=10, limit=None))
        assert self.total(store, line()) == 30

    def test_all_lines_are_booked_or_none(self, store: Store) -> None:
        self.granted(store, line("b", 8))
        assert self.reserve(store, line("a", 1), line("b", 3), line("c", 1)) == Shortage(1, 8, None)
        assert [self.total(store, line(name)) for name in "abc"] == [0, 8, 0]
        self.granted(store, line("a", 1), line("b", 2), rolling(START, 60, 1))
        assert [self.total(store, one) for one in (line("a"), line("b"), rolling(START, 60))] == [1, 10, 1]

    def test_settling_puts_what_was_spent_in_place_of_what_was_reserved(self, store: Store) -> None:
        lines = [line("a", 5, None), rolling(START, 60, 5, None), line("b", 5, None)]
        for amounts, totals in (([2, 7, 5], [2, 7, 5]), ([0, 0, 0], [2, 7, 5]), ([5, 1, 5], [7, 8, 10])):
            store.settle(self.granted(store, *lines), lines, amounts, store.now())
            assert store.totals(lines, store.now()) == totals

    def test_amounts_are_exact_at_any_size(self, store: Store) -> None:
        huge, limit = 10**40 + 1, 3 * 10**40
        for one in (line("a", huge, limit), rolling(START, 60, huge, limit)):
            first, second = self.granted(store, one), self.granted(store, one)
            assert self.total(store, one) == 2 * huge
            store.settle(first, [one], [1], store.now())
            store.settle(second, [one], [2**64], store.now())
            assert self.total(store, one) == 2**64 + 1

    def test_of_many_lines_each_total_is_told_in_its_place(self, store: Store, clock: Clock) -> None:
        lines = [one for number in range(40) for one in (line(f"s{number}", number, None), rolling(START, 60 + number, number, None, f"r{number}"))]
        for number in (39, 7, 20):
            self.granted(store, *lines[2 * number : 2 * number + 2])
        expected = {39: 39, 7: 7, 20: 20}
        assert store.totals(lines, store.now()) == [expected.get(number, 0) for number in range(40) for _ in range(2)]
        clock.now += 70  # where moments are dropped, whoever asks twice hears the same twice
        assert store.totals([lines[15], lines[41], lines[15], lines[14]], store.now()) == [0, 20, 0, 7]

    @pytest.mark.parametrize("name", NAMES)
    def test_any_text_is_a_series(self, store: Store, clock: Clock, name: str) -> None:
        lines = [line(name, 2), line(f"{name}2", 3), line(name, 4, until_ms=DAY_END_MS + 1, rolling=False), rolling(START, 3000, 5, series=f"{name} r")]
        self.granted(store, *lines, lease=1)
        assert store.totals(lines, store.now()) == [2, 3, 4, 5]
        clock.now += 1
        assert store.totals(lines, store.now()) == [0, 0, 0, 0]

    def test_each_stretch_of_the_calendar_counts_for_itself(self, store: Store, clock: Clock) -> None:
        self.granted(store, line(amount=10), lease=2 * 86_400)
        clock.now = DAY_END_MS / 1000 - 0.001
        assert self.reserve(store, line()) == Shortage(0, 10, None)
        clock.now = DAY_END_MS / 1000
        self.granted(store, line(until_ms=DAY_END_MS + 86_400_000))
        assert self.reserve(store, line()) == Shortage(0, 10, None)  # who read the time before the boundary is held to the old one
        assert self.total(store, line()) == 10
        assert self.total(store, line(until_ms=DAY_END_MS + 86_400_000)) == 1

    def test_a_call_that_ends_after_its_stretch_counts_in_it(self, store: Store, clock: Clock) -> None:
        held = self.granted(store, line(amount=1), lease=2 * 86_400)
        clock.now = DAY_END_MS / 1000 + 3600
        store.settle(held, [line(amount=1)], [4], store.now())
        assert self.total(store, line()) == 4

    def test_what_is_long_over_is_forgotten(self, store: Store, clock: Clock) -> None:
        held = self.granted(store, line(amount=1))
        clock.now = (DAY_END_MS + KEPT_MS) / 1000
        store.settle(held, [line(amount=1)], [4], store.now())
        store.see([Outcome("k", 1)], store.now())
        assert self.total(store, line()) == 0

    # Rolling

    def test_a_rolling_series_drops_each_moment_by_itself(self, store: Store, clock: Clock) -> None:
        self.granted(store, rolling(START, 60, 6))
        clock.now = START + 30
        self.granted(store, rolling(clock.now, 60, 4))
        assert self.reserve(store, rolling(clock.now, 60, 1)) == Shortage(0, 10, int((START + 60) * 1000))
        assert self.reserve(store, rolling(clock.now, 60, 7)) == Shortage(0, 10, int((START + 90) * 1000))
        assert self.reserve(store, rolling(clock.now, 60, 11)) == Shortage(0, 10, None)
        clock.now = START + 59.999
        assert self.total(store, rolling(clock.now, 60)) == 10
        clock.now = START + 60
        assert self.total(store, rolling(clock.now, 60)) == 4
        self.granted(store, rolling(clock.now, 60, 6))
        clock.now = START + 90
        assert self.total(store, rolling(clock.now, 60)) == 6

    def test_a_call_that_ends_after_its_window_counts_no_more(self, store: Store, clock: Clock) -> None:
        one = rolling(START, 60, 3)
        held = self.granted(store, one)
        clock.now = START + 60
        store.settle(held, [one], [5], store.now())
        assert self.total(store, one) == 0
        self.granted(store, rolling(clock.now, 60, 2))
        assert self.total(store, one) == 2

    def test_moments_that_come_in_another_order_are_dropped_in_theirs(self, store: Store, clock: Clock) -> None:
        for seconds in (60, 40, 50, 40):
            self.granted(store, rolling(START, seconds, 1))
        clock.now = START + 45
        assert self.total(store, rolling(clock.now, 60)) == 2
        clock.now = START + 50
        assert self.total(store, rolling(clock.now, 60)) == 1

    def test_a_clock_that_is_put_back_takes_nothing_off_twice(self, store: Store, clock: Clock) -> None:
        one = rolling(START, 60, 5)
        held = self.granted(store, one)
        clock.now = START + 60
        assert self.total(store, one) == 0
        clock.now = START
        self.granted(store, rolling(START, 60, 2))
        store.settle(held, [one], [0], store.now())
        assert self.total(store, one) == 0
        self.granted(store, rolling(START, 60, 10))

    # Leases

    def test_what_is_not_settled_in_time_is_given_back(self, store: Store, clock: Clock) -> None:
        self.granted(store, line(amount=10), lease=30)
        clock.now += 29.9
        assert self.reserve(store, line()) == Shortage(0, 10, None)
        clock.now = START + 30
        self.granted(store, line(amount=4))
        assert self.total(store, line()) == 4

    def test_who_settles_after_the_lease_still_counts_what_was_spent(self, store: Store, clock: Clock) -> None:
        lines = [line(amount=10), rolling(START, 3000, 10)]
        held = self.granted(store, *lines, lease=30)
        clock.now += 31
        assert store.totals(lines, store.now()) == [0, 0]
        store.settle(held, lines, [3, 4], store.now())
        assert store.totals(lines, store.now()) == [3, 4]

    def test_a_lease_that_ran_out_is_no_matter_when_nobody_noticed(self, store: Store, clock: Clock) -> None:
        held = self.granted(store, line(amount=10), lease=30)
        clock.now += 31
        store.settle(held, [line(amount=10)], [3], store.now())
        assert self.total(store, line()) == 3

    def test_only_the_reservation_itself_is_settled(self, store: Store, clock: Clock) -> None:
        first = self.granted(store, line(amount=2), lease=30)
        clock.now += 31
        assert self.total(store, line()) == 0
        second = self.granted(store, line(amount=3))
        assert second != first
        store.settle(first, [line(amount=2)], [2], store.now())
        assert self.total(store, line()) == 5
        store.settle(second, [line(amount=3)], [0], store.now())
        assert self.total(store, line()) == 2

    def test_tidying_changes_no_answer(self, store: Store, clock: Clock) -> None:
        lines = [line(amount=2), rolling(START, 20_000, 2)]
        held = [self.granted(store, *lines, lease=20_000) for _ in range(2)]
        for _ in range(5):
            clock.now += TIDY_SECONDS
            self.granted(store, line("other", limit=None))
            assert store.totals(lines, store.now()) == [4, 4]
        for one in held:
            store.settle(one, lines, [1, 1], store.now())
        assert store.totals(lines, store.now()) == [2, 2]
        clock.now = START + 20_000
        self.granted(store, line("other", limit=None))
        assert store.totals(lines, store.now()) == [2, 0]

    def test_threads_together_get_what_one_would(self, store: Store) -> None:
        def call(number: int) -> bool:
            lines = [line("a", 1, 100), rolling(START, 60, 1, None)]
            held = self.reserve(store, *lines)
            if isinstance(held, int) and number % 2:
                store.settle(held, lines, [1, 2], store.now(), [Outcome("k", 1)])
            return isinstance(held, int)

        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(call, range(160)))
        assert done.count(True) == 100
        assert self.total(store, line("a")) == 100
        settled = sum(stretch.successes for stretch in store.outcomes(["k"], store.now())["k"])
        assert self.total(store, rolling(START, 60)) == 100 + settled

    # Health

    def test_successes_and_failures_are_counted_by_when_they_were(self, store: Store, clock: Clock) -> None:
        first = int(START // OUTCOME_GRAIN_SECONDS) * OUTCOME_GRAIN_SECONDS
        clock.now = first + 0.5
        store.see([Outcome("a", 1), Outcome("a", 1), Outcome("b", 0, 1)], store.now())
        clock.now = first + OUTCOME_GRAIN_SECONDS - 0.001
        store.see([Outcome("a", 0, 1)], store.now())
        clock.now = first + OUTCOME_GRAIN_SECONDS
        store.see([Outcome("a", 1)], store.now())
        assert store.outcomes(iter(["a", "b", "c"]), store.now()) == {"a": [Stretch(first, 2, 1), Stretch(first + OUTCOME_GRAIN_SECONDS, 1)], "b": [Stretch(first, 0, 1)]}
        assert store.outcomes([], store.now()) == {}

    def test_outcomes_are_forgotten_after_a_while(self, store: Store, clock: Clock) -> None:
        first = int(START // OUTCOME_GRAIN_SECONDS) * OUTCOME_GRAIN_SECONDS
        store.see([Outcome("a", 1)], store.now())
        clock.now = first + OUTCOMES_KEPT_SECONDS - 1
        store.see([Outcome("a", 0, 1)], store.now())
        assert store.outcomes(["a"], store.now())["a"][0][0] == first
        clock.now = first + OUTCOMES_KEPT_SECONDS
        assert len(store.outcomes(["a"], store.now())["a"]) == 1
        clock.now += OUTCOMES_KEPT_SECONDS
        assert store.outcomes(["a"], store.now()) == {}

    def test_what_is_forgotten_is_gone_when_the_clock_is_put_back(self, store: Store, clock: Clock) -> None:
        store.see([Outcome("a", 1)], START)
        clock.now += 2 * OUTCOMES_KEPT_SECONDS
        store.see([Outcome("b", 1)], store.now())  # which tidies
        clock.now = START
        assert store.outcomes(["a"], START) == {}

    def test_what_outcomes_say_is_added_up(self, store: Store) -> None:
        store.see([Outcome("a", 1, 0, 0, 1, 250, 1, 40, 7, 210), Outcome("a", failures=2, rate_limited=1), Outcome("b", 1)], store.now())
        store.see([Outcome("a", 1, timed=1, milliseconds=10**12, tokens=3, token_milliseconds=5)], store.now())
        first = int(START // OUTCOME_GRAIN_SECONDS) * OUTCOME_GRAIN_SECONDS
        assert store.outcomes(["a"], store.now()) == {"a": [Stretch(first, 2, 2, 1, 2, 10**12 + 250, 1, 40, 10, 215)]}

    def test_outcomes_are_returned_of_so_many_seconds(self, store: Store, clock: Clock) -> None:
        first = int(START // OUTCOME_GRAIN_SECONDS) * OUTCOME_GRAIN_SECONDS
        for number in range(4):
            clock.now = first + number * OUTCOME_GRAIN_SECONDS
            store.see([Outcome("a", number)], store.now())
        last = first + 3 * OUTCOME_GRAIN_SECONDS
        for seconds, expected in ((1, [3]), (OUTCOME_GRAIN_SECONDS, [3]), (OUTCOME_GRAIN_SECONDS + 0.5, [2, 3]), (10 * OUTCOMES_KEPT_SECONDS, [0, 1, 2, 3])):
            assert [stretch.successes for stretch in store.outcomes(["a"], last, seconds)["a"]] == expected
        assert len(store.outcomes(["a"], first + OUTCOMES_KEPT_SECONDS, 10 * OUTCOMES_KEPT_SECONDS)["a"]) == 3

    def test_settling_sees_outcomes_in_the_same_step(self, store: Store) -> None:
        held = self.granted(store, line())
        store.settle(held, [line()], [1], store.now(), (Outcome("a", 1), Outcome("b", 0, 1)))
        assert {key: counts[0][1:3] for key, counts in store.outcomes(["a", "b"], store.now()).items()} == {"a": (1, 0), "b": (0, 1)}

    def test_a_closed_store_is_opened_by_the_next_call(self, store: Store) -> None:
        store.close()
        self.granted(store, line())
        store.close()
        store.close()
        assert store.swap("a", None, "one", store.now() + 60)
