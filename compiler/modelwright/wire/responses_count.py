"""How many tokens a request of OpenAI's Responses has (https://platform.openai.com/docs/api-reference/responses/input-tokens, as of 2026-11)."""

from .counts import counted, kept
from .openai_responses import trouble
from .openai_responses_request import build as build_responses

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "responses-count"
_TAKEN = ("model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text", "truncation", "conversation", "previous_response_id")
"""All that the count is asked with."""


def build(request: "Request", target: "Target", *, lossy: bool = False) -> "Call":
    """Return the call that has the tokens of *request* counted; raises UnspeakableError, or with *lossy* tells what was left out."""
    return kept(build_responses(request, target, lossy=lossy), _TAKEN)


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> int:  # noqa: ARG001  # all forms are asked alike
    """Return the count in *body*; raises TroubleError where there is none."""
    return counted(FORM, status, body, "input_tokens", trouble)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.chat import Request
    from .protocol import Call, Target
