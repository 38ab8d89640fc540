"""A user of Fased's has several profiles: acceptance/fased.md 30 and 36 as far as routing goes, by number."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import UsageError, load
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from paid_calls import Provided, chat, failed

if TYPE_CHECKING:
    from command_line import Drop, Run
    from modelwright.runtime.dispatch.steps import Open

MODES = {"openai:key": "api_key", "openai:other-key": "api_key", "openai:sign-in": "oauth", "openai:token": "token"}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def fased(order: list[str] | None, *profiles: str, models: dict[str, Any] | None = None) -> dict[str, Any]:
    auth: dict[str, Any] = {"profiles": {name: {"provider": "openai", "mode": MODES[name]} for name in profiles}}
    return {"auth": auth if order is None else {**auth, "order": {"openai": order}}, "agents": {"defaults": {"model": {"primary": "openai/gpt-5.5", **(models or {})}}}}


def order(ref: str | None = None) -> list[str | None]:
    """Return the profiles of OpenAI in the order in which they are tried."""
    return [one.profile for one in load().route(ref).kept if one.model.provider == "openai"]


@pytest.mark.parametrize(
    ("said", "profiles", "found"),
    [
        (None, ("openai:key", "openai:token", "openai:sign-in"), ["sign-in", "token", "key"]),
        (None, ("openai:token", "openai:key"), ["token", "key"]),
        (None, ("openai:other-key", "openai:key"), ["key", "other-key"]),
        (["openai:key", "openai:sign-in"], ("openai:key", "openai:sign-in"), ["key", "sign-in"]),
        (["openai:sign-in", "openai:key"], ("openai:key", "openai:sign-in"), ["sign-in", "key"]),
        (["openai:key"], ("openai:sign-in", "openai:token", "openai:key"), ["key", "sign-in", "token"]),
        (["openai:token", "openai:gone"], ("openai:token", "openai:key"), None),
        (["openai:work", "openai:home"], (), ["work", "home"]),
    ],
    ids=[
        "sign-ins before tokens before keys",
        "tokens before keys",
        "of one kind by name",
        "as they are ordered",
        "as they are ordered, the other way round",
        "those that no order names come last",
        "one that only the order names",
        "an order without profiles",
    ],
)
def test_fased_30_profiles_are_tried_in_their_order(said: list[str] | None, profiles: tuple[str, ...], found: list[str] | None, use: Drop) -> None:
    """M profiles: order rules of (b), table test of 8 cases incl. explicit order with one in cooldown."""
    use(fased(said, *profiles))
    assert order("openai/gpt-5.5") == [*(found or ["token", "gone", "key"]), ""]


def test_fased_30_what_stands_outside_of_the_profiles_comes_last(use: Drop, run: Run) -> None:
    """M profiles: order rules of (b): the environment after the profiles."""
    use(fased(["openai:key", "openai:token"], "openai:key", "openai:token"))
    found = run("route", "openai/gpt-5.5", "--json", "-q").json["candidates"]
    assert [one["reason"] for one in found] == ["asked for; profile key", "asked for; profile token", "asked for; without its profiles"]


def store(run: Run, monkeypatch: pytest.MonkeyPatch, profile: str, secret: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"sk-made-up-{secret}\n"))
    run("login", "openai", "--profile", profile, "--stdin", "-q")


class Busy(Provided):
    """OpenAI, which has had too much of one key."""

    def open(self, request: Open) -> Any:
        is_key = request.headers["Authorization"].endswith("-key-1")
        self.answers["api"] = failed(429, "Rate limit reached") if is_key else chat((1, 1))
        return super().open(request)


def test_fased_30_a_profile_that_cools_is_left_alone_and_the_others_keep_their_order(use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M profiles: explicit order with one in cooldown."""
    use(fased(["openai:token", "openai:key", "openai:sign-in"], "openai:key", "openai:token", "openai:sign-in"))
    for profile in ("token", "key", "sign-in"):
        store(run, monkeypatch, profile, "key-1" if profile == "token" else profile)
    with Dispatcher(load(), transport=Busy()) as dispatcher:
        assert [one.profile for one in dispatcher.route("openai/gpt-5.5").kept] == ["token", "key", "sign-in"]
        assert dispatcher.complete("openai/gpt-5.5", "Well?").candidate.profile == "key"
        routing = dispatcher.route("openai/gpt-5.5")
        assert [one.profile for one in routing.kept] == ["key", "sign-in"]
        assert (routing.skipped[0].profile, routing.skipped[0].cause) == ("token", "cooling")


def test_fased_36_a_profile_that_is_pinned_is_the_one_that_is_used(use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M pinned `@profile` used."""
    use(fased(["openai:key", "openai:other-key"], "openai:key", "openai:other-key", models={"fallbacks": ["anthropic/claude-opus-4-6"]}))
    for profile in ("key", "other-key"):
        store(run, monkeypatch, profile, profile)
    with Dispatcher(load()) as dispatcher:
        assert [one.profile for one in dispatcher.route("openai/gpt-5.5").kept] == ["key", "other-key"]
        assert dispatcher.route("openai/gpt-5.5@other-key").kept[0].profile == "other-key"
    explained = run("route", "openai/gpt-5.5@other-key", "--explain", "--json", "-q").json["candidates"][0]
    assert (explained["profile"], explained["credential"]["source"]) == ("other-key", "vault:openai other-key")
    assert "sk-made-up" not in str(explained)


def test_fased_36_a_profile_that_nobody_knows_is_an_error(use: Drop, run: Run) -> None:
    """M profile unknown → error."""
    use(fased(None, "openai:key", "openai:token"))
    with pytest.raises(UsageError, match=r"'openai/gpt-5\.5' has no profile 'nobody'; it has: key, token"):
        load().route("openai/gpt-5.5@nobody")
    assert "has no profile 'nobody'" in run("route", "openai/gpt-5.5@nobody", code=1).err
