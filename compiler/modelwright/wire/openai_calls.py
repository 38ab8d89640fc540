"""
Calls in OpenAI's protocols: whether there are any, and what servers say of one besides its id, name and arguments.

That is kept as the call's signature, JSON text of those fields, so that they go back as they came.
"""

from .failure_body import decoded

PROTOCOLS = ("openai-chat", "openai-responses")
CUSTOM = "custom"
"""`type` of a call whose arguments are any text."""

_USUAL = frozenset(("index", "id", "call_id", "type", "function", "custom", "name", "arguments", "input", "status"))


def tool_choice(request: "Request", losses: "Losses") -> "str | None":
    """Return which tools are called; None: nothing is said of it."""
    choice = request.tool_choice
    if choice is None or request.tools or "tools" in request.extra:
        return choice
    if choice not in ("auto", "none"):
        losses.add(f"the tool choice {choice!r} without tools", "declare the tool or leave out `tool_choice`")
    return None


def signature(said: "dict[str, Any]", *, is_custom: bool) -> "str | None":
    """
    Return what is kept of *said*, a call; None when there is nothing.

    >>> signature({"id": "call_1", "type": "function", "extra_content": {"a": 1}}, is_custom=False)
    '{"extra_content":{"a":1}}'
    """
    from json import dumps

    more = {name: value for name, value in said.items() if value and name not in _USUAL}
    if is_custom:
        more["type"] = CUSTOM
    return dumps(more, separators=(",", ":")) if more else None


def signed_fields(call: "ToolCall", protocol: str) -> "dict[str, Any]":
    """Return the fields that are kept of *call*; over another of OpenAI's protocols than *protocol* they are the same kind of call, and no more."""
    is_own = call.protocol in (None, protocol)
    if call.signature is None or not (is_own or call.protocol in PROTOCOLS):
        return {}
    found = decoded(call.signature.encode("utf-8", "surrogatepass"))
    if not isinstance(found, dict):
        return {}
    return found if is_own else {name: value for name, value in found.items() if name == "type"}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.chat import Request, ToolCall
    from .request_body import Losses
