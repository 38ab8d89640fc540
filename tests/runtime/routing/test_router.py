"""What holds of every routing, whatever is asked: an order that is always the same, one reason each, nothing lost and nothing changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings, strategies as st

import checkout
from modelwright.runtime.budget import Budget
from modelwright.runtime.routing.candidate import COOLING, Routing
from modelwright.runtime.routing.needs import Needs
from modelwright.runtime.routing.policies import NAMES
from modelwright.runtime.routing.router import Router, within
from routing_world import Standing, kept, names, registry_of, skipped

if TYPE_CHECKING:
    from pathlib import Path

PROFILES = {"a": {"credentials": ["vault"]}, "b": {"kind": "oauth", "credentials": ["vault"]}}
REFS = ["north/blind", "north/eyes", "south/bare", "south/gift", "south/seer"]
NEEDS = st.builds(
    Needs,
    st.lists(st.sampled_from(["tools", "vision", "thinking", "audio"]), max_size=2),
    input_tokens=st.none() | st.sampled_from([1, 60_000, 150_000]),
    provider=st.none() | st.sampled_from(["north", "south"]),
)
ASKED = st.none() | st.sampled_from(REFS) | st.lists(st.sampled_from(REFS), min_size=1, max_size=4)


def account(provider: str, own: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {
        "rank": st.integers(0, 2),
        "status": st.sampled_from(["active", "active", "inactive"]),
        "models": st.lists(st.sampled_from(own), min_size=1, unique=True),
        "profiles": st.just(PROFILES),
        "credentials": st.sampled_from([["profile"], ["env", "profile"], ["vault"]]),
    }
    return st.fixed_dictionaries({"provider": st.just(provider)}, optional=optional)


ACCOUNTS = st.dictionaries(st.sampled_from(["one", "two", "three"]), account("north", ["blind", "eyes"]) | account("south", ["bare", "gift", "seer"]))
POLICY = st.fixed_dictionaries(
    {},
    optional={
        "capability_unknown": st.sampled_from(["keep", "exclude"]),
        "capability_missing": st.sampled_from(["error", "default"]),
        "visible": st.sampled_from(["catalog", "configured"]),
        "failover": st.sampled_from(["classified", "off"]),
    },
)
AGENT = st.fixed_dictionaries({"primary": st.sampled_from(REFS)}, optional={"fallbacks": st.lists(st.sampled_from(REFS), unique=True, max_size=3)})
AGENTS: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries({"defaults": AGENT})
SAID = st.fixed_dictionaries({"accounts": ACCOUNTS, "agents": AGENTS, "policy": POLICY}).map(lambda said: {key: value for key, value in said.items() if value})


@settings(deadline=None)
@given(said=SAID, asked=ASKED, needs=NEEDS)
def test_every_candidate_is_there_once_with_one_reason_and_the_order_is_always_the_same(said: dict[str, Any], asked: Any, needs: Needs) -> None:
    registry = registry_of(**said)
    routing, again = registry.route(asked, needs), registry.route(asked, needs)
    assert [(one.key, one.reason, one.cause) for one in routing] == [(one.key, one.reason, one.cause) for one in again]
    assert len({one.key for one in routing}) == len(routing) == len(routing.kept) + len(routing.skipped)
    assert all(one.reason and one.reason.isprintable() for one in routing)
    assert all(one.is_kept for one in routing.kept)
    assert not any(one.is_kept for one in routing.skipped)
    if routing.warning is None:
        assert all(registry.is_allowed(one.model) and one.model.can(word) is not False for one in routing.kept for word in needs.capabilities)


@settings(deadline=None)
@given(said=SAID, asked=ASKED, needs=NEEDS)
def test_what_is_needed_takes_candidates_away_and_never_changes_the_order_of_the_others(said: dict[str, Any], asked: Any, needs: Needs) -> None:
    """Skipping one never reorders the others."""
    registry = registry_of(**{**said, "policy": {**said.get("policy", {}), "capability_missing": "error"}})
    every = REFS if asked is None else asked
    free, strict = registry.route(every), registry.route(every, needs)
    assert {one.key for one in free} == {one.key for one in strict}
    remaining = {one.key for one in strict.kept}
    assert [one.key for one in free.kept if one.key in remaining] == [one.key for one in strict.kept]


@settings(deadline=None)
@given(policy=st.sampled_from(NAMES), spent=st.sets(st.sampled_from(REFS)), needs=NEEDS)
def test_a_spent_budget_skips_its_route_and_leaves_the_order_by_one_policy_as_it_is(policy: str, spent: set[str], needs: Needs) -> None:
    registry = registry_of(policy={"routing_policies": [policy]})
    budget = Budget("calls", 4, period="daily")
    before = Router(registry, standing=Standing()).route(REFS, needs)
    after = Router(registry, standing=Standing(left={ref: [(budget, 0, None)] for ref in spent})).route(REFS, needs)
    assert {one.name for one in after.skipped if one.cause == "spent"} == spent & set(kept(before))
    assert kept(after) == [name for name in kept(before) if name not in spent]


def test_a_route_that_is_worked_out_is_kept_and_one_that_is_asked_for_anew_is_the_same() -> None:
    router = Router(registry_of())
    assert router.route("north/eyes", Needs(["tools"])) is router.route("north/eyes", Needs(["tools", "tools"]))
    assert router.route("north/eyes") is not router.route("north/blind")
    assert router.route(["north/eyes"]) is router.route(iter(["north/eyes"]))


def test_routes_are_worked_out_anew_on_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases may move over night."""
    router = Router(registry_of())
    monkeypatch.setattr("modelwright.runtime.routing.router.today", lambda: "2026-05-31")
    before = router.route("acme/latest")
    monkeypatch.setattr("modelwright.runtime.routing.router.today", lambda: "2026-06-01")
    assert router.route("acme/latest") is not before


def test_no_more_routes_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.runtime.routing.router._MOST_PLANS", 2)
    router = Router(registry_of())
    first = router.route("north/eyes")
    assert router.route("north/eyes") is first
    router.route("north/blind")
    router.route("south/seer")
    assert router.route("north/eyes") is not first


def test_the_length_of_the_prompt_is_what_is_needed_unless_it_is_said() -> None:
    router = Router(registry_of(policy={"routing_policies": ["context"]}))
    assert router.route(["north/eyes", "south/seer"], Needs(input_tokens=90_000)).kept[1].score == pytest.approx(0.55)
    assert router.route(["north/eyes", "south/seer"], Needs(input_tokens=90_000), input_tokens=10, output_tokens=1).kept[1].score is None


def test_within_says_of_each_candidate_whether_its_budgets_are_spent() -> None:
    candidates = registry_of().route(["north/eyes", "south/seer", "north/blind"]).kept
    budget = Budget("calls", 4, period="daily")
    first, second, third = within(candidates, [[(budget, 1, None)], [(budget, 1, None), (budget, 0, 9)], ()])
    assert (first, third) == (candidates[0], candidates[2])
    assert (second.is_kept, second.cause, second.reason) == (False, "spent", f"budget {budget} is spent")


def test_a_routing_and_its_candidates_say_what_they_are() -> None:
    routing = registry_of(accounts={"off": {"provider": "north", "status": "inactive"}}).route("north/eyes")
    assert repr(routing) == "<Routing north/eyes>"
    assert repr(Routing([])) == "<Routing nothing>"
    assert [repr(one) for one in routing] == ["<Candidate north/eyes kept: asked for>", "<Candidate off/eyes skipped: account off is inactive>"]
    assert names(routing) == [*kept(routing), *skipped(routing)]
    with pytest.raises(AttributeError, match="frozen"):
        routing.kept[0].reason = "because"
    cooling = routing.kept[0].judged(0.5, ("health 0.50",)).skipped("it failed", COOLING)
    assert (cooling.score, cooling.notes, cooling.cause) == (0.5, ("health 0.50",), "cooling")


def test_a_route_is_found_without_the_compiler_or_what_sends(artifact: Path, tmp_path: Path) -> None:
    code = "import sys, modelwright; modelwright.load(sys.argv[1]).route('anthropic/claude-sonnet-4-5', 'tools'); print(*sys.modules)"
    loaded = checkout.run(sys.executable, "-c", code, artifact, cwd=tmp_path, env=checkout.environment(tmp_path, PYTHONPATH=str(checkout.ROOT / "compiler"))).stdout.split()
    assert "modelwright.runtime.routing.router" in loaded
    for heavy in ("httpx", "click", "asyncio", "modelwright.pipeline", "modelwright.runtime.dispatch", "modelwright.runtime.routing.policies.health"):
        assert heavy not in loaded
