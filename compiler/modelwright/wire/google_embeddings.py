"""Gemini's batchEmbedContents (https://ai.google.dev/api/embeddings, as of 2026-11), which one text goes through, too."""

from .google_generative_answer import trouble, trouble_of
from .protocol import Call
from .request_body import body_bytes, laid_over, with_content_type
from .vectors import count_of, reads, usage_of, vector

__all__ = ["FORM", "TASKS", "build", "read", "trouble"]

FORM = "google-embeddings"
TASKS = {
    "query": "RETRIEVAL_QUERY",
    "document": "RETRIEVAL_DOCUMENT",
    "classification": "CLASSIFICATION",
    "clustering": "CLUSTERING",
    "similarity": "SEMANTIC_SIMILARITY",
}
"""What the purposes are called."""


def build(request: "EmbeddingRequest", target: "Target", *, lossy: bool = False) -> Call:  # noqa: ARG001  # there is nothing this form cannot say
    """Return the call that asks *request* of *target*; what is extra goes into the request of each text."""
    each: dict[str, Any] = {"model": f"models/{target.model}"}
    if request.purpose is not None:
        each["taskType"] = TASKS[request.purpose]
    if request.dimensions is not None:
        each["outputDimensionality"] = request.dimensions
    requests = [laid_over({**each, "content": {"parts": [{"text": text}]}}, request.extra) for text in request.texts]
    return Call(target.url, with_content_type(target.headers), body_bytes({"requests": requests}))


@reads(FORM, trouble_of)
def read(raw: "dict[str, Any]", *_: "Any") -> "Vectors":
    """Return the vectors in *raw*."""
    return [vector(one["values"]) for one in raw["embeddings"]], usage_of(count_of(raw.get("usageMetadata"), "promptTokenCount", "totalTokenCount")), None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest
    from .protocol import Target
    from .vectors import Vectors
