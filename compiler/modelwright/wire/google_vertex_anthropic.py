"""
Anthropic's Messages as Vertex AI serves them (https://docs.anthropic.com/en/api/claude-on-vertex-ai).

The model is in the URL, and what is a header elsewhere, the version, is in the body; flags of betas stay in their header. What
Google says itself, it says as it does for Gemini. Signatures of thinking hold on both sides, so they are of `anthropic-messages`.
"""

from .anthropic_messages import Decoder, read, trouble as anthropic_trouble
from .anthropic_messages_request import body_of
from .failure_body import decoded
from .google_generative_answer import trouble as google_trouble
from .request_body import Losses, call_of

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = "google-vertex-anthropic"
VERSION = "vertex-2023-10-16"
"""Of the protocol, where no quirk names one; the one that Vertex AI documents."""


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(NAME, is_allowed=lossy)
    body = {"anthropic_version": target.quirks.get("api_version", VERSION), **body_of(request, target, losses)}
    return call_of(target, body, request.extra, losses)


def trouble(status: int, headers: "Mapping[str, str]", body: bytes) -> "Trouble":
    """Return what a failed answer tells, whoever of the two tells it; never raises."""
    raw = decoded(body)
    is_anthropic = isinstance(raw, dict) and raw.get("type") == "error"
    return (anthropic_trouble if is_anthropic else google_trouble)(status, headers, body)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Request
    from .protocol import Call, Target, Trouble
