"""`providers probe`: is the key right, and what can it see? The numbers are those of the acceptance list of Sloppy."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from discover.servers import Call, Reply, Server, as_json, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Outcome, Run

KEY = "sk-canary-0123456789abcdef"


class Shop:
    """A server that answers what a test says, and calls of `probe` that are sent there."""

    def __init__(self, server: Server, run: Run) -> None:
        self.server, self.run = server, run
        self.replies: list[Reply] = []

    def answer(self, call: Call) -> Reply:
        return self.replies[min(call.number, len(self.replies)) - 1]

    def probe(self, *arguments: str, code: int = 0, at: str = "") -> Outcome:
        return self.run("probe", *arguments, "--base-url", self.server.url + at, code=code)

    def said(self, *arguments: str, code: int = 0, at: str = "") -> Any:
        return self.probe(*arguments, "--json", code=code, at=at).json


@pytest.fixture
def shop(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL", "_TOKEN", "_HOST")) or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with serving(lambda call: there.answer(call)) as server:  # noqa: PLW0108  # there is no shop yet
        there = Shop(server, run)
        yield there


def listed(*ids: str) -> Reply:
    return as_json({"data": [{"id": identity} for identity in ids]})


def test_sloppy_17_an_unknown_provider_is_wrong_usage_and_a_bad_key_is_not_ok_and_not_shown(shop: Shop) -> None:
    """Probe with bad providerId → 400; with bad key → 200 ok:false, message without the key."""
    found = shop.probe("opnai", code=2)
    assert "there is no provider 'opnai'; did you mean 'openai" in found.err
    assert not shop.server.calls
    shop.replies = [as_json({"error": {"message": f"Incorrect API key provided: {KEY}. You can find yours at https://acme.example."}}, 401)]
    found = shop.probe("openai", "--json", "--api-key", KEY, code=4)
    assert shop.server.calls[0].headers["authorization"] == f"Bearer {KEY}"
    assert (found.json["ok"], found.json["state"], found.json["models"]) == (False, "unauthorized", [])
    assert "Incorrect API key provided" in found.json["message"]
    for text in (found, shop.probe("openai", "--api-key", KEY, code=4), shop.probe("openai", "--format", "csv", "--api-key", KEY, code=4)):
        assert KEY[3:] not in text.out + text.err


def test_sloppy_18_it_is_said_whether_the_key_is_from_the_environment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Probe result fields; `usedEnvironmentKey:true` iff env key was used."""
    shop.replies = [listed("gpt-5")]
    assert shop.said("openai", "--api-key", KEY)["used_environment_key"] is False
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    said = shop.said("openai")
    assert (said["used_environment_key"], said["credential"]) == (True, "env:OPENAI_API_KEY")
    assert said.keys() == {"version", "provider", "route", "url", "ok", "state", "message", "credential", "used_environment_key", "models"}
    assert said["models"] == [{"id": "gpt-5", "title": "gpt-5", "context_tokens": None, "capabilities": []}]


def test_sloppy_19_ollama_is_asked_for_its_tags_without_a_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Probe ollama uses /api/tags no auth, `qwen3:latest` → title `qwen3`."""
    monkeypatch.setenv("OLLAMA_API_KEY", KEY)
    shop.replies = [as_json({"models": [{"name": "qwen3:latest"}, {"name": "llama3:8b"}]})]
    said = shop.said("ollama")
    (call,) = shop.server.calls
    assert (call.path, "authorization" in call.headers) == ("/api/tags", False)
    assert [(model["id"], model["title"]) for model in said["models"]] == [("llama3:8b", "llama3:8b"), ("qwen3:latest", "qwen3")]
    assert shop.said("ollama", at="/v1")["url"] == f"{shop.server.url}/api/tags"


def test_sloppy_20_gemini_lists_its_own_models_sorted_and_page_by_page(shop: Shop) -> None:
    """Probe gemini strips `models/`, filters to gemini, sorts; also follows nextPageToken."""

    def entry(name: str) -> dict[str, Any]:
        return {"name": f"models/{name}", "supportedGenerationMethods": ["generateContent"]}

    shop.replies = [as_json({"models": [entry("gemini-3-pro"), entry("gemma-4")], "nextPageToken": "more"}), as_json({"models": [entry("gemini-2.5-flash"), entry("aqa")]})]
    said = shop.said("gemini", "--api-key", KEY)
    assert [model["id"] for model in said["models"]] == ["gemini-2.5-flash", "gemini-3-pro"]
    assert [(call.path, call.query.get("pageToken"), call.headers["x-goog-api-key"]) for call in shop.server.calls] == [
        ("/v1beta/models", None, KEY),
        ("/v1beta/models", "more", KEY),
    ]


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/", "/v1/models"])
def test_sloppy_21_a_base_url_may_end_in_the_version_or_not(shop: Shop, base: str) -> None:
    """Probe openai base `https://h` → `https://h/v1/models`; base `https://h/v1` → `https://h/v1/models`."""
    shop.replies = [listed("gpt-5")]
    assert shop.said("openai", "--api-key", KEY, at=base)["url"] == f"{shop.server.url}/v1/models"
    assert shop.server.calls[0].path == "/v1/models"


@pytest.mark.parametrize(("base", "path"), [("", "/v1/models"), ("/v1", "/v1/models"), ("/proxy", "/proxy/v1/models")])
def test_of_a_listing_below_its_version_the_version_is_not_doubled(shop: Shop, base: str, path: str) -> None:
    shop.replies = [as_json({"data": [{"id": "claude-x"}], "has_more": False})]
    shop.said("anthropic", "--api-key", KEY, at=base)
    assert shop.server.calls[0].path == path


def test_sloppy_22_anthropic_limits_only_who_has_a_right_key_and_else_gives_its_own_list(shop: Shop) -> None:
    """Probe anthropic 429 → ok:true; ours additionally returns the LIVE list (upstream static)."""
    shop.replies = [as_json({"error": {"type": "rate_limit_error", "message": "slow down"}}, 429)]
    said = shop.said("anthropic", "--api-key", KEY)
    assert (said["ok"], said["state"]) == (True, "rate-limited")
    assert said["message"].startswith("the key is right; the server answered 429: slow down")
    assert "claude-sonnet-4-5" in [model["id"] for model in said["models"]]
    assert len(shop.server.calls) == 1
    shop.replies = [as_json({"data": [{"id": "claude-new", "display_name": "Claude New"}], "has_more": False})]
    live = shop.said("anthropic", "--api-key", KEY)
    assert [(model["id"], model["title"]) for model in live["models"]] == [("claude-new", "Claude New")]
    assert shop.said("openai", "--api-key", KEY, code=1)["state"] == "empty"  # gpt- ids only
    shop.replies = [as_json({"error": {"message": "slow down"}}, 429)]
    assert shop.said("openai", "--api-key", KEY, code=4)["ok"] is False


def test_sloppy_23_a_list_without_models_is_not_ok(shop: Shop) -> None:
    """Empty remote list → ok:false "no models"."""
    shop.replies = [as_json({"data": []})]
    said = shop.said("openai", "--api-key", KEY, code=1)
    assert (said["ok"], said["state"]) == (False, "empty")
    assert said["message"].startswith("no models")


def test_a_model_is_looked_for_among_what_the_key_sees(shop: Shop) -> None:
    shop.replies = [listed("gpt-5", "gpt-5-mini")]
    found = shop.said("openai/gpt-5-mini", "--api-key", KEY)
    assert (found["ok"], found["message"], [model["id"] for model in found["models"]]) == (True, "gpt-5-mini is listed, with the key that was given", ["gpt-5-mini"])
    missing = shop.said("openai/gpt-9", "--api-key", KEY, code=1)
    assert (missing["ok"], missing["state"], missing["models"]) == (False, "not-listed", [])
    assert missing["message"] == "the key works and sees 2 models; gpt-9 is not among them, with the key that was given"
    shop.replies = [as_json({"data": [{"id": "claude-sonnet-4-5-20250929"}], "has_more": False})]
    assert shop.said("anthropic/claude-sonnet-4-5", "--api-key", KEY)["message"].startswith("claude-sonnet-4-5-20250929 is listed")


def test_what_is_wrong_is_said_with_its_cure_and_nothing_is_sent_without_need(shop: Shop, run: Run) -> None:
    found = run("probe", "openai", code=4)
    assert (found.out, shop.server.calls) == ("openai: credential-missing: set OPENAI_API_KEY, or run `providers login openai`\n", [])
    assert run("probe", "azure-openai", code=1).out == "azure-openai: catalog-unsupported: no listing of its models is known\n"
    assert "vllm: unreachable: no connection" in run("probe", "vllm", "--base-url", "http://127.0.0.1:9/v1", code=4).out
    assert "has no route 'x'; it has native, compat" in run("probe", "google", "--route", "x", code=2).err
    assert "--api-key is empty" in run("probe", "openai", "--api-key", "", code=2).err
    assert "base-url-missing" in run("probe", "custom-openai", code=4).out


def test_a_server_on_a_private_network_needs_no_key_and_any_other_does(shop: Shop, run: Run) -> None:
    shop.replies = [listed("gpt-local")]
    assert shop.said("openai")["ok"] is True
    assert "authorization" not in shop.server.calls[0].headers
    assert "credential-missing" in run("probe", "openai", "--base-url", "https://api.acme.example/v1", code=4).out


def test_the_key_is_read_from_standard_input(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"  {KEY} \nmore\n"))
    shop.replies = [listed("gpt-5")]
    assert shop.probe("openai", "--api-key", "-").out.startswith("openai: ok: 1 model, with the key that was given\n")
    assert shop.server.calls[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_provider_of_ones_own_is_asked_where_it_says(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "models.json"
    file.write_text(json.dumps({"version": 1, "providers": {"my-company": {"base_url": f"{shop.server.url}/v1", "discover": True}}}))
    monkeypatch.setenv("MY_COMPANY_API_KEY", KEY)
    shop.replies = [listed("company-llm", "company-embedder")]
    said = shop.run("probe", "my-company", "--config", file, "--json").json
    assert (said["url"], said["credential"], [model["id"] for model in said["models"]]) == (f"{shop.server.url}/v1/models", "env:MY_COMPANY_API_KEY", ["company-llm"])


def test_a_table_shows_windows_and_what_models_can_do(shop: Shop) -> None:
    entry = {"id": "m", "name": "The M", "context_length": 128000, "architecture": {"input_modalities": ["text", "image"]}, "supported_parameters": ["tools", "reasoning"]}
    shop.replies = [as_json({"data": [entry]})]
    shown = shop.probe("openrouter", "--api-key", KEY).out.split("\n")
    assert [line.split() for line in shown[1:3]] == [["id", "title", "context", "capabilities"], ["m", "The", "M", "128,000", "tools,vision,thinking"]]
    assert shop.probe("openrouter", "--format", "csv").out == 'id,title,context,capabilities\nm,The M,128000,"tools,vision,thinking"\n'
