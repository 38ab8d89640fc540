"""Messages in a list in which each result of a tool is one of its own, as Chat Completions has them, and Cohere after it."""

from ..ir.chat import ToolResult
from .call_ids import CallIds

TYPE_CHECKING = False  # here, for the methods that only protocols have are declared
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from ..ir.chat import Message
    from ..ir.parts import Part
    from .request_body import Losses


class MessageWriter:
    """Writes messages for a protocol, which says what each is like."""

    __slots__ = ("_before", "_ids", "_losses")

    def __init__(self, losses: "Losses", id_form: "Callable[[str], str]" = str) -> None:
        self._before = ""
        self._ids = CallIds(id_form)
        self._losses = losses

    def turns(self, message: "Message") -> "Iterator[dict[str, Any]]":
        """Yield *message*; each result of a tool in it is a message of its own, before the rest."""
        if message.role == "assistant" != self._before:
            self._ids.begin_turn()
        self._before = message.role
        rest = []
        for part in message.content:
            if isinstance(part, ToolResult):
                yield self._result(part)
            else:
                rest.append(part)
        if message.role == "assistant":
            yield self._assistant(rest)
        elif rest or message.role != "tool":
            yield self._asked("user" if message.role == "tool" else message.role, rest)

    if TYPE_CHECKING:

        def _result(self, part: ToolResult) -> dict[str, Any]: ...

        def _assistant(self, parts: Iterable[Part]) -> dict[str, Any]: ...

        def _asked(self, role: str, parts: Iterable[Part]) -> dict[str, Any]:
            """Return the message of one who is not the model."""


def alone(parts: "list[dict[str, Any]]") -> "str | list[dict[str, Any]]":
    """Return *parts*, or the text where there is nothing else: all servers take a text."""
    if not parts:
        return ""
    return parts[0]["text"] if len(parts) == 1 and parts[0].keys() == {"type", "text"} else parts
