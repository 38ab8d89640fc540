"""A new OpenAI-compatible provider is one YAML file plus its models, and no Python: fixtures/new_provider, in a copy of the registry."""

from __future__ import annotations

import gc
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from modelwright.cli import group
from modelwright.resources import registry_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

NEW = Path(__file__).parent.parent / "fixtures" / "new_provider"
ON = "2026-11-28"


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.enable()  # commands that end soon switch it off


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the registry with the new provider in it."""
    copy = Path(shutil.copytree(registry_dir(), tmp_path_factory.mktemp("new") / "registry"))
    before = {path.relative_to(copy) for path in copy.rglob("*.*")}
    shutil.copytree(NEW, copy, dirs_exist_ok=True)
    added = {str(path.relative_to(copy)) for path in copy.rglob("*.*")} - set(map(str, before))
    assert added == {"providers/acme.yaml", "models/acme.yaml"}
    return copy


def providers(*arguments: str | Path) -> str:
    done = CliRunner().invoke(group, [str(argument) for argument in arguments])
    assert (done.exit_code, done.exception) == (0, None), done.output
    return done.stdout


@pytest.fixture
def compiled(registry: Path) -> Path:
    """Return what the registry compiles to; once is enough."""
    artifact = registry.parent / "registry.artifact"
    if not artifact.exists():
        providers("compile", "--registry", registry, "--no-sightings", "--output", artifact)
    return artifact


def asked(compiled: Path, *arguments: str) -> Any:
    return json.loads(providers(*arguments, "--format", "json", "--quiet", "--artifact", compiled))


def test_nothing_is_found_wrong_with_it(registry: Path) -> None:
    assert json.loads(providers("lint", "--registry", registry, "--on", ON, "--strict", "--format", "json"))["findings"] == []


def test_it_is_listed_with_its_routes_and_variables(compiled: Path) -> None:
    (shown,) = asked(compiled, "list", "--provider", "ACME-AI")["providers"]
    assert (shown["id"], shown["name"], shown["aliases"], shown["billing"]) == ("acme", "Acme", ["acme-ai"], "metered")
    route = {"id": "api", "label": "API key", "region": None, "protocol": "openai-chat", "base_url": "https://api.acme.example/v1", "discovery": "${base_url}/models"}
    assert shown["routes"] == [{**route, "auth": {"kind": "bearer", "header": "Authorization", "env": ["ACME_API_KEY"]}}]
    assert [model["ref"] for model in asked(compiled, "models", "list", "--provider", "acme")["models"]] == ["acme/acme-large-2", "acme/lab/open-weights"]


@pytest.mark.parametrize(
    ("ref", "sent"),
    [("acme/acme-large-2", "acme-large-2"), ("acme-ai:acme-large-latest", "acme-large-latest"), ("acme-large-2", "acme-large-2"), ("acme/lab/open-weights", "lab/open-weights")],
)
def test_its_models_resolve_and_are_routed(ref: str, sent: str, compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "acme-secret")
    found = asked(compiled, "resolve", ref, "--on", ON)
    assert (found["provider"], found["upstream_model"], found["route"], found["protocol"]) == ("acme", sent, "api", "openai-chat")
    assert found["url"] == "https://api.acme.example/v1/chat/completions"
    assert {key: found["auth"][key] for key in ("kind", "header", "source")} == {"kind": "bearer", "header": "Authorization", "source": "env:ACME_API_KEY"}
    assert "acme-secret" not in json.dumps(found)


def test_its_models_have_prices_their_own_or_inherited(compiled: Path) -> None:
    quantities = ("--input", "1000000", "--output", "1000000", "--on", ON)
    assert asked(compiled, "cost", "acme/acme-large-2", *quantities)["usd"] == "7.5"
    assert asked(compiled, "cost", "acme/lab/open-weights", *quantities)["usd"] == asked(compiled, "cost", "groq/openai/gpt-oss-120b", *quantities)["usd"]


def test_why_shows_where_its_facts_are_said(registry: Path) -> None:
    (said,) = json.loads(providers("why", "acme/acme-large-2", "limits.context_tokens", "--registry", registry, "--format", "json"))["origins"]
    assert (said["layer"], said["value"], said["wins"]) == ("registry", 200000, True)
    assert Path(said["path"]).samefile(registry / "models" / "acme.yaml")
    line = (registry / "models" / "acme.yaml").read_text().splitlines()[said["line"] - 1]
    assert line[said["column"] - 1 :].startswith("200000")
