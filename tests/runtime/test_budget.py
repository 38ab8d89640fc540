"""Budgets: which hold for whom, and that nothing is spent beyond them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from modelwright import Model, Usage, UsageError, cost
from modelwright.runtime.budget import MODES, Budget, Spender, effective
from modelwright.runtime.spending import FAILED, PARTIAL, Refusal, Reservation, Spending
from modelwright.runtime.state import Outcome
from modelwright.runtime.state.memory import MemoryStore
from modelwright.runtime.state.sqlite import SqliteStore
from runtime.state.conformance import START, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from modelwright.runtime.cost import Cost
    from modelwright.runtime.state import Store

DAY = "2026-11-18"
USD = 10**18
MIDNIGHT = 1_795_046_400
SOMEBODY = Spender("work", "acme/large")
GLOBAL, PROJECT, TOKEN = Budget("cost", 1, period="daily"), "project", "token"


def _model(**price: Any) -> Model:
    return Model("acme/large", {"provider": "acme", "id": "large", "prices": [price] if price else []}, "test")


def usd(amount: str) -> Cost:
    """Return a cost of so many USD, of one request, 30 tokens in and 12 out."""
    return cost(_model(usd_per_request=amount, input_usd_per_mtok=0, output_usd_per_mtok=0), Usage(30, 12), DAY)


def tokens(read: int, written: int = 0) -> Cost:
    return cost(_model(input_usd_per_mtok=1, output_usd_per_mtok=1), Usage(read, written), DAY)


FREE = cost(_model(state="free"), Usage(30, 12), DAY)
INCLUDED = cost(_model(state="included"), Usage(30, 12), DAY)
UNKNOWN = cost(_model(), Usage(1000, 500), DAY)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store: Store = MemoryStore(clock=clock) if request.param == "memory" else SqliteStore(tmp_path / "state.sqlite", clock=clock)
    yield store
    store.close()


def spend(spending: Spending, amount: Cost, spender: Spender = SOMEBODY) -> Reservation | Refusal:
    """Reserve and settle the same."""
    found = spending.reserve(spender, amount)
    if isinstance(found, Reservation):
        spending.settle(found, amount)
    return found


def refused(found: Reservation | Refusal) -> Refusal:
    assert isinstance(found, Refusal), found
    assert not found.is_granted
    return found


def granted(found: Reservation | Refusal) -> Reservation:
    assert isinstance(found, Reservation), found
    assert found.is_granted
    return found


# What a budget is


def test_a_budget_is_read_from_an_entry_of_a_users_file() -> None:
    entry: dict[str, Any] = {"scope": "account", "of": "work", "metric": "cost", "value": 0.1, "period": "daily"}
    budget = Budget(**entry)
    assert (budget.limit, budget.timezone, budget.mode, budget.rolling_seconds) == (USD // 10, "UTC", "replace", None)
    assert str(budget) == "account work: 0.1 USD daily"
    assert str(Budget("total_tokens", 1_000_000, rolling_seconds=3600)) == "global: 1,000,000 total tokens in 3,600 s"
    assert repr(Budget("calls", 5, scope="token", of="a\x1b[1m", period="weekly")) == "<Budget token 'a\\x1b[1m': 5 calls weekly>"


def test_budgets_are_equal_when_all_they_say_is() -> None:
    one = Budget("cost", "5.0", period="daily")
    assert one == Budget("cost", 5, period="daily", timezone="UTC")
    assert hash(one) == hash(Budget("cost", 5, period="daily"))
    assert one != Budget("cost", 5, period="daily", mode="extend")
    assert one != "global: 5 USD daily"
    with pytest.raises(AttributeError, match="frozen"):
        one.limit = 3


@given(st.decimals(0, 10**15, places=18))
def test_a_limit_of_money_is_exact(value: Decimal) -> None:
    assert Budget("cost", str(value), period="daily").limit == Fraction(value) * USD


@pytest.mark.parametrize(
    ("value", "limit"), [(5, 5 * USD), ("0.10", USD // 10), (0.1, USD // 10), (1e-07, USD // 10**7), ("1e-18", 1), (0, 0), (10**15, USD * 10**15), ("0.1" + "0" * 100, USD // 10)]
)
def test_a_limit_is_read_as_it_is_written(value: Any, limit: int) -> None:
    assert Budget("cost", value, period="daily").limit == limit


@pytest.mark.parametrize("value", [-1, "x", "nan", "inf", float("nan"), float("inf"), "1e-19", "0.1" + "0" * 90 + "1", True, 10**15 + 1, "1e9999", None, ""])
def test_what_is_no_limit_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="is no limit of cost; it is an amount of USD with at most 18 decimals, from 0 to 1,000,000,000,000,000"):
        Budget("cost", value, period="daily")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"metric": "euros"}, "'euros' is no metric of a budget; known: cost, calls"),
        ({"scope": "team"}, "'team' is no scope of a budget; known: global, account"),
        ({"mode": "add"}, "'add' is no mode of a budget; known: replace, extend, disable"),
        ({"timezone": "CET"}, "'CET' is no timezone of a budget; known: UTC, local"),
        ({"period": "fortnightly"}, "'fortnightly' is no period of a budget; known: hourly"),
        ({"period": None}, "a budget has either a period or rolling_seconds"),
        ({"rolling_seconds": 60}, "a budget has either a period or rolling_seconds"),
        ({"period": None, "rolling_seconds": 0}, "rolling_seconds of a budget is 0; it is a whole number above 0"),
        ({"period": None, "rolling_seconds": True}, "rolling_seconds of a budget is True"),
        ({"period": None, "rolling_seconds": 1.5}, r"rolling_seconds of a budget is 1\.5"),
        ({"of": "work"}, "a budget of scope global is of everything; leave out `of: work`"),
        ({"metric": "calls", "value": 2.5}, r"2\.5 is no limit of calls; it is a whole number"),
    ],
)
def test_what_is_no_budget_is_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Budget(**{"metric": "cost", "value": 5, "period": "daily", **entry})


# Which hold


def _chain(project: str | None, token: str | None) -> str:
    """Return the letters of those that hold: g, p, t."""
    budgets = {GLOBAL: "g"}
    if project:
        budgets[Budget("cost", 2, scope="project", of="site", period="daily", mode=project)] = "p"
    if token:
        budgets[Budget("cost", 3, scope="token", of="ann", period="daily", mode=token)] = "t"
    return "".join(budgets[budget] for budget in effective(budgets, Spender("work", "acme/large", "site", "ann")))


@pytest.mark.parametrize(
    ("project", "token", "holding"),
    [
        ("replace", "replace", "t"),
        ("replace", "extend", "pt"),
        ("replace", "disable", ""),
        ("extend", "replace", "t"),
        ("extend", "extend", "gpt"),
        ("extend", "disable", ""),
        ("disable", "replace", "t"),
        ("disable", "extend", "t"),
        ("disable", "disable", ""),
    ],
)
def test_routerly_17_global_project_and_token_budgets_by_their_modes(project: str, token: str, holding: str) -> None:
    """Routerly 17: limitsMode replace/extend/disable with global→project→token truth table (9 rows)."""
    assert _chain(project, token) == holding


def test_a_layer_without_budgets_is_transparent() -> None:
    assert _chain(None, None) == "g"
    assert [_chain(mode, None) for mode in MODES] == ["p", "gp", ""]
    assert [_chain(None, mode) for mode in MODES] == ["t", "gt", ""]


def test_a_layer_with_several_budgets_takes_the_place_of_others_if_one_of_them_does() -> None:
    extending = Budget("calls", 2, scope="project", period="daily", mode="extend")
    replacing = Budget("cost", 2, scope="project", period="daily")
    disabling = Budget("cost", 2, scope="project", period="weekly", mode="disable")
    spender = SOMEBODY._replace(project="site")
    assert effective([GLOBAL, extending, replacing], spender) == (extending, replacing)
    assert effective([GLOBAL, extending, disabling], spender) == (extending,)


def test_budgets_of_accounts_always_hold_and_those_of_a_model_are_of_the_first_layer() -> None:
    account = Budget("cost", 2, scope="account", of="work", period="daily")
    model = Budget("cost", 2, scope="model", of="acme/large", period="daily")
    project = Budget("cost", 2, scope="project", of="site", period="daily")
    budgets = [GLOBAL, model, account, project]
    assert set(effective(budgets, SOMEBODY)) == {GLOBAL, model, account}
    assert set(effective(budgets, SOMEBODY._replace(project="site"))) == {account, project}
    assert set(effective(budgets, Spender("home", "acme/small"))) == {GLOBAL}


def test_a_budget_of_each_counts_each_for_itself(store: Store) -> None:
    spending = Spending(store, [Budget("calls", 1, scope="token", period="daily")])
    ann, bob = SOMEBODY._replace(token="ann"), SOMEBODY._replace(token="bob")
    granted(spend(spending, FREE, ann))
    refused(spend(spending, FREE, ann))
    granted(spend(spending, FREE, bob))
    for _ in range(3):
        granted(spend(spending, FREE))  # nobody's token


def test_spending_counts_in_every_budget_of_its_scope_also_where_that_one_does_not_hold(store: Store) -> None:
    own = Budget("cost", 9, scope="project", of="site", period="daily")
    spending = Spending(store, [GLOBAL, own])
    granted(spend(spending, usd("0.7"), SOMEBODY._replace(project="site")))
    granted(spend(spending, usd("0.7"), SOMEBODY._replace(project="site")))
    assert refused(spend(spending, usd("0.1"))).budget == GLOBAL


def test_of_budgets_that_count_the_same_the_tightest_that_holds_stops(store: Store) -> None:
    budgets = [Budget("cost", 3, period="daily"), Budget("cost", 2, period="daily"), Budget("cost", 4, period="daily")]
    spending = Spending(store, budgets)
    granted(spend(spending, usd("1.5")))
    assert refused(spend(spending, usd("1"))).budget == budgets[1]
    assert spending.left(SOMEBODY) == [(budgets[1], USD // 2, MIDNIGHT)]


# Reaching a limit


def test_routerly_15_a_limit_of_5_dollars_lets_4_99_through_and_5_00_not(store: Store) -> None:
    """Routerly 15: limit metric cost daily 5: spend 4.99 → allowed; 5.00 → blocked (>=)."""
    for is_last_let_through, needs in ((False, "0.01"), (True, "3")):
        spending = Spending(store, [Budget("cost", 5, scope="account", period="daily")], is_last_let_through=is_last_let_through)
        spender = SOMEBODY._replace(account=str(is_last_let_through))
        granted(spend(spending, usd("4.99"), spender))
        granted(spending.reserve(spender, usd(needs)))
        found = refused(spending.reserve(spender, usd("0")))
        assert (found.reason, found.left, found.resets_at) == ("spent", 0, MIDNIGHT)
    assert str(found) == "budget account: 5 USD daily: 0 USD left; room from 2026-11-19T00:00:00Z"


def test_a_call_that_does_not_fit_is_refused_and_told_what_is_left(store: Store) -> None:
    spending = Spending(store, [Budget("cost", 5, period="daily")])
    granted(spend(spending, usd("4.99")))
    found = refused(spending.reserve(SOMEBODY, usd("0.010000000001")))
    assert (found.left, found.needed) == (USD // 100, 10_000_000_001_000_000)
    assert str(found) == "budget global: 5 USD daily: 0.01 USD left, 0.010000000001 USD needed; room from 2026-11-19T00:00:00Z"
    assert repr(found) == f"<Refusal {found}>"
    assert str(refused(spending.reserve(SOMEBODY, usd("6")))) == "budget global: 5 USD daily: 0.01 USD left, 6 USD needed"  # never
    assert refused(Spending(store, [Budget("calls", 0, period="daily")]).reserve(SOMEBODY, FREE)).resets_at is None


@pytest.mark.parametrize(("metric", "needs", "limit"), [("calls", 1, 3), ("input_tokens", 30, 90), ("output_tokens", 12, 36), ("total_tokens", 42, 126)])
@pytest.mark.parametrize("span", [{"period": "hourly"}, {"rolling_seconds": 60}])
def test_routerly_16_each_metric_counts_what_it_says_in_both_kinds_of_window(metric: str, needs: int, limit: int, span: dict[str, Any], store: Store, clock: Clock) -> None:
    """Routerly 16: calls, input_tokens, output_tokens, total_tokens metrics; period and rolling windows each have a boundary test."""
    clock.now = MIDNIGHT - 50
    spending = Spending(store, [Budget(metric, limit, **span)])
    for _ in range(3):
        granted(spend(spending, FREE))
    found = refused(spend(spending, FREE))
    end = MIDNIGHT if "period" in span else MIDNIGHT + 10
    assert (found.left, found.needed, found.resets_at) == (0, needs, end)
    clock.now = end - 0.01
    refused(spend(spending, FREE))
    clock.now = end
    granted(spend(spending, FREE))
    assert spending.left(SOMEBODY)[0][1] == limit - needs


def test_sophon_26_a_budget_of_one_account_is_reset_at_its_boundary_and_holds_nobody_else_up(store: Store, clock: Clock) -> None:
    """Sophon 26: per-provider budget: exceeding moves to next; reset at window boundary."""
    spending = Spending(store, [Budget("cost", 1, scope="account", of="work", period="monthly")])
    granted(spend(spending, usd("1")))
    refused(spend(spending, usd("0.01")))
    granted(spend(spending, usd("7"), Spender("home", "acme/large")))
    clock.now = refused(spend(spending, usd("0.01"))).resets_at or 0
    granted(spend(spending, usd("0.01")))


def test_several_budgets_hold_at_once_and_what_one_refuses_none_counts(store: Store) -> None:
    budgets = [Budget("cost", 1, period="daily"), Budget("calls", 2, period="daily"), Budget("total_tokens", 1000, rolling_seconds=3600)]
    spending = Spending(store, budgets)
    for _ in range(2):
        granted(spend(spending, usd("0.25")))
    assert refused(spend(spending, usd("0.25"))).budget == budgets[1]
    assert [(budget.metric, left, end) for budget, left, end in spending.left(SOMEBODY)] == [("cost", USD // 2, MIDNIGHT), ("calls", 0, MIDNIGHT), ("total_tokens", 916, None)]


def test_without_budgets_everything_is_granted_and_outcomes_are_seen(store: Store) -> None:
    spending = Spending(store, [Budget("cost", 1, scope="project", period="daily")])
    held = granted(spending.reserve(SOMEBODY, UNKNOWN))
    spending.settle(held, UNKNOWN, seen=[Outcome("route:work:default", 1)])
    spending.release(granted(spending.reserve(SOMEBODY, UNKNOWN)))
    spending.settle(granted(spending.reserve(SOMEBODY, UNKNOWN)), None)
    assert store.outcomes(["route:work:default"], START)["route:work:default"][0][1:3] == (1, 0)
    assert spending.left(SOMEBODY) == []


# Reserve, settle


def test_calls_side_by_side_never_pass_a_limit_together(store: Store) -> None:
    spending = Spending(store, [Budget("cost", "0.10", period="daily")])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: spending.reserve(SOMEBODY, usd("0.003")), range(80)))
    assert sum(one.is_granted for one in found) == 33
    assert spending.left(SOMEBODY)[0][1] == USD // 1000


def test_settling_counts_what_was_spent_and_a_second_time_nothing(store: Store) -> None:
    spending = Spending(store, [Budget("cost", 1, period="daily"), Budget("output_tokens", 100, period="daily")])
    held = granted(spending.reserve(SOMEBODY, usd("0.9")))
    spending.settle(held, usd("0.2"))
    spending.settle(held, usd("0.9"))
    spending.release(held)
    assert [left for _, left, _ in spending.left(SOMEBODY)] == [8 * USD // 10, 88]


def test_more_than_was_reserved_is_counted_too(store: Store) -> None:
    spending = Spending(store, [Budget("cost", 1, period="daily")])
    held = granted(spending.reserve(SOMEBODY, usd("0.5")))
    spending.settle(held, usd("1.5"))
    assert spending.left(SOMEBODY) == [(GLOBAL, 0, MIDNIGHT)]
    refused(spending.reserve(SOMEBODY, usd("0.1")))


def test_where_nobody_knows_what_was_spent_the_estimate_stands(store: Store) -> None:
    spending = Spending(store, [Budget("cost", 1, period="daily"), Budget("input_tokens", 100, period="daily")])
    spending.settle(granted(spending.reserve(SOMEBODY, usd("0.5"))), None)
    assert [left for _, left, _ in spending.left(SOMEBODY)] == [USD // 2, 70]
    spending.settle(granted(spending.reserve(SOMEBODY, usd("0.3"))), UNKNOWN)  # tokens are known, their price is not
    assert [left for _, left, _ in spending.left(SOMEBODY)] == [USD // 5, 0]


def test_what_was_never_sent_is_given_back(store: Store) -> None:
    spending = Spending(store, [Budget("cost", 1, period="daily"), Budget("calls", 1, period="daily")])
    spending.release(granted(spending.reserve(SOMEBODY, usd("1"))))
    granted(spending.reserve(SOMEBODY, usd("1")))


def test_a_reservation_returns_after_its_lease_and_who_is_late_is_counted(store: Store, clock: Clock) -> None:
    spending = Spending(store, [Budget("cost", 1, period="daily")], lease_seconds=60)
    held = granted(spending.reserve(SOMEBODY, usd("0.8")))
    other = granted(spending.reserve(SOMEBODY, usd("0.2"), lease_seconds=3600))
    clock.now += 60
    assert spending.left(SOMEBODY)[0][1] == 8 * USD // 10
    spending.settle(held, usd("0.5"))
    spending.settle(other, usd("0.1"))
    assert spending.left(SOMEBODY)[0][1] == 4 * USD // 10


@pytest.mark.parametrize(
    ("outcome", "actual", "settings", "left"),
    [
        (FAILED, usd("0.5"), {}, [10, 100, 5]),
        (FAILED, usd("0.5"), {"counts_failed": True}, [5, 70, 4]),
        (FAILED, None, {"counts_failed": True}, [10, 100, 4]),
        (PARTIAL, usd("0.5"), {}, [5, 70, 4]),
        (PARTIAL, None, {}, [2, 70, 4]),
        (PARTIAL, usd("0.5"), {"bills_partial": False}, [10, 100, 5]),
    ],
)
def test_routerly_18_only_successful_calls_count_unless_it_is_said_otherwise(outcome: str, actual: Cost | None, settings: dict[str, Any], left: list[int], store: Store) -> None:
    """Routerly 18: only successful calls count (compat); failed billable calls optionally count."""
    spending = Spending(store, [Budget("cost", 1, period="daily"), Budget("input_tokens", 100, period="daily"), Budget("calls", 5, period="daily")], **settings)
    spending.settle(granted(spending.reserve(SOMEBODY, usd("0.8"))), actual, outcome)
    found = [amount for _, amount, _ in spending.left(SOMEBODY)]
    assert [found[0] * 10 // USD, *found[1:]] == left


# What costs nothing, and what nobody knows the cost of


def test_sophon_19_what_a_plan_covers_is_no_money_spent_and_tokens_count_all_the_same(store: Store) -> None:
    """Sophon 19: subscription providers: cost 0.0 for any usage, excluded from budget sums, token counts still recorded."""
    spending = Spending(store, [Budget("cost", 1, period="daily"), Budget("total_tokens", 200, period="daily")])
    granted(spend(spending, INCLUDED))
    assert [left for _, left, _ in spending.left(SOMEBODY)] == [USD, 158]
    granted(spend(spending, usd("1")))
    refused(spend(spending, usd("0.1")))
    granted(spend(spending, INCLUDED))
    granted(spend(spending, FREE))
    assert [left for _, left, _ in spending.left(SOMEBODY)] == [0, 200 - 4 * 42]
    assert refused(spend(spending, INCLUDED)).budget.metric == "total_tokens"


def test_a_model_whose_price_nobody_knows_is_blocked_where_money_is_limited(store: Store) -> None:
    for span in ({"period": "daily"}, {"rolling_seconds": 60}):
        spending = Spending(store, [Budget("cost", 1, **span)])
        found = refused(spend(spending, UNKNOWN))
        assert (found.reason, found.left, found.needed, found.resets_at) == ("unpriced", USD, None, None)
        assert str(found).endswith("the price of this call is not known")
    granted(spend(Spending(store, [Budget("calls", 1, period="daily")]), UNKNOWN))


def test_a_budget_of_money_that_does_not_hold_blocks_nobody(store: Store) -> None:
    spending = Spending(store, [Budget("cost", 1, period="daily"), Budget("calls", 5, scope="project", period="daily")])
    refused(spend(spending, UNKNOWN))
    assert granted(spend(spending, UNKNOWN, SOMEBODY._replace(project="site"))).is_unpriced


def test_an_unknown_price_may_be_let_through_is_marked_and_not_counted_as_zero_spent_by_what_is_known_later(store: Store) -> None:
    spending = Spending(store, [Budget("cost", 1, period="daily")], unpriced="allow")
    held = granted(spending.reserve(SOMEBODY, UNKNOWN))
    assert held.is_unpriced
    assert not granted(spending.reserve(SOMEBODY, usd("0.1"))).is_unpriced
    spending.settle(held, usd("0.4"))
    assert spending.left(SOMEBODY)[0][1] == USD // 2
    spending.settle(granted(spending.reserve(SOMEBODY, UNKNOWN)), UNKNOWN)
    granted(spend(spending, usd("0.5")))
    assert refused(spend(spending, UNKNOWN)).reason == "spent"


def test_an_unknown_price_may_be_assumed(store: Store) -> None:
    spending = Spending(store, [Budget("cost", "0.02", period="daily")], unpriced="assume", assumed={"input_usd_per_mtok": 5, "output_usd_per_mtok": "25"})
    assert not granted(spend(spending, UNKNOWN)).is_unpriced  # 1,000 at 5 and 500 at 25
    assert spending.left(SOMEBODY)[0][1] == 2 * USD // 100 - 5 * USD // 1000 - 125 * USD // 10_000
    assert refused(spend(spending, UNKNOWN)).reason == "spent"
    pictures = cost(_model(), Usage(1, 1, images=2), DAY)
    assert refused(spend(spending, pictures)).reason == "unpriced"


@pytest.mark.parametrize("settings", [{"unpriced": "ignore"}, {"unpriced": "assume"}, {"assumed": {"input_usd_per_mtok": 5}}])
def test_a_policy_that_is_none_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="unknown price"):
        Spending(MemoryStore(), [], **settings)


def test_as_many_spenders_as_there_are_are_served(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr("modelwright.runtime.spending._MOST_PLANS", 3)
    spending = Spending(MemoryStore(clock=clock), [Budget("calls", 2, scope="token", period="daily")])
    for _ in range(2):
        for number in range(10):
            granted(spend(spending, FREE, SOMEBODY._replace(token=f"\x00 {number}")))
    assert len(spending._plans) <= 3
    refused(spend(spending, FREE, SOMEBODY._replace(token="\x00 3")))


@given(st.lists(st.tuples(st.integers(0, 10**20), st.integers(0, 10**20), st.sampled_from(["settle", "release", "late", "never"])), max_size=12), st.booleans())
def test_what_is_left_is_the_limit_without_the_sum_of_what_was_settled(calls: list[tuple[int, int, str]], rolls: bool) -> None:
    clock = Clock()
    limit = 10**21
    spending = Spending(MemoryStore(clock=clock), [Budget("input_tokens", 10**15, **({"rolling_seconds": 7200} if rolls else {"period": "daily"}))], is_last_let_through=True)
    object.__setattr__(spending.budgets[0], "limit", limit)
    settled = 0
    for estimate, actual, end in calls:
        found = spending.reserve(SOMEBODY, tokens(estimate))
        if isinstance(found, Refusal):
            assert found.left == 0
            continue
        if end == "late":
            clock.now += 601
        if end in ("settle", "late"):
            spending.settle(found, tokens(actual))
            settled += actual
        elif end == "release":
            spending.release(found)
    clock.now += 601
    expected = max(0, limit - settled) if not rolls or clock.now < START + 7200 else None
    if expected is not None:
        assert spending.left(SOMEBODY)[0][1] == expected
