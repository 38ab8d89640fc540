"""A user of Sophon's has several providers: acceptance/sophon.md 10-14 and 16, by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwright import load
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.routing.needs import Needs
from routing_world import kept, skipped

if TYPE_CHECKING:
    from command_line import Drop, Run

SEES, BLIND, NOBODY_KNOWS = "gpt-4.1-mini", "gpt-3.5-turbo", "some-model-of-mine"


def one(identity: str, kind: str = "openai", *models: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "providerType": kind, "models": [{"id": model} for model in models or (SEES,)], **more}


def providers(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"providers": list(entries)}


def test_sophon_10_the_lowest_priority_is_first_and_equal_ones_stay_as_they_stand(use: Drop) -> None:
    """M priority 1 and 2, both active → 1 first; equal → stable file order; missing → 1."""
    use(providers(one("late", priority=2), one("soon", priority=1)))
    assert kept(load().route()) == [f"soon/{SEES}", f"late/{SEES}"]
    use(providers(one("z", priority=3), one("b", priority=1), one("none"), one("a", priority=1)))
    for asked in (None, f"openai/{SEES}"):
        assert [one.account["id"] for one in load().route(asked).kept] == ["b", "none", "a", "z"]


def test_sophon_11_what_is_not_active_is_neither_called_nor_failed_over_to(use: Drop) -> None:
    """M status Inactive/Error excluded from routing and failover list."""
    use(providers(one("off", status="Inactive"), one("bad", status="Error"), one("good", priority=9, status="Active")))
    for asked in (None, f"openai/{SEES}"):
        routing = load().route(asked)
        assert kept(routing) == [f"good/{SEES}"]
        assert skipped(routing) == {f"off/{SEES}": "account off is inactive", f"bad/{SEES}": "account bad is error"}


def test_sophon_12_of_one_type_it_is_the_lowest_priority_whatever_others_there_are(use: Drop, run: Run) -> None:
    """M type filter `openai` picks the lowest priority openai-type provider even if another type is lower."""
    use(providers(one("claude", "anthropic", "claude-sonnet-4-5", priority=1, isDefault=True), one("late", priority=7), one("soon", priority=5)))
    assert kept(load().route(needs=Needs(provider="openai"))) == [f"soon/{SEES}", f"late/{SEES}"]
    found = run("route", "--provider", "openai", "--json", "-q").json["candidates"]
    assert [one["account"] for one in found if one["kept"]] == ["soon", "late"]
    assert kept(load().route())[0] == "claude/claude-sonnet-4-5"


def test_sophon_13_a_capability_leads_to_the_first_provider_that_has_a_model_with_it(use: Drop) -> None:
    """M capability `vision`: provider p1 (no vision model), p2 (vision) → p2's vision model."""
    use(providers(one("p1", "openai", BLIND, NOBODY_KNOWS, priority=1), one("p2", "openai", BLIND, SEES, priority=2)))
    routing = load().route(needs="vision")
    assert (kept(routing), routing.warning) == ([f"p2/{SEES}"], None)
    assert skipped(routing)[f"p1/{BLIND}"] == "it has no vision"


def test_sophon_13_where_no_model_has_it_the_first_providers_default_is_called_with_a_warning(use: Drop, run: Run) -> None:
    """M no vision anywhere → p1's default model plus a recorded warning."""
    p1 = {"id": "p1", "providerType": "openai", "priority": 1, "models": [{"id": "gpt-3.5-turbo"}, {"id": "gpt-4", "isDefault": True}]}
    use(providers(p1, one("p2", "openai", BLIND, priority=2)))
    routing = load().route(needs="vision")
    assert kept(routing)[0] == "p1/gpt-4"
    assert routing.warning == "nothing can do what is needed (vision); p1/gpt-4 is used all the same"
    done = run("route", "--needs", "vision", "-q")
    assert f"warning: {routing.warning}" in done.err


def test_sophon_14_the_walk_goes_by_the_providers_own_order_and_its_default_is_for_when_nothing_is_needed(use: Drop) -> None:
    """M within a provider, capability walk uses the provider's own model order; `isDefault` used when no predicate."""
    mine = {"id": "mine", "providerType": "openai", "models": [{"id": BLIND}, {"id": "gpt-4o"}, {"id": SEES, "isDefault": True}, {"id": "gpt-4.1"}]}
    use(providers(mine))
    assert kept(load().route(needs="vision")) == ["mine/gpt-4o", f"mine/{SEES}", "mine/gpt-4.1"]
    assert kept(load().route()) == [f"mine/{SEES}"]


def test_sophon_16_what_a_session_chose_is_used_by_that_session_alone_until_it_is_given_up(use: Drop) -> None:
    """M session override beats routing and default for that session only."""
    keys = {"OPENAI_API_KEY": "sk-a-made-up-key"}
    use(providers(one("usual", isDefault=True, apiKey="sk-made-up-1"), one("other", "openai", "gpt-4.1", priority=9, apiKey="sk-made-up-2")))
    with Dispatcher(load(), environ=keys) as dispatcher:
        dispatcher.use("mine", "other/gpt-4.1")
        for needs in (None, "vision"):
            assert kept(dispatcher.route(session="mine", needs=needs)) == ["other/gpt-4.1"]
            for session in (None, "yours"):
                assert kept(dispatcher.route(session=session, needs=needs))[0] == f"usual/{SEES}"
        assert kept(dispatcher.route(f"usual/{SEES}", session="mine")) == [f"usual/{SEES}"]
        dispatcher.use("mine", None)
        assert kept(dispatcher.route(session="mine"))[0] == f"usual/{SEES}"
