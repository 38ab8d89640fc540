"""
Gemini's generateContent as Vertex AI serves it (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference).

It differs in that a call has no id, and the result of one neither: `id` is a field it does not know and refuses
(vercel/ai#15664, langchain-ai/langchainjs#10292). Results are told apart by their order, which is made that of the calls.
"""

from .google_generative_answer import reads, trouble
from .google_generative_request import body_of
from .google_generative_stream import Decoder as _Decoder
from .request_body import Losses, call_of

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = "google-vertex"
read = reads(NAME)
_CALL, _RESULT = "functionCall", "functionResponse"


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(NAME, is_allowed=lossy)
    body = body_of(request, target, losses)
    _order_results(body["contents"])
    return call_of(target, body, request.extra, losses)


class Decoder(_Decoder):
    """Turns the bytes of a stream into events. `is_done` when the model's reason to stop was seen."""

    __slots__ = ()
    protocol = NAME


def _order_results(turns: "list[dict[str, Any]]") -> None:
    """Put the results in *turns* into the order of their calls, and take the ids away that told it."""
    places: dict[str, int] = {}
    for turn in turns:
        parts = turn["parts"]
        if all(_RESULT in part for part in parts):
            parts.sort(key=lambda part: places.get(part[_RESULT].get("id", ""), len(places)))
        for part in parts:
            if _CALL in part:
                places.setdefault(part[_CALL].get("id", ""), len(places))
        turn["parts"] = [_without_id(part) for part in parts]


def _without_id(part: "dict[str, Any]") -> "dict[str, Any]":
    return {name: {key: said for key, said in value.items() if key != "id"} if name in (_CALL, _RESULT) else value for name, value in part.items()}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.chat import Request
    from .protocol import Call, Target
