"""The text of a request."""


def whole(request: "Request") -> str:
    """Return all that is said in it."""
    return "".join(getattr(part, "text", "") for message in request.messages for part in message.content)


def asked(request: "Request") -> str:
    """Return what the user said last; where that has no text, all that is said."""
    last = next((message for message in reversed(request.messages) if message.role == "user"), None)
    text = "" if last is None else "".join(getattr(part, "text", "") for part in last.content)
    return text.strip() or whole(request).strip()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...ir.chat import Request
