"""
Embeddings by Bedrock's InvokeModel, whose body is that of the model: the quirk `embedding_body` says which of these it is.

`texts` has many texts and what they are for (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html, as of
2026-11), `input_text` one text alone, `single_embedding` one text and what it is for
(https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html). Tokens are counted in the body, or else in a header.
"""

from .bedrock_converse import header_of, trouble
from .bedrock_converse_answer import trouble_of
from .protocol import UnspeakableError
from .request_body import Losses, body_bytes, call_of
from .vectors import count_of, purpose_of, reads, usage_of, vector

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "bedrock-embeddings"
_TOKENS = "x-amzn-bedrock-input-token-count"
_SEARCHED = {"query": "search_query", "document": "search_document", "classification": "classification", "clustering": "clustering"}
_INDEXED = {"query": "TEXT_RETRIEVAL", "document": "GENERIC_INDEX", "classification": "CLASSIFICATION", "clustering": "CLUSTERING"}
_LONGEST = 3072
"""Numbers, where nothing is said: what the models of that body give by themselves."""


def build(request: "EmbeddingRequest", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(FORM, is_allowed=lossy)
    write = _BODIES.get(target.quirks.get("embedding_body"))
    if write is None:
        told = body_bytes({"providers": {"<provider>": {"models": {target.model: {"inherit": "<provider>/<the model that it is>"}}}}}).decode()
        raise UnspeakableError(f"nobody has said what {target.model} is asked like; say in models.json which of its provider's models it is: {told}")
    length = {} if request.dimensions is None else _length(request.dimensions, target, losses)
    return call_of(target, write(request, length, losses), request.extra, losses)


@reads(FORM, lambda raw, status: trouble_of(raw, status, None))
def read(raw: "dict[str, Any]", headers: "Mapping[str, str]", _: "Target") -> "Vectors":
    """Return the vectors in *raw*."""
    counted = count_of(raw, "inputTextTokenCount")
    told = header_of(headers, _TOKENS) or ""
    return map(vector, _vectors(raw)), usage_of(int(told) if counted is None and told.isdecimal() else counted), None


def _vectors(raw: "dict[str, Any]") -> "list[Any]":
    if "embedding" in raw:
        return [raw["embedding"]]
    said = raw["embeddings"]
    if isinstance(said, dict):
        return said["float"]  # type: ignore[no-any-return]  # what is none is found out when it is read
    return [one["embedding"] if isinstance(one, dict) else one for one in said]


def _length(numbers: int, target: "Target", losses: Losses) -> "dict[str, int]":
    """Return the field that says how long the vectors are to be."""
    field = target.quirks.get("dimensions_field", "dimensions")
    if not field:
        losses.add("to this model how long the vectors are", "leave out `dimensions`")
    return {str(field): numbers} if field else {}


def _texts(request: "EmbeddingRequest", length: "Mapping[str, int]", losses: Losses) -> "dict[str, Any]":
    return {"texts": list(request.texts), "input_type": purpose_of(request, _SEARCHED, losses), "embedding_types": ["float"], "truncate": "NONE", **length}


def _input_text(request: "EmbeddingRequest", length: "Mapping[str, int]", losses: Losses) -> "dict[str, Any]":
    if request.purpose is not None:
        losses.add(f"that the vectors are for {request.purpose}", "leave out `purpose`")
    return {"inputText": request.texts[0], **length}


def _single(request: "EmbeddingRequest", length: "Mapping[str, int]", losses: Losses) -> "dict[str, Any]":
    text = {"truncationMode": "NONE", "value": request.texts[0]}
    one = {"embeddingPurpose": purpose_of(request, _INDEXED, losses), **(length or {"embeddingDimension": _LONGEST}), "text": text}
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": one}


_BODIES: "dict[Any, Callable[[EmbeddingRequest, Mapping[str, int], Losses], dict[str, Any]]]" = {"texts": _texts, "input_text": _input_text, "single_embedding": _single}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..ir.embeddings import EmbeddingRequest
    from .protocol import Call, Target
    from .vectors import Vectors
