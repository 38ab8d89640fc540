"""Cohere's Embed, version 2 (https://docs.cohere.com/reference/embed, as of 2026-11). A text that is too long is an error, not cut off."""

from .failure_body import failure_of, tells
from .request_body import Losses, call_of
from .vectors import count_of, purpose_of, reads, usage_of, vector

FORM = "cohere-embeddings"
_TYPES = {"query": "search_query", "document": "search_document", "classification": "classification", "clustering": "clustering"}
trouble = tells(failure_of)


def build(request: "EmbeddingRequest", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(FORM, is_allowed=lossy)
    body: dict[str, Any] = {
        "model": target.model,
        "texts": list(request.texts),
        "input_type": purpose_of(request, _TYPES, losses),
        "embedding_types": ["float"],
        "truncate": "NONE",
    }
    if request.dimensions is not None:
        body["output_dimension"] = request.dimensions
    return call_of(target, body, request.extra, losses)


@reads(FORM, failure_of)
def read(raw: "dict[str, Any]", *_: "Any") -> "Vectors":
    """Return the vectors in *raw*."""
    said, about = raw["embeddings"], raw.get("meta")
    billed = about.get("billed_units") if isinstance(about, dict) else None
    return map(vector, said["float"] if isinstance(said, dict) else said), usage_of(count_of(billed, "input_tokens")), None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest
    from .protocol import Call, Target
    from .vectors import Vectors
