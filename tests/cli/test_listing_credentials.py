"""What listings are asked with: the whole chain of the user's accounts, and never at a place the key is not for."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from aws_world import KEYS, authorization_of
from cli.refresh_world import World, a_world, add_provider
from modelwright.runtime.credentials.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run

SECRET = "sk-marked-0123456789"


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with a_world(tmp_path, home, monkeypatch, run) as world:
        add_provider(world, "acme", order=1, auth="required")
        yield world


def sent(world: World, code: int = 0) -> list[str | None]:
    """Return what a refresh sends for a credential; nothing when it does not ask."""
    world.server.calls.clear()
    world.refresh("acme", "--no-cache", code=code)
    return [call.headers.get("authorization") for call in world.server.calls]


def own(home: Path, account: dict[str, Any], **more: Any) -> None:
    home.mkdir(exist_ok=True)
    (home / "models.json").write_text(json.dumps({"accounts": {"work": {"provider": "acme", **account}}, **more}))


def test_a_key_of_the_vault_is_used_with_and_without_an_account(world: World, home: Path) -> None:
    assert world.plan("acme", code=4)["sources"][0]["detail"] == "set ACME_API_KEY, or run `providers login acme`"
    Vault(os.environ).store("acme", "acme", {"key": SECRET})
    assert sent(world) == [f"Bearer {SECRET}"]
    Vault(os.environ).store("work", "acme", {"key": "of the account"})
    own(home, {})
    assert sent(world) == ["Bearer of the account"]


def test_an_account_s_own_variable_and_program_are_used(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORK_KEY", SECRET)
    monkeypatch.setenv("ACME_API_KEY", "other")
    own(home, {"credentials": [{"env": "WORK_KEY"}]})
    assert sent(world) == [f"Bearer {SECRET}"]
    own(home, {"credentials": [{"command": [sys.executable, "-c", "print('printed')"]}]})
    assert sent(world) == ["Bearer printed"]
    own(home, {"credentials": [{"env": "WORK_KEY"}], "status": "inactive"})
    assert sent(world) == ["Bearer other"]


@pytest.mark.parametrize("place", ["profile", "auth-json", "inline"])
def test_a_key_is_used_wherever_the_chain_finds_it(place: str, world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOT_HOME", str(home / "zot"))
    if place == "profile":
        own(home, {"profiles": {"home": {}}, "credentials": ["profile"]})
        Vault(os.environ).store("work home", "acme", {"key": SECRET})
    elif place == "auth-json":
        own(home, {"credentials": ["auth-json"]})
        (home / "zot").mkdir()
        (home / "zot" / "auth.json").write_text(json.dumps({"additional_api_key_creds": {"acme": {"api_key": SECRET}}}))
        (home / "zot" / "auth.json").chmod(0o600)
    else:
        own(home, {})
        (home / "models.json").write_text(json.dumps({"providers": [{"id": "work", "providerType": "acme", "apiKey": SECRET}]}))
    assert sent(world) == [f"Bearer {SECRET}"]


def test_the_key_of_an_account_that_is_elsewhere_is_not_sent_to_the_provider(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXY_KEY", SECRET)
    own(home, {"base_url": "https://proxy.example/v1", "credentials": [{"env": "PROXY_KEY"}]})
    assert sent(world, code=4) == []
    monkeypatch.setenv("ACME_API_KEY", "other")
    assert sent(world) == ["Bearer other"]


def test_a_probe_asks_where_the_account_is(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXY_KEY", SECRET)
    own(home, {"base_url": f"{world.server.url}/proxy/v1", "credentials": [{"env": "PROXY_KEY"}], "headers": {"X-Team": "blue"}})
    world.lists["proxy"] = [{"id": "acme-large"}]
    found = world.run("probe", "acme", "--json").json
    assert (found["ok"], found["credential"], found["used_environment_key"]) == (True, "env:PROXY_KEY", True)
    (call,) = world.server.calls
    assert (call.path, call.headers["authorization"], call.headers["x-team"]) == ("/proxy/v1/models", f"Bearer {SECRET}", "blue")


def test_a_probe_says_where_its_key_was(world: World) -> None:
    Vault(os.environ).store("acme", "acme", {"key": SECRET})
    assert world.run("probe", "acme").out.splitlines()[0] == "acme: ok: 4 models, with the key of vault:acme"
    assert world.run("probe", "acme", "--api-key", "x").out.splitlines()[0] == "acme: ok: 4 models, with the key that was given"


def test_the_token_of_a_sign_in_in_auth_json_lists_where_the_policy_lets_it(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zot 33: a sign-in skips listings there; a key beside it is used."""
    monkeypatch.setenv("ZOT_HOME", str(home / "zot"))
    own(home, {"credentials": ["auth-json"]}, policy={"listing_sign_ins": False})
    (home / "zot").mkdir()
    file = home / "zot" / "auth.json"
    file.write_text(json.dumps({"additional_api_key_creds": {"acme": {"oauth": {"access_token": SECRET}}}}))
    assert sent(world, code=4) == []
    file.write_text(json.dumps({"additional_api_key_creds": {"acme": {"api_key": "k", "oauth": {"access_token": SECRET}}}}))
    assert sent(world) == ["Bearer k"]
    file.write_text(json.dumps({"additional_api_key_creds": {"acme": {"oauth": {"access_token": SECRET}}}}))
    own(home, {"credentials": ["auth-json"]})
    assert sent(world) == [f"Bearer {SECRET}"]


def test_the_policy_may_have_another_order_for_listings(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fased 42: a profile comes before the variable in a call, and behind it in a refresh."""
    from modelwright import pipeline
    from modelwright.cli import inputs, searching
    from modelwright.runtime.credentials import chain

    monkeypatch.setenv("ACME_API_KEY", "of the environment")
    Vault(os.environ).store("work home", "acme", {"key": "of the profile"})
    own(home, {"profiles": {"home": {}}, "credentials": ["profile", "env"]})
    catalog = pipeline.resolve(inputs.find(str(world.registry), ())).catalog
    catalog.settings["policy"] = {"dialect": "fased", "listing_credentials": ["explicit", "env", "profile"]}
    facts = catalog.providers["acme"].facts
    assert chain.first(searching.of_account(catalog, catalog.accounts["work"].facts, os.environ)).source == "vault:work home"
    assert chain.first(searching.for_listing(catalog, facts, os.environ, elsewhere=True)).source == "env:ACME_API_KEY"
    assert chain.first(searching.for_listing(catalog, facts, os.environ, elsewhere=True, explicit="x")).source == "explicit"


def test_in_the_order_for_listings_no_step_of_an_account_is_lost(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORK_KEY", "of the account")
    Vault(os.environ).store("work", "acme", {"key": "of the vault"})
    own(home, {"credentials": ["vault", {"env": "WORK_KEY"}, "env"]})
    assert sent(world) == ["Bearer of the vault"]
    settings = json.dumps({"models": {"mode": "merge", "providers": {"theirs": {"baseUrl": "https://theirs.example", "models": [{"id": "m", "name": "m"}]}}}})
    (world.root / "fased.json").write_text(settings)
    monkeypatch.setenv("PROVIDERS_CONFIG", os.pathsep.join((str(home / "models.json"), str(world.root / "fased.json"))))
    assert sent(world) == ["Bearer of the account"]
    monkeypatch.setenv("ACME_API_KEY", "of the provider")
    assert sent(world) == ["Bearer of the account"]
    monkeypatch.delenv("WORK_KEY")
    assert sent(world) == ["Bearer of the provider"]


def test_a_vault_that_cannot_be_read_is_the_state_of_that_source_alone(world: World, home: Path) -> None:
    Vault(os.environ).store("acme", "acme", {"key": SECRET})
    (home / "vault.key").unlink()
    sources = {source["id"]: source for source in world.plan("--no-cache")["sources"]}
    assert (sources["acme"]["state"], sources["bolt"]["state"]) == ("credential-missing", "ok")
    assert str(home / "vault.key") in sources["acme"]["detail"]


def test_what_runs_on_one_s_own_machine_is_asked_when_there_is_an_account_with_it(world: World, home: Path) -> None:
    file = world.registry / "providers" / "bolt.yaml"
    file.write_text(file.read_text().replace("kind: hosted", "kind: local"))
    assert "bolt" not in world.states(code=4)
    own(home, {"provider": "bolt"})
    assert world.states() == {"acme": "credential-missing", "bolt": "ok"}


@pytest.fixture
def cloud(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Have Acme take what AWS's chain signs, or a key at the same address."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    file = world.registry / "providers" / "acme.yaml"
    text = file.read_text()
    (route,) = [line for line in text.splitlines() if "id: api," in line]
    signed = route.replace("id: api,", "id: signed,").replace("kind: bearer, env: [ACME_API_KEY]", "kind: aws-sigv4, scope: {service: bedrock, region: eu-west-1}")
    file.write_text(text.replace(route, f"{signed}\n{route}").replace("openai-models,", "openai-models, route: signed,"))
    return world


def test_a_listing_is_signed_with_what_the_chain_has_where_no_key_is_set(cloud: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cure = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or set ACME_API_KEY, or run `providers login acme`"
    assert cloud.plan("acme", code=4)["sources"][0] | {"state": "credential-missing", "detail": cure} == cloud.plan("acme", code=4)["sources"][0]
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    assert sent(cloud) == [authorization_of(cloud.server.calls[0], "eu-west-1")]
    assert cloud.run("probe", "acme").out.splitlines()[0] == "acme: ok: 4 models, with the key of aws-sigv4"
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    monkeypatch.delitem(sys.modules, "modelwright.runtime.credentials.aws_signing", raising=False)
    assert "aws-sigv4 needs botocore: pip install 'modelwright[aws]', or set ACME_API_KEY" in cloud.run("probe", "acme", code=4).out
    monkeypatch.setenv("ACME_API_KEY", SECRET)
    assert sent(cloud) == [f"Bearer {SECRET}"]


def test_what_the_chain_could_not_give_is_told(cloud: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "gone")
    assert "botocore failed with ProfileNotFound (`aws sts get-caller-identity` says more); set ACME_API_KEY" in cloud.run("probe", "acme", code=4).out
