"""What a route gives to the vendors' own SDKs, and whether these then call what the route says."""

from __future__ import annotations

import json
import pickle
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from conftest import ON
from discover.servers import Call, as_json, serving
from modelwright import CredentialError, Registry, UsageError
from modelwright.resources import registry_dir
from real_software import run_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelwright.runtime.dispatch.client_kwargs import ClientKwargs

KEY = "sk-canary-0123456789abcdef"
PROTOCOLS = {
    "openai-chat": ("openai", "3.57.0", "/v1/chat/completions"),
    "openai-responses": ("openai", "3.57.0", "/v1/responses"),
    "azure-openai": ("openai", "3.57.0", "/chat/completions"),
    "openai-codex-responses": ("openai", "3.57.0", "/codex/responses"),
    "anthropic-messages": ("anthropic", "2.14.0", "/v1/messages"),
    "google-generative": ("google-genai", "3.6.1", "/v1beta/models/up-m:generateContent"),
    "ollama-chat": ("ollama", "0.6.3", "/api/chat"),
    "google-vertex-anthropic": ("anthropic", "2.14.0", "/v1/projects/acme-1/locations/eu/publishers/anthropic/models/up-m:rawPredict"),
}
BELOW = {"google-vertex-anthropic": "/v1/projects/acme-1/locations/eu"}
"""Of the base URL what the client is told apart, or puts there itself."""
HEADLESS = {"cohere-chat": ("cohere", "7.3.1", "/v2/chat")}
"""Those whose client takes no headers."""
AUTHS = {
    "bearer": ({"kind": "bearer", "env": ["ACME_KEY"]}, "authorization", f"Bearer {KEY}"),
    "api-key": ({"kind": "api-key", "header": "x-api-key", "env": ["ACME_KEY"]}, "x-api-key", KEY),
    "own header": ({"kind": "api-key", "header": "x-acme-key", "env": ["ACME_KEY"]}, "x-acme-key", KEY),
    "api-key header": ({"kind": "api-key", "header": "api-key", "env": ["ACME_KEY"]}, "api-key", KEY),
    "google": ({"kind": "api-key", "header": "x-goog-api-key", "env": ["ACME_KEY"]}, "x-goog-api-key", KEY),
    "none": ({"kind": "none"}, None, None),
}
USUAL = {
    "openai-chat": "bearer",
    "openai-responses": "bearer",
    "google-vertex-anthropic": "bearer",
    "azure-openai": "api-key header",
    "openai-codex-responses": "bearer",
    "anthropic-messages": "api-key",
    "google-generative": "google",
    "ollama-chat": "none",
}


@pytest.fixture
def kwargs(tmp_path: Path) -> Callable[..., ClientKwargs]:
    """Return what compiles a provider of the user's, and gives what an SDK takes to call it."""
    from modelwright import pipeline
    from modelwright.cli import build

    def make(protocol: str, auth: Any, base_url: str, environ: dict[str, str] | None = None, **more: Any) -> ClientKwargs:
        route = {"base_url": base_url, "protocol": protocol, "auth": auth, **more} | ({} if protocol in HEADLESS else {"headers": {"x-acme": "yes"}})
        said = {"version": 1, "providers": {"acme": {"routes": {"default": route}, "models": {"m": {"upstream_id": "up-m"}}}}}
        (tmp_path / "models.json").write_text(json.dumps(said))
        user = pipeline.UserFile(str(tmp_path / "models.json"), "config/models.json", "user")
        result = pipeline.resolve(pipeline.Inputs(registry_dir(), ON, (user,)))
        assert [finding.message for finding in result.findings if finding.severity == "error"] == []
        build.write(str(tmp_path / "artifact"), build.artifact_bytes(result))
        (candidate,) = Registry(str(tmp_path / "artifact")).route("acme/m").kept
        return candidate.client_kwargs({"ACME_KEY": KEY} if environ is None else environ)

    return make


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_protocol_says_which_sdk_it_is_and_what_goes_where(protocol: str, kwargs: Callable[..., ClientKwargs]) -> None:
    auth, header, value = AUTHS[USUAL[protocol]]
    found = kwargs(protocol, auth, "https://acme.example" + BELOW.get(protocol, ""))
    assert (found.package, found.model, found.call()) == (PROTOCOLS[protocol][0], "up-m", {"model": "up-m"})
    behind = {"azure-openai": "", "openai-codex-responses": "/codex"}.get(protocol, "/v1" if found.package == "openai" or protocol in BELOW else "")
    assert found.base_url == f"https://acme.example{behind}"
    assert found.headers == {"x-acme": "yes"}
    made = found.constructor()
    headers = made.get("default_headers") or made.get("headers") or made["http_options"]["headers"]
    assert {name.lower(): text for name, text in headers.items()} == {"x-acme": "yes", header or "authorization": value or "none"}
    assert KEY in made.values() or header is None
    assert found.source == ("env:ACME_KEY" if header else "none")


def test_what_is_part_of_the_url_and_an_argument_of_the_client_is_given_to_it(kwargs: Callable[..., ClientKwargs]) -> None:
    found = kwargs("google-vertex-anthropic", AUTHS["bearer"][0], "https://acme.example/v1/projects/acme-1/locations/eu").constructor()
    assert {name: found[name] for name in ("project_id", "region", "access_token", "base_url")} == {
        "project_id": "acme-1",
        "region": "eu",
        "access_token": KEY,
        "base_url": "https://acme.example/v1",
    }
    with pytest.raises(UsageError, match="the client of anthropic calls /projects/"):
        kwargs("google-vertex-anthropic", AUTHS["bearer"][0], "https://acme.example/v1")


def test_a_client_that_takes_no_headers_is_given_the_key_and_nothing_it_cannot_send(kwargs: Callable[..., ClientKwargs]) -> None:
    found = kwargs("cohere-chat", AUTHS["bearer"][0], "https://acme.example")
    assert (found.client, found.method, found.constructor()) == ("cohere.ClientV2", "chat", {"base_url": "https://acme.example", "api_key": KEY})
    assert kwargs("cohere-chat", AUTHS["none"][0], "https://acme.example").constructor()["api_key"] == "none"
    for auth, more in (("bearer", {"headers": {"x-acme": "yes"}}), ("own header", {})):
        with pytest.raises(UsageError, match="sends no headers of a route's own"):
            kwargs("cohere-chat", AUTHS[auth][0], "https://acme.example", **more)


def test_no_text_of_it_holds_the_secret_and_nobody_can_change_it(kwargs: Callable[..., ClientKwargs]) -> None:
    found = kwargs("openai-chat", AUTHS["bearer"][0], "https://acme.example")
    assert repr(found) == str(found) == "<ClientKwargs openai.OpenAI for up-m at https://acme.example/v1>"
    found.constructor()["default_headers"].clear()
    assert found.constructor()["default_headers"]
    with pytest.raises(TypeError, match="not written down"):
        pickle.dumps(found)
    with pytest.raises(AttributeError):
        found.base_url = "https://elsewhere.example"


def test_what_the_url_has_behind_its_question_mark_is_passed_on(kwargs: Callable[..., ClientKwargs]) -> None:
    found = kwargs("openai-chat", {"kind": "query-key", "query": "key", "env": ["ACME_KEY"]}, "https://acme.example/openai/v1", query={"api-version": "1"})
    assert found.constructor()["default_query"] == {"api-version": "1", "key": KEY}
    assert found.constructor()["api_key"] == "none"
    assert KEY not in repr(found) + found.base_url
    with pytest.raises(UsageError, match="sends nothing behind a question mark"):
        kwargs("ollama-chat", {"kind": "none"}, "https://acme.example", query={"api-version": "1"})


def test_what_no_sdk_can_call_is_an_error_and_so_is_a_credential_that_is_missing(kwargs: Callable[..., ClientKwargs]) -> None:
    with pytest.raises(UsageError, match=r"the client of anthropic calls /v1/messages only, and the route is https://acme\.example/v7/messages"):
        kwargs("anthropic-messages", {"kind": "none"}, "https://acme.example/v7")
    with pytest.raises(UsageError, match="the client of google-genai calls"):
        kwargs("google-generative", {"kind": "none"}, "https://acme.example", path="/generate")
    with pytest.raises(CredentialError, match="ACME_KEY"):
        kwargs("openai-chat", AUTHS["bearer"][0], "https://acme.example", {})


def test_a_candidate_of_nobodys_has_no_registry_to_look_in(small_model: Any) -> None:
    from modelwright.runtime.routing.candidate import Candidate

    with pytest.raises(UsageError, match="of a routing"):
        Candidate(small_model, {"id": "acme"}, None, "asked for").client_kwargs({})


@pytest.fixture
def small_model() -> Any:
    from modelwright import Model

    return Model("acme/m", {"provider": "acme", "id": "m"}, "none")


PROGRAM = """
import json, sys
from importlib import import_module

said = json.loads(sys.argv[1])
package, _, name = said["client"].rpartition(".")
client = getattr(import_module(package), name)(**said["constructor"], **({} if said["package"] in ("google-genai", "ollama") else {"max_retries": 0}))
method = client
for part in said["method"].split("."):
    method = getattr(method, part)
answer = method(**said["call"], **said["more"])
text = {
    "openai-chat": lambda: answer.choices[0].message.content,
    "openai-responses": lambda: answer.output_text,
    "azure-openai": lambda: answer.choices[0].message.content,
    "openai-codex-responses": lambda: answer.output_text,
    "anthropic-messages": lambda: answer.content[0].text,
    "google-vertex-anthropic": lambda: answer.content[0].text,
    "google-generative": lambda: answer.text,
    "ollama-chat": lambda: answer.message.content,
    "cohere-chat": lambda: answer.message.content[0].text,
}[said["protocol"]]()
print(json.dumps(text))
"""
ANSWERS: dict[str, Any] = {
    "openai-chat": {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "up-m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}}],
    },
    "openai-responses": {
        "id": "1",
        "object": "response",
        "created_at": 1,
        "model": "up-m",
        "status": "completed",
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "output": [{"type": "message", "id": "2", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "Hello.", "annotations": []}]}],
    },
    "anthropic-messages": {
        "id": "1",
        "type": "message",
        "role": "assistant",
        "model": "up-m",
        "content": [{"type": "text", "text": "Hello."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
    "google-generative": {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hello."}]}, "finishReason": "STOP"}]},
    "ollama-chat": {"model": "up-m", "created_at": "2026-11-20T00:00:00Z", "message": {"role": "assistant", "content": "Hello."}, "done": True},
    "cohere-chat": {"id": "1", "finish_reason": "COMPLETE", "message": {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]}},
}
ANSWERS |= {
    "azure-openai": ANSWERS["openai-chat"],
    "openai-codex-responses": ANSWERS["openai-responses"],
    "google-vertex-anthropic": ANSWERS["anthropic-messages"],
}
MESSAGES = [{"role": "user", "content": "Hi"}]
MORE: dict[str, Any] = {
    "openai-chat": {"messages": MESSAGES},
    "openai-responses": {"input": "Hi"},
    "azure-openai": {"messages": MESSAGES},
    "openai-codex-responses": {"input": "Hi"},
    "anthropic-messages": {"messages": MESSAGES, "max_tokens": 16},
    "google-generative": {"contents": "Hi"},
    "google-vertex-anthropic": {"messages": MESSAGES, "max_tokens": 16},
    "ollama-chat": {"messages": MESSAGES},
    "cohere-chat": {"messages": MESSAGES},
}
CELLS = [*product(PROTOCOLS, AUTHS), *product(HEADLESS, ("bearer", "none"))]


@pytest.mark.slow
@pytest.mark.parametrize(("protocol", "auth"), CELLS)
def test_the_official_sdk_calls_what_the_route_says(protocol: str, auth: str, kwargs: Callable[..., ClientKwargs], monkeypatch: pytest.MonkeyPatch) -> None:
    package, version, path = (PROTOCOLS | HEADLESS)[protocol]
    own = {} if protocol in HEADLESS else {"x-acme": "yes"}
    for name in ("CO_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OLLAMA_API_KEY"):
        monkeypatch.setenv(name, "sk-another-key")
    given, header, value = AUTHS[auth]
    with serving(lambda _: as_json(ANSWERS[protocol])) as server:
        found = kwargs(protocol, given, server.url + BELOW.get(protocol, ""))
        said = {
            "protocol": protocol,
            "package": package,
            "client": found.client,
            "method": found.method,
            "constructor": found.constructor(),
            "call": found.call(),
            "more": MORE[protocol],
        }
        assert run_with(package, version, PROGRAM, json.dumps(said)) == "Hello."
    (call,) = server.calls
    assert (call.method, call.path, call.query) == ("POST", path, {})
    _check_headers(call, own, header, value)
    body = json.loads(call.body)
    assert body.get("model", "up-m") == "up-m"
    assert "Hi" in json.dumps(body)


def _check_headers(call: Call, own: dict[str, str], header: str | None, value: str | None) -> None:
    """The route's own header has the key, and no header has another one."""
    assert {name: call.headers[name] for name in own} == own
    assert header is None or call.headers[header] == value
    assert "sk-another-key" not in str(call.headers)
    if header is None:
        assert KEY not in str(call.headers)
