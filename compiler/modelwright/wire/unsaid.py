"""What several protocols have no words for, told alike."""


def no_cache(part: "Any", losses: "Losses") -> None:
    """See that *part* is not marked to be kept in a cache, by a protocol whose servers keep what they like."""
    if part.cache is not None:
        losses.add("what to keep in a cache", "leave out `cache`; what repeats is cached by itself")


def no_failure(result: "ToolResult", losses: "Losses") -> None:
    """See that *result* is none of a tool that failed."""
    if result.is_error:
        losses.add("that a tool failed", "say so in the text of its result", "its result is sent as any other")


def no_settings(request: "Request", names: "Iterable[str]", losses: "Losses") -> None:
    """See that *request* has none of the settings *names*."""
    for name in names:
        if getattr(request, name) is not None:
            losses.add(f"`{name}`", "leave it out")


def no_single_calls(request: "Request", losses: "Losses") -> None:
    """See that *request* does not want tools called one at a time."""
    if request.parallel_tools is False:
        losses.add("that tools are called one at a time", "leave out `parallel_tools`")


def no_user(request: "Request", losses: "Losses") -> None:
    """See that *request* does not say who asks."""
    if request.user is not None:
        losses.add("who the user is", "leave out `user`")


def is_own(part: "Opaque", protocol: str, losses: "Losses") -> bool:
    """Tell whether *part* is of *protocol*, or else can only be left out."""
    if part.protocol != protocol:
        losses.add(f"a part of {part.protocol}", "leave it out")
    return part.protocol == protocol


def arguments_of(call: "ToolCall", losses: "Losses") -> "dict[str, Any]":
    """Return the arguments of *call* as an object; what is none cannot be said."""
    try:
        return call.parsed()
    except (ValueError, RecursionError):
        losses.add(f"arguments that are no JSON object, as those of {call.id!r}", "mend them or leave out the call and its result", "the call has none")
        return {}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..ir.chat import Request
    from ..ir.parts import Opaque, ToolCall, ToolResult
    from .request_body import Losses
