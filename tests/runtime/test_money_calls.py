"""Calls whose state or ledger is shared, or out of reach: limits hold, the policy is kept, and an answer is never lost for it."""

from __future__ import annotations

import sqlite3
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError
from modelwright.runtime.errors import StateError
from modelwright.runtime.ledger import LedgerWarning
from modelwright.runtime.state.guard import StateWarning
from modelwright.runtime.state.sqlite import SqliteStore
from paid_calls import Desk, Provided, chat, failed
from routing_world import registry_of
from runtime.state.conformance import Clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelwright import Registry

USD = 10**18
A_CENT = chat((4000, 3000))
GARBAGE = b"no database at all" * 100


PRICES = [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}]


def registry_with(policy: Any = None, **facts: Any) -> Registry:
    """Return a registry with one model, of which *facts* are known, whose calls may cost ten cents a day."""
    provider = {"base_url": "https://one.example/v1", "auth": {"kind": "none"}, "models": {"large": facts}}
    return registry_of(providers={"one": provider}, budgets=[{"metric": "cost", "value": 0.1, "period": "daily"}], **({"policy": policy} if policy else {}))


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    """Return what makes a desk with state in the user's file."""

    def make(**more: Any) -> Desk:
        store = SqliteStore(tmp_path / "state.sqlite", clock=Clock(), busy_seconds=0.05)
        return Desk(tmp_path, Provided(one=A_CENT), registry_with(prices=PRICES), **{"state": store, "expected_output_tokens": 3000, **more})

    return make


REF = "one/large"


def test_dispatchers_that_share_a_file_share_what_is_left_and_what_is_left_alone(desk: Callable[..., Desk]) -> None:
    desks = [desk() for _ in range(3)]
    for number in range(10):
        desks[number % 3].ask(REF)
    for one in desks:
        with pytest.raises(CallError, match=r"0 USD left"):
            one.ask(REF)
        assert one.left(REF) == [0]
    desks[0].provided.answers["one"] = failed(401)
    with pytest.raises(CallError):
        desks[0].ask(REF)
    assert desks[0].provided.asked.count("one") == 4  # the limit comes first
    assert [sum(one.calls for one in each.ledger.sums()) for each in desks] == [14] * 3  # with those that were refused


def test_a_failure_that_one_process_met_keeps_the_others_away(desk: Callable[..., Desk]) -> None:
    first, second = desk(), desk()
    first.provided.answers["one"] = failed(500)
    with pytest.raises(CallError):
        first.ask(REF)
    with pytest.raises(CallError) as raised:
        second.ask(REF)
    assert (raised.value.kind, second.provided.asked) == ("all_models_cooling", [])


def test_with_fail_open_calls_go_on_and_are_held_to_what_this_process_knows(desk: Callable[..., Desk], tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(GARBAGE)
    one = desk()
    with pytest.warns(StateWarning, match="it is damaged, or no file of SQLite") as warned:
        one.ask(REF)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(9):
            one.ask(REF)
        with pytest.raises(CallError, match="0 USD left"):
            one.ask(REF)
    assert len(warned) == 1
    assert [facts["policy"] for event, facts in one.heard if event == "state_down"] == ["fail_open"]
    (tmp_path / "state.sqlite").unlink()
    one.dispatcher.close()
    assert desk().left(REF) == [0]  # what was spent meanwhile is booked


def test_with_fail_closed_nothing_is_sent(desk: Callable[..., Desk], tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(GARBAGE)
    one = desk(on_state_down="fail_closed")
    with pytest.warns(StateWarning, match="until then no call is made"), pytest.raises(StateError):
        one.ask(REF)
    with pytest.raises(StateError, match="it is damaged"):
        one.ask(REF)
    assert one.provided.asked == []
    assert [facts["policy"] for event, facts in one.heard if event == "state_down"] == ["fail_closed"]


@pytest.mark.parametrize("policy", ["fail_open", "fail_closed"])
def test_an_answer_is_given_although_the_state_went_away_meanwhile(policy: str, desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk(on_state_down=policy)
    one.dispatcher.route(REF)
    other = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    carry = one.provided.open

    def lock(request: Any) -> Any:
        other.execute("BEGIN IMMEDIATE")
        return carry(request)

    one.provided.open = lock  # type: ignore[method-assign]
    one.left(REF)
    with pytest.warns(StateWarning, match="locked"):
        answer = one.ask(REF)
    assert (answer.text, answer.cost.attodollars) == ("yes", USD // 100)
    other.execute("ROLLBACK")
    other.close()
    one.dispatcher.close()
    assert desk().left(REF) == [9 * USD // 100]


def test_an_answer_is_given_although_the_ledger_cannot_be_written(desk: Callable[..., Desk], tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(GARBAGE)
    one = desk()
    with pytest.warns(LedgerWarning, match="calls cannot be written down"):
        assert one.ask(REF).text == "yes"
    assert "ledger_down" in [event for event, _ in one.heard]
    (tmp_path / "ledger.sqlite").unlink()
    one.dispatcher.close()
    assert [found.usd for found in one.ledger.sums()] == ["0.01"]


def test_a_price_that_nobody_knows_is_blocked_let_through_or_assumed(tmp_path: Path) -> None:
    registry = registry_with()
    blocked = Desk(tmp_path, Provided(one=A_CENT), registry)
    with pytest.raises(CallError, match="the price of this call is not known"):
        blocked.ask(REF)
    allowed = Desk(tmp_path, Provided(one=A_CENT), registry, unpriced="allow")
    assert allowed.ask(REF).cost.usd is None
    assert allowed.left(REF) == [USD // 10]
    assumed = Desk(tmp_path, Provided(one=A_CENT), registry, unpriced="assume", assumed={"input_usd_per_mtok": 2, "output_usd_per_mtok": 4})
    assert assumed.ask(REF).cost.usd is None
    assert assumed.left(REF) == [8 * USD // 100]
    assert [(one.usd, one.calls, one.unknown_cost) for one in allowed.ledger.sums("day")] == [(None, 3, 2)]


def test_a_users_file_may_say_what_is_assumed(tmp_path: Path) -> None:
    price = {"input_usd_per_mtok": 2, "output_usd_per_mtok": 4}
    said = {"unpriced": "assume", "assumed_price": price}
    desk = Desk(tmp_path, Provided(one=A_CENT), registry_with(said))
    assert desk.ask(REF).cost.usd is None
    assert desk.left(REF) == [8 * USD // 100]
    over = Desk(tmp_path, Provided(one=A_CENT), registry_with(said), unpriced="block")
    alone = Desk(tmp_path, Provided(one=A_CENT), registry_with({"assumed_price": price}))  # assumes nothing
    for other in (over, alone):
        with pytest.raises(CallError, match="the price of this call is not known"):
            other.ask(REF)


def test_the_path_of_a_ledger_will_do(tmp_path: Path) -> None:
    with Dispatcher(registry_with(prices=PRICES), transport=Provided(one=A_CENT), ledger=tmp_path / "other.sqlite") as dispatcher:
        dispatcher.complete(REF, "Well?", tags={"team": "web"}, project="site", token="ann")
        (call,) = dispatcher._core.ledger.calls()  # type: ignore[union-attr]
    assert (call["project"], call["token"], call["tags"], call["usd"]) == ("site", "ann", {"team": "web"}, "0.01")
