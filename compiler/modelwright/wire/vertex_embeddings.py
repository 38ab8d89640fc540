"""
Embeddings on Vertex AI: by `:predict`, or, of models that have it at another path, by `:embedContent`, which takes one text.

As google-genai 3.6.1 asks for them, and https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api, as of
2026-11. A text that is too long is an error, not cut off.
"""

from .google_embeddings import TASKS
from .google_generative_answer import trouble, trouble_of
from .protocol import Call
from .request_body import body_bytes, laid_over, with_content_type
from .vectors import count_of, reads, usage_of, vector

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "vertex-embeddings"
_OF_ONE = ":embedContent"


def build(request: "EmbeddingRequest", target: "Target", *, lossy: bool = False) -> Call:  # noqa: ARG001  # there is nothing this form cannot say
    """Return the call that asks *request* of *target*."""
    more: dict[str, Any] = {"autoTruncate": False}
    if request.dimensions is not None:
        more["outputDimensionality"] = request.dimensions
    if target.url.endswith(_OF_ONE):
        if request.purpose is not None:
            more["taskType"] = TASKS[request.purpose]
        body: dict[str, Any] = {"content": {"parts": [{"text": request.texts[0]}]}, "embedContentConfig": more}
    else:
        task = {} if request.purpose is None else {"task_type": TASKS[request.purpose]}
        body = {"instances": [{"content": text, **task} for text in request.texts], "parameters": more}
    return Call(target.url, with_content_type(target.headers), body_bytes(laid_over(body, request.extra)))


@reads(FORM, trouble_of)
def read(raw: "dict[str, Any]", *_: "Any") -> "Vectors":
    """Return the vectors in *raw*."""
    if "embedding" in raw:
        return [vector(raw["embedding"]["values"])], usage_of(count_of(raw.get("usageMetadata"), "promptTokenCount", "totalTokenCount")), None
    found = [one["embeddings"] for one in raw["predictions"]]
    counts = [count_of(one.get("statistics"), "token_count") for one in found]
    return [vector(one["values"]) for one in found], usage_of(None if None in counts else sum(filter(None, counts))), None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest
    from .protocol import Target
    from .vectors import Vectors
