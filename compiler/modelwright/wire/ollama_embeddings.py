"""Ollama's own embeddings, `/api/embed` (https://docs.ollama.com/api/embed, as of 2026-11). A text that is too long is an error there, not cut off."""

from .failure_body import failure, failure_of
from .protocol import Call
from .request_body import Losses, body_bytes, laid_over, with_content_type
from .vectors import answered, count_of, usage_of, vector

FORM = "ollama-embeddings"


def build(request: "EmbeddingRequest", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(FORM, is_allowed=lossy)
    body: dict[str, Any] = {"model": target.model, "input": list(request.texts), "truncate": False}
    if request.dimensions is not None:
        body["dimensions"] = request.dimensions
    if request.purpose is not None:
        losses.add(f"that the vectors are for {request.purpose}", "leave out `purpose`, and write into the texts what the model wants there")
    if "context_tokens" in target.quirks:
        body["options"] = {"num_ctx": target.quirks["context_tokens"]}
    return Call(target.url, with_content_type(target.headers), body_bytes(laid_over(body, request.extra)), losses.told)


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> "EmbeddingResponse":  # noqa: ARG001  # all forms are asked alike
    """Return the vectors in *body*; raises TroubleError where it reports a failure or is none of this form."""
    from ..ir.embeddings import EmbeddingResponse

    def made(raw: "dict[str, Any]") -> EmbeddingResponse:
        model = raw.get("model")
        return EmbeddingResponse(map(vector, raw["embeddings"]), usage_of(count_of(raw, "prompt_eval_count")), model if isinstance(model, str) else None)

    return answered(FORM, status, body, failure_of, made)


def trouble(status: int, headers: "Mapping[str, str]", body: bytes) -> "Trouble":  # noqa: ARG001  # all forms are asked alike
    """Return what a failed answer tells; never raises."""
    return failure(body, status)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest, EmbeddingResponse
    from .protocol import Target, Trouble
