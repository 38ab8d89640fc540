"""
How many tokens a request of Claude on Vertex AI has (https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/count-tokens, as of 2026-11).

There is one URL for all models, so that the model is in the body, as it is not where it is to answer.
"""

from json import loads

from .anthropic_count import TAKEN, without_limit
from .counts import counted, kept
from .google_vertex_anthropic import NAME as _PROTOCOL, build as build_messages, trouble
from .protocol import Call
from .request_body import body_bytes

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "google-vertex-anthropic-count"


def build(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that has the tokens of *request* counted; raises UnspeakableError, or with *lossy* tells what was left out."""
    call = kept(build_messages(request, target, lossy=lossy), ("anthropic_version", *TAKEN))
    return Call(call.url, call.headers, body_bytes({"model": target.model, **loads(call.body)}), without_limit(call.losses, _PROTOCOL))


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> int:  # noqa: ARG001  # all forms are asked alike
    """Return the count in *body*; raises TroubleError where there is none."""
    return counted(FORM, status, body, "input_tokens", trouble)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Request
    from .protocol import Target
