"""How many tokens a request of Anthropic's Messages has (https://docs.anthropic.com/en/api/messages-count-tokens, as of 2026-11)."""

from .anthropic_messages import trouble
from .anthropic_messages_request import build as build_messages
from .anthropic_messages_turns import PROTOCOL
from .counts import counted, kept
from .protocol import Call

__all__ = ["FORM", "build", "read", "trouble"]

FORM = "anthropic-count"
TAKEN = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "mcp_servers")
"""All that is counted; any other field, the output limit among them, is refused there."""


def build(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that has the tokens of *request* counted; raises UnspeakableError, or with *lossy* tells what was left out."""
    call = kept(build_messages(request, target, lossy=lossy), TAKEN)
    return Call(call.url, call.headers, call.body, without_limit(call.losses, PROTOCOL))


def without_limit(losses: "Iterable[str]", protocol: str) -> "list[str]":
    """Return *losses* of *protocol* without the one that tells of an output limit: none is sent."""
    return [one for one in losses if not one.startswith(f"{protocol} wants an output limit")]


def read(status: int, headers: "Mapping[str, str]", body: bytes, target: "Target") -> int:  # noqa: ARG001  # all forms are asked alike
    """Return the count in *body*; raises TroubleError where there is none."""
    return counted(FORM, status, body, "input_tokens", trouble)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..ir.chat import Request
    from .protocol import Target
