"""What zot does on Google's cloud, in calls: acceptance/zot.md 22, and the other routes there beside it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from discover.servers import Call, Reply, as_json, serving
from modelwright.runtime.credentials import cloud, granting
from runtime.dispatch.spoken import SPOKEN, TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Drop, Run
    from discover.servers import Server

GEMINI, CLAUDE, OPEN = "gemini-2.5-pro", "claude-sonnet-5@default", "openai/gpt-oss-120b-maas"
PLACE = "/v1/projects/p/locations/us-central1"
PATHS = {
    "google-vertex": (f"{PLACE}/publishers/google/models/{GEMINI}:generateContent", f"{PLACE}/publishers/google/models/{GEMINI}:streamGenerateContent"),
    "google-vertex-anthropic": (f"{PLACE}/publishers/anthropic/models/{CLAUDE}:rawPredict", f"{PLACE}/publishers/anthropic/models/{CLAUDE}:streamRawPredict"),
    "openai-chat": (f"{PLACE}/endpoints/openapi/chat/completions",) * 2,
    "google-cloud-code-assist": ("/v1internal:generateContent", "/v1internal:streamGenerateContent"),
}
REFS = {"google-vertex": f"gemini/{GEMINI}", "google-vertex-anthropic": f"claude/{CLAUDE}", "openai-chat": f"open/{OPEN}", "google-cloud-code-assist": f"assist/{GEMINI}"}


def answer(call: Call) -> Reply:
    """Answer as the protocol that is spoken at the path of *call*; a metadata server is here, too."""
    if call.path.startswith("/computeMetadata/"):
        return as_json({"access_token": "ya29.token", "expires_in": 3599, "token_type": "Bearer"})
    spoken = SPOKEN[next(protocol for protocol, paths in PATHS.items() if call.path in paths)]
    is_stream = "stream" in call.path or b'"stream":true' in call.body
    return Reply(body=b"".join(spoken.pieces), headers={"Content-Type": spoken.kind}) if is_stream else Reply(body=spoken.answer)


@pytest.fixture
def server(use: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Give a server that is all of Google's cloud, and accounts that lead there."""
    for name in [name for name in os.environ if name.startswith(("GOOGLE_", "GCLOUD_", "GCE_")) or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(granting, "_places", {})
    monkeypatch.setattr(cloud, "_GOOGLE_MACHINE", str(tmp_path / "none"))
    with serving(answer) as server:
        base = f"{server.url}/v1/projects/${{project}}/locations/${{location}}"
        accounts: dict[str, Any] = {
            "keyed": {"provider": "google-vertex", "route": "api-key", "base_url": base},
            "gemini": {"provider": "google-vertex", "route": "adc", "base_url": base},
            "claude": {"provider": "google-vertex", "route": "anthropic", "base_url": base},
            "open": {"provider": "google-vertex", "route": "openapi", "base_url": f"{base}/endpoints/openapi"},
            "assist": {"provider": "google-gemini-cli", "route": "sign-in", "base_url": server.url},
        }
        use({"version": 1, "accounts": accounts})
        yield server


def given(monkeypatch: pytest.MonkeyPatch, **environ: str) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


def test_zot_22_vertex_is_called_with_a_key(server: Server, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Vertex API key path; location default us-central1."""
    given(monkeypatch, GOOGLE_CLOUD_API_KEY="canary-key", GOOGLE_CLOUD_PROJECT="p")
    assert run("call", f"keyed/{GEMINI}", "Hi").out == f"{TEXT}\n"
    (call,) = server.calls
    assert (call.path, call.headers["x-goog-api-key"]) == (PATHS["google-vertex"][0], "canary-key")
    assert "authorization" not in call.headers


def test_zot_22_without_a_project_nobody_is_asked_for_anything(server: Server, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M no project (ADC path) → error."""
    given(monkeypatch, GCE_METADATA_HOST=server.url.removeprefix("http://"), GOOGLE_GEMINI_CLI_OAUTH_TOKEN="t")
    for protocol, ref in REFS.items():
        said = run("call", ref, "Hi", code=1).err
        assert all(name in said for name in ("GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT_ID" if protocol == "google-cloud-code-assist" else "GCLOUD_PROJECT"))
    assert server.calls == []


def test_what_the_file_cannot_give_is_told_before_what_to_do(server: Server, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "adc.json"
    given(monkeypatch, GOOGLE_APPLICATION_CREDENTIALS=str(file), GOOGLE_CLOUD_PROJECT="p")
    assert "no credential: have GOOGLE_APPLICATION_CREDENTIALS name a file that is there" in run("call", REFS["google-vertex"], "Hi", code=4).err
    file.write_text('{"type": "strange"}')
    assert f"no credential: {file}: its type is none of " in run("call", REFS["google-vertex"], "Hi", code=4).err


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("protocol", PATHS)
def test_zot_22_every_route_of_google_s_cloud_is_called_with_a_token(protocol: str, is_stream: bool, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M Vertex ADC path."""
    given(monkeypatch, GCE_METADATA_HOST=server.url.removeprefix("http://"), GOOGLE_GEMINI_CLI_OAUTH_TOKEN="ya29.token", GOOGLE_CLOUD_PROJECT="p")
    for _ in range(2):
        assert run("call", REFS[protocol], "Hi", *(["--stream"] if is_stream else [])).out == f"{TEXT}\n"
    tokens = [call for call in server.calls if call.path.startswith("/computeMetadata/")]
    assert len(tokens) == (protocol != "google-cloud-code-assist"), "one token does for both calls"
    call = server.calls[-1]
    assert (call.path, call.headers["authorization"], call.query) == (PATHS[protocol][is_stream], "Bearer ya29.token", {"alt": "sse"} if ":streamGenerate" in call.path else {})
    body = json.loads(call.body)
    assert (body.get("model"), body.get("anthropic_version"), body.get("project")) == {
        "google-vertex": (None, None, None),
        "google-vertex-anthropic": (None, "vertex-2023-10-16", None),
        "openai-chat": (OPEN, None, None),
        "google-cloud-code-assist": (GEMINI, None, "p"),
    }[protocol]
    assert "anthropic-version" not in call.headers
