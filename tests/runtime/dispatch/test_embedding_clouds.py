"""Vectors of the clouds, whose models take one text a call or many: put together, counted and paid for."""

from __future__ import annotations

import json
from typing import Any

import pytest

import routes_golden
from modelwright import Dispatcher
from runtime.dispatch.replied import Replied

TEXTS = ["one", "two", "three"]


class Cloud:
    """A transport that answers as each path does: a text of n letters is the vector [n, 1] and n tokens."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def open(self, request: Any) -> Any:
        body = json.loads(request.body)
        self.bodies.append(body)
        if request.url.endswith(":predict"):
            told: Any = {"predictions": [{"embeddings": {"values": [len(one["content"]), 1], "statistics": {"token_count": len(one["content"])}}} for one in body["instances"]]}
        elif request.url.endswith(":embedContent"):
            length = len(body["content"]["parts"][0]["text"])
            told = {"embedding": {"values": [length, 1]}, "usageMetadata": {"promptTokenCount": length}}
        elif "texts" in body:
            told = {"embeddings": {"float": [[len(text), 1] for text in body["texts"]]}}
        elif "inputText" in body:
            told = {"embedding": [len(body["inputText"]), 1], "inputTextTokenCount": len(body["inputText"])}
        else:
            told = {"embeddings": [{"embeddingType": "TEXT", "embedding": [len(body["singleEmbeddingParams"]["text"]["value"]), 1]}]}
        reply = Replied(200, json.dumps(told).encode())
        if "bedrock" in request.url and "inputText" not in body:
            reply.head = reply.head._replace(
                headers={"x-amzn-bedrock-input-token-count": str(sum(map(len, body.get("texts") or [body["singleEmbeddingParams"]["text"]["value"]])))}
            )
        return reply

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("ref", "calls"),
    [
        ("google-vertex.api-key/text-embedding-005", 1),
        ("google-vertex.api-key/gemini-embedding-001", 3),
        ("google-vertex.api-key/gemini-embedding-2", 3),
        ("amazon-bedrock.converse-key/cohere.embed-v4:0", 1),
        ("amazon-bedrock.converse/amazon.titan-embed-text-v2:0", 3),
        ("amazon-bedrock.converse/amazon.nova-2-multimodal-embeddings-v1:0", 3),
    ],
)
def test_texts_go_in_as_many_calls_as_the_model_takes(ref: str, calls: int) -> None:
    cloud, registry = Cloud(), routes_golden.registry()
    environ = routes_golden.environment(registry.provider(ref.partition(".")[0]))
    with Dispatcher(registry, transport=cloud, environ=environ) as dispatcher:
        found = dispatcher.embed(ref, TEXTS, purpose="document" if "titan" not in ref else None)
    assert len(cloud.bodies) == calls
    assert found.vectors == ([3.0, 1.0], [3.0, 1.0], [5.0, 1.0])
    assert (found.usage.input_tokens, found.usage.estimated) == (11, False)
    assert found.cost.attodollars
