"""
A stream of Anthropic's Messages as events (https://docs.anthropic.com/en/docs/build-with-claude/streaming).

Block n makes part 2n; what it says besides (citations of a text, who called a tool) is an Opaque, part 2n + 1, seen again as it
grows. Blocks may be open at the same time. What the last `message_delta` says besides the reason to stop is an Opaque, too.
"""

from json import loads

from ..ir.chat import Opaque
from ..ir.events import OpaqueSeen, Started, Stopped, TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart, Troubled, UsageSeen
from .answer_shape import BROKEN, why
from .anthropic_messages_answer import arguments_of, call_id, further, is_failure, stop_of, text_of, trouble_of, usage_of
from .anthropic_messages_turns import ANSWER_NOTE, PROTOCOL
from .failure_body import decoded, failure, malformed
from .sse import BrokenStreamError, EventStream

_BEGIN_BYTES = 200_000
"""How much is kept of what may be no stream of events, to tell what it is."""
_PARTS = ("text", "thinking", "redacted_thinking", "tool_use")
_DELTAS = ("text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta")


class _Block:
    """A block that is not stopped yet."""

    __slots__ = ("arguments", "data", "is_changed", "kind", "more")

    def __init__(self, data: "dict[str, Any]") -> None:
        self.kind = data["type"]
        self.data = data
        self.more = further(data)
        self.arguments = ""
        """Of a call that came whole at the start, or so far of a call the host runs."""
        self.is_changed = False


class Decoder:
    """Turns the bytes of a stream into events. `is_done` when `message_stop` was seen."""

    __slots__ = ("_begin", "_events", "_id", "_is_over", "_is_started", "_is_stopped", "_note", "_open", "_said_usage", "_seen", "is_done")

    def __init__(self) -> None:
        self.is_done = False
        self._begin: bytearray | None = bytearray()
        """What came before the first event; None after it."""
        self._events = EventStream()
        self._id: str | None = None
        self._is_over = False
        self._is_started = False
        self._is_stopped = False
        self._note: dict[str, Any] = {}
        self._open: dict[int, _Block] = {}
        self._said_usage: dict[str, Any] = {}
        self._seen: set[int] = set()

    def feed(self, data: bytes) -> "list[Any]":
        """Return the events that *data* ends."""
        found: list[Any] = []
        if self._is_over:
            return found
        try:
            events = self._events.feed(data)
        except BrokenStreamError as error:
            self._break(malformed(str(error), data), found)
            return found
        if self._begin is not None:
            if events:
                self._begin = None
            elif len(self._begin) < _BEGIN_BYTES:
                self._begin += data
        for name, payload in events:
            self._take(name, payload, found)
        return found

    def end(self) -> "list[Any]":
        """Return the events of what was held back, where the connection closed without a last blank line, or was no stream of events."""
        found: list[Any] = []
        if self._is_over:
            return found
        for name, payload in self._events.end():
            if decoded(payload) is not None:  # else it was cut, which `is_done` tells
                self._begin = None
                self._take(name, payload, found)
        begin = bytes(self._begin or b"").lstrip()
        if begin[:1] in (b"{", b"[", b"<"):
            raw = decoded(begin)
            self._break(trouble_of(raw, None) if is_failure(raw) else malformed("no stream of events", begin), found)
        self._flush(found)
        return found

    def _take(self, name: str, payload: bytes, found: "list[Any]") -> None:
        if self._is_over:
            return
        try:
            said = loads(payload.decode())
            if said.get("type") == "content_block_delta":  # nearly all are text
                index, delta = said["index"], said["delta"]
                block, text = self._open.get(index), delta.get("text")
                if block is None:
                    raise ValueError(f"more of block {index!r}, which is not open")
                if text.__class__ is str and block.kind == "text" and delta["type"] == "text_delta":
                    found.append(TextDelta(2 * index, text))
                else:
                    self._grow(2 * index, block, delta, found)
            else:
                self._take_other("error" if name == "error" else said.get("type") or name, said, found)
        except BROKEN as error:
            if name == "error":
                self._break(failure(payload, None), found)
            elif payload.strip() != b"[DONE]":  # some hosts end as another protocol does
                self._break(malformed(f"no event of {PROTOCOL}, {why(error)}", payload), found)

    def _take_other(self, kind: str, said: "dict[str, Any]", found: "list[Any]") -> None:
        if kind == "error" or is_failure(said):
            self._break(trouble_of(said, None), found)
        elif kind == "message_start":
            if self._is_started:
                raise ValueError("a second message_start")
            self._is_started = True
            message = said["message"]
            self._id = text_of(message, "id") or None
            found.append(Started(self._id, text_of(message, "model") or None))
            self._count(message.get("usage"), found)
        elif kind not in _ORDERED:
            return
        elif not self._is_started:
            raise ValueError(f"{kind} before message_start")
        else:
            _ORDERED[kind](self, said, found)

    def _start_block(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        index, block = said["index"], _Block(said["content_block"])
        if type(index) is not int or index < 0 or index in self._seen:
            raise ValueError(f"block {index!r} where a new one belongs")
        place, data = 2 * index, block.data
        if block.kind == "text":
            if data.get("text"):
                found.append(TextDelta(place, text_of(data, "text")))
        elif block.kind == "thinking":
            text, signature = text_of(data, "thinking"), text_of(data, "signature") or None
            if text or signature:
                found.append(ThinkingDelta(place, text, signature, None, PROTOCOL if signature else None))
        elif block.kind == "redacted_thinking":
            found.append(ThinkingDelta(place, "", None, text_of(data, "data"), PROTOCOL))
        elif block.kind == "tool_use":
            found.append(ToolCallStart(place, call_id(data, self._id, index + 1), text_of(data, "name")))
            block.arguments = arguments_of(data.get("input"))
        else:
            found.append(OpaqueSeen(place, Opaque(PROTOCOL, data)))
        if block.more:
            found.append(OpaqueSeen(place + 1, Opaque(PROTOCOL, block.more)))
        self._seen.add(index)
        self._open[index] = block

    def _grow(self, place: int, block: _Block, delta: "dict[str, Any]", found: "list[Any]") -> None:
        kind = delta["type"]
        if block.kind not in _PARTS:
            _add(block, delta)
        elif kind == "thinking_delta" and block.kind == "thinking":
            found.append(ThinkingDelta(place, text_of(delta, "thinking")))
        elif kind == "signature_delta" and block.kind == "thinking":
            found.append(ThinkingDelta(place, "", text_of(delta, "signature"), None, PROTOCOL))
        elif kind == "input_json_delta" and block.kind == "tool_use":
            arguments = text_of(delta, "partial_json")
            if arguments:
                block.arguments = ""  # what the start had was no more than a beginning
                found.append(ToolCallDelta(place, arguments))
        elif kind == "citations_delta" and block.kind == "text":
            block.more = {**block.more, "citations": [*block.more.get("citations", ()), delta["citation"]]}
            found.append(OpaqueSeen(place + 1, Opaque(PROTOCOL, block.more)))
        elif kind in _DELTAS:
            raise ValueError(f"{kind} in a block of {block.kind}")

    def _stop_block(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        index = said["index"]
        block = self._open.pop(index, None)
        if block is not None:
            _close(2 * index, block, found)

    def _end_message(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        delta = said.get("delta") or {}
        self._count(said.get("usage"), found)
        note = {name: value for name, value in delta.items() if name != "stop_reason" and value is not None}
        if note:
            self._note.update(note)
            found.append(OpaqueSeen(2 * (max(self._seen, default=-1) + 1), Opaque(PROTOCOL, {ANSWER_NOTE: {**self._note}})))
        reason, word = stop_of(delta.get("stop_reason"))
        if reason is not None:
            self._is_stopped = True
            found.append(Stopped(reason, word))

    def _stop(self, said: "dict[str, Any]", found: "list[Any]") -> None:  # noqa: ARG002  # all events are taken alike
        if not self._is_stopped:
            raise ValueError("message_stop without a reason to stop")
        self._flush(found)
        self.is_done = self._is_over = True

    def _count(self, said: "Any", found: "list[Any]") -> None:
        """Lay *said* over what was counted so far: counts are totals, so one that shrank to nothing is only one that was not made."""
        if isinstance(said, dict):
            self._said_usage.update({name: value for name, value in said.items() if value or name not in self._said_usage})
            usage = usage_of(self._said_usage)
            if usage is not None:
                found.append(UsageSeen(usage))

    def _flush(self, found: "list[Any]") -> None:
        for index, block in self._open.items():
            _close(2 * index, block, found)
        self._open.clear()

    def _break(self, trouble: "Trouble", found: "list[Any]") -> None:
        self._flush(found)
        self._is_over = True
        found.append(Troubled(trouble))


def _add(block: _Block, delta: "dict[str, Any]") -> None:
    """Add *delta* to a block that is kept as it is: texts and lists grow, anything else is replaced."""
    if delta["type"] == "input_json_delta":
        block.arguments += text_of(delta, "partial_json")
        return
    block.data, block.is_changed = {**block.data}, True
    for name, value in delta.items():
        if name != "type":
            old: Any = block.data.get(name)
            block.data[name] = old + value if type(old) is type(value) and isinstance(value, str | list) else value


def _close(place: int, block: _Block, found: "list[Any]") -> None:
    """Tell what was held back until *block* ended."""
    if block.kind == "tool_use":
        if block.arguments:
            found.append(ToolCallDelta(place, block.arguments))
    elif block.arguments:
        given = decoded(block.arguments.encode("utf-8", "surrogatepass"))
        found.append(OpaqueSeen(place, Opaque(PROTOCOL, {**block.data, "input": block.arguments if given is None else given})))
    elif block.is_changed:
        found.append(OpaqueSeen(place, Opaque(PROTOCOL, block.data)))


_ORDERED: "dict[str, Callable[[Decoder, dict[str, Any], list[Any]], None]]" = {
    "content_block_start": Decoder._start_block,  # noqa: SLF001
    "content_block_stop": Decoder._stop_block,  # noqa: SLF001
    "message_delta": Decoder._end_message,  # noqa: SLF001
    "message_stop": Decoder._stop,  # noqa: SLF001
}
"""What happens inside a message, and the method that takes it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .protocol import Trouble
