"""`providers call` on every protocol, by the registry's own routes, against a server that other people wrote: aimock."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from checkout import ROOT
from conftest import ON
from modelwright import pipeline
from modelwright.cli import build
from modelwright.resources import registry_dir
from modelwright.wire import speaks
from real_software import aimock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run

KEY = "sk-canary-0123456789abcdef"
CLAIMS = json.dumps({"https://api.openai.com/auth": {"chatgpt_account_id": "acme"}, "exp": 4102444800}).encode()
TOKEN = f"eyJhbGciOiJub25lIn0.{b64encode(CLAIMS).decode()}.{KEY}"
"""An access token as a sign-in gives one, of nobody's."""
TEXT = "Hello there, how are you today?"
FIXTURES: list[dict[str, Any]] = [
    {"match": {"userMessage": "hello"}, "response": {"content": TEXT}},
    {"match": {"userMessage": "limit"}, "response": {"error": {"message": "slow down", "type": "rate_limit_error"}, "status": 429}},
]


class Place(NamedTuple):
    """Where a protocol is spoken: a model, the route to it, and what the base URL has behind the server's address."""

    ref: str
    route: str
    environ: tuple[str, ...]
    settings: tuple[str, ...] = ("--max-tokens", "100")
    """What else it is asked for, where it takes that."""
    path: str = ""
    base_url_env: str | None = None
    """A variable that leads there, where the route has one; else the user's account does."""
    variables: tuple[tuple[str, str], ...] = ()
    why_not: str | None = None
    """Why the server does not answer it."""


PLACES = {
    "anthropic-messages": Place("anthropic/claude-sonnet-4-5", "api-key", ("ANTHROPIC_API_KEY",), base_url_env="ANTHROPIC_BASE_URL"),
    "azure-openai": Place("azure-openai/gpt-5.5", "deployments", ("AZURE_OPENAI_API_KEY",), base_url_env="AZURE_OPENAI_ENDPOINT"),
    "bedrock-converse": Place(
        "amazon-bedrock/amazon.nova-pro-v1:0",
        "converse-key",
        ("AWS_BEARER_TOKEN_BEDROCK",),
        base_url_env="AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
        variables=(("AWS_REGION", "us-east-1"),),
    ),
    "cohere-chat": Place("cohere/command-a-03-2025", "native", ("COHERE_API_KEY",)),
    "google-cloud-code-assist": Place("", "", (), why_not="aimock does not imitate it"),
    "google-generative": Place("google/gemini-2.5-pro", "native", ("GEMINI_API_KEY",), base_url_env="GOOGLE_GEMINI_BASE_URL"),
    "google-vertex": Place("google-vertex/gemini-2.5-pro", "api-key", ("GOOGLE_CLOUD_API_KEY",), path="/v1/projects/acme/locations/global"),
    "google-vertex-anthropic": Place("", "", (), why_not="aimock does not imitate rawPredict"),
    "ollama-chat": Place("ollama/acme:8b", "native", (), base_url_env="OLLAMA_HOST"),
    "openai-chat": Place("openai/gpt-4.1", "api-key", ("OPENAI_API_KEY",), path="/v1", base_url_env="OPENAI_BASE_URL"),
    "openai-codex-responses": Place("openai-codex/gpt-5.5", "sign-in", ("CODEX_ACCESS_TOKEN",), settings=()),
    "openai-responses": Place("openai-responses/gpt-5.5", "api-key", ("OPENAI_API_KEY",), path="/v1", base_url_env="OPENAI_BASE_URL"),
    "web-search": Place("", "", (), why_not="no model answers"),
    "openai-chat of another's": Place("cohere/north-mini-code-1-0", "compat", ("COHERE_API_KEY",), path="/compatibility/v1"),
}
"""By protocol, and what else is to be shown of one."""
each = pytest.mark.parametrize("name", PLACES)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with aimock(FIXTURES, tmp_path_factory.mktemp("aimock")) as address:
        yield address


@pytest.fixture(scope="module")
def artifact(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the registry with accounts of a user's that lead to the server."""
    folder = tmp_path_factory.mktemp("home")
    accounts = {
        f"account-{number}": {"provider": place.ref.partition("/")[0], "route": place.route, **({} if place.base_url_env else {"base_url": server + place.path})}
        for number, place in enumerate(PLACES.values())
        if place.ref
    }
    (folder / "models.json").write_text(json.dumps({"version": 1, "accounts": accounts}))
    user = pipeline.UserFile(str(folder / "models.json"), "config/models.json", "user")
    result = pipeline.resolve(pipeline.Inputs(registry_dir(), ON, (user,)))
    assert [finding.message for finding in result.findings if finding.severity == "error"] == []
    path = folder / "registry.artifact"
    build.write(str(path), build.artifact_bytes(result))
    return path


def test_the_table_has_every_protocol() -> None:
    assert {name.partition(" ")[0] for name in PLACES} == yaml.safe_load((ROOT / "registry" / "vocabulary" / "protocols.yaml").read_text())["words"].keys()


@pytest.fixture
def place(name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Return the place of that *name*, with what a user would have in the environment."""
    found, protocol = PLACES[name], name.partition(" ")[0]
    if found.why_not or not speaks(protocol):
        pytest.skip(found.why_not or f"{protocol} is not spoken yet")
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(request.getfixturevalue("artifact")))
    for variable, value in (*((variable, TOKEN if "TOKEN" in variable else KEY) for variable in found.environ), *found.variables):
        monkeypatch.setenv(variable, value)
    if found.base_url_env:
        monkeypatch.setenv(found.base_url_env, request.getfixturevalue("server") + found.path)
    return found


@pytest.mark.slow
@each
@pytest.mark.parametrize("more", [(), ("--stream",)], ids=["whole", "stream"])
def test_a_call_is_answered(place: Place, more: tuple[str, ...], run: Run) -> None:
    said = run("call", place.ref, "hello", "--system", "Be brief.", *place.settings, *more, "--format", "json").json
    assert (said["text"], said["route"]) == (TEXT, place.route)
    assert KEY not in str(said)


@pytest.mark.slow
@each
def test_a_refusal_is_told_with_its_class(place: Place, run: Run) -> None:
    said = run("call", place.ref, "limit", "--timeout", "20", code=4)
    assert "rate_limit" in said.err
    assert KEY not in said.err
