"""How many tokens a request of Gemini on Vertex AI has: countTokens (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/countTokens)."""

from .counts import counted, kept
from .google_vertex import build as build_generate, trouble

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "google-vertex-count"
_TAKEN = ("contents", "systemInstruction", "tools", "generationConfig")
"""All that the count is asked with, as google-genai 3.6.1 asks."""


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that has the tokens of *request* counted; raises UnspeakableError, or with *lossy* tells what was left out."""
    return kept(build_generate(request, target, lossy=lossy), _TAKEN)


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> int:  # noqa: ARG001  # all forms are asked alike
    """Return the count in *body*; raises TroubleError where there is none."""
    return counted(FORM, status, body, "totalTokens", trouble)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Request
    from .protocol import Call, Target
