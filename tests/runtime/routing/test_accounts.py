"""Through which accounts and profiles a model is called, and in which order."""

from __future__ import annotations

import os
from typing import Any

import pytest

from modelwright import UnknownRefError, UsageError
from modelwright.runtime.credentials import chain
from routing_world import kept, registry_of, skipped

PROFILES: dict[str, Any] = {
    "key": {"credentials": [{"env": "KEY"}]},
    "sign-in": {"kind": "oauth", "credentials": ["vault"]},
    "also-key": {"kind": "api-key", "credentials": [{"env": "ALSO"}]},
    "token": {"kind": "token", "credentials": [{"env": "TOKEN"}]},
}


def north(**more: Any) -> dict[str, Any]:
    return {"provider": "north", **more}


def test_the_default_account_comes_first_then_the_others_by_rank_and_as_they_stand() -> None:
    """contradictions.md 8: lower ranks first."""
    ranks = {"late": north(rank=3), "b": north(rank=2), "usual": north(rank=9, default=True), "a": north(rank=2), "soon": north(rank=1), "south": {"provider": "south"}}
    assert kept(registry_of(accounts=ranks).route("north/eyes")) == ["usual/eyes", "soon/eyes", "b/eyes", "a/eyes", "late/eyes"]


def test_a_model_that_is_asked_for_through_an_account_goes_through_that_one() -> None:
    registry = registry_of(accounts={"first": north(), "second": north()})
    routing = registry.route("second/north-eyes")
    assert [(one.name, one.reason, one.model.ref) for one in routing] == [("second/eyes", "asked for as second/north-eyes", "north/eyes")]


def test_accounts_that_are_off_or_lack_the_model_are_skipped_and_the_provider_is_its_own() -> None:
    registry = registry_of(accounts={"off": north(status="inactive"), "few": north(models=["blind"]), "bad": north(status="error")})
    routing = registry.route("north/eyes")
    assert kept(routing) == ["north/eyes"]
    assert skipped(routing) == {
        "off/eyes": "account off is inactive",
        "few/eyes": "account few does not name it among its models",
        "bad/eyes": "account bad is error",
    }
    assert kept(registry.route("north/blind")) == ["few/blind"]
    assert skipped(registry.route("off/eyes")) == {"off/eyes": "account off is inactive"}


def test_an_account_that_is_called_like_its_provider_stands_for_it_even_when_it_is_off() -> None:
    routing = registry_of(accounts={"north": north(status="inactive")}).route("north/eyes")
    assert (kept(routing), skipped(routing)) == ([], {"north/eyes": "account north is inactive"})


def test_where_only_what_is_configured_is_used_a_provider_is_not_its_own_account() -> None:
    routing = registry_of(accounts={"mine": north(models=["blind"])}, policy={"visible": "configured"}).route(["north/eyes", "north/blind"])
    assert kept(routing) == ["mine/blind"]
    assert skipped(routing)["north/eyes"] == "none of your accounts gives it, and your files say that nothing else is used; add an account with north"


def test_profiles_come_as_they_are_ordered_or_else_sign_ins_before_tokens_before_keys() -> None:
    """acceptance/fased.md (b): an explicit order; without one sign-ins, tokens, keys."""
    for order, found in (
        (None, ["sign-in", "token", "also-key", "key"]),
        (["key", "token"], ["key", "token", "sign-in", "also-key"]),
        (["also-key", "key", "token", "sign-in"], ["also-key", "key", "token", "sign-in"]),
    ):
        said = {} if order is None else {"profile_order": order}
        routing = registry_of(accounts={"mine": north(profiles=PROFILES, credentials=["profile"], **said)}).route("north/eyes")
        assert [one.profile for one in routing] == found
        assert [one.reason for one in routing] == [f"asked for; profile {profile}" for profile in found]


@pytest.mark.parametrize(
    ("steps", "profiles"),
    [
        (["profile"], ["sign-in", "token", "also-key", "key"]),
        (["explicit", "profile", "env"], ["sign-in", "token", "also-key", "key", ""]),
        (["env", "profile", "vault"], ["", "sign-in", "token", "also-key", "key"]),
        (["env", "vault"], [None]),
    ],
    ids=["nothing else", "profiles first", "the environment first", "no profiles at all"],
)
def test_an_accounts_other_steps_have_their_turn_before_or_after_its_profiles(steps: list[str], profiles: list[str | None]) -> None:
    """A key in the environment is not lost where an account has several profiles."""
    routing = registry_of(accounts={"mine": north(profiles=PROFILES, credentials=steps)}).route("north/eyes")
    assert [one.profile for one in routing] == profiles
    assert len({one.key for one in routing}) == len(profiles)


def test_what_goes_without_profiles_looks_into_all_other_steps_and_nowhere_else() -> None:
    registry = registry_of(accounts={"mine": north(profiles=PROFILES, credentials=["explicit", "profile", {"env": "MINE"}, "vault"])})
    outside = registry.route("north/eyes").candidates[-1]
    search = chain.for_model(registry, outside.model, os.environ, profile=outside.profile)
    assert [(look.step, look.profile) for look in chain.looks(search)] == [("explicit", None), ("env", None), ("vault", None)]
    assert (outside.name, outside.reason) == ("mine/eyes", "asked for; without its profiles")
    assert chain.cure(search) == "set MINE, or run `providers login mine`"
    assert chain.cure(search.but(profile="key")) == "set KEY"
    assert chain.cure(search.but(profile="sign-in")) == "run `providers login mine --profile sign-in`"


def test_a_single_profile_is_part_of_what_the_steps_give() -> None:
    routing = registry_of(accounts={"mine": north(profiles={"one": PROFILES["key"]})}).route("north/eyes")
    assert [(one.name, one.profile, one.reason) for one in routing] == [("mine/eyes", None, "asked for")]


def test_a_profile_that_is_asked_for_is_the_only_one() -> None:
    registry = registry_of(accounts={"mine": north(profiles=PROFILES), "plain": north(), "no": north(profiles={"key": PROFILES["key"]}, credentials=["env"])})
    routing = registry.route("north/eyes@key")
    assert [(one.name, one.reason) for one in routing.kept] == [("mine/eyes@key", "asked for as north/eyes@key; profile key")]
    assert skipped(routing) == {
        "plain/eyes": "account plain has no profile key",
        "no/eyes": "account no looks into no profiles; add `profile` to its `credentials`",
    }
    assert kept(registry.route("mine/north-eyes@token")) == ["mine/eyes@token"]
    no = registry_of(accounts={"no": north(profiles={"key": PROFILES["key"]}, credentials=["env"])})
    assert kept(no.route("north/eyes@key")) == []


def test_a_profile_that_is_not_there_is_an_error_that_lists_those_that_are() -> None:
    registry = registry_of(accounts={"mine": north(profiles=PROFILES)})
    with pytest.raises(UsageError, match="'mine/eyes' has no profile 'nobody'; it has: also-key, key, sign-in, token"):
        registry.route("mine/eyes@nobody")
    with pytest.raises(UsageError, match="'south/seer' has no profile 'x'; it has: none"):
        registry.route("south/seer@x")
    with pytest.raises(UnknownRefError):
        registry.route("south/nobody@x")


def test_an_at_sign_may_be_part_of_a_listed_id_and_of_the_name_of_a_profile() -> None:
    registry = registry_of(accounts={"mine": {"provider": "south", "profiles": {"noon": PROFILES["key"], "me@home": PROFILES["key"]}}})
    assert {one.model.ref for one in registry.route("south/at@noon")} == {"south/seer"}
    assert [one.profile for one in registry.route("south/at@noon")] == ["", "me@home", "noon"]
    assert kept(registry.route("mine/seer@me@home")) == ["mine/seer@me@home"]
    assert kept(registry.route("mine/at@noon@noon")) == ["mine/seer@noon"]


def test_an_id_that_is_taken_unlisted_has_an_at_sign_where_its_accounts_have_no_profiles() -> None:
    assert kept(registry_of().route("open/x@2")) == ["open/x@2"]
    registry = registry_of(accounts={"mine": {"provider": "open", "profiles": {"key": PROFILES["key"]}}})
    assert kept(registry.route("open/x@key")) == ["mine/x@key"]
    with pytest.raises(UsageError, match="'open/llama:8b' has no profile '2'; it has: key"):
        registry.route("open/llama:8b@2")
    assert [one.model.id for one in registry.route("open/x@2")][:1] == ["x@2"]
