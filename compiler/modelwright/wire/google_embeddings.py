"""Gemini's batchEmbedContents (https://ai.google.dev/api/embeddings, as of 2026-11), which one text goes through, too."""

from .failure_body import decoded, failure
from .google_generative_answer import trouble_of
from .protocol import Call
from .request_body import body_bytes, laid_over, with_content_type
from .vectors import answered, count_of, usage_of, vector

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


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> "EmbeddingResponse":  # noqa: ARG001  # all forms are asked alike
    """Return the vectors in *body*; raises TroubleError where it reports a failure or is none of this form."""
    from ..ir.embeddings import EmbeddingResponse

    def made(raw: "dict[str, Any]") -> EmbeddingResponse:
        vectors = [vector(one["values"]) for one in raw["embeddings"]]
        return EmbeddingResponse(vectors, usage_of(count_of(raw.get("usageMetadata"), "promptTokenCount", "totalTokenCount")))

    return answered(FORM, status, body, trouble_of, made)


def trouble(status: int, headers: "Mapping[str, str]", body: bytes) -> "Trouble":  # noqa: ARG001  # all forms are asked alike
    """Return what a failed answer tells; never raises."""
    raw = decoded(body)
    return failure(body, status) if raw is None else trouble_of(raw, status)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest, EmbeddingResponse
    from .protocol import Target, Trouble
