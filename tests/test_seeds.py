"""A user of any of the five systems finds every provider, route, variable and name theirs knows: fixtures/seeds.yaml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from modelwright import AmbiguousRefError, Model, Registry
from modelwright.cli import group
from modelwright.runtime.endpoint import endpoint

SEEDS: dict[str, Any] = yaml.safe_load((Path(__file__).parent.parent / "fixtures" / "seeds.yaml").read_text())
DIALECTS = ("sophon", "sloppy", "routerly", "zot")
SETUP_KINDS = {"api-key", "oauth", "token", "device", "manual"}

NAMED = [(dialect, name, facts) for dialect in DIALECTS for name, facts in SEEDS[dialect].items()]
ALIASES = [(dialect, alias, provider) for dialect, by_id in SEEDS["aliases"].items() for provider, aliases in by_id.items() for alias in aliases]

each_name = pytest.mark.parametrize(("dialect", "name", "facts"), NAMED, ids=[f"{dialect}-{name}" for dialect, name, _ in NAMED])


@pytest.fixture
def registry(artifact: Path) -> Registry:
    return Registry(str(artifact))


@pytest.fixture(scope="module")
def listed(artifact: Path) -> dict[str, dict[str, Any]]:
    """Return what `providers list --all` prints, by id, in its order."""
    printed = CliRunner().invoke(group, ["list", "--all", "--format", "json", "--quiet", "--artifact", str(artifact)])
    assert (printed.exit_code, printed.stderr) == (0, "")
    return {provider["id"]: provider for provider in json.loads(printed.stdout)["providers"]}


def _meant(listed: dict[str, dict[str, Any]], name: str, dialect: str) -> list[str]:
    """Return the providers that *name* means in a file of *dialect*, by what the list says of their aliases: the dialect's own word before an id."""

    def names(provider: dict[str, Any], *dialects: str | None) -> set[str]:
        aliases = (alias if isinstance(alias, dict) else {"id": alias} for alias in provider["aliases"])
        return {alias["id"] for alias in aliases if alias.get("dialect") in dialects}

    own = [found for found, provider in listed.items() if name in names(provider, dialect)]
    return own or [found for found, provider in listed.items() if name in {found} | names(provider, None)]


def test_the_seeds_are_whole() -> None:
    assert {name: len(SEEDS[name]) for name in ("sophon", "sloppy", "routerly", "zot", "fased")} == {"sophon": 29, "sloppy": 6, "routerly": 8, "zot": 33, "fased": 28}


@each_name
def test_every_name_of_a_system_means_one_listed_provider_with_routes(dialect: str, name: str, facts: dict[str, Any], listed: dict[str, dict[str, Any]]) -> None:
    assert ([name] if name in listed else _meant(listed, name, dialect)) == [facts["provider"]]
    provider = listed[facts["provider"]]
    assert all(route["protocol"] and route["auth"]["kind"] for route in provider["routes"])
    assert set(facts.get("protocols", ())) <= {route["protocol"] for route in provider["routes"]}
    if "base_url" in facts:
        assert provider["routes"][0]["base_url"] == facts["base_url"]


@each_name
def test_every_variable_of_a_system_holds_the_key_in_its_order(dialect: str, name: str, facts: dict[str, Any], registry: Registry, listed: dict[str, dict[str, Any]]) -> None:
    names: list[str] = facts.get("env", [])
    shown = [variable for route in listed[facts["provider"]]["routes"] for variable in route["auth"]["env"] if variable in names]
    assert list(dict.fromkeys(shown)) == names
    model = Model("x/m", {"provider": facts["provider"], "id": "m", "base_url": "https://h.test"}, registry.digest)
    for index, variable in enumerate(names):
        assert endpoint(registry, model, dict.fromkeys(names[index:], "k")).source == f"env:{variable}"


@pytest.mark.parametrize(("name", "facts"), SEEDS["sophon"].items())
def test_sophons_types_sign_in_as_sophon_says(name: str, facts: dict[str, Any], registry: Registry) -> None:
    auth = registry.provider(facts["provider"])["routes"][0]["auth"]
    kinds = {"sync": {"cli-sync"}, "oauth": {"oauth-pkce", "oauth-device"}}.get(facts["auth"], {"bearer", "api-key", "aws-sigv4"})
    assert auth["kind"] in kinds
    assert auth.get("required", True) == {"none": False, "optional": "if_public_host"}.get(facts["auth"], True)


@pytest.mark.parametrize(("name", "variable"), SEEDS["searches"].items())
def test_keys_for_web_search_are_providers_without_models(name: str, variable: str, registry: Registry, listed: dict[str, dict[str, Any]]) -> None:
    assert listed[name]["kind"] == "search"
    assert [route["auth"]["env"] for route in listed[name]["routes"]] == [[variable]]
    assert list(registry.models(name)) == []


def test_openai_has_an_api_of_its_own_for_each_way_in(listed: dict[str, dict[str, Any]]) -> None:
    """acceptance/zot.md 16: one variable, two protocols; the plan's sign-in is apart."""
    chat, responses, codex = (listed[name]["routes"][0] for name in ("openai", "openai-responses", "openai-codex"))
    assert chat["auth"]["env"] == responses["auth"]["env"] == ["OPENAI_API_KEY"]
    assert "OPENAI_API_KEY" not in codex["auth"]["env"]
    assert len({route["protocol"] for route in (chat, responses, codex)}) == 3


def test_the_first_providers_are_those_of_fased_in_its_order(listed: dict[str, dict[str, Any]]) -> None:
    assert list(listed)[:28] == [provider for provider, _ in SEEDS["fased"]]
    assert [provider["order"] for provider in listed.values()] == sorted(provider["order"] for provider in listed.values())
    assert {listed[provider]["listing"] for provider, _ in SEEDS["fased"]} == {"normal"}


@pytest.mark.parametrize(("provider", "labels"), SEEDS["fased"], ids=[provider for provider, _ in SEEDS["fased"]])
def test_setup_methods_have_the_labels_of_fased(provider: str, labels: list[str], registry: Registry) -> None:
    methods = [method for method in registry.provider(provider)["setup"] if method["kind"] != "instructions"]
    assert [method["label"] for method in methods] == labels
    assert {method["kind"] for method in methods} <= SETUP_KINDS
    for method in methods:
        routes = [route["id"] for route in registry.provider(method.get("provider", provider))["routes"]]
        assert method.get("route", routes[0]) in routes


def test_providers_that_need_more_than_a_key_say_what(registry: Registry) -> None:
    """acceptance/zot.md 23."""
    shown = {provider["id"]: method["steps"] for provider in registry.providers() for method in provider.get("setup", ()) if method["kind"] == "instructions"}
    assert set(SEEDS["zot_instructions"]) <= shown.keys()
    for provider in SEEDS["zot_instructions"]:
        routes = registry.provider(provider)["routes"]
        assert any(name in step for step in shown[provider] for route in routes for name in route["auth"].get("env", ()))


@pytest.mark.parametrize(("dialect", "alias", "provider"), ALIASES, ids=[f"{dialect}-{alias}" for dialect, alias, _ in ALIASES])
def test_an_alias_means_its_provider_in_any_case(dialect: str, alias: str, provider: str, registry: Registry, listed: dict[str, dict[str, Any]]) -> None:
    assert _meant(listed, alias, dialect) == [provider]
    if alias in listed:
        assert registry.provider(alias)["id"] == alias
    elif alias not in SEEDS["ambiguous"]:
        assert {registry.provider(spelling)["id"] for spelling in (alias, alias.upper(), alias.title())} == {provider}


@pytest.mark.parametrize(("alias", "choices"), SEEDS["ambiguous"].items())
def test_a_name_that_dialects_disagree_on_is_ambiguous_outside_them(alias: str, choices: list[str], registry: Registry, artifact: Path) -> None:
    for ask in (lambda: registry.provider(alias), lambda: registry.resolve(f"{alias}/x")):
        with pytest.raises(AmbiguousRefError) as caught:
            ask()
        assert list(caught.value.choices) == choices
    printed = CliRunner().invoke(group, ["list", alias, "--artifact", str(artifact)])
    assert isinstance(printed.exception, AmbiguousRefError)


def test_every_clash_of_dialects_is_known(listed: dict[str, dict[str, Any]]) -> None:
    claims: dict[str, set[str]] = {}
    for provider in listed.values():
        for alias in provider["aliases"]:
            claims.setdefault(alias if isinstance(alias, str) else alias["id"], set()).add(provider["id"])
    assert {alias: sorted(ids) for alias, ids in claims.items() if len(ids) > 1} == SEEDS["ambiguous"]


def test_only_what_is_kept_for_old_configs_is_hidden(listed: dict[str, dict[str, Any]], artifact: Path) -> None:
    printed = CliRunner().invoke(group, ["list", "--format", "json", "--quiet", "--artifact", str(artifact)])
    shown = {provider["id"] for provider in json.loads(printed.stdout)["providers"]}
    assert {name for name in listed if name not in shown} == {name for name, provider in listed.items() if provider["listing"] == "compat"}
    assert len(shown) >= 60
