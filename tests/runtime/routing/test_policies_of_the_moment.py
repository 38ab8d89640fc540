"""Policies that weigh what was seen of routes lately: performance, fairness and rate limits, by the vectors of Routerly's own tests, and their laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from examples import few
from modelwright.runtime.budget import Budget
from modelwright.runtime.errors import UsageError
from modelwright.runtime.routing.policies import NAMES, chosen
from modelwright.runtime.routing.router import Router
from modelwright.runtime.state import OUTCOMES_KEPT_SECONDS, Stretch
from routing_world import Standing, kept, registry_of, skipped

if TYPE_CHECKING:
    from modelwright.runtime.routing.candidate import Routing

NOW = 100_000
MINUTE = 60
A, B, C = "north/blind", "north/eyes", "south/seer"
CALLS = Budget("calls", 100, period="hourly")


def took(minutes_ago: float, milliseconds: int, calls: int = 1) -> Stretch:
    return Stretch(int(NOW - minutes_ago * MINUTE), calls, timed=calls, milliseconds=calls * milliseconds)


def had(seconds_ago: int, successes: int = 1, failures: int = 0, rate_limited: int = 0) -> Stretch:
    return Stretch(NOW - seconds_ago, successes, failures, rate_limited)


def weighed(policy: Any, seen: dict[str, list[Stretch]], *, left: Any = None, refs: tuple[str, ...] = (A, B, C)) -> Routing:
    standing = Standing(now=NOW, outcomes=seen, left=left)
    return Router(registry_of(policy={"routing_policies": [policy]}), standing=standing).route(refs)


def scores(*given: Any, **more: Any) -> dict[str, float | None]:
    return {one.name: None if one.score is None else round(one.score, 5) for one in weighed(*given, **more).kept}


def notes(*given: Any, **more: Any) -> dict[str, tuple[str, ...]]:
    return {one.name: one.notes for one in weighed(*given, **more).kept}


SIMPLE = {"name": "performance", "half_life_seconds": 0}


@pytest.mark.parametrize(
    ("policy", "seen", "expected"),
    [
        pytest.param(SIMPLE, {}, None, id="nothing was called"),
        pytest.param(SIMPLE, {A: [took(5, 200)], B: [took(5, 400)]}, {A: 1.0, B: 0.5}, id="twice as slow is a half"),
        pytest.param(SIMPLE, {A: [took(5, 200)], B: [took(5, 1000)]}, {A: 1.0, B: 0.2}, id="five times as slow is a fifth"),
        pytest.param(SIMPLE, {A: [took(5, 200)]}, None, id="one alone is compared with nothing"),
        pytest.param(SIMPLE, {A: [had(300, 0, 1), had(360, 0, 1)], B: [took(5, 300)]}, None, id="failures have no time that counts"),
        pytest.param(SIMPLE, {A: [Stretch(NOW - 300, 1)], B: [took(5, 300)]}, None, id="no time was measured"),
        pytest.param({**SIMPLE, "window_seconds": 600}, {A: [took(30, 100)], B: [took(5, 300)]}, None, id="too long ago"),
        pytest.param({**SIMPLE, "window_seconds": 600}, {A: [took(599 / 60, 100), took(10, 5000)], B: [took(5, 200)]}, {A: 1.0, B: 0.5}, id="at the border of the window"),
        pytest.param({**SIMPLE, "least_calls": 5}, {A: [took(5, 200)], B: [took(5, 400)]}, None, id="too few calls"),
        pytest.param({**SIMPLE, "least_calls": 2}, {A: [took(5, 200), took(4, 200)], B: [took(5, 400, 2)], C: [took(5, 1)]}, {A: 1.0, B: 0.5, C: 1.0}, id="just enough"),
        pytest.param("performance", {A: [took(0, 100), took(5, 400)], B: [took(0, 200)]}, {A: 1.0, B: 1.0, C: 1.0}, id="five minutes halve what a call counts"),
    ],
)
def test_the_faster_answers_came_the_better(policy: Any, seen: dict[str, list[Stretch]], expected: dict[str, float] | None) -> None:
    found = scores(policy, seen)
    if expected is None:
        assert set(found.values()) == {None}
    elif len(set(expected.values())) == 1:  # which is the same of all, so that it does not count
        assert {one[0].split(":")[0] for one in notes(policy, seen).values()} == {"performance 1.00"}
    else:
        assert found == {C: 1.0, **expected}


def test_first_pieces_and_tokens_are_weighed_where_that_is_asked_for() -> None:
    seen = {
        A: [Stretch(NOW, 2, timed=2, milliseconds=4000, streamed=2, first_milliseconds=400, tokens=100, token_milliseconds=3600)],
        B: [Stretch(NOW, 1, timed=1, milliseconds=1000, streamed=1, first_milliseconds=800, tokens=20, token_milliseconds=200)],
        C: [Stretch(NOW, 1, timed=1, milliseconds=8000)],
    }
    assert scores("performance", seen) == {B: 1.0, A: 0.5, C: 0.125}
    assert scores({"name": "performance", "latency_weight": 0, "first_token_weight": 1}, seen) == {A: 1.0, B: 0.25, C: 1.0}
    assert scores({"name": "performance", "latency_weight": 0, "token_speed_weight": 1}, seen) == {A: 0.27778, B: 1.0, C: 1.0}
    both = {"name": "performance", "latency_weight": 1, "first_token_weight": 3}
    assert scores(both, seen) == {A: 0.875, B: 0.4375, C: 0.78125}
    assert notes(both, seen)[A] == ("performance 0.88: 2,000 ms, 200 ms to the first piece",)
    assert notes(both, seen)[C] == ("performance 0.78: 8,000 ms, not known yet",)
    assert set(scores({"name": "performance", "latency_weight": 0}, seen).values()) == {None}


@few
@given(times=st.lists(st.integers(1, 10**9), min_size=2, max_size=3), slower=st.integers(1, 10**9))
def test_what_takes_longer_never_scores_more(times: list[int], slower: int) -> None:
    def of_first(milliseconds: int) -> float:
        seen = {name: [took(1, one)] for name, one in zip((A, B, C), (milliseconds, *times[1:]), strict=False)}
        (note,) = next(one for one in weighed("performance", seen).kept if one.name == A).notes
        return float(note.split(":")[0].split()[1])

    before, after = of_first(times[0]), of_first(times[0] + slower)
    assert 0 <= after <= before <= 1


@pytest.mark.parametrize(
    ("policy", "seen", "expected"),
    [
        pytest.param("fairness", {}, None, id="nothing was called"),
        pytest.param("fairness", {A: [had(600), had(1200)], B: [had(900)]}, {C: 1.0, B: 0.66667, A: 0.33333}, id="the share of the others"),
        pytest.param("fairness", {A: [had(300, 0, 1)], B: [had(300)]}, {A: 1.0, B: 0.0, C: 1.0}, id="a failure is no call"),
        pytest.param({"name": "fairness", "failure_weight": 1}, {A: [had(300, 0, 1)], B: [had(300)]}, {A: 0.5, B: 0.5, C: 1.0}, id="or it is one"),
        pytest.param("fairness", {A: [had(7200)]}, None, id="too long ago"),
        pytest.param({"name": "fairness", "window_seconds": 180}, {A: [had(180)], B: [had(179)]}, {A: 1.0, B: 0.0, C: 1.0}, id="at the border of the window"),
        pytest.param("fairness", {A: [had(300), had(600)]}, {B: 1.0, C: 1.0, A: 0.0}, id="all calls of one"),
        pytest.param("fairness", {name: [had(300, 7)] for name in (A, B, C)}, None, id="all had the same"),
    ],
)
def test_the_fewer_of_the_calls_a_route_had_the_better(policy: Any, seen: dict[str, list[Stretch]], expected: dict[str, float] | None) -> None:
    assert scores(policy, seen) == ({A: None, B: None, C: None} if expected is None else expected)


def test_fairness_says_why() -> None:
    assert notes("fairness", {A: [had(600, 2)], B: [had(900)]})[A] == ("fairness 0.33: it had 2 of 3 calls",)


LIMITED = {name: [(CALLS, 50, None)] for name in (A, B, C)}


@pytest.mark.parametrize(
    ("policy", "seen", "left", "expected"),
    [
        pytest.param("rate-limit", {A: [had(10), had(20)], B: [had(10, 7)]}, {}, None, id="without a budget of calls their number is of no interest"),
        pytest.param("rate-limit", {}, LIMITED, None, id="nothing was called"),
        pytest.param("rate-limit", {A: [had(10), had(20)], B: [had(10)]}, LIMITED, {B: 1.0, C: 1.0, A: 0.5}, id="the least called over its own"),
        pytest.param("rate-limit", {A: [had(10, 3)], B: [had(10)]}, {A: LIMITED[A]}, None, id="alone among those with a budget of calls"),
        pytest.param("rate-limit", {A: [had(200, 3)], B: [had(10)]}, LIMITED, None, id="too long ago"),
        pytest.param({"name": "rate-limit", "window_seconds": 6}, {A: [had(5, 2)], B: [had(5)], C: [had(6, 9)]}, LIMITED, {B: 1.0, C: 1.0, A: 0.5}, id="at the border"),
        pytest.param("rate-limit", {A: [had(10, 0, 2, 2)]}, {}, {B: 1.0, C: 1.0, A: 0.5}, id="refused calls count, without any budget"),
        pytest.param({"name": "rate-limit", "assumed_successes": 0}, {A: [had(10, 1, 3, 3)]}, {}, {B: 1.0, C: 1.0, A: 0.25}, id="what is assumed is data"),
        pytest.param("rate-limit", {A: [had(10, 0, 9)]}, {}, None, id="other failures do not"),
        pytest.param("rate-limit", {}, {A: [(Budget("total_tokens", 1000, rolling_seconds=60), 250, None)]}, {B: 1.0, C: 1.0, A: 0.25}, id="what is left of a rolling budget"),
        pytest.param("rate-limit", {}, {A: [(Budget("cost", 5, rolling_seconds=60), 1, None)], B: [(CALLS, 1, None)]}, None, id="not of money, nor by the calendar"),
        pytest.param("rate-limit", {A: [had(10, 0, 2, 2)]}, {A: [(Budget("calls", 10, rolling_seconds=60), 1, None)]}, {B: 1.0, C: 1.0, A: 0.1}, id="the least of them"),
    ],
)
def test_the_nearer_to_being_asked_too_often_the_worse(policy: Any, seen: dict[str, list[Stretch]], left: Any, expected: dict[str, float] | None) -> None:
    assert scores(policy, seen, left=left) == ({A: None, B: None, C: None} if expected is None else expected)


def test_what_had_most_calls_is_out_where_it_has_a_budget_of_calls() -> None:
    policy = {"name": "rate-limit", "most_calls": 3}
    seen = {A: [had(10), had(15), had(20)], B: [had(10, 4)], C: [had(10, 2)]}
    routing = weighed(policy, seen, left={A: LIMITED[A], C: LIMITED[C]})
    assert skipped(routing) == {A: "it had 3 calls in 60 s (policy rate-limit)"}
    assert kept(routing) == [B, C]


def test_rate_limit_says_why() -> None:
    left = {A: [(Budget("calls", 10, rolling_seconds=60), 4, None)], B: [(CALLS, 9, None)]}
    told = notes("rate-limit", {B: [had(10, 3)], A: [had(10, 1, 1, 1)], C: [had(3, 0, 2, 2)]}, left=left)
    assert told[A][0].startswith("rate-limit 0.40: 4 calls left of ")
    assert told[B] == ("rate-limit 0.67: it had 3 calls, and the least called 2",)
    assert told[C] == ("rate-limit 0.50: 2 of its 2 calls came too often",)


stretches = st.lists(
    st.builds(
        Stretch,
        st.integers(NOW - 4000, NOW + 20),
        *[st.integers(0, 5)] * 3,
        st.integers(0, 5),
        st.integers(0, 9999),
        st.integers(0, 5),
        st.integers(0, 999),
        st.integers(0, 99),
        st.integers(0, 999),
    ),
    max_size=4,
).map(lambda found: [one._replace(rate_limited=min(one.rate_limited, one.failures)) for one in found])


@few
@given(name=st.sampled_from(NAMES), seen=st.fixed_dictionaries({A: stretches, B: stretches, C: stretches}), left=st.sampled_from([{}, LIMITED]))
def test_scores_are_between_0_and_1_and_what_is_kept_comes_the_best_first(name: str, seen: dict[str, list[Stretch]], left: Any) -> None:
    routing = weighed(name, seen, left=left)
    found = [one.score for one in routing.kept]
    assert len(set(found)) == 1 if None in found else all(one is not None and 0 <= one <= 1 for one in found)
    assert found == sorted(found, key=lambda one: -(one or 0))
    assert sorted(one.name for one in routing) == sorted((A, B, C))


# What files may say


def test_a_weight_takes_the_place_of_the_one_by_order() -> None:
    words = registry_of().words("routing-policies")
    found = chosen(["context", {"name": "health", "weight": 7.5, "window_seconds": 60}, {"name": "cheapest"}], words)
    assert [(one.name, one.weight) for one in found] == [("context", 3), ("health", 7.5), ("cheapest", 1)]
    assert found[1].numbers == {"window_seconds": 60, "half_life_seconds": 300, "assumed_successes": 2, "broken_share": 0.9}


def test_a_weight_decides_which_policy_counts_most() -> None:
    seen = {A: [took(1, 100)], B: [took(1, 50)]}
    standing = Standing(now=NOW, outcomes=seen)
    for weight, expected in ((0.1, [B, A]), (50, [A, B])):
        policies = [{"name": "fairness", "weight": 1}, {"name": "performance", "weight": 1}, {"name": "cheapest", "weight": weight}]
        assert kept(Router(registry_of(policy={"routing_policies": policies}), standing=standing).route([A, B])) == expected


def test_a_registry_that_does_not_know_the_policies_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="the compiled registry knows no policy 'health'; it knows: cheapest; run `providers compile`"):
        chosen(["health"], {"cheapest": {}})


def test_no_window_is_longer_than_what_is_kept() -> None:
    windows = [word["numbers"]["window_seconds"] for word in registry_of().words("routing-policies").values() if "window_seconds" in word.get("numbers", {})]
    assert max(windows) <= OUTCOMES_KEPT_SECONDS
