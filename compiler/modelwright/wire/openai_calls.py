"""What servers say of a call besides its id, name and arguments, kept as the call's signature: JSON text of those fields, so that they go back as they came."""

from .failure_body import decoded

CUSTOM = "custom"
"""`type` of a call whose arguments are any text."""

_USUAL = frozenset(("index", "id", "call_id", "type", "function", "custom", "name", "arguments", "input", "status"))


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


def signed_fields(call: "ToolCall") -> "dict[str, Any] | None":
    """Return the fields that are kept of *call*; None: it was signed by another protocol, in another way."""
    if call.signature is None:
        return {}
    found = decoded(call.signature.encode("utf-8", "surrogatepass"))
    return found if isinstance(found, dict) else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.chat import ToolCall
