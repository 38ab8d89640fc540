"""What is asked besides chat against the vendors' own SDKs: that they send the same, and read the same of what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

import forms_golden
from discover.servers import Call, Reply, serving
from modelwright.ir.chat import Message, Request, Tool
from modelwright.ir.embeddings import EmbeddingRequest
from modelwright.wire.protocol import Target
from real_software import run_with

OPENAI = """
import json, sys
import openai

address, cases = sys.argv[1], json.loads(sys.argv[2])
client = openai.OpenAI(api_key="any", base_url=address, max_retries=0)
found = {}
for name, given in cases.items():
    try:
        if name == "count":
            found[name] = client.responses.input_tokens.count(**given).input_tokens
        else:
            answer = client.embeddings.create(**given)
            found[name] = [[row.embedding for row in answer.data], answer.usage.prompt_tokens]
    except openai.APIStatusError as error:
        found[name] = error.status_code
print(json.dumps(found))
"""
GOOGLE = """
import json, sys
from google import genai
from google.genai import types

client = genai.Client(api_key="any", http_options=types.HttpOptions(base_url=sys.argv[1]))
config = types.EmbedContentConfig(task_type="RETRIEVAL_DOCUMENT", output_dimensionality=768)
answer = client.models.embed_content(model="acme-large", contents=["one", "two"], config=config)
count = client.models.count_tokens(model="acme-large", contents="Hi")
print(json.dumps([[one.values for one in answer.embeddings], count.total_tokens]))
"""
VERTEX = """
import json, sys
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

options = types.HttpOptions(base_url=sys.argv[1], api_version="v1")
client = genai.Client(vertexai=True, project="acme-1", location="us-east5", credentials=Credentials("any"), http_options=options)
config = types.EmbedContentConfig(task_type="RETRIEVAL_DOCUMENT", output_dimensionality=768, auto_truncate=False)
many = client.models.embed_content(model="text-large", contents=["one", "two"], config=config)
one = client.models.embed_content(model="gemini-large", contents=["one"], config=config)
count = client.models.count_tokens(model="gemini-large", contents="Hi", config=types.CountTokensConfig(system_instruction="Be brief."))
print(json.dumps([[each.values for each in many.embeddings + one.embeddings], count.total_tokens]))
"""
ANTHROPIC = """
import json, sys
import anthropic

client = anthropic.Anthropic(api_key="any", base_url=sys.argv[1], max_retries=0)
print(json.dumps(client.messages.count_tokens(**json.loads(sys.argv[2])).input_tokens))
"""
CLAUDE_ON_VERTEX = ANTHROPIC.replace(
    'anthropic.Anthropic(api_key="any", base_url=sys.argv[1], max_retries=0)',
    'anthropic.AnthropicVertex(region="us-east5", project_id="acme-1", access_token="any", base_url=f"{sys.argv[1]}/v1", max_retries=0)',
)
OLLAMA = """
import json, sys
import ollama

answer = ollama.Client(host=sys.argv[1]).embed(model="acme-large", input=["one", "two"], truncate=False, dimensions=64)
print(json.dumps([[list(one) for one in answer.embeddings], answer.prompt_eval_count]))
"""
REQUEST = Request(
    [Message("user", "Hi")],
    system="Be brief.",
    tools=[Tool("get_weather", "Weather", {"type": "object", "properties": {"place": {"type": "string"}}})],
    tool_choice="required",
    max_output_tokens=100,
)


def _served(answers: dict[str, Any], package: str, version: str, program: str, *arguments: str) -> tuple[Any, dict[str, Any]]:
    """Return what *program* prints, and the body it sent to each path that ends in a key of *answers*."""
    sent: dict[str, Any] = {}

    def answer(call: Call) -> Reply:
        end = next(end for end in answers if call.path.partition("?")[0].endswith(end))
        sent[end] = json.loads(call.body)
        return Reply(body=json.dumps(answers[end]).encode(), headers={"Content-Type": "application/json"})

    with serving(answer) as server:
        return run_with(package, version, program, server.url, *arguments), sent


def _ours(form: str, request: Any, **target: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(forms_golden.module(form).build(request, Target("https://api.acme.example", "acme-large", **target)).body)
    return body


def _read(form: str, answer: Any) -> Any:
    return forms_golden.module(form).read(200, {}, json.dumps(answer).encode(), Target("https://api.acme.example", "acme-large"))


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["base64", "float"])
def test_openais_sdk_asks_for_and_reads_the_same_vectors(encoding: str) -> None:
    rows: Any = {"base64": ["AACAPwAAAMA=", "AAAAAAAAgD4="], "float": [[1.0, -2.0], [0.0, 0.25]]}[encoding]
    answer = {
        "object": "list",
        "model": "m",
        "data": [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)],
        "usage": {"prompt_tokens": 4, "total_tokens": 4},
    }
    given = {"model": "acme-large", "input": ["one", "two"], "dimensions": 2, **({} if encoding == "base64" else {"encoding_format": "float"})}
    theirs, sent = _served({"/embeddings": answer}, "openai", "3.57.0", OPENAI, json.dumps({"embed": given}))
    assert sent["/embeddings"] == _ours("openai-embeddings", EmbeddingRequest(["one", "two"], dimensions=2), quirks={"embedding_encoding": encoding})
    ours = _read("openai-embeddings", answer)
    assert theirs["embed"] == [list(ours.vectors), ours.usage.input_tokens]


@pytest.mark.slow
def test_openais_sdk_counts_with_the_same() -> None:
    asked, answer = _ours("responses-count", REQUEST), {"object": "response.input_tokens", "input_tokens": 17}
    theirs, sent = _served({"/responses/input_tokens": answer}, "openai", "3.57.0", OPENAI, json.dumps({"count": asked}))
    assert (sent["/responses/input_tokens"], theirs["count"]) == (asked, _read("responses-count", answer))


@pytest.mark.slow
def test_googles_sdk_asks_for_and_reads_the_same() -> None:
    vectors, count = {"embeddings": [{"values": [0.5, 1]}, {"values": [0, -1]}]}, {"totalTokens": 31}
    theirs, sent = _served({":batchEmbedContents": vectors, ":countTokens": count}, "google-genai", "3.6.1", GOOGLE)
    ours = _ours("google-embeddings", EmbeddingRequest(["one", "two"], purpose="document", dimensions=768))
    for one in sent[":batchEmbedContents"]["requests"]:
        one["content"].pop("role", None)
    assert sent[":batchEmbedContents"] == ours
    assert theirs == [list(_read("google-embeddings", vectors).vectors), _read("google-count", count)]
    assert sent[":countTokens"]["contents"] == _ours("google-count", Request("Hi"))["generateContentRequest"]["contents"]


@pytest.mark.slow
def test_anthropics_sdk_counts_with_the_same() -> None:
    asked, answer = _ours("anthropic-count", REQUEST), {"input_tokens": 17}
    theirs, sent = _served({"/count_tokens": answer}, "anthropic", "2.14.0", ANTHROPIC, json.dumps(asked))
    assert (sent["/count_tokens"], theirs) == (asked, _read("anthropic-count", answer))


@pytest.mark.slow
def test_googles_sdk_asks_vertex_for_and_reads_the_same() -> None:
    many = {"predictions": [{"embeddings": {"values": values, "statistics": {"truncated": False, "token_count": 2}}} for values in ([0.5, 1], [0, -1])]}
    one, count = {"embedding": {"values": [1, 0.25]}, "usageMetadata": {"promptTokenCount": 2}}, {"totalTokens": 31}
    theirs, sent = _served({":predict": many, ":embedContent": one, ":countTokens": count}, "google-genai", "3.6.1", VERTEX)
    form, asked = "vertex-embeddings", EmbeddingRequest(["one", "two"], purpose="document", dimensions=768)
    sent[":embedContent"]["content"].pop("role", None)
    assert sent[":predict"] == _ours(form, asked)
    assert sent[":embedContent"] == json.loads(forms_golden.module(form).build(asked.part(0, 1), Target("https://api.acme.example/m:embedContent", "m")).body)
    assert theirs == [[*_read(form, many).vectors, *_read(form, one).vectors], _read("google-vertex-count", count)]
    sent[":countTokens"]["systemInstruction"].pop("role", None)
    assert sent[":countTokens"] == _ours("google-vertex-count", Request("Hi", system="Be brief."))


@pytest.mark.slow
def test_anthropics_sdk_counts_on_vertex_with_the_same_but_for_the_version() -> None:
    """Theirs names that of its own API, where ours is the one that Vertex AI documents."""
    asked, answer = _ours("google-vertex-anthropic-count", REQUEST), {"input_tokens": 17}
    path = "/publishers/anthropic/models/count-tokens:rawPredict"
    given = {name: value for name, value in asked.items() if name != "anthropic_version"}
    theirs, sent = _served({path: answer}, "anthropic", "2.14.0", CLAUDE_ON_VERTEX, json.dumps(given))
    assert (sent[path].pop("anthropic_version"), asked.pop("anthropic_version")) == ("2026-10-21", "vertex-2023-10-16")
    assert (sent[path], theirs) == (asked, _read("google-vertex-anthropic-count", answer))


@pytest.mark.slow
def test_ollamas_sdk_asks_for_and_reads_the_same() -> None:
    answer = {"model": "m", "embeddings": [[0.5, 1.0], [0.0, -1.0]], "prompt_eval_count": 6}
    theirs, sent = _served({"/api/embed": answer}, "ollama", "0.6.3", OLLAMA)
    assert sent["/api/embed"] == _ours("ollama-embeddings", EmbeddingRequest(["one", "two"], dimensions=64))
    ours = _read("ollama-embeddings", answer)
    assert theirs == [list(ours.vectors), ours.usage.input_tokens]
