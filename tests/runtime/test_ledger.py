"""The ledger: every call is in it, exactly as it was; nothing that nobody knows is counted as zero; no call fails for it."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from modelwright import Model, Usage, UsageError, cost
from modelwright.runtime.cost import Cost
from modelwright.runtime.errors import StateError
from modelwright.runtime.ledger import COLUMNS, GROUPS, RETRY_SECONDS, Attempt, Ledger, LedgerWarning
from modelwright.runtime.sums import Sum, attodollars, total
from runtime.state.conformance import START, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator


DAY = "2026-11-18"
LAST = (1 << 63) - 1


def of_state(state: str | None) -> Cost:
    return cost(Model("acme/large", {"provider": "acme", "id": "large", "prices": [{"state": state}] if state else []}, "test"), Usage(30, 12), DAY)


def usd(amount: str, usage: Usage | None = None) -> Cost:
    return paid(attodollars(amount), usage or Usage(30, 12))


def paid(amount: int, usage: Usage) -> Cost:
    return Cost("priced", amount, DAY, None, usage, ())


UNKNOWN, INCLUDED, FREE = map(of_state, (None, "included", "free"))


class Book:
    """A ledger, its clocks, and what its hook heard."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock, self.timer = Clock(), Clock(0)
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.ledger = Ledger(path, clock=self.clock, timer=self.timer, hook=lambda event, facts: self.heard.append((event, facts)))

    def record(self, spent: Cost | None = None, *, outcome: str = "succeeded", **more: Any) -> bool:
        given = {"asked": "large", "account": "work", "route": "api", "model": "acme/large", **more}
        return self.ledger.record(cost=spent, outcome=outcome, **given)

    def fall(self) -> None:
        """Put something else in the file's place."""
        self.ledger.close()
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(b"no database at all" * 100)

    def rise(self) -> None:
        self.path.unlink()
        self.timer.now += RETRY_SECONDS

    def events(self) -> list[str]:
        return [event for event, _ in self.heard]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "deep" / "ledger.sqlite")
    yield book
    book.ledger.close()


def test_a_call_is_there_as_it_was(book: Book) -> None:
    attempts = [Attempt("work: acme/large", "rate_limit", 12), Attempt("home: acme/large", None, 340)]
    spent = usd("0.000000000000000001", Usage(1000, 200, cache_read_tokens=900))
    assert book.record(spent, attempts=attempts, stop_reason="end", latency_ms=352.4, project="site", token="ann", tags={"team": "web"})
    (call,) = book.ledger.calls()
    assert call == {
        "at": START,
        "day": DAY,
        "asked": "large",
        "account": "work",
        "route": "api",
        "model": "acme/large",
        "outcome": "succeeded",
        "attempts": [attempt._asdict() for attempt in attempts],
        "usage": {"input_tokens": 1000, "output_tokens": 200, "cache_read_tokens": 900, "requests": 1},
        "input_tokens": 1000,
        "output_tokens": 200,
        "state": "priced",
        "usd": "0.000000000000000001",
        "stop_reason": "end",
        "latency_ms": 352,
        "project": "site",
        "token": "ann",
        "tags": {"team": "web"},
    }
    assert list(call) == [name for name, _ in COLUMNS]


def test_of_a_call_that_was_never_sent_only_what_was_asked_for_is_known(book: Book) -> None:
    assert book.record(outcome="failed", account=None, route=None, model=None)
    (call,) = book.ledger.calls()
    assert {name for name, value in call.items() if value is not None} == {"at", "day", "asked", "outcome", "attempts"}
    assert book.ledger.sums() == [Sum(None, 1, 1, 0, None, None, None, 0, 0)]


def test_what_is_not_known_is_no_zero_and_is_counted_apart(book: Book) -> None:
    for spent in (usd("0.1"), usd("0.2"), UNKNOWN, INCLUDED, FREE, None):
        book.record(spent)
    book.record(None, outcome="failed")
    book.record(usd("0.05"), outcome="partial")
    assert book.ledger.sums() == [Sum("acme/large", 8, 1, 1, 180, 72, "0.35", 2, 1)]
    book.record(UNKNOWN, model="acme/new")
    assert book.ledger.sums()[1] == Sum("acme/new", 1, 0, 0, 30, 12, None, 1, 0)


@pytest.mark.parametrize("by", GROUPS)
def test_calls_are_summed_up_by_what_is_asked_for(by: str, book: Book) -> None:
    names = {"model": "a/b", "account": "mine", "route": "plan", "project": "site", "token": "ann"}
    book.record(usd("0.1"))
    book.clock.now += 86_400
    book.record(usd("0.25"), **names)
    book.record(usd("0.25"), **names)
    sums = book.ledger.sums(by)
    assert sorted(one.usd or "" for one in sums) == ["0.1", "0.5"]
    expected = {"day": [DAY, "2026-11-19"], "model": ["a/b", "acme/large"], "account": ["mine", "work"], "route": ["plan", "api"]}
    assert [one.key for one in sums] == expected.get(by, [names.get(by), None])


def test_only_what_ours_are_can_be_grouped_by(book: Book) -> None:
    with pytest.raises(UsageError, match="calls are not grouped by 'usd; DROP TABLE calls'; known: model, account, day"):
        book.ledger.sums("usd; DROP TABLE calls")


def test_sums_are_of_the_days_and_the_project_that_are_asked_for(book: Book) -> None:
    for day, project in enumerate(["site", None, "site", "shop"]):
        book.clock.now = START + day * 86_400
        book.record(usd("1"), project=project)
    asked: list[tuple[dict[str, str], int]] = [
        ({}, 4),
        ({"since": "2026-11-19"}, 3),
        ({"until": "2026-11-19"}, 2),
        ({"since": "2026-11-19", "until": "2026-11-20"}, 2),
        ({"project": "site"}, 2),
        ({"project": "site", "since": "2026-11-19"}, 1),
        ({"project": "' OR 1=1 --"}, 0),
    ]
    assert [sum(one.calls for one in book.ledger.sums(**which)) for which, _ in asked] == [number for _, number in asked]
    assert len(book.ledger.calls("2026-11-20")) == 2
    assert [call["day"] for call in book.ledger.calls(most=1)] == ["2026-11-21"]


def test_dearest_first_then_by_calls_then_by_name_and_unknown_last(book: Book) -> None:
    for name, spent in (("b", usd("10")), ("a", usd("9")), ("a", UNKNOWN), ("d", usd("0")), ("c", usd("0")), ("e", UNKNOWN), ("z", UNKNOWN), ("z", UNKNOWN)):
        book.record(spent, model=name)
    assert [one.key for one in book.ledger.sums()] == ["b", "a", "c", "d", "z", "e"]


@given(st.lists(st.tuples(st.integers(0, 10**30), st.integers(0, 10**30), st.one_of(st.none(), st.integers(0, 10**30))), min_size=1, max_size=8))
def test_sums_are_exact_however_large_or_small(calls: list[tuple[int, int, int | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite")
        for inward, outward, amount in calls:
            ledger.record(asked="x", cost=UNKNOWN if amount is None else paid(amount, Usage(inward, outward)))
        (found,) = ledger.sums()
        ledger.close()
    known = [(inward, outward, amount) for inward, outward, amount in calls if amount is not None]
    unknown = len(calls) - len(known)
    assert found.input_tokens == sum(inward for inward, _, _ in known) + 30 * unknown
    assert found.output_tokens == sum(outward for _, outward, _ in known) + 12 * unknown
    assert found.unknown_cost == unknown
    assert found.usd is None if not known else attodollars(found.usd or "") == sum(amount for _, _, amount in known)
    assert total([found, found]).input_tokens == 2 * (found.input_tokens or 0)


def test_the_total_of_sums_leaves_out_what_nobody_knows() -> None:
    sums = [Sum("a", 3, 1, 0, LAST, 5, "0.1", 1, 0), Sum("b", 2, 0, 1, None, 7, None, 1, 1), Sum("c", 1, 0, 0, LAST, None, "0.2", 0, 0)]
    assert total(sums) == Sum(None, 6, 1, 1, 2 * LAST, 12, "0.3", 2, 1)
    assert total([]) == Sum(None, 0, 0, 0, None, None, None, 0, 0)


def test_what_is_no_character_and_no_text_does_not_hinder_a_call_from_being_written_down(book: Book) -> None:
    assert book.record(None, project="caf\udce9", tags={"size": 3, "odd": "\udce9"})
    (call,) = book.ledger.calls()
    assert (call["project"], call["tags"]) == ("caf\\udce9", {"size": "3", "odd": "\udce9"})
    assert book.ledger.sums(project="caf\udce9")[0].calls == 1


# The file


def test_where_nothing_was_written_there_is_nothing_and_no_file_is_made(book: Book) -> None:
    assert (book.ledger.sums(), book.ledger.calls(), book.ledger.prune(30)) == ([], [], 0)
    assert not book.path.parent.exists()


def test_old_calls_are_removed_when_that_is_asked_for_and_told(book: Book) -> None:
    for day in range(5):
        book.clock.now = START + day * 86_400
        book.record(usd("1"))
    assert book.ledger.prune(2) == 2
    assert book.heard == [("ledger_pruned", {"before": "2026-11-20", "calls": 2})]
    assert [one.key for one in book.ledger.sums("day")] == ["2026-11-20", "2026-11-21", "2026-11-22"]


def test_no_call_fails_while_nothing_can_be_written_and_what_waits_is_written_later(book: Book) -> None:
    book.fall()
    with pytest.warns(LedgerWarning, match=r"^calls cannot be written down: .*it is damaged, or no file of SQLite") as warned:
        assert not book.record(usd("0.1"))
    assert warned[0].filename == __file__
    assert book.events() == ["ledger_down"]
    assert book.ledger.reason is not None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it was said already
        assert not book.record(usd("0.2"))
        book.timer.now += RETRY_SECONDS
        assert not book.record(usd("0.3"))
    book.rise()
    assert book.record(usd("0.4"))
    assert book.heard[1:] == [("ledger_up", {"calls": 4})]
    assert "damaged" not in str(book.ledger.reason)
    assert [call["usd"] for call in book.ledger.calls()] == ["0.4", "0.3", "0.2", "0.1"]


def test_who_ends_while_something_waits_tries_once_more(book: Book) -> None:
    book.fall()
    with pytest.warns(LedgerWarning):
        book.record(usd("0.1"))
    book.ledger.close()
    assert book.events() == ["ledger_down"]
    book.path.unlink()
    book.ledger.close()  # no need to wait for the time of the next attempt
    assert book.events() == ["ledger_down", "ledger_up"]
    assert [call["usd"] for call in book.ledger.calls()] == ["0.1"]


def test_what_waits_is_bounded_and_what_is_lost_is_told(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.runtime.ledger._MOST_MISSED", 2)
    book.fall()
    with pytest.warns(LedgerWarning):
        book.record(usd("0.1"))
    for amount in ("0.2", "0.4"):
        book.record(usd(amount))
    book.timer.now += RETRY_SECONDS
    book.record(usd("0.8"))
    assert book.heard[1:] == [("ledger_lost", {"calls": 1})] * 2
    book.rise()
    book.record(usd("1.6"))
    assert book.ledger.sums()[0].usd == "2.8"


def test_reading_what_cannot_be_read_is_an_error(book: Book) -> None:
    book.fall()
    for read in (book.ledger.sums, book.ledger.calls, lambda: book.ledger.prune(1)):
        with pytest.raises(StateError, match="it is damaged, or no file of SQLite"):
            read()


def test_without_a_hook_there_is_still_the_warning(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    with pytest.warns(LedgerWarning, match="directory"):
        assert not ledger.record(asked="x")


def test_a_file_that_another_process_keeps_locked_is_written_later(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.runtime.ledger.BUSY_SECONDS", 0.01)
    assert book.record(usd("0.1"))
    other = sqlite3.connect(book.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.warns(LedgerWarning, match="locked"):
        assert not book.record(usd("0.2"))
    other.execute("ROLLBACK")
    other.close()
    book.timer.now += RETRY_SECONDS
    assert book.record(usd("0.3"))
    assert book.ledger.sums()[0].usd == "0.6"


def test_threads_and_other_ledgers_write_into_one_file(book: Book) -> None:
    other = Ledger(book.path)

    def write(ledger: Ledger) -> None:
        for _ in range(25):
            ledger.record(asked="x", cost=usd("0.01"))

    threads = [threading.Thread(target=write, args=(ledger,)) for ledger in (book.ledger, book.ledger, other, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert (book.ledger.sums()[0].calls, book.ledger.sums()[0].usd) == (100, "1")
