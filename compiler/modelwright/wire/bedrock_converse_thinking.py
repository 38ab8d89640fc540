"""
How a model of Converse is told to think: in its own words, for the protocol has none.

Its field is named by the route's quirk `reasoning_field`, as its id begins. `output_config.effort` is that of those that take what
Anthropic's Messages takes; the switch of `reasoningConfig` stands beside its level; and models of `reasoning_config` do not think without it.
"""

from . import anthropic_messages_thinking as messages, openai_thinking as others
from .thinking_levels import is_off

_SWITCHED, _LEVEL = "reasoningConfig", "maxReasoningEffort"
_NAMED = "reasoning_config"
_UNLIMITED = ("max_output_tokens", "temperature", "top_p")
"""What does not go with the highest level of these (https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html)."""


def thinking_fields(request: "Request", target: "Target", losses: "Losses") -> "dict[str, Any]":
    """Return the fields of the model's own that ask for the thinking of *request*."""
    wanted, field = request.thinking, target.quirks.get("reasoning_field")
    if wanted is None:
        return {}
    if field == messages.EFFORT_FIELD:
        return _as_messages(request, wanted, target, losses)
    if not field and target.thinking.get("mode") not in ("none", "always"):
        losses.add(f"thinking {wanted!r} to this model", "leave it out, or put the model's own field into `extra`")
        return {}
    if field == _NAMED and is_off(wanted):
        return {}
    found = others.thinking_fields(wanted, target, "", losses)
    return _switched(found[_SWITCHED][_LEVEL], request, losses) if _SWITCHED in found else found


def _as_messages(request: "Request", wanted: "str | int", target: "Target", losses: "Losses") -> "dict[str, Any]":
    limit = target.limits.get("output_tokens") if request.max_output_tokens is None else request.max_output_tokens
    found = messages.thinking_fields(wanted, target, limit, losses)
    if messages.is_thinking(found) and request.tools and request.tool_choice not in (None, "auto", "none"):
        losses.add("thinking where a tool has to be called", "use the tool choice `auto` or thinking `none`", "thinking is left out")
        return {}
    return found


def _switched(level: str, request: "Request", losses: "Losses") -> "dict[str, Any]":
    if is_off(level):
        return {_SWITCHED: {"type": "disabled"}}
    beside = [name for name in _UNLIMITED if getattr(request, name) is not None]
    if level == "high" and beside:
        losses.add(f"thinking 'high' beside {' and '.join(beside)}", "use 'medium', or leave the others out", "it is 'medium'")
        level = "medium"
    return {_SWITCHED: {"type": "enabled", _LEVEL: level}}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.chat import Request
    from .protocol import Target
    from .request_body import Losses
