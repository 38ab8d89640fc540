"""Vectors and counts over the clouds of the real registry: a request a text where no more are taken, signed as it is sent, counted where the provider counts."""

from __future__ import annotations

import json
from time import time
from typing import TYPE_CHECKING, Any

import pytest

import aws_world
from aws_world import ARN, KEYS, MODEL, authorization
from modelwright import CallError, Dispatcher
from modelwright.runtime.credentials.answer import Granted
from modelwright.runtime.credentials.granting import granted
from modelwright.runtime.state.memory import MemoryStore
from runtime.dispatch.loopback import serving
from runtime.dispatch.replied import Replied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelwright.runtime.dispatch.steps import Open
    from runtime.dispatch.loopback import Asked, Server, Wire

TITAN, NOVA = "amazon.titan-embed-text-v2:0", "amazon.nova-2-multimodal-embeddings-v1:0"
COHERE = "cohere.embed-english-v3"
VERTEX = {"GOOGLE_CLOUD_API_KEY": "the-key", "GOOGLE_CLOUD_PROJECT": "mine", "GOOGLE_CLOUD_LOCATION": "europe-west4"}
UNCOUNTED = (400, {"message": "The provided model doesn't support counting tokens."}, {"x_amzn_errortype": "ValidationException"})


def vectors(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a model answers to *body*: the number of each text's letters."""
    if "texts" in body:
        return {"embeddings": {"float": [[float(len(text))] for text in body["texts"]]}, "response_type": "embeddings_by_type"}
    if "inputText" in body:
        return {"embedding": [float(len(body["inputText"]))], "inputTextTokenCount": 2}
    return {"embeddings": [{"embeddingType": "TEXT", "embedding": [float(len(body["singleEmbeddingParams"]["text"]["value"]))]}]}


@pytest.fixture
def server() -> Iterator[Server]:
    def answering(wire: Wire, asked: Asked) -> None:
        wire.whole(json.dumps(vectors(json.loads(asked.body))).encode(), x_amzn_bedrock_input_token_count="3")

    with serving(answering) as server:
        yield server


def desk(server: Server, **more: Any) -> Dispatcher:
    environ = {**KEYS, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url}
    return Dispatcher(aws_world.registry(), environ=environ, state=MemoryStore(), **{"failover": "off", **more})


@pytest.mark.parametrize(("model", "requests", "tokens"), [(TITAN, 3, 6), (NOVA, 3, 9), (COHERE, 1, 3)])
def test_each_family_takes_its_own_body_signed_and_as_many_texts_as_fit(server: Server, model: str, requests: int, tokens: int) -> None:
    with desk(server) as dispatcher:
        found = dispatcher.embed(f"amazon-bedrock/{model}", ["a", "bb", "ccc"])
    assert found.vectors == ([1.0], [2.0], [3.0])
    assert (found.usage.input_tokens, found.usage.estimated) == (tokens, False)
    assert len(server.asked) == requests
    for asked in server.asked:
        assert asked.path == f"/model/{model.replace(':', '%3A')}/invoke"
        assert asked.headers["authorization"] == authorization(asked)


def test_a_text_that_is_too_long_is_told_as_that(server: Server) -> None:
    said = {"message": "400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: 9875 "}
    server.begin(lambda wire, _: wire.whole(json.dumps(said).encode(), 400, x_amzn_errortype="ValidationException"))
    with desk(server) as dispatcher, pytest.raises(CallError) as caught:
        dispatcher.embed(f"amazon-bedrock/{TITAN}", "a")
    assert [attempt.failure.kind for attempt in caught.value.attempts if attempt.failure] == ["context_overflow"]


def test_a_throttled_model_is_told_as_that(server: Server) -> None:
    server.begin(lambda wire, _: wire.whole(b'{"message":"Too many requests"}', 429, x_amzn_errortype="ThrottlingException"))
    with desk(server) as dispatcher, pytest.raises(CallError) as caught:
        dispatcher.embed(f"amazon-bedrock/{TITAN}", "a")
    assert caught.value.attempts[0].failure is not None
    assert caught.value.attempts[0].failure.kind == "rate_limit"


@pytest.mark.parametrize("model", [MODEL, f"us.{MODEL}"])
def test_bedrock_counts_by_the_id_without_a_place(server: Server, model: str) -> None:
    server.begin(lambda wire, _: wire.whole(b'{"inputTokens":21}'))
    with desk(server) as dispatcher:
        assert dispatcher.count_tokens(f"amazon-bedrock/{model}", "How long?", exact=True).input_tokens == 21
    (asked,) = server.asked
    assert asked.path == f"/model/{MODEL.replace(':', '%3A')}/count-tokens"
    assert json.loads(asked.body) == {"input": {"converse": {"messages": [{"role": "user", "content": [{"text": "How long?"}]}]}}}
    assert asked.headers["authorization"] == authorization(asked)


def test_an_arn_is_counted_as_it_is(server: Server) -> None:
    server.begin(lambda wire, _: wire.whole(b'{"inputTokens":21}'))
    with desk(server) as dispatcher:
        dispatcher.count_tokens(f"amazon-bedrock/{ARN}", "How long?", exact=True)
    assert server.asked[0].path == f"/model/{ARN.replace(':', '%3A').replace('/', '%2F')}/count-tokens"


def test_a_model_that_is_not_counted_is_guessed_and_not_asked_again_for_a_while(server: Server) -> None:
    status, said, headers = UNCOUNTED
    server.begin(lambda wire, _: wire.whole(json.dumps(said).encode(), status, **headers))
    with desk(server) as dispatcher:
        assert all(dispatcher.count_tokens(f"amazon-bedrock/{MODEL}", "12345678").is_estimate for _ in range(3))
    assert len(server.asked) == 1


class Played:
    """A transport that gives these answers, one after the other."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.asked: list[Open] = []
        self._answers = list(answers)

    def open(self, request: Open) -> Any:
        self.asked.append(request)
        return Replied(200, self._answers.pop(0))

    def close(self) -> None:
        pass


def cloud(played: Played, environ: dict[str, str] = VERTEX) -> Dispatcher:
    return Dispatcher(aws_world.registry(), transport=played, environ=environ, state=MemoryStore())


def predicted(*numbers: float) -> dict[str, Any]:
    return {"predictions": [{"embeddings": {"values": [number], "statistics": {"truncated": False, "token_count": 2}}} for number in numbers]}


@pytest.mark.parametrize(
    ("model", "answers", "method"),
    [
        ("text-embedding-005", [predicted(1, 2)], "predict"),
        ("gemini-embedding-001", [predicted(1), predicted(2)], "predict"),
        ("gemini-embedding-2", [{"embedding": {"values": [number]}, "usageMetadata": {"promptTokenCount": 2}} for number in (1, 2)], "embedContent"),
    ],
)
def test_vertex_takes_as_many_texts_as_the_model_does_by_its_own_method(model: str, answers: list[dict[str, Any]], method: str) -> None:
    played = Played(*answers)
    with cloud(played) as dispatcher:
        found = dispatcher.embed(f"google-vertex/{model}", ["a", "b"])
    assert (found.vectors, found.usage.input_tokens) == (([1.0], [2.0]), 4)
    url = f"https://europe-west4-aiplatform.googleapis.com/v1/projects/mine/locations/europe-west4/publishers/google/models/{model}:{method}"
    assert [asked.url for asked in played.asked] == [url] * len(answers)
    assert {asked.headers["x-goog-api-key"] for asked in played.asked} == {"the-key"}


def test_gemini_is_counted_on_vertex() -> None:
    played = Played({"totalTokens": 5})
    with cloud(played) as dispatcher:
        assert dispatcher.count_tokens("google-vertex/gemini-2.5-flash", "How long?", exact=True).input_tokens == 5
    assert played.asked[0].url.endswith("/publishers/google/models/gemini-2.5-flash:countTokens")


def test_claude_is_counted_on_vertex_at_the_address_of_all_its_models() -> None:
    granted(("metadata.example", *aws_world.registry().words("auth")["gcp-adc"]["scopes"]), time, lambda: Granted({"key": "the-token"}, float("inf")), early_seconds=0)
    played = Played({"input_tokens": 7})
    model = next(model for model in aws_world.registry().models("google-vertex") if model._facts.get("routes") == ["anthropic"])
    with cloud(played, {**VERTEX, "GCE_METADATA_HOST": "metadata.example"}) as dispatcher:
        assert dispatcher.count_tokens(model.ref, "How long?", exact=True).input_tokens == 7
    assert played.asked[0].url.endswith("/locations/europe-west4/publishers/anthropic/models/count-tokens:rawPredict")
    assert json.loads(played.asked[0].body)["model"] == (model._facts.get("upstream_id") or model.id)
