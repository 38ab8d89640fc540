"""Embeddings, as OpenAI and most other servers make them (https://platform.openai.com/docs/api-reference/embeddings, as of 2026-11)."""

from .openai_answer import named, trouble, trouble_of
from .request_body import Losses, call_of
from .vectors import count_of, reads, usage_of, vector

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "openai-embeddings"


def build(request: "EmbeddingRequest", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(FORM, is_allowed=lossy)
    quirks = target.quirks
    body: dict[str, Any] = {"model": target.model, "input": [[text] for text in request.texts] if quirks.get("embedding_documents") else list(request.texts)}
    if "embedding_encoding" in quirks:
        body["encoding_format"] = quirks["embedding_encoding"]
    if request.dimensions is not None:
        field = quirks.get("dimensions_field", "dimensions")
        if field:
            body[str(field)] = request.dimensions
        else:
            losses.add("on this route how long the vectors are", "leave out `dimensions`")
    body.update(_purpose(request.purpose, quirks, losses))
    return call_of(target, body, request.extra, losses)


def _purpose(purpose: "str | None", quirks: "Mapping[str, Any]", losses: Losses) -> "dict[str, str]":
    """Return what the vectors are for, which servers that are asked for it have two words for; without one they are for texts that are searched."""
    field = quirks.get("purpose_field")
    words = {"query": "query", "document": quirks.get("purpose_document", "document")}
    if field and purpose is None:
        losses.note(f"{FORM} wants a purpose on this route and the request has none: {words['document']} is sent")
    elif purpose is not None and (not field or purpose not in words):
        losses.add(f"that the vectors are for {purpose}", "leave out `purpose`")
    return {str(field): str(words.get(purpose or "document", words["document"]))} if field else {}


@reads(FORM, trouble_of)
def read(raw: "dict[str, Any]", _: "Any", target: "Target") -> "Vectors":
    """Return the vectors in *raw*."""
    rows, encoding = _in_order(raw["data"]), str(target.quirks.get("embedding_encoding"))
    if target.quirks.get("embedding_documents"):
        rows = [row for document in rows for row in _in_order(document["data"])]
    tokens = count_of(raw.get("usage"), "prompt_tokens", "input_tokens", "total_tokens")
    return [vector(row["embedding"], encoding) for row in rows], usage_of(tokens), named(raw.get("model"))


def _in_order(rows: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
    """Return *rows* by their index, for servers need not keep the order; where none has one, as they are."""
    places = [row.get("index") for row in rows]
    if all(place is None for place in places):
        return rows
    if {type(place) for place in places} != {int} or sorted(places) != list(range(len(rows))):  # type: ignore[type-var]  # numbers, as was just seen
        raise ValueError("the indexes of the vectors do not count up")
    return sorted(rows, key=lambda row: int(row["index"]))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest
    from .protocol import Call, Target
    from .vectors import Vectors
