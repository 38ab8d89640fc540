"""Ollama's own embeddings, `/api/embed` (https://docs.ollama.com/api/embed, as of 2026-11). A text that is too long is an error there, not cut off."""

from .failure_body import failure_of, tells
from .request_body import Losses, call_of
from .vectors import count_of, reads, usage_of, vector

FORM = "ollama-embeddings"
trouble = tells(failure_of)


def build(request: "EmbeddingRequest", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(FORM, is_allowed=lossy)
    body: dict[str, Any] = {"model": target.model, "input": list(request.texts), "truncate": False}
    if request.dimensions is not None:
        body["dimensions"] = request.dimensions
    if request.purpose is not None:
        losses.add(f"that the vectors are for {request.purpose}", "leave out `purpose`, and write into the texts what the model wants there")
    if "context_tokens" in target.quirks:
        body["options"] = {"num_ctx": target.quirks["context_tokens"]}
    return call_of(target, body, request.extra, losses)


@reads(FORM, failure_of)
def read(raw: "dict[str, Any]", *_: "Any") -> "Vectors":
    """Return the vectors in *raw*."""
    model = raw.get("model")
    return map(vector, raw["embeddings"]), usage_of(count_of(raw, "prompt_eval_count")), model if isinstance(model, str) else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest
    from .protocol import Call, Target
    from .vectors import Vectors
