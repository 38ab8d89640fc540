"""
A stream of ConverseStream as events (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html).

Block n makes part 2n; the citations of its text are an Opaque, part 2n + 1, seen again as they grow. A block of text or thinking
may begin without being started. The count of tokens comes after the reason to stop, and with it the stream is done.
"""

from json import loads

from ..ir.chat import Opaque
from ..ir.events import MediaSeen, OpaqueSeen, Started, Stopped, TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart, Troubled, UsageSeen
from .answer_shape import BROKEN, text, why
from .aws_event_stream import MessageStream, is_text
from .bedrock_converse_answer import ANSWER_NOTE, CITATIONS, PROTOCOL, member, note_of, picture, stop_of, trouble_of, usage_of
from .failure_body import decoded, failure, malformed

_MOST_TEXT_BYTES = 200_000
"""How much is kept of a text in place of a stream, to tell what it is."""
_KINDS = {"citation": "text"}
"""Of blocks, where it is not called like what it grows by."""
_GROWN: "dict[str, tuple[str, Callable[[Any], Any]]]" = {
    "toolUse": ("input", lambda more: text(more["input"])),
    "toolResult": ("content", list),
    "image": ("bytes", lambda more: text(more["source"]["bytes"])),
}
"""Kinds of blocks that are kept until they end, the field that grows, and what it grows by."""


class Decoder:
    """Turns the bytes of a stream into events. `is_done` when the usage was seen, or the stream ended after the reason to stop."""

    __slots__ = ("_blocks", "_citations", "_closed", "_is_fresh", "_is_over", "_is_started", "_is_stopped", "_kinds", "_messages", "_note", "_text", "is_done")

    def __init__(self) -> None:
        self.is_done = False
        self._blocks: dict[int, dict[str, Any]] = {}
        """What is kept of the blocks that are open and no text."""
        self._citations: dict[int, list[Any]] = {}
        self._closed: set[int] = set()
        self._is_fresh = True
        self._is_over = False
        self._is_started = False
        self._is_stopped = False
        self._kinds: dict[int, str] = {}
        self._messages = MessageStream()
        self._note: dict[str, Any] = {}
        self._text: bytearray | None = None
        """What comes in place of a stream; None: a stream does, or nothing yet."""

    def feed(self, data: bytes) -> "list[Any]":
        """Return the events that *data* ends."""
        found: list[Any] = []
        if self._is_over or not data:
            return found
        if self._is_fresh:
            self._is_fresh = False
            self._text = bytearray() if is_text(data) else None
        if self._text is not None:
            self._text += data
            if len(self._text) > _MOST_TEXT_BYTES:
                self._break(malformed("no event stream", bytes(self._text)), found)
            return found
        for headers, payload in self._messages.feed(data):
            self._take(headers, payload, found)
        if self._messages.broken and not self._is_over:
            self._break(malformed(self._messages.broken, b""), found)
        return found

    def end(self) -> "list[Any]":
        """Return the events of what was held back, where the connection closed before the usage, or what came was no event stream."""
        found: list[Any] = []
        if self._is_over:
            return found
        if self._text is not None:
            body = bytes(self._text)
            raw = decoded(body)
            self._break(failure(body, None) if raw is None else trouble_of(raw, None, None), found)
        self.is_done = self._is_stopped and not self._is_over
        return found

    def _take(self, headers: "dict[str, Any]", payload: bytes, found: "list[Any]") -> None:
        if self._is_over:
            return
        kind = headers.get(":message-type")
        try:
            if kind == "error":
                told = {"message": headers.get(":error-message") or "an error without a message"}
                self._break(trouble_of(told, None, text(headers.get(":error-code", ""))), found)
            elif kind == "exception":
                raw = decoded(payload)
                self._break(trouble_of(failure(payload, None).message if raw is None else raw, None, text(headers.get(":exception-type", ""))), found)
            else:
                self._event(headers.get(":event-type"), payload, found)
        except BROKEN as error:
            self._break(malformed(f"no event of {PROTOCOL}, {why(error)}", payload), found)

    def _event(self, name: "Any", payload: bytes, found: "list[Any]") -> None:
        take = _EVENTS.get(name)
        if take is None:
            return
        if not self._is_started and name != "messageStart":
            raise ValueError(f"{name} before messageStart")
        if self._is_stopped and name != "metadata":
            raise ValueError(f"{name} after messageStop")
        take(self, loads(payload.decode()), found)

    def _start(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        if self._is_started:
            raise ValueError("a second messageStart")
        text(said["role"])
        self._is_started = True
        found.append(Started(None, None))

    def _start_block(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        index, start = _index(said), said["start"]
        if index in self._blocks or index in self._kinds:
            raise ValueError(f"block {index} is started twice")
        self._blocks[index] = start
        for kind in start:
            self._kinds[index] = kind
        call = start.get("toolUse")
        if call is not None and "type" not in call:
            found.append(ToolCallStart(2 * index, text(call["toolUseId"]), text(call["name"])))

    def _grow(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        index, delta = _index(said), said["delta"]
        if index in self._closed:
            raise ValueError(f"more of block {index}, which has ended")
        kind, more = member(delta)
        if self._kinds.setdefault(index, _KINDS.get(kind, kind)) != _KINDS.get(kind, kind):
            raise ValueError(f"{kind} in block {index}, which is of {self._kinds[index]}")
        if kind == "text":
            found.append(TextDelta(2 * index, text(more)))
        elif kind == "reasoningContent":
            found.append(_thought(2 * index, more))
        elif kind == "citation":
            cited = self._citations[index] = [*self._citations.get(index, ()), more]
            found.append(OpaqueSeen(2 * index + 1, Opaque(PROTOCOL, {CITATIONS: cited})))
        elif kind == "toolUse" and "type" not in self._blocks[index][kind]:
            if more["input"]:
                found.append(ToolCallDelta(2 * index, text(more["input"])))
        elif kind in _GROWN:
            field, of = _GROWN[kind]
            block = self._blocks[index][kind]
            grown = of(more)
            self._blocks[index] = {kind: {**block, field: block.get(field, type(grown)()) + grown}}

    def _stop_block(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        index = _index(said)
        self._closed.add(index)
        _close(2 * index, self._blocks.pop(index, {}), found)

    def _stop(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        reason, word = stop_of(text(said["stopReason"]))
        self._flush(found)
        self._noted(said, found)
        self._is_stopped = True
        found.append(Stopped(reason, word))

    def _count(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        self._noted(said, found)
        usage = usage_of(said.get("usage"))
        if usage is not None:
            found.append(UsageSeen(usage))
        if self._is_stopped:
            self.is_done = self._is_over = True

    def _noted(self, said: "dict[str, Any]", found: "list[Any]") -> None:
        more = note_of(said)
        if more:
            self._note.update(more)
            place = 2 * (max((*self._kinds, *self._closed), default=-1) + 1)
            found.append(OpaqueSeen(place, Opaque(PROTOCOL, {ANSWER_NOTE: {**self._note}})))

    def _flush(self, found: "list[Any]") -> None:
        for index, block in self._blocks.items():
            _close(2 * index, block, found)
        self._blocks.clear()

    def _break(self, trouble: "Trouble", found: "list[Any]") -> None:
        self._blocks.clear()
        self._is_over = True
        found.append(Troubled(trouble))


def _thought(place: int, said: "dict[str, Any]") -> ThinkingDelta:
    if "redactedContent" in said:
        return ThinkingDelta(place, "", None, text(said["redactedContent"]), PROTOCOL)
    if "signature" in said:
        return ThinkingDelta(place, "", text(said["signature"]), None, PROTOCOL)
    return ThinkingDelta(place, text(said["text"]))


def _close(place: int, block: "dict[str, Any]", found: "list[Any]") -> None:
    """Tell what was kept until *block* ended: a picture, or what the provider ran itself."""
    for kind, said in block.items():
        if kind == "image":
            if said.get("bytes"):
                found.append(MediaSeen(place, picture(text(said["format"]), text(said["bytes"]))))
        elif kind != "toolUse":
            found.append(OpaqueSeen(place, Opaque(PROTOCOL, block)))
        elif "type" in said:
            found.append(OpaqueSeen(place, Opaque(PROTOCOL, {kind: {**said, "input": decoded(said.get("input", "").encode("utf-8", "surrogatepass")) or {}}})))


def _index(said: "dict[str, Any]") -> int:
    index = said["contentBlockIndex"]
    if type(index) is not int or index < 0:
        raise ValueError(f"block {index!r}")
    return index


_EVENTS: "dict[Any, Callable[[Decoder, dict[str, Any], list[Any]], None]]" = {
    "messageStart": Decoder._start,  # noqa: SLF001
    "contentBlockStart": Decoder._start_block,  # noqa: SLF001
    "contentBlockDelta": Decoder._grow,  # noqa: SLF001
    "contentBlockStop": Decoder._stop_block,  # noqa: SLF001
    "messageStop": Decoder._stop,  # noqa: SLF001
    "metadata": Decoder._count,  # noqa: SLF001
}
"""Events, and the method that takes each; others are passed over."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .protocol import Trouble
