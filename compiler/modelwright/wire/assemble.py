"""Events of a stream put together into the answer they make."""

from ..ir.chat import Opaque, Response, Text, Thinking, ToolCall
from ..ir.events import MediaSeen, OpaqueSeen, Started, Stopped, TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart, UsageSeen


class Assembler:
    """Takes events in their order; `response` is what they make so far, whole or not."""

    __slots__ = ("_id", "_model", "_parts", "_stopped", "usage")

    usage: "Usage | None"

    def __init__(self) -> None:
        self._parts: dict[tuple[int, type], list[Any]] = {}
        """By place and kind: servers that leave places out have several kinds at one."""
        self._id: str | None = None
        self._model: str | None = None
        self._stopped: tuple[str | None, str | None] = (None, None)
        self.usage = None

    def take(self, event: "Any") -> None:
        """Add *event*; a kind that makes no part of an answer changes nothing."""
        kind = type(event)
        if kind is TextDelta:
            self._part(event.index, Text).append(event.text)
        elif kind is ThinkingDelta:
            self._part(event.index, Thinking).append(event)
        elif kind is ToolCallStart:
            self._parts[event.index, ToolCall] = [event]
        elif kind is ToolCallDelta:
            self._part(event.index, ToolCall).append(event.arguments)
        elif kind is OpaqueSeen or kind is MediaSeen:
            self._parts[event.index, Opaque] = [event.part]
        elif kind is UsageSeen:
            self.usage = event.usage
        elif kind is Started:
            self._id, self._model = event.id or self._id, event.model or self._model
        elif kind is Stopped:
            self._stopped = (event.stop_reason, event.stop_word)

    @property
    def response(self) -> Response:
        """The answer so far."""
        return self.of(None)

    def of(self, raw: "dict[str, Any] | None") -> Response:
        """Return the answer, of which *raw* are the provider's own words."""
        content = [_part(place[1], *self._parts[place]) for place in sorted(self._parts, key=_index)]
        reason, word = self._stopped
        return Response([part for part in content if part is not None], stop_reason=reason, stop_word=word, usage=self.usage, id=self._id, model=self._model, raw=raw)

    def _part(self, index: int, kind: type) -> "list[Any]":
        return self._parts.setdefault((index, kind), [])


def _index(place: "tuple[int, type]") -> int:
    return place[0]


def _part(kind: type, *pieces: "Any") -> "Any":
    if kind is Text:
        return Text("".join(pieces)) if any(pieces) else None
    if kind is Thinking:
        signature = "".join(piece.signature for piece in pieces if piece.signature) or None
        redacted = "".join(piece.redacted for piece in pieces if piece.redacted) or None
        protocol = next((piece.protocol for piece in pieces if piece.protocol), None)
        return Thinking("".join(piece.text for piece in pieces), signature, redacted, protocol)
    if kind is ToolCall:
        start, *arguments = pieces if isinstance(pieces[0], ToolCallStart) else (ToolCallStart(0, "", ""), *pieces)
        return ToolCall(start.id, start.name, "".join(arguments) or "{}", start.signature, start.protocol)
    return pieces[0]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.usage import Usage
