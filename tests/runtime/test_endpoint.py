"""Where a call to a model goes: fixtures/runtime/endpoints.yaml, over every route of fourteen providers of the shipped registry."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from modelwright import MissingVariableError, Model, Registry, UsageError, pipeline
from modelwright.cli import build, group
from modelwright.runtime.endpoint import endpoint, variables_of

ROOT = Path(__file__).parent.parent.parent
TABLE: dict[str, Any] = yaml.safe_load((ROOT / "fixtures" / "runtime" / "endpoints.yaml").read_text())
CASES: list[dict[str, Any]] = TABLE["cases"]
DAY = "2026-11-20"

every_case = pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.get('route', case['ref'])}" for number, case in enumerate(CASES)])


@pytest.fixture
def registry(request: pytest.FixtureRequest, artifact: Path, tmp_path: Path) -> Registry:
    """Return the shipped registry, with the overlay of the case laid over it where it has one."""
    case = request.getfixturevalue("case") if "case" in request.fixturenames else {}
    if "overlay" not in case:
        return Registry(str(artifact))
    overlay, path = tmp_path / "models.json", tmp_path / "own.artifact"
    overlay.write_text(json.dumps(case["overlay"]))
    result = pipeline.resolve(pipeline.Inputs(str(ROOT / "registry"), DAY, (pipeline.UserFile(str(overlay), "user/models.json", "user"),)))
    assert [finding.message for finding in result.findings] == []
    build.write(str(path), build.artifact_bytes(result))
    return Registry(str(path))


def test_every_route_of_every_provider_is_in_the_table(artifact: Path) -> None:
    routes = {f"{provider['id']}/{route['id']}" for provider in Registry(str(artifact)).providers() for route in provider["routes"]}
    assert routes == {case["route"] for case in CASES if "route" in case} | {f"{case['provider']}/{case['route']}" for case in TABLE["searches"]}


def test_everything_without_which_there_is_no_url_is_in_the_table(artifact: Path) -> None:
    registry = Registry(str(artifact))
    providers = registry.providers()
    required = {(provider["id"], name) for provider in providers for name, variable in provider.get("variables", {}).items() if "default" not in variable}
    required |= {(provider["id"], "base_url") for provider in providers for route in provider["routes"] if "base_url" not in route}
    assert required == {(registry.resolve(case["ref"], DAY).provider, case["missing"]) for case in CASES if "missing" in case}


def _asked(case: dict[str, Any]) -> str:
    """Return what stands after the provider in the ref of *case*."""
    return str(re.split("[/:]", case["ref"], maxsplit=1)[1])


@every_case
def test_a_call_goes_where_the_table_says(case: dict[str, Any], registry: Registry) -> None:
    model = registry.resolve(case["ref"], DAY)
    if "missing" in case:
        with pytest.raises(MissingVariableError) as caught:
            endpoint(registry, model, case["env"], case.get("by"))
        assert (caught.value.variable, list(caught.value.env), caught.value.provider) == (case["missing"], case["held_by"], model.provider)
        assert all(name in str(caught.value) for name in case["held_by"])
        return
    found = endpoint(registry, model, case["env"], case.get("by"))
    assert {
        "route": f"{model.provider}/{found.route}",
        "protocol": found.protocol,
        "base_url": found.base_url,
        "url": found.url,
        "auth": found.auth_kind,
        "header": found.header,
        "sends": found.upstream_id,
        "source": found.source,
        "headers": found.headers,
    } == {"sends": _asked(case), "headers": {}, **{key: value for key, value in case.items() if key not in ("ref", "env", "by", "overlay")}}


_OF_STREAMS = {":generateContent": ":streamGenerateContent?alt=sse", ":rawPredict": ":streamRawPredict", "/converse": "/converse-stream"}
"""Ends of URLs whose calls go elsewhere when they are to be answered piece by piece; all others take a field of the body."""


@pytest.mark.often
@every_case
def test_a_stream_goes_where_its_protocol_takes_streams(case: dict[str, Any], registry: Registry) -> None:
    if "missing" in case:
        return
    model = registry.resolve(case["ref"], DAY)
    ending = next((end for end in _OF_STREAMS if case["url"].endswith(end)), "")
    expected = case["url"].removesuffix(ending) + _OF_STREAMS.get(ending, "")
    assert endpoint(registry, model, case["env"], case.get("by"), stream=True).url == expected


class _WithQuery(Registry):
    """A registry in which every route has a query of its own."""

    def provider(self, name: str) -> dict[str, Any]:
        found = super().provider(name)
        return {**found, "routes": [{**route, "query": {"team": "a"}} for route in found["routes"]]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (None, "/models/m:streamGenerateContent?alt=sse&team=a"),
        ("/own/models/${model}:generateContent", "/own/models/m:streamGenerateContent?alt=sse&team=a"),
        ("/own/${model}", "/own/m?team=a"),
    ],
)
def test_a_path_of_ones_own_becomes_that_of_streams_where_it_ends_as_the_protocols(path: str | None, expected: str, artifact: Path) -> None:
    facts = {"provider": "google", "id": "m", "base_url": "https://eu.test/v1", **({} if path is None else {"path": path})}
    assert endpoint(_WithQuery(str(artifact)), Model("google/m", facts, "d"), {}, "native", stream=True).url == "https://eu.test/v1" + expected


def test_a_default_that_is_made_of_another_variable_follows_it_and_lacks_what_it_lacks() -> None:
    provider = {"id": "acme", "variables": {"place": {"env": ["PLACE"]}, "host": {"default": "${place}.acme.example"}}}
    missing = variables_of(provider, {}, {})["host"]
    assert isinstance(missing, MissingVariableError)
    assert (missing.variable, missing.env) == ("place", ("PLACE",))
    assert variables_of(provider, {"variables": {"place": "eu"}}, {"PLACE": "us"}) == {"place": "eu", "host": "eu.acme.example"}


def test_what_is_sent_under_a_name_of_the_users_own_keeps_the_quirks_of_its_model(artifact: Path) -> None:
    facts = {"provider": "amazon-bedrock", "id": "anthropic.claude-sonnet-4-6", "upstream_id": "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc"}
    found = endpoint(Registry(str(artifact)), Model("amazon-bedrock/anthropic.claude-sonnet-4-6", facts, "d"), {}, "converse")
    assert found.url.endswith("/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fabc/converse")
    assert (found.quirks["reasoning_field"], found.quirks["top_k_field"]) == ("output_config.effort", "top_k")


@pytest.mark.often
@every_case
def test_the_command_says_the_same(case: dict[str, Any], registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {name for each in registry.providers() for route in each["routes"] for name in (*route["auth"].get("env", ()), *route.get("base_url_env", ()))}:
        monkeypatch.delenv(name, raising=False)
    for name, value in case["env"].items():
        monkeypatch.setenv(name, value)
    arguments = ["resolve", case["ref"], "--json", "--quiet", "--on", DAY, "--artifact", registry.path, *(["--route", case["by"]] if "by" in case else [])]
    result = CliRunner().invoke(group, arguments)
    if "missing" in case:
        assert isinstance(result.exception, MissingVariableError)
        return
    assert (result.exit_code, result.stderr) == (0, "")
    printed = json.loads(result.stdout)
    expected = {
        **{key: case[key] for key in ("protocol", "base_url", "url")},
        "version": 1,
        "route": case["route"].partition("/")[2],
        "upstream_model": case.get("sends", _asked(case)),
        "account": next(iter(case.get("overlay", {}).get("accounts", ())), None),
        "headers": case.get("headers", {}),
    }
    assert {key: printed[key] for key in expected} == expected
    assert (printed["auth"]["kind"], printed["auth"]["header"], printed["auth"]["source"]) == (case["auth"], case["header"], case["source"])


@pytest.mark.parametrize("case", TABLE["searches"], ids=[case["provider"] for case in TABLE["searches"]])
def test_a_search_goes_where_the_table_says(case: dict[str, Any], artifact: Path) -> None:
    registry = Registry(str(artifact))
    assert (registry.provider(case["provider"])["kind"], list(registry.models(case["provider"]))) == ("search", [])
    found = endpoint(registry, Model(case["provider"], {"provider": case["provider"], "id": ""}, registry.digest), {case["env"]: "k"}, case["route"])
    assert (found.url, found.auth_kind, found.header, found.source) == (case["url"], case["auth"], case["header"], f"env:{case['env']}")


def test_no_secret_is_read(artifact: Path) -> None:
    registry = Registry(str(artifact))
    chains = {kind for kind, word in registry.words("auth").items() if word.get("chain") and word.get("parts") != ["key"]}
    for provider in registry.providers():
        for route in provider["routes"]:
            secrets = dict.fromkeys(route["auth"].get("env", ()), "s3cret")
            urls = dict.fromkeys(route.get("base_url_env", ()), "https://u:p@h.test")
            facts = {"provider": provider["id"], "id": "m"} | ({} if urls else {"base_url": "https://h.test"})
            found = endpoint(
                registry, Model(f"{provider['id']}/m", facts, registry.digest), {**secrets, **urls, "AZURE_RESOURCE_NAME": "r", "GOOGLE_CLOUD_PROJECT": "p"}, route["id"]
            )
            assert "s3cret" not in repr([getattr(found, name) for name in found.__slots__])
            assert found.source == (found.auth_kind if found.auth_kind in chains else f"env:{next(iter(secrets))}" if secrets else None)


@pytest.mark.parametrize(("region", "identity", "sent"), TABLE["profiles"])
def test_bedrock_sends_the_inference_profile_of_the_region(region: str, identity: str, sent: str, artifact: Path) -> None:
    registry = Registry(str(artifact))
    model = Model(f"amazon-bedrock/{identity}", {"provider": "amazon-bedrock", "id": identity}, registry.digest, is_listed=False)
    assert endpoint(registry, model, {"AWS_REGION": region}).upstream_id == sent


class _WithPrefixes(Registry):
    """A registry in which acme's ids get a prefix."""

    def provider(self, name: str) -> dict[str, Any]:
        rule = {"variable": "region", "families": ["lab/"], "unless": ["lab/eu."], "prefixes": [{"value": "eu-", "prefix": "eu."}, {"value": "", "prefix": "us."}]}
        return {**super().provider(name), "variables": {"region": {"env": ["REGION"]}}, "upstream_ids": rule}


@pytest.mark.parametrize(
    ("identity", "environ", "sent"),
    [
        ("lab/m", {"REGION": "eu-1"}, "eu.lab/m"),
        ("lab/m", {"REGION": "asia"}, "us.lab/m"),
        ("lab/eu.m", {"REGION": "asia"}, "lab/eu.m"),
        ("other/m", {}, "other/m"),
    ],
)
def test_an_id_gets_the_prefix_of_its_family_unless_it_is_an_exception(identity: str, environ: dict[str, str], sent: str, small_artifact: Path) -> None:
    model = Model(f"acme/{identity}", {"provider": "acme", "id": identity}, "d")
    assert endpoint(_WithPrefixes(str(small_artifact)), model, environ).upstream_id == sent


def test_a_prefix_that_depends_on_a_variable_that_is_not_set_is_missing(small_artifact: Path) -> None:
    model = Model("acme/lab/m", {"provider": "acme", "id": "lab/m"}, "d")
    with pytest.raises(MissingVariableError, match="REGION is required by provider 'acme' but not set"):
        endpoint(_WithPrefixes(str(small_artifact)), model, {})


def test_a_route_that_does_not_offer_the_model_is_refused_with_those_that_do(artifact: Path) -> None:
    registry = Registry(str(artifact))
    with pytest.raises(UsageError, match="xai/grok-3 has no route 'native'; it has: api, responses"):
        endpoint(registry, registry.resolve("xai/grok-3"), {}, "native")
    with pytest.raises(UsageError, match=r"amazon-bedrock/openai.gpt-5.5 has no route 'converse'; it has: mantle"):
        endpoint(registry, registry.resolve("bedrock/openai.gpt-5.5"), {}, "converse")
    nowhere = Model("xai/x", {"provider": "xai", "id": "x", "routes": ["gone"]}, registry.digest)
    with pytest.raises(UsageError, match="no route of provider 'xai' offers xai/x"):
        endpoint(registry, nowhere, {})


def test_a_models_own_endpoint_beats_the_providers_for_that_model_only(small: Registry) -> None:
    facts = {"provider": "acme", "id": "m", "base_url": "https://eu.test/v1"}
    assert endpoint(small, Model("acme/m", facts, "d"), {}).url == "https://eu.test/v1/chat/completions"
    assert endpoint(small, Model("acme/m", {**facts, "path": "/x/${model}"}, "d"), {}).url == "https://eu.test/v1/x/m"
    assert endpoint(small, small.resolve("acme/large-2"), {}).url == "https://acme.test/v1/chat/completions"


def test_a_variable_that_the_provider_does_not_declare_is_missing(small: Registry) -> None:
    for template in ("https://${region}.test", "https://${region"):
        with pytest.raises(MissingVariableError, match="provider 'acme' needs a value for 'region"):
            endpoint(small, Model("acme/m", {"provider": "acme", "id": "m", "base_url": template}, "d"), {})


def test_an_endpoint_is_frozen(small: Registry) -> None:
    found = endpoint(small, small.resolve("acme/large-2"), {"ACME_KEY": "k"})
    assert repr(found) == "<Endpoint openai-chat https://acme.test/v1/chat/completions>"
    assert (found.env, found.source) == (("ACME_KEY",), "env:ACME_KEY")
    with pytest.raises(AttributeError, match="Endpoint is frozen"):
        found.url = "https://elsewhere.test"
