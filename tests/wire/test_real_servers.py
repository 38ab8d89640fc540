"""What is built and read against a server that other people wrote: aimock, which imitates the providers' APIs."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

import forms_golden
import wire_golden
from modelwright.ir.chat import Message, Request, Tool, ToolResult
from modelwright.ir.embeddings import EmbeddingRequest
from modelwright.wire.protocol import Target
from real_software import aimock
from wire_checks import assembled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelwright.ir.chat import Response

VERTEX = "/v1/projects/acme-1/locations/us-central1/publishers/google/models/acme-large"
URLS = {
    "anthropic-messages": ("/v1/messages", "/v1/messages"),
    "azure-openai": ("/openai/deployments/acme-large/chat/completions?api-version=2024-10-21",) * 2,
    "bedrock-converse": ("/model/acme-large/converse", "/model/acme-large/converse-stream"),
    "cohere-chat": ("/v2/chat", "/v2/chat"),
    "google-generative": ("/v1beta/models/acme-large:generateContent", "/v1beta/models/acme-large:streamGenerateContent?alt=sse"),
    "google-vertex": (f"{VERTEX}:generateContent", f"{VERTEX}:streamGenerateContent?alt=sse"),
    "ollama-chat": ("/api/chat", "/api/chat"),
    "openai-chat": ("/v1/chat/completions", "/v1/chat/completions"),
    "openai-responses": ("/v1/responses", "/v1/responses"),
}
"""Where each protocol is spoken, whole and as a stream."""
TOOLS = (Tool("get_weather", "The weather at a place.", {"type": "object", "properties": {"place": {"type": "string"}}}), Tool("get_time"))
FIXTURES: list[dict[str, Any]] = [
    {"match": {"hasToolResult": True, "toolResultContains": "21 degrees"}, "response": {"content": "It is 21 degrees."}},
    {
        "match": {"userMessage": "weather", "toolName": "get_weather"},
        "response": {"toolCalls": [{"name": "get_weather", "arguments": '{"place":"Rome"}'}, {"name": "get_time", "arguments": "{}"}]},
    },
    {"match": {"userMessage": "hello", "systemMessage": "Be brief"}, "response": {"content": "Hello there, how are you today?"}},
    {"match": {"userMessage": "limit"}, "response": {"error": {"message": "slow down", "type": "rate_limit_error"}, "status": 429}},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with aimock(FIXTURES, tmp_path_factory.mktemp("aimock")) as address:
        yield address


def _asked(server: str, name: str, request: Request, *, is_stream: bool) -> Response:
    protocol = wire_golden.module(name)
    call = protocol.build(request, Target(server + URLS[name][is_stream], "acme-large", is_stream=is_stream))
    sent = urllib.request.Request(call.url, call.body, {**call.headers, "x-goog-api-key": "any", "authorization": "Bearer any"}, method=call.method)
    with urllib.request.urlopen(sent, timeout=20) as answer:
        if not is_stream:
            whole: Response = protocol.read(answer.status, dict(answer.headers), answer.read())
            return whole
        decoder, events = protocol.Decoder(), []
        while piece := answer.read1(7):
            events += decoder.feed(piece)
        events += decoder.end()
        assert decoder.is_done
        return assembled(events)


each = pytest.mark.parametrize("name", sorted(URLS))
both = pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])


@pytest.mark.slow
@each
@both
def test_a_text_is_asked_and_read(server: str, name: str, is_stream: bool) -> None:
    found = _asked(server, name, Request("hello", system="Be brief.", max_output_tokens=100, temperature=0.5), is_stream=is_stream)
    assert (found.text, found.stop_reason) == ("Hello there, how are you today?", "stop")
    assert found.usage is not None


@pytest.mark.slow
@each
@both
def test_tools_are_offered_called_and_answered(server: str, name: str, is_stream: bool) -> None:
    asked = Message("user", "weather in Rome?")
    found = _asked(server, name, Request([asked], tools=TOOLS), is_stream=is_stream)
    assert [(call.name, call.parsed()) for call in found.tool_calls] == [("get_weather", {"place": "Rome"}), ("get_time", {})]
    assert found.stop_reason == "tool_use"
    results = Message("tool", [ToolResult(call.id, "21 degrees", name=call.name) for call in found.tool_calls])
    assert _asked(server, name, Request([asked, found.message(), results], tools=TOOLS), is_stream=is_stream).text == "It is 21 degrees."


@pytest.mark.slow
@each
def test_a_failure_is_read(server: str, name: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        _asked(server, name, Request("limit"), is_stream=False)
    found = wire_golden.module(name).trouble(caught.value.code, dict(caught.value.headers), caught.value.read())
    assert (found.status, found.message) == (429, "slow down")


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_texts_are_embedded(server: str, encoding: str) -> None:
    form = forms_golden.module("openai-embeddings")
    target = Target(f"{server}/v1/embeddings", "text-embedding-3-small", quirks={"embedding_encoding": encoding})
    call = form.build(EmbeddingRequest(["hello", "another text"], dimensions=8), target)
    with urllib.request.urlopen(urllib.request.Request(call.url, call.body, {**call.headers, "authorization": "Bearer any"}, method=call.method), timeout=20) as answer:
        found = form.read(answer.status, dict(answer.headers), answer.read(), target)
    assert [len(vector) for vector in found.vectors] == [8, 8]
    assert found.vectors[0] != found.vectors[1]
