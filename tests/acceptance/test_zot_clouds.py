"""Calls to clouds for a user of zot's, to servers on the loopback interface: acceptance/zot.md 19-21, and sophon.md 5 and 7, by number."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest

from discover.servers import Call, Reply, as_json, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Drop, Outcome, Run
    from discover.servers import Server

HELLO = "Hello there."
VARIABLES = ("AZURE_", "CLOUDFLARE_", "CODEX_")
ITEM = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": HELLO, "annotations": []}]}
RESPONSE = {"id": "r", "object": "response", "status": "completed", "model": "m", "output": [ITEM], "usage": {"input_tokens": 9, "output_tokens": 3}}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": HELLO}, "finish_reason": "stop"}
CHAT = {"id": "c", "object": "chat.completion", "model": "m", "choices": [CHOICE], "usage": {"prompt_tokens": 9, "completion_tokens": 3}}
MESSAGE = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": HELLO}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 9, "output_tokens": 3},
}


def _streamed(*events: Any) -> Reply:
    return Reply(body=b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events), headers={"Content-Type": "text/event-stream"})


def answer(call: Call) -> Reply:
    """Answer as the protocol of the path has it; a stream where one is asked for."""
    is_stream = json.loads(call.body).get("stream", False)
    if call.path.endswith("/responses"):
        return _streamed({"type": "response.completed", "response": RESPONSE}) if is_stream else as_json(RESPONSE)
    if call.path.endswith("/messages"):
        return as_json(MESSAGE)
    if not is_stream:
        return as_json(CHAT)
    filtered = {"choices": [], "id": "", "model": "", "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]}
    return _streamed(filtered, {"id": "c", "choices": [{"index": 0, "delta": {"content": HELLO}, "finish_reason": "stop"}]}, {"choices": [], "usage": CHAT["usage"]})


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, home: Any) -> Iterator[Server]:
    import os

    for name in [name for name in os.environ if name.startswith(VARIABLES)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(answer) as server:
        yield server


def given(monkeypatch: pytest.MonkeyPatch, **environ: str | None) -> None:
    for name, value in environ.items():
        monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)


def called(run: Run, ref: str, *options: str) -> Outcome:
    found = run("call", ref, "Hi", *options)
    assert found.out.strip() == HELLO
    return found


@pytest.mark.parametrize(
    ("suffix", "version", "route", "path", "sent"),
    [
        ("", "2024-02-01", None, "/openai/deployments/mine/chat/completions", "2024-02-01"),
        ("", None, "deployments", "/openai/deployments/mine/chat/completions", "2024-10-21"),
        ("", None, None, "/openai/v1/responses", "v1"),
        ("/openai/v1", None, None, "/openai/v1/responses", "v1"),
        ("/openai/v1", "2024-02-01", None, "/openai/deployments/mine/chat/completions", "2024-02-01"),
        ("/openai/v1/", "preview", "chat", "/openai/v1/chat/completions", "preview"),
        ("", "2024-02-01", "responses", "/openai/v1/responses", "2024-02-01"),
    ],
)
@pytest.mark.parametrize("is_stream", [False, True])
def test_zot_19_azure_is_called_by_deployment_or_by_its_new_api(
    suffix: str, version: str | None, route: str | None, path: str, sent: str, is_stream: bool, cloud: Server, drop: Drop, use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M Azure URL and api-key header; AZURE_OPENAI_API_VERSION=2024-02-01 → `?api-version=2024-02-01`, unset → default; base with /openai/v1 suffix not doubled."""
    given(monkeypatch, AZURE_OPENAI_BASE_URL=cloud.url + suffix, AZURE_OPENAI_API_KEY="the-key", AZURE_OPENAI_API_VERSION=version)
    use({"version": 1, "accounts": {"work": {"provider": "azure-openai", **({} if route is None else {"route": route}), "models": ["mine"]}}})
    called(run, "work/mine", *(["--stream"] if is_stream else []))
    (call,) = cloud.calls
    assert (call.path, call.query, call.headers["api-key"]) == (path, {"api-version": sent}, "the-key")
    assert "authorization" not in call.headers
    body = json.loads(call.body)
    assert (body["model"], body.get("stream", False)) == ("mine", is_stream)
    assert ("stream_options" in body) == (is_stream and path.endswith("completions") and sent != "2024-02-01")


def test_zot_19_a_deployment_is_called_by_its_own_name(cloud: Server, use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M deployment alias via models override."""
    given(monkeypatch, AZURE_OPENAI_BASE_URL=cloud.url, AZURE_OPENAI_API_KEY="k", AZURE_OPENAI_API_VERSION="2024-10-21", AZURE_OPENAI_DEPLOYMENT_NAME_MAP="gpt-5-mini=mini-preview")
    use({"version": 1, "providers": {"azure-openai": {"models": {"gpt-5.5": {"upstream_id": "prod:one"}}}}})
    called(run, "azure/gpt-5.5")
    called(run, "azure/gpt-5-mini")
    assert [json.loads(call.body)["model"] for call in cloud.calls] == ["prod:one", "mini-preview"]
    assert [call.path.split("/")[3] for call in cloud.calls] == ["prod%3Aone", "mini-preview"]


@pytest.mark.parametrize(("model", "path"), [("deepseek-v4-pro", "/models/chat/completions"), ("claude-sonnet-4-6", "/anthropic/v1/messages")])
def test_zot_19_models_of_other_labs_are_called_where_azure_has_them(model: str, path: str, cloud: Server, use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Azure URL and api-key header."""
    given(monkeypatch, AZURE_OPENAI_API_KEY="the-key", AZURE_OPENAI_RESOURCE_NAME="acme")
    routes = {"models": {"base_url": f"{cloud.url}/models"}, "messages": {"base_url": f"{cloud.url}/anthropic/v1"}}
    use({"version": 1, "providers": {"azure-openai": {"routes": routes}}})
    called(run, f"azure/{model}")
    (call,) = cloud.calls
    assert (call.path, call.headers["api-key"]) == (path, "the-key")


def test_sophon_5_azure_without_an_address_sends_nothing_and_names_what_is_missing(cloud: Server, run: Run, use: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    """M `azure-openai` missing resource endpoint or deployment → error naming the missing field."""
    given(monkeypatch, AZURE_OPENAI_API_KEY="k")
    use({"version": 1})
    assert "AZURE_OPENAI_RESOURCE_NAME" in run("call", "azure/gpt-5.5", "Hi", code=1).err


GATEWAY = "/v1/${account_id}/${gateway_id}"
IDS = {"CLOUDFLARE_ACCOUNT_ID": "a", "CLOUDFLARE_GATEWAY_ID": "g"}


@pytest.fixture
def gateway(cloud: Server, use: Drop) -> Server:
    paths = {"compat": "compat", "anthropic": "anthropic", "anthropic-stored-key": "anthropic", "openai": "openai", "openai-stored-key": "openai", "workers-ai": "workers-ai"}
    use({"version": 1, "providers": {"cloudflare-ai-gateway": {"routes": {route: {"base_url": f"{cloud.url}{GATEWAY}/{path}"} for route, path in paths.items()}}}})
    return cloud


@pytest.mark.parametrize(
    ("model", "path", "keys", "headers"),
    [
        ("openai/gpt-5.5", "compat/chat/completions", {"CLOUDFLARE_API_KEY": "cf"}, {"cf-aig-authorization": "Bearer cf"}),
        (
            "anthropic/claude-sonnet-5",
            "compat/chat/completions",
            {"CLOUDFLARE_API_KEY": "cf", "CLOUDFLARE_AI_GATEWAY_API_KEY": "v"},
            {"cf-aig-authorization": "Bearer cf", "authorization": "Bearer v"},
        ),
        ("claude-sonnet-5", "anthropic/v1/messages", {"CLOUDFLARE_AI_GATEWAY_API_KEY": "v"}, {"x-api-key": "v"}),
        ("claude-sonnet-5", "anthropic/v1/messages", {"CLOUDFLARE_AI_GATEWAY_API_KEY": "v", "CLOUDFLARE_API_TOKEN": "cf"}, {"x-api-key": "v", "cf-aig-authorization": "Bearer cf"}),
        ("claude-sonnet-5", "anthropic/v1/messages", {"CLOUDFLARE_API_KEY": "cf"}, {"cf-aig-authorization": "Bearer cf"}),
        ("openai/gpt-5.3-codex", "openai/responses", {"CLOUDFLARE_API_TOKEN": "cf"}, {"cf-aig-authorization": "Bearer cf"}),
        ("gpt-5.5", "openai/responses", {"CLOUDFLARE_AI_GATEWAY_API_KEY": "v", "CLOUDFLARE_API_KEY": "cf"}, {"authorization": "Bearer v", "cf-aig-authorization": "Bearer cf"}),
        ("@cf/moonshotai/kimi-k2.6", "workers-ai/v1/chat/completions", {"CLOUDFLARE_API_KEY": "cf"}, {"authorization": "Bearer cf", "cf-aig-authorization": "Bearer cf"}),
    ],
)
def test_zot_20_cloudflares_gateway_is_called_by_path_and_takes_a_header_of_its_own(
    model: str, path: str, keys: dict[str, str], headers: dict[str, str], gateway: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M Cloudflare gateway URL and header; missing gateway id → error naming the variable."""
    given(monkeypatch, **keys, **{**IDS, "CLOUDFLARE_GATEWAY_ID": None})
    assert "CLOUDFLARE_GATEWAY_ID" in run("call", f"cloudflare-ai-gateway/{model}", "Hi", code=1).err
    assert gateway.calls == []
    given(monkeypatch, **IDS)
    called(run, f"cloudflare-ai-gateway/{model}", "--max-tokens", "2000")
    (call,) = gateway.calls
    assert call.path == f"/v1/a/g/{path}"
    limit = {"messages": "max_tokens", "responses": "max_output_tokens"}.get(path.rpartition("/")[2], "max_completion_tokens" if model.startswith("openai/") else "max_tokens")
    assert json.loads(call.body)[limit] == 2000
    assert {name: call.headers[name] for name in ("authorization", "cf-aig-authorization", "x-api-key") if name in call.headers} == headers
    assert json.loads(call.body)["model"] == (model if path.startswith("compat") else model.removeprefix("openai/"))


def test_zot_20_what_a_gateway_repeats_of_either_key_is_not_shown(use: Drop, cloud: Server, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Cloudflare gateway URL and header."""
    given(monkeypatch, **IDS, CLOUDFLARE_AI_GATEWAY_API_KEY="canary-vendor", CLOUDFLARE_API_KEY="canary-gateway")
    with serving(lambda _: as_json({"success": False, "errors": [{"code": 2009, "message": "Unauthorized: canary-vendor canary-gateway"}]}, 401)) as refusing:
        use({"version": 1, "providers": {"cloudflare-ai-gateway": {"routes": {"anthropic": {"base_url": f"{refusing.url}{GATEWAY}/anthropic"}}}}})
        told = run("call", "cloudflare-ai-gateway/claude-sonnet-5", "Hi", code=4)
    assert "Unauthorized: *** ***" in told.err
    assert "canary" not in told.err + told.out


WORKERS = "cloudflare-workers-ai/@cf/moonshotai/kimi-k2.6"


def test_zot_21_workers_ai_is_called_by_account(cloud: Server, use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Workers AI URL; missing account id → error."""
    use({"version": 1, "providers": {"cloudflare-workers-ai": {"base_url": f"{cloud.url}/client/v4/accounts/${{account_id}}/ai/v1"}}})
    given(monkeypatch, CLOUDFLARE_API_KEY="k")
    assert "CLOUDFLARE_ACCOUNT_ID" in run("call", WORKERS, "Hi", code=1).err
    assert cloud.calls == []
    given(monkeypatch, CLOUDFLARE_ACCOUNT_ID="a")
    called(run, WORKERS)
    (call,) = cloud.calls
    assert (call.path, call.headers["authorization"]) == ("/client/v4/accounts/a/ai/v1/chat/completions", "Bearer k")
    assert json.loads(call.body)["model"] == "@cf/moonshotai/kimi-k2.6"


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize("options", [(), ("--stream",)])
def test_sophon_7_what_workers_ai_reports_in_its_envelope_is_read_whatever_the_status(
    options: tuple[str, ...], status: int, use: Drop, run: Run, cloud: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M `cloudflare` base URL contains account id; missing account id → error before any request."""
    envelope = {"success": False, "result": {}, "messages": [], "errors": [{"code": 3036, "message": "you have used up your daily free allocation of 10,000 neurons"}]}
    given(monkeypatch, CLOUDFLARE_API_KEY="k", CLOUDFLARE_ACCOUNT_ID="a")
    with serving(lambda _: as_json(envelope, status)) as spent:
        use({"version": 1, "providers": {"cloudflare-workers-ai": {"base_url": f"{spent.url}/accounts/${{account_id}}/ai/v1"}}})
        told = run("call", WORKERS, "Hi", *options, code=4)
    assert "billing" in told.err
    assert "daily free allocation" in told.err
    assert {call.path for call in spent.calls} == {"/accounts/a/ai/v1/chat/completions"}


def test_zot_16_the_chatgpt_plan_is_called_as_its_own_tool_calls_it(cloud: Server, use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M openai and openai-responses share OPENAI_API_KEY, have distinct protocols and separate stored keys; openai-codex separate from openai."""
    claims = urlsafe_b64encode(json.dumps({"https://api.openai.com/auth": {"chatgpt_account_id": "acc-1"}}).encode()).decode().rstrip("=")
    given(monkeypatch, CODEX_ACCESS_TOKEN=f"e30.{claims}.c2ln")
    use({"version": 1, "providers": {"openai-codex": {"base_url": f"{cloud.url}/backend-api"}}})
    for options in ((), ("--stream",)):
        called(run, "openai-codex/gpt-6-sol", "--system", "Be brief.", *options)
    first, second = cloud.calls
    assert (first.path, first.body, first.headers["session_id"]) == (second.path, second.body, second.headers["session_id"])
    assert first.path == "/backend-api/codex/responses"
    assert (first.headers["chatgpt-account-id"], first.headers["originator"], first.headers["openai-beta"]) == ("acc-1", "modelwright", "responses=experimental")
    body = json.loads(first.body)
    assert (body["instructions"], body["store"], body["stream"], body["include"]) == ("Be brief.", False, True, ["reasoning.encrypted_content"])
