"""Which of several routes is best: what each policy says, and what they say together."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, strategies as st

from modelwright.runtime.budget import Budget
from modelwright.runtime.routing.needs import Needs
from modelwright.runtime.routing.policies import NAMES, Question, chosen, weigh
from modelwright.runtime.routing.router import Router
from routing_world import Standing, kept, names, registry_of, skipped

REFS = ["north/blind", "north/eyes", "south/bare", "south/gift", "south/seer"]
MINUTE = 60


def weighed(*policies: Any, refs: list[str] = REFS, standing: Standing | None = None, choose: Any = None, **more: Any) -> Any:
    registry = registry_of(policy={"routing_policies": list(policies)})
    return Router(registry, standing=standing, choose=choose).route(refs, Needs(more.pop("needs", ())), **more)


def asked(*policies: Any) -> Any:
    """Return the policies with the numbers that they have in the vocabulary, where they say no others."""
    return chosen(policies, registry_of().words("routing-policies"))


def scores(routing: Any) -> dict[str, float | None]:
    return {one.name: None if one.score is None else round(one.score, 3) for one in routing.kept}


def test_every_policy_that_a_file_may_name_is_there() -> None:
    candidates = list(registry_of().route(REFS))
    for name in NAMES:
        assert weigh(candidates, asked(name), Question(Needs(), None, None)) is not None


def test_context_lets_full_windows_go_last_and_drops_what_does_not_fit() -> None:
    """acceptance/routerly.md (c): ≥ context excludes; above 80 % linear down to 0.1."""
    routing = weighed("context", input_tokens=90_000)
    assert scores(routing) == {"north/blind": 1.0, "south/seer": 1.0, "north/eyes": 0.55, "south/bare": 0.5}
    assert skipped(routing) == {"south/gift": "the prompt, about 90,000 tokens, does not fit its context of 50,000 (policy context)"}
    assert [one.cause for one in routing.skipped] == ["judged"]
    assert scores(weighed("context", input_tokens=80_000))["north/eyes"] == 1.0
    assert scores(weighed("context", input_tokens=99_999))["north/eyes"] == 0.1
    assert "north/eyes" in skipped(weighed("context", input_tokens=100_000))


def test_context_says_nothing_of_a_prompt_whose_length_nobody_knows() -> None:
    assert kept(weighed("context")) == REFS
    assert set(scores(weighed("context")).values()) == {None}


def test_capability_puts_what_is_known_to_do_it_before_what_is_not() -> None:
    routing = weighed("capability", refs=["south/bare", "south/seer"], needs=["tools", "vision"])
    assert scores(routing) == {"south/seer": 1.0, "south/bare": 0.5}
    assert kept(weighed("capability")) == REFS


def test_cheapest_counts_prompt_and_answer_and_never_takes_unknown_for_free() -> None:
    """acceptance/routerly.md 9 and (c): free is 1, beside it what costs is at most a half; unknown is not free."""
    usual = scores(weighed("cheapest"))
    assert usual == {"south/gift": 1.0, "north/blind": 0.5, "south/seer": 0.25, "north/eyes": 0.125, "south/bare": 0.0}
    paid = scores(weighed("cheapest", refs=["north/eyes", "south/seer", "south/bare"]))
    assert paid == {"south/seer": 1.0, "north/eyes": 0.5, "south/bare": 0.0}
    assert set(scores(weighed("cheapest", refs=["south/bare", "open/llama:8b"])).values()) == {None}


def test_health_counts_what_failed_lately_and_forgets_it() -> None:
    """acceptance/routerly.md 29: excluded from 0.9, back as it decays."""
    now = 10_000.0
    outcomes = {"north/eyes": [(9_999, 0, 2)], "south/seer": [(9_999, 0, 40)], "north/blind": [(int(now) - 21 * MINUTE, 0, 99), (int(now) + 5, 1, 0)]}
    routing = weighed("health", standing=Standing(now=now, outcomes=outcomes))
    assert scores(routing) == {"north/blind": 1.0, "south/bare": 1.0, "south/gift": 1.0, "north/eyes": pytest.approx(0.501, abs=0.001)}
    assert skipped(routing) == {"south/seer": "95% of its calls failed lately (policy health)"}
    assert "south/seer" in kept(weighed("health", standing=Standing(now=now + 10 * MINUTE, outcomes=outcomes)))
    assert kept(weighed("health")) == REFS


def test_budget_remaining_puts_first_what_has_more_left_and_drops_what_is_spent() -> None:
    day, calls, nothing = (Budget("calls", value, period="daily") for value in (10, 4, 0))
    left = {"north/blind": [(day, 9, None), (calls, 1, None)], "north/eyes": [(day, 5, None)], "south/seer": [(day, 0, 100)], "south/gift": [(nothing, 0, None)]}
    routing = weighed("budget-remaining", standing=Standing(left=left))
    assert scores(routing) == {"south/bare": 1.0, "north/eyes": 0.5, "north/blind": 0.25}
    assert {one.name: one.cause for one in routing.skipped} == {"south/seer": "spent", "south/gift": "spent"}
    assert skipped(routing)["south/seer"] == f"budget {day} is spent"
    assert kept(weighed("budget-remaining", standing=Standing())) == REFS
    assert kept(weighed("budget-remaining")) == REFS


def test_the_policy_that_is_named_first_counts_most() -> None:
    """acceptance/routerly.md (c): weight is total minus index."""
    refs = ["north/blind", "south/seer"]
    by_price = weighed("cheapest", "context", refs=refs, input_tokens=190_000)
    assert scores(by_price) == {"north/blind": pytest.approx((2 * 1.0 + 0.325) / 3, abs=0.001), "south/seer": pytest.approx((2 * 0.5 + 1.0) / 3, abs=0.001)}
    by_room = weighed("context", "cheapest", refs=refs, input_tokens=190_000)
    assert (kept(by_price), kept(by_room)) == (["north/blind", "south/seer"], ["south/seer", "north/blind"])


def test_a_policy_that_says_the_same_of_all_does_not_count() -> None:
    refs = ["north/blind", "south/seer"]
    routing = weighed("context", "cheapest", refs=refs, input_tokens=10)
    assert scores(routing) == {"north/blind": 1.0, "south/seer": 0.5}
    assert routing.kept[0].notes == ("context 1.00 (all the same, so it does not count)", "cheapest 1.00")


def test_what_several_policies_rule_out_has_the_first_ones_reason() -> None:
    outcomes = {"south/gift": [(0, 0, 99)]}
    for order in (("context", "health"), ("health", "context")):
        routing = weighed(*order, input_tokens=90_000, standing=Standing(outcomes=outcomes))
        assert skipped(routing)["south/gift"].endswith(f"(policy {order[0]})")


def test_one_candidate_is_not_asked_about() -> None:
    """acceptance/routerly.md 20."""
    routing = weighed("context", "cheapest", refs=["south/gift", "south/gift"], input_tokens=90_000)
    assert [(one.name, one.score, one.notes) for one in routing] == [("south/gift", None, ())]


def test_the_accounts_of_one_model_keep_their_order() -> None:
    accounts = {"b": {"provider": "north"}, "a": {"provider": "north"}}
    router = Router(registry_of(accounts=accounts, policy={"routing_policies": ["cheapest"]}), choose=lambda _: pytest.fail("nothing was to be chosen"))
    assert kept(router.route(["north/eyes"])) == kept(router.route("north/eyes")) == ["b/eyes", "a/eyes"]


def test_where_no_policy_says_anything_the_first_is_taken_or_the_one_that_is_chosen() -> None:
    """acceptance/routerly.md (c): all abstain, then chance; ours is given from outside."""
    assert kept(weighed("context", "health")) == REFS
    assert kept(weighed("context", choose=lambda count: count - 1)) == [REFS[-1], *REFS[:-1]]
    assert kept(weighed("cheapest", choose=lambda _: pytest.fail("there was something to say"))) == kept(weighed("cheapest"))


def test_nobody_chooses_among_none() -> None:
    refs = ["north/eyes", "south/gift"]
    routing = weighed("context", refs=refs, input_tokens=200_000, choose=lambda _: pytest.fail("nothing was left"))
    assert (kept(routing), len(routing.skipped)) == ([], 2)


@given(
    policies=st.lists(st.sampled_from(NAMES), unique=True), refs=st.lists(st.sampled_from(REFS), unique=True, min_size=1), seed=st.integers(0, 9), tokens=st.integers(0, 300_000)
)
def test_the_same_question_always_has_the_same_answer(policies: list[str], refs: list[str], seed: int, tokens: int) -> None:
    """acceptance/routerly.md 23: deterministic, and with a seed where chance decides."""
    candidates = list(registry_of().route(refs))
    question = Question(Needs(["tools"]), tokens, None)
    first, again = (weigh(candidates, asked(*policies), question, random.Random(seed).randrange) for _ in range(2))
    assert [(one.key, one.reason, one.score, one.notes) for one in first] == [(one.key, one.reason, one.score, one.notes) for one in again]
    assert sorted(names(first)) == sorted(refs)
    held = [one for one in first if one.is_kept]
    assert names(held) == names(first[: len(held)])
    if any(one.score is not None for one in held):
        assert all(one.score is not None and 0 <= one.score <= 1 for one in held)
        assert [one.score for one in held] == sorted((one.score or 0.0 for one in held), reverse=True)
