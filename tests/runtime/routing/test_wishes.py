"""Which models a call is for where nobody names one, and what is tried behind the one that is named."""

from __future__ import annotations

from typing import Any

import pytest

from modelwright import UnknownRefError, UsageError
from modelwright.runtime.routing.needs import Needs
from modelwright.runtime.routing.router import Router
from routing_world import kept, registry_of, skipped

AGENTS: dict[str, Any] = {
    "defaults": {"primary": "north/eyes", "fallbacks": ["south/seer", "north/eyes"], "tasks": {"title": "south/gift"}},
    "coder": {"primary": "south/seer", "tasks": {"title": "south/bare", "review": "north/blind"}},
    "plain": {"fallbacks": []},
}


def told(routing: Any) -> list[tuple[str, str]]:
    return [(one.name, one.reason) for one in routing]


def test_without_a_model_it_is_the_agents_and_then_its_fallbacks_each_once() -> None:
    """acceptance/fased.md 35: requested, fallbacks, primary; each once."""
    registry = registry_of(agents=AGENTS)
    assert told(registry.route()) == [("north/eyes", "the agent's model"), ("south/seer", "a fallback")]
    assert told(registry.route("north/blind")) == [("north/blind", "asked for"), ("south/seer", "a fallback"), ("north/eyes", "a fallback")]
    assert told(registry.route("south/gift", agent="coder")) == [("south/gift", "asked for"), ("south/seer", "a fallback"), ("north/eyes", "a fallback")]
    assert told(registry.route("south/gift", agent="plain")) == [("south/gift", "asked for"), ("north/eyes", "the agent's model")]


def test_a_task_has_a_model_of_its_own_the_agents_before_that_of_all() -> None:
    registry = registry_of(agents=AGENTS)
    assert told(registry.route(task="title"))[0] == ("south/gift", "the model for title")
    assert told(registry.route(task="title", agent="coder"))[0] == ("south/bare", "the model for title")
    assert told(registry.route(task="review", agent="coder"))[0] == ("north/blind", "the model for review")
    assert told(registry.route(task="unheard-of", agent="coder"))[0] == ("south/seer", "the agent's model")
    assert kept(registry.route(task="title", agent="plain")) == ["south/gift", "north/eyes"]


def test_an_agent_that_is_not_there_is_an_error_that_lists_those_that_are() -> None:
    with pytest.raises(UsageError, match="there is no agent 'cook'; there are: coder, plain"):
        registry_of(agents=AGENTS).route(agent="cook")
    with pytest.raises(UsageError, match="there is no agent 'cook'; there are: none"):
        registry_of().route(agent="cook")


@pytest.mark.parametrize(("failover", "goes_on"), [("any", True), ("classified", True), ("manual", False), ("off", False)])
def test_nothing_stands_behind_a_model_where_the_user_has_to_say_what_is_tried(failover: str, goes_on: bool) -> None:
    """contradictions.md 9."""
    found = ["north/eyes", "south/seer"] if goes_on else ["north/eyes"]
    assert kept(registry_of(agents=AGENTS, policy={"failover": failover}).route()) == found
    assert kept(Router(registry_of(agents=AGENTS), failover=failover).route()) == found


def test_names_of_the_users_own_are_followed() -> None:
    registry = registry_of(aliases={"sharp": "north/eyes"}, accounts={"mine": {"provider": "north"}}, agents={"defaults": {"primary": "north/north-eyes"}})
    assert told(registry.route("sharp")) == [("mine/eyes", "asked for as sharp")]
    assert told(registry.route()) == [("mine/eyes", "the agent's model")]


def test_a_model_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownRefError, match="unknown model 'north/eyse'; nearest: north/eyes"):
        registry_of().route("north/eyse")


def test_of_several_models_nothing_stands_behind_and_each_is_tried_once() -> None:
    registry = registry_of(agents=AGENTS)
    assert kept(registry.route(["south/gift", "north/blind", "south/gift"])) == ["south/gift", "north/blind"]
    assert kept(registry.route(iter(["south/gift"]))) == ["south/gift"]
    with pytest.raises(UsageError, match="no model is named"):
        registry.route([])


ACCOUNTS: dict[str, Any] = {
    "second": {"provider": "south", "rank": 2, "models": ["gift", {"id": "seer", "default": True}]},
    "first": {"provider": "north", "rank": 1, "models": ["blind", "eyes"]},
    "off": {"provider": "south", "rank": 0, "models": ["seer"], "status": "inactive"},
    "all": {"provider": "north", "rank": 3},
}


def test_without_agents_it_is_the_default_model_of_each_account_by_rank() -> None:
    """acceptance/sophon.md 14: the default is used where there is no predicate; (c) of its facts."""
    routing = registry_of(accounts=ACCOUNTS).route()
    assert told(routing) == [
        ("first/blind", "the first model of first"),
        ("second/seer", "the default model of second"),
        ("off/seer", "account off is inactive"),
    ]
    assert kept(registry_of(accounts={**ACCOUNTS, "second": {**ACCOUNTS["second"], "default": True}}).route()) == ["second/seer", "first/blind"]


def test_the_named_provider_is_tried_by_rank_alone() -> None:
    """acceptance/sophon.md 12: by type, then priority."""
    accounts = {"usual": {"provider": "north", "rank": 5, "default": True, "models": ["blind"]}, "soon": {"provider": "north", "rank": 1, "models": ["eyes"]}, **ACCOUNTS}
    routing = registry_of(accounts=accounts).route(needs=Needs(provider="north"))
    assert kept(routing) == ["soon/eyes", "first/blind", "usual/blind"]
    assert skipped(routing)["second/seer"] == "it is of south, not of north"


def test_what_is_needed_is_looked_for_among_all_models_of_the_accounts_by_rank_and_their_own_order() -> None:
    """acceptance/sophon.md 14: the capability walk goes by the provider's own order of models."""
    routing = registry_of(accounts=ACCOUNTS).route(needs="vision")
    assert kept(routing) == ["first/eyes", "second/seer", "all/eyes"]
    assert routing.kept[0].reason == "among the models of first"
    assert routing.kept[2].reason == "all names no models, so it has all of north"
    assert skipped(routing) == {"off/seer": "account off is inactive", "first/blind": "it has no vision", "second/gift": "it has no vision", "all/blind": "it has no vision"}


def test_an_account_that_names_no_models_has_those_that_answer_in_text_the_newest_first() -> None:
    routing = registry_of(accounts={"all": {"provider": "north"}}).route(needs="tools")
    assert [one.model.id for one in routing.kept] == ["blind", "eyes"]


def test_where_no_model_can_it_is_an_error_or_the_default_is_called_with_a_warning() -> None:
    """acceptance/sophon.md 13: the first account's default model, and a recorded warning."""
    error = registry_of(accounts=ACCOUNTS).route(needs="audio")
    assert (kept(error), error.warning) == ([], None)
    instead = registry_of(accounts=ACCOUNTS, policy={"capability_missing": "default"}).route(needs="audio")
    assert kept(instead) == ["first/blind", "second/seer"]
    assert instead.warning == "nothing can do what is needed (audio); first/blind is used all the same"
    assert instead.kept[0].notes == ("it has no audio",)
    assert skipped(instead) == {
        "off/seer": "account off is inactive",
        "first/eyes": "it has no audio",
        "second/gift": "it has no audio",
        "all/blind": "it has no audio",
        "all/eyes": "it has no audio",
    }
    assert len({one.key for one in instead}) == len(instead)


def test_where_the_default_cannot_be_called_either_there_is_no_route_and_no_warning() -> None:
    routing = registry_of(accounts={"off": ACCOUNTS["off"]}, policy={"capability_missing": "default"}).route(needs="audio")
    assert (kept(routing), skipped(routing), routing.warning) == ([], {"off/seer": "account off is inactive"}, None)


def test_the_default_that_stands_in_is_of_the_provider_that_is_named() -> None:
    routing = registry_of(accounts=ACCOUNTS, policy={"capability_missing": "default"}).route(needs=Needs(["audio"], provider="south"))
    assert kept(routing) == ["second/seer"]


def test_where_policies_choose_all_models_of_the_accounts_come_into_question() -> None:
    routing = registry_of(accounts={"all": ACCOUNTS["all"], "second": ACCOUNTS["second"]}, policy={"routing_policies": ["cheapest"]}).route()
    assert kept(routing) == ["second/gift", "all/blind", "second/seer", "all/eyes"]


def test_where_something_can_nothing_is_said_of_a_default() -> None:
    routing = registry_of(accounts=ACCOUNTS, policy={"capability_missing": "default"}).route(needs="vision")
    assert (kept(routing)[0], routing.warning) == ("first/eyes", None)


def test_without_accounts_and_agents_there_is_no_route() -> None:
    assert list(registry_of().route()) == []
    assert list(registry_of(accounts={"all": ACCOUNTS["all"]}).route()) == []


def test_no_name_at_all_is_the_first_model_of_the_accounts() -> None:
    """acceptance/sloppy.md 15."""
    assert told(registry_of(accounts=ACCOUNTS).route(" ")) == [("first/blind", "the first, as none was named")]


def test_a_model_of_an_account_that_nobody_knows_is_passed_over() -> None:
    """Linting says that it is not there; calling goes on without it."""
    registry = registry_of(accounts={"mine": {"provider": "north", "models": ["nobody", "eyes"]}})
    assert kept(registry.route(needs="vision")) == ["mine/eyes"]
    assert list(registry.route()) == []


def test_an_account_that_is_off_and_names_no_models_adds_none() -> None:
    registry = registry_of(accounts={"off": {"provider": "north", "status": "inactive"}, "mine": {"provider": "south", "models": ["seer"]}})
    assert [one.name for one in registry.route(needs="vision")] == ["mine/seer"]
