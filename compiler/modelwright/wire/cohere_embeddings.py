"""Cohere's Embed, version 2 (https://docs.cohere.com/reference/embed, as of 2026-11). A text that is too long is an error, not cut off."""

from .failure_body import failure, failure_of
from .protocol import Call
from .request_body import Losses, body_bytes, laid_over, with_content_type
from .vectors import answered, count_of, usage_of, vector

FORM = "cohere-embeddings"
_TYPES = {"query": "search_query", "document": "search_document", "classification": "classification", "clustering": "clustering"}
_USUAL = "search_document"


def build(request: "EmbeddingRequest", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(FORM, is_allowed=lossy)
    body: dict[str, Any] = {"model": target.model, "texts": list(request.texts), "input_type": _type(request.purpose, losses), "embedding_types": ["float"], "truncate": "NONE"}
    if request.dimensions is not None:
        body["output_dimension"] = request.dimensions
    return Call(target.url, with_content_type(target.headers), body_bytes(laid_over(body, request.extra)), losses.told)


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> "EmbeddingResponse":  # noqa: ARG001  # all forms are asked alike
    """Return the vectors in *body*; raises TroubleError where it reports a failure or is none of this form."""
    from ..ir.embeddings import EmbeddingResponse

    def made(raw: "dict[str, Any]") -> EmbeddingResponse:
        said, about = raw["embeddings"], raw.get("meta")
        billed = about.get("billed_units") if isinstance(about, dict) else None
        return EmbeddingResponse(map(vector, said["float"] if isinstance(said, dict) else said), usage_of(count_of(billed, "input_tokens")))

    return answered(FORM, status, body, failure_of, made)


def trouble(status: int, headers: "Mapping[str, str]", body: bytes) -> "Trouble":  # noqa: ARG001  # all forms are asked alike
    """Return what a failed answer tells; never raises."""
    return failure(body, status)


def _type(purpose: "str | None", losses: Losses) -> str:
    if purpose is None:
        losses.note(f"{FORM} wants a purpose and the request has none: {_USUAL} is sent")
    elif purpose not in _TYPES:
        losses.add(f"that the vectors are for {purpose}", "use another `purpose`", f"{_USUAL} is sent")
    return _TYPES.get(purpose or "", _USUAL)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest, EmbeddingResponse
    from .protocol import Target, Trouble
