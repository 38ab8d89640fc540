"""How many tokens a request of Gemini's generateContent has: countTokens (https://ai.google.dev/api/tokens, as of 2026-11)."""

from json import loads

from .counts import counted
from .google_generative import trouble
from .google_generative_request import build as build_generate
from .protocol import Call
from .request_body import body_bytes

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "google-count"


def build(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that has the tokens of *request* counted; raises UnspeakableError, or with *lossy* tells what was left out."""
    call = build_generate(request, target, lossy=lossy)
    asked = {"model": f"models/{target.model}", **loads(call.body)}
    return Call(call.url, call.headers, body_bytes({"generateContentRequest": asked}), call.losses)


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> int:  # noqa: ARG001  # all forms are asked alike
    """Return the count in *body*; raises TroubleError where there is none."""
    return counted(FORM, status, body, "totalTokens", trouble)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Request
    from .protocol import Target
