"""What Routerly's users spend, and how long calls may take: acceptance/routerly.md 15-18, 20-23, 29 and 31, by number, as far as limits and the ledger show them."""

from __future__ import annotations

import random
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from modelwright.runtime.budget import Budget
from modelwright.runtime.dispatch.errors import CallError, StreamBrokenError
from modelwright.runtime.state import Outcome
from paid_calls import Desk, Provided, chat, chat_stream, failed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Drop

USD = 10**18
PRICE = {"inputPerMillion": 1, "outputPerMillion": 2}
TWO_DOLLARS, LARGE, CHEAP = chat((400_000, 800_000)), chat((1000, 400)), chat((30, 12))


def row(identity: str, *limits: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a model of an address of its own, with limits by period where they say nothing else."""
    given = [{"windowType": "period", **limit} if "period" in limit else {"windowType": "rolling", **limit} for limit in limits]
    return {"id": identity, "provider": "custom", "endpoint": f"http://{identity}.example/v1", "cost": PRICE, "contextWindow": 1_000_000, "limits": given, **more}


def daily(metric: str, value: float) -> dict[str, Any]:
    return {"metric": metric, "period": "daily", "value": value}


def at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.fixture
def _in_auckland(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Move this machine to where a day begins 13 hours before it does in UTC."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def refused(desk: Desk, **more: Any) -> str:
    """Ask, be refused for limits alone, and return why."""
    with pytest.raises(CallError) as raised:
        desk.ask(**more)
    assert raised.value.kind == "all_models_limits_exceeded", str(raised.value)
    return str(raised.value)


def test_routerly_15_of_five_dollars_a_day_4_99_leave_room_and_5_00_none(use: Drop, home: Path) -> None:
    """M limit metric cost daily 5: spend 4.99 → allowed; 5.00 → blocked (>=)."""
    use([row("one", daily("cost", 5))])
    desk = Desk(home, Provided(one=chat((990_000, 2_000_000))), expected_output_tokens=10)
    desk.ask()
    assert desk.left() == [USD // 100]
    desk.provided.answers["one"] = chat((10_000, 0))
    desk.ask()
    assert desk.left() == [0]
    assert "budget model custom-openai/one: 5 USD daily" in refused(desk)
    assert len(desk.provided.asked) == 2


METRICS = {"calls": 1, "input_tokens": 1000, "output_tokens": 400, "total_tokens": 1400}
"""What a call of LARGE takes of each."""
PERIODS = {"hourly": "2026-11-18T11:00", "daily": "2026-11-19T00:00", "weekly": "2026-11-23T00:00", "monthly": "2026-12-01T00:00", "yearly": "2027-01-01T00:00"}
"""When each ends in which 2026-11-18T10:30 is."""
each_metric = pytest.mark.parametrize(("metric", "needs"), METRICS.items(), ids=METRICS)


@pytest.mark.usefixtures("_in_auckland")
@each_metric
def test_routerly_16_each_metric_is_counted_till_the_local_period_ends(metric: str, needs: int, use: Drop, home: Path) -> None:
    """M calls, input_tokens, output_tokens, total_tokens metrics; period and rolling windows each have a boundary test with injected clock & timezone."""
    use([row(period, {"metric": metric, "period": period, "value": needs}) for period in PERIODS])
    desk = Desk(home, Provided(**dict.fromkeys(PERIODS, LARGE)), expected_output_tokens=1)
    for period, end in PERIODS.items():
        desk.clock.now = at("2026-11-18T10:30", "Pacific/Auckland")
        assert desk.left(period) == [needs]
        desk.ask(period)
        desk.clock.now = at(end, "Pacific/Auckland") - 0.001
        assert desk.left(period) == [0]
        with pytest.raises(CallError, match=f"budget model custom-openai/{period}: .*: 0 .* left, .* needed"):
            desk.ask(period)
        desk.clock.now = at(end, "Pacific/Auckland")
        assert desk.left(period) == [needs]
        desk.ask(period)


@each_metric
def test_routerly_16_each_metric_is_counted_till_it_leaves_a_rolling_window(metric: str, needs: int, use: Drop, home: Path) -> None:
    """M calls, input_tokens, output_tokens, total_tokens metrics; period and rolling windows each have a boundary test with injected clock & timezone."""
    units = {"minute": 60, "hour": 3600, "day": 86_400}
    use([row(unit, {"metric": metric, "rollingAmount": 2, "rollingUnit": unit, "value": 2 * needs}) for unit in units])
    desk = Desk(home, Provided(**dict.fromkeys(units, LARGE)), expected_output_tokens=1)
    for unit, seconds in units.items():
        begin = desk.clock.now = 1_795_003_200.0  # to the grain to which a window of days is kept
        desk.ask(unit)
        desk.clock.now = begin + seconds
        desk.ask(unit)
        for now, left in ((begin + 2 * seconds - 0.001, 0), (begin + 2 * seconds, needs), (begin + 3 * seconds - 0.001, needs), (begin + 3 * seconds, 2 * needs)):
            desk.clock.now = now
            assert desk.left(unit) == [left], (unit, now - begin)


MODES = [
    ("replace", "replace", "t"),
    ("replace", "extend", "pt"),
    ("replace", "disable", ""),
    ("extend", "replace", "t"),
    ("extend", "extend", "gpt"),
    ("extend", "disable", ""),
    ("disable", "replace", "t"),
    ("disable", "extend", "t"),
    ("disable", "disable", ""),
]


@pytest.mark.parametrize(("project", "token", "holding"), MODES)
def test_routerly_17_which_limits_stop_a_call_is_as_the_modes_of_project_and_token_say(project: str, token: str, holding: str, use: Drop, home: Path) -> None:
    """M limitsMode replace/extend/disable with global→project→token truth table (9 rows)."""
    use([row("one")])
    budgets = {
        Budget("calls", 3, scope="model", of="custom-openai/one", period="daily"): "g",
        Budget("calls", 2, scope="project", of="site", period="daily", mode=project): "p",
        Budget("calls", 1, scope="token", of="ann", period="daily", mode=token): "t",
    }
    desk = Desk(home, Provided(one=CHEAP), budgets=budgets)
    core = desk.dispatcher._core
    spender = core.spender(desk.dispatcher.route("one").candidates[0], "site", "ann")
    assert "".join(sorted(budgets[budget] for budget, _, _ in core.spending.left(spender))) == holding
    limits = {budget: budget.limit for budget, letter in budgets.items() if letter in holding}
    least = min(limits, key=lambda budget: budget.limit, default=None)
    for _ in range(4 if least is None else least.limit):
        desk.ask(project="site", token="ann")
    if least is not None:
        assert f"budget {least}" in refused(desk, project="site", token="ann")


def test_routerly_18_a_call_that_failed_takes_nothing_from_a_limit(use: Drop, home: Path) -> None:
    """M only successful calls count (compat)."""
    use([row("one", daily("calls", 2), daily("cost", 5))])
    desk = Desk(home, Provided(one=failed(400, "what is this?")))
    with pytest.raises(CallError, match="what is this"):
        desk.ask()
    assert desk.left() == [2, 5 * USD]
    desk.provided.answers["one"] = TWO_DOLLARS
    desk.ask()
    assert desk.left() == [1, 3 * USD]


def test_routerly_18_a_call_that_failed_counts_where_that_is_asked_for(use: Drop, home: Path) -> None:
    """S failed billable calls optionally count."""
    use([row("one", daily("calls", 2), daily("cost", 5))])
    desk = Desk(home, Provided(one=failed(400, "what is this?")), counts_failed=True)
    with pytest.raises(CallError, match="what is this"):
        desk.ask()
    assert desk.left() == [1, 5 * USD]


def test_routerly_20_the_one_model_that_limits_leave_is_asked_whatever_the_policies_say(use: Drop, home: Path) -> None:
    """M one candidate → policies bypassed."""
    use([row("one", daily("calls", 1)), row("two")])
    desk = Desk(home, Provided(one=CHEAP, two=CHEAP), choose=lambda _: 0)
    benched(desk, "two")
    assert [candidate.model.id for candidate in desk.dispatcher.route().skipped] == ["two"]
    desk.ask()
    assert [candidate.model.id for candidate in desk.dispatcher.route().skipped] == ["one"]
    desk.ask()
    assert desk.provided.asked == ["one", "two"]


def test_routerly_21_a_call_that_went_elsewhere_is_one_call_with_two_attempts_and_one_cost(use: Drop, home: Path) -> None:
    """M failover: candidate 1 throws 500 → candidate 2 answers."""
    use([row("one", daily("cost", 5)), row("two", daily("cost", 5))])
    desk = Desk(home, Provided(one=failed(500, "down"), two=TWO_DOLLARS), choose=lambda _: 0)
    answer = desk.ask()
    assert (answer.cost.attodollars, desk.provided.asked) == (2 * USD, ["one", "two"])
    (call,) = desk.ledger.calls()
    assert (call["model"], call["outcome"], call["usd"]) == ("custom-openai/two", "succeeded", "2")
    assert [attempt["failure"] for attempt in call["attempts"]] == ["server_error", None]
    assert (desk.left("one"), desk.left("two")) == ([5 * USD], [3 * USD])


def test_routerly_21_a_stream_that_broke_is_billed_for_what_came_and_not_asked_for_again(use: Drop, home: Path) -> None:
    """M stream error after first chunk → no retry."""
    use([row("one", daily("output_tokens", 5000)), row("two", daily("output_tokens", 5000))])
    desk = Desk(home, Provided(one=chat_stream("Well, ", "then"), two=CHEAP), choose=lambda _: 0)
    stream = desk.dispatcher.stream(None, "Well?")
    with pytest.raises(StreamBrokenError) as raised:
        list(stream.texts())
    assert (raised.value.response.text, raised.value.usage.output_tokens, desk.provided.asked) == ("Well, then", 3, ["one"])
    (call,) = desk.ledger.calls()
    assert (call["outcome"], call["output_tokens"], len(call["attempts"])) == ("partial", 3, 1)
    assert desk.left("one") == [4997]


def test_routerly_22_where_all_fail_the_one_error_and_the_ledger_have_each_cause(use: Drop, home: Path) -> None:
    """M all fail → one error carrying each cause."""
    use([row("one", daily("calls", 9)), row("two", daily("calls", 9)), row("three", daily("calls", 0))])
    desk = Desk(home, Provided(one=failed(500, "one is down"), two=failed(401, "two knows you not")), choose=lambda _: 0)
    with pytest.raises(CallError) as raised:
        desk.ask()
    for cause in ("one is down", "two knows you not", "0 calls daily is spent"):
        assert cause in str(raised.value)
    (call,) = desk.ledger.calls()
    assert (call["outcome"], call["usd"], [attempt["failure"] for attempt in call["attempts"]]) == ("failed", None, ["server_error", "auth"])
    assert desk.left("one") == [9]


def test_routerly_23_where_limits_say_the_same_of_all_a_seeded_choice_says_which(use: Drop, home: Path) -> None:
    """M abstain rule & weight order deterministic with seed RNG for the tie."""
    use([row(name, daily("calls", 1000)) for name in ("one", "two", "three")])
    answers = {"one": CHEAP, "two": CHEAP, "three": CHEAP}
    orders = []
    for _ in range(2):
        firsts = []
        for seed in range(8):
            desk = Desk(home, Provided(**answers), choose=random.Random(seed).randrange)
            desk.ask()
            firsts.append(desk.provided.asked[0])
        orders.append(firsts)
    assert orders[0] == orders[1]
    assert set(orders[0]) == {"one", "two", "three"}
    desk = Desk(home, Provided(**answers), choose=lambda _: 1)
    for _ in range(4):
        desk.ask()  # from the first call on those with more left come first
    assert sorted(desk.provided.asked[:3]) == ["one", "three", "two"]


def test_routerly_29_what_calls_came_to_opens_the_breaker_and_time_closes_it(use: Drop, home: Path) -> None:
    """S health breaker ≥0.9 failure excludes; half-life decay re-admits."""
    use([row("one"), row("two")])
    desk = Desk(home, Provided(one=failed(500), two=CHEAP), choose=lambda _: 0)
    benched(desk, "one")
    (skipped,) = desk.dispatcher.route().skipped
    assert (skipped.model.id, "policy health" in skipped.reason) == ("one", True)
    desk.ask()
    assert desk.provided.asked == ["two"]
    desk.clock.now += 1500
    assert desk.dispatcher.route().skipped == ()
    desk.ask()
    assert desk.provided.asked[1:] == ["one", "two"]


def benched(desk: Desk, ref: str) -> None:
    """Have it be known that many calls to *ref* failed."""
    candidate = desk.dispatcher.route(ref).kept[0]
    store = desk.dispatcher._core.store
    store.see([Outcome(f"{candidate.account['id']}/{candidate.model.ref}", failures=30)], store.now())


@pytest.mark.parametrize(("timeout", "seconds"), [({}, 60), ({"timeout": 300_000}, 300), ({"timeout": 1500}, 1.5)])
def test_routerly_31_a_request_is_given_no_longer_than_its_model_has(timeout: dict[str, int], seconds: float, use: Drop, home: Path) -> None:
    """S timeout default 60 000 ms, model-level override."""
    use([row("one", **timeout)])
    desk = Desk(home, Provided(one=CHEAP), timer=lambda: 0.0)
    desk.ask()
    assert desk.provided.requests[0].read_seconds == seconds
