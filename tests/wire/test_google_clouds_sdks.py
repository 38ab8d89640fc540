"""Google's cloud against the vendors' own SDKs, google-genai for Vertex AI and AnthropicVertex: they send what we send, and read what we read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import wire_golden
from discover.servers import Call, as_json, serving
from modelwright.ir.chat import Message, Request, Tool, ToolCall, ToolResult
from modelwright.wire.protocol import Target
from real_software import run_with
from wire.test_anthropic_sdk import READER
from wire.test_official_sdks import GOOGLE
from wire_sdk import ours as read_by_us, served, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GENAI, ANTHROPIC = ("google-genai", "3.6.1"), ("anthropic", "2.14.0")
PLACE = "/v1/projects/acme-1/locations/us-east5"
OF_GEMINI, OF_VERTEX = (
    'genai.Client(api_key="any", http_options=types.HttpOptions(base_url=address))',
    'genai.Client(vertexai=True, project="acme-1", location="us-east5", credentials=Credentials("any", quota_project_id="billed"), http_options=types.HttpOptions(base_url=address, api_version="v1"))',
)
VERTEX = "from google.oauth2.credentials import Credentials\n" + GOOGLE.replace(OF_GEMINI, OF_VERTEX)
CLAUDE = READER.replace(
    'anthropic.Anthropic(api_key="any", base_url=address, max_retries=0)',
    'anthropic.AnthropicVertex(region="us-east5", project_id="acme-1", access_token="any", base_url=f"{address}/v1", max_retries=0)',
)
ASKS_GEMINI = """
import sys
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

address = sys.argv[1]
client = THE_CLIENT
config = types.GenerateContentConfig(
    system_instruction="Be brief.",
    max_output_tokens=100,
    temperature=0.5,
    tools=[types.Tool(function_declarations=[types.FunctionDeclaration(name="look", description="Look.", parameters_json_schema={"type": "object", "properties": {}})])],
)
contents = [
    types.Content(role="user", parts=[types.Part(text="Is it blue?")]),
    types.Content(role="model", parts=[types.Part(function_call=types.FunctionCall(name="look", args={"where": "up"}))]),
    types.Content(role="user", parts=[types.Part(function_response=types.FunctionResponse(name="look", response={"output": "It is."}))]),
]
client.models.generate_content(model="gemini-large", contents=contents, config=config)
list(client.models.generate_content_stream(model="gemini-large", contents=contents, config=config))
print("true")
""".replace("THE_CLIENT", OF_VERTEX)
ASKS_CLAUDE = """
import sys
import anthropic

client = anthropic.AnthropicVertex(region="us-east5", project_id="acme-1", access_token="any", base_url=sys.argv[1] + "/v1", max_retries=0)
said = dict(
    model="claude-large@20260101",
    max_tokens=100,
    system=[{"type": "text", "text": "Be brief."}],
    tools=[{"name": "look", "description": "Look.", "input_schema": {"type": "object", "properties": {}}}],
    messages=[
        {"role": "user", "content": [{"type": "text", "text": "Is it blue?"}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "call_1", "name": "look", "input": {"where": "up"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "It is."}]}]},
    ],
    extra_headers={"anthropic-beta": "b-1"},
)
client.messages.create(**said)
for _ in client.messages.create(**said, stream=True):
    pass
print("true")
"""
LOOK = Tool("look", "Look.", {"type": "object", "properties": {}})
TURNS = [Message("user", "Is it blue?"), Message("assistant", [ToolCall("call_1", "look", '{"where":"up"}')]), Message("tool", [ToolResult("call_1", "It is.", name="look")])]


def _asked(program: str, sdk: tuple[str, str], protocol: str) -> list[Call]:
    """Return what *program* sends, whole and as a stream, where each is answered."""
    case, stream = json.loads((wire_golden.FIXTURES / protocol / ANSWERS[protocol]).read_text()), wire_golden.FIXTURES / protocol / STREAMS[protocol]
    answer, events = as_json(case["body"]), stream.read_bytes()

    def reply(call: Call) -> Any:
        return type(answer)(body=events, headers={"Content-Type": "text/event-stream"}) if ":stream" in call.path else answer

    with serving(reply) as server:
        assert run_with(*sdk, program, server.url) is True
    return server.calls


ANSWERS = {"google-vertex": "tools.response.json", "google-vertex-anthropic": "text.response.json"}
STREAMS = {"google-vertex": "signed.stream.txt", "google-vertex-anthropic": "text.stream.txt"}


def _ours(protocol: str, request: Request, model: str, *verbs: str, **more: Any) -> Iterator[tuple[str, Any, dict[str, str]]]:
    """Yield path, body and headers of what we send, whole and as a stream."""
    for verb in verbs:
        url = f"{PLACE}/publishers/{'google' if protocol == 'google-vertex' else 'anthropic'}/models/{model}:{verb}"
        call = wire_golden.module(protocol).build(request, Target(url, model, is_stream="stream" in verb, **more))
        yield call.url, json.loads(call.body), call.headers


@pytest.mark.slow
def test_gemini_on_vertex_is_asked_as_google_s_sdk_asks_it() -> None:
    calls = _asked(ASKS_GEMINI, GENAI, "google-vertex")
    request = Request(TURNS, system="Be brief.", max_output_tokens=100, temperature=0.5, tools=[LOOK])
    for call, (url, body, _) in zip(calls, _ours("google-vertex", request, "gemini-large", "generateContent", "streamGenerateContent?alt=sse"), strict=True):
        theirs = json.loads(call.body.replace(b"parameters_json_schema", b"parametersJsonSchema"))  # either spelling is taken
        assert theirs["systemInstruction"].pop("role", "user") == "user"
        assert (call.path + ("?alt=sse" if call.query else ""), theirs) == (url, body)
        assert (call.headers["authorization"], call.headers["x-goog-user-project"]) == ("Bearer any", "billed")


@pytest.mark.slow
def test_claude_on_vertex_is_asked_as_anthropic_s_sdk_asks_it() -> None:
    """But for the version: theirs names that of its own API, where ours is the one that Vertex AI documents."""
    calls = _asked(ASKS_CLAUDE, ANTHROPIC, "google-vertex-anthropic")
    ours = _ours(
        "google-vertex-anthropic", Request(TURNS, system="Be brief.", max_output_tokens=100, tools=[LOOK]), "claude-large@20260101", "rawPredict", "streamRawPredict", headers=BETA
    )
    for call, (url, body, headers) in zip(calls, ours, strict=True):
        theirs = json.loads(call.body)
        assert (theirs.pop("anthropic_version"), body.pop("anthropic_version")) == ("2026-10-21", "vertex-2023-10-16")
        assert (call.path, theirs) == (url, {name: value for name, value in body.items() if name != "stream"} | ({"stream": True} if "stream" in url else {}))
        assert "anthropic-version" not in call.headers
        assert call.headers["anthropic-beta"] == headers["anthropic-beta"] == "b-1"


BETA = {"anthropic-beta": "b-1"}


@pytest.mark.slow
@pytest.mark.parametrize("fixtures", ["google-vertex", "google-generative"])
def test_google_s_sdk_reads_answers_of_vertex_as_we_do(fixtures: str) -> None:
    # What no SDK reads: another protocol, pages, an array where one answer belongs, a failure under 200, and, in streams, what is broken.
    apart = ("another-protocol", "not-json", "array", "error-under-200", "array.stream", "error-in-array.stream", "broken-json.stream", "page.stream", "done-mark.stream")
    theirs, answers = served(fixtures, *GENAI, VERTEX, "path", *apart)
    for name, (status, body) in answers.items():
        ours = read_by_us("google-vertex", name, status, body)
        if ours is None:
            assert "code" in theirs[name], name
            continue
        found = {"text": text_of(ours), "calls": [[call.name, call.parsed()] for call in ours.tool_calls], "stop": ours.stop_word}
        assert found == {key: theirs[name][key] for key in found}, name


@pytest.mark.slow
def test_anthropic_s_sdk_reads_answers_of_vertex_as_we_do() -> None:
    theirs, answers = served("google-vertex-anthropic", *ANTHROPIC, CLAUDE, "path")
    for name, (status, body) in answers.items():
        ours = read_by_us("google-vertex-anthropic", name, status, body)
        if ours is None:
            assert theirs[name].keys() & {"status", "broken"}, name
            continue
        assert text_of(ours) == "".join(block["text"] for block in theirs[name]["blocks"]), name
        assert (ours.stop_word, ours.usage.output_tokens if ours.usage else 0) == (theirs[name]["stop"], theirs[name]["usage"]["output_tokens"]), name
