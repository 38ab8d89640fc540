"""
Gemini's generateContent as Code Assist serves it, the endpoint of Google's own command-line tool (google-gemini/gemini-cli, packages/core/src/code_assist).

Model and project stand beside the request, which is wrapped, as each answer is. The project is the route's quirk `project`.
"""

from .google_generative_answer import reads, trouble
from .google_generative_request import body_of
from .google_generative_stream import Decoder as _Decoder
from .request_body import Losses, call_of, laid_over

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = "google-cloud-code-assist"


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(NAME, is_allowed=lossy)
    body = laid_over(body_of(request, target, losses), request.extra)
    project = {"project": target.quirks["project"]} if "project" in target.quirks else {}
    return call_of(target, {"model": target.model, **project, "request": body}, {}, losses)


def _said(chunk: "dict[str, Any]") -> "dict[str, Any]":
    """Return what *chunk* wraps, which may be nothing; where that has no id, the trace's is its."""
    return {"responseId": chunk.get("traceId"), **(chunk.get("response") or {})}


read = reads(NAME, _said)


class Decoder(_Decoder):
    """Turns the bytes of a stream into events. `is_done` when the model's reason to stop was seen."""

    __slots__ = ()
    protocol = NAME
    _said = staticmethod(_said)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.chat import Request
    from .protocol import Call, Target
