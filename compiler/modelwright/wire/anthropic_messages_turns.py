"""
Messages as the turns of Anthropic's Messages: user and assistant by turns, instructions apart, results right after their calls.

An Opaque of this protocol is a block as it came; one without `type` holds further fields of the block before it (citations of a
text, who called a tool), and one with `message_delta` what was said of a whole answer, which is not sent back.
"""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .anthropic_messages_cache import cache_control
from .call_ids import CallIds
from .request_body import base64_text

PROTOCOL = "anthropic-messages"
ANSWER_NOTE = "message_delta"

_PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_PLACES: "dict[str, tuple[type, ...]]" = {
    "system": (Text, Opaque),
    "user": (Text, Media, ToolResult, Opaque),
    "tool": (Text, Media, ToolResult, Opaque),
    "assistant": (Text, Thinking, ToolCall, Opaque),
}
_IN_RESULTS = (Text, Media, Opaque)


class Writer:
    """Writes messages; `system` is what goes beside them."""

    __slots__ = ("_ids", "_keeps_unsigned", "_losses", "system")

    def __init__(self, losses: "Losses", *, keeps_unsigned: bool) -> None:
        self._losses = losses
        self._keeps_unsigned = keeps_unsigned
        self._ids = CallIds(_clean)
        self.system: list[dict[str, Any]] = []

    def turns(self, messages: "Iterable[Message]") -> "list[dict[str, Any]]":
        """Return the turns; messages of one side that follow each other are one."""
        written: list[tuple[str, dict[str, Any]]] = []
        for message in messages:
            if message.role == "system":
                if written:
                    self._losses.add("an instruction between the turns", "put it at the beginning", "it goes to the beginning")
                self._write(message, self.system)
                continue
            side = "assistant" if message.role == "assistant" else "user"
            if side == "assistant" and written and written[-1][0] == "user":
                self._ids.begin_turn()
            blocks: list[dict[str, Any]] = []
            self._write(message, blocks)
            written += [(side, block) for block in blocks]
        return self._paired(written)

    def _paired(self, written: "list[tuple[str, dict[str, Any]]]") -> "list[dict[str, Any]]":
        """Return *written* as turns in which every call has its result at the beginning of the next one."""
        turns = _grouped(written)
        unpaired: set[int] = set()
        open_calls: dict[str, dict[str, Any]] = {}
        for turn in [*turns, {"role": "user", "content": []}]:
            if turn["role"] == "user":
                for block in turn["content"]:
                    name = str(block.get("tool_use_id"))
                    if block.get("type") == "tool_result" and open_calls.pop(name, None) is None:
                        self._losses.add(f"the result {name!r} without its call right before it", "put the call before it or leave it out")
                        unpaired.add(id(block))
            for name, call in open_calls.items():
                self._losses.add(f"the call {name!r} without its result right after it", "add a ToolResult or leave out the call")
                unpaired.add(id(call))
            open_calls = {str(block.get("id")): block for block in turn["content"] if block.get("type") == "tool_use"}
        turns = _grouped([(side, block) for side, block in written if id(block) not in unpaired]) if unpaired else turns
        for turn in turns:
            turn["content"].sort(key=lambda block: block.get("type") != "tool_result")
        return turns

    def _write(self, message: "Message", blocks: "list[dict[str, Any]]") -> None:
        for part in message.content:
            if not isinstance(part, _PLACES[message.role]):
                self._losses.add(f"a {type(part).__name__} in a message of role {message.role!r}", "move it or leave it out")
            elif isinstance(part, Opaque):
                self._opaque(part, blocks)
            elif (block := self._block(part)) is not None:
                blocks.append(block)

    def _block(self, part: "Part") -> "dict[str, Any] | None":
        if isinstance(part, Text):
            return self._text(part)
        if isinstance(part, Media):
            return self._media(part)
        if isinstance(part, Thinking):
            return self._thinking(part)
        if isinstance(part, ToolCall):
            return self._call(part)
        assert isinstance(part, ToolResult)
        return self._result(part)

    def _text(self, part: Text) -> "dict[str, Any] | None":
        """Return a block of text; one of nothing but space is refused by the protocol, and nothing is lost with it but its mark."""
        if not part.text.strip():
            if part.cache is not None:
                self._losses.add("a cache mark on a text of nothing but space", "mark a part that holds something")
            return None
        return {"type": "text", "text": part.text, **cache_control(part.cache, self._losses)}

    def _media(self, part: Media) -> "dict[str, Any] | None":
        if part.detail not in (None, "auto"):
            self._losses.add(f"the detail {part.detail!r}", "leave out `detail`")
        if part.kind == "image":
            if part.name is not None:
                self._losses.add("the name of a picture", "leave out `name`, or say it in a text")
            source = self._source(part) if part.data is None or part.media_type in _PICTURES else None
            block: dict[str, Any] = {"type": "image", "source": source}
        else:
            source = self._source(part) if part.kind == "pdf" else self._plain_text(part)
            block = {"type": "document", "source": source, **({} if part.name is None else {"title": part.name})}
        if source is None:
            where = "" if part.url is None else " at a URL"
            self._losses.add(f"a medium of {part.media_type}{where}", f"give one of {', '.join(_PICTURES)}, application/pdf, or text")
            return None
        return {**block, **cache_control(part.cache, self._losses)}

    def _source(self, part: Media) -> "dict[str, Any]":
        if part.data is None:
            return {"type": "url", "url": part.url}
        return {"type": "base64", "media_type": part.media_type, "data": base64_text(part.data)}

    def _plain_text(self, part: Media) -> "dict[str, Any] | None":
        if part.data is None or not part.media_type.startswith("text/"):
            return None
        try:
            text = part.data.decode()
        except UnicodeDecodeError:
            return None
        if part.media_type != "text/plain":
            self._losses.add(f"that a document is {part.media_type}", "call it text/plain", "it is sent as plain text")
        return {"type": "text", "media_type": "text/plain", "data": text}

    def _thinking(self, part: Thinking) -> "dict[str, Any] | None":
        """Return a block of thinking; without a signature only where the route's quirk `replay_reasoning` says that it is taken."""
        own = part.over(PROTOCOL)
        if own.redacted is not None:
            return {"type": "redacted_thinking", "data": own.redacted}
        if own.signature is None and not (own.text and self._keeps_unsigned):
            if own.text:
                self._losses.thinking()
            return None
        return {"type": "thinking", "thinking": own.text, "signature": own.signature or ""}

    def _call(self, part: ToolCall) -> "dict[str, Any]":
        try:
            arguments = part.parsed()
        except (ValueError, RecursionError):
            self._losses.add(f"arguments that are no JSON object, as those of {part.id!r}", "mend them or leave out the call and its result", "the call has none")
            arguments = {}
        return {"type": "tool_use", "id": self._ids.of_call(part.id), "name": part.name, "input": arguments}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        content: list[dict[str, Any]] = []
        for inner in part.content:
            if not isinstance(inner, _IN_RESULTS):
                self._losses.add(f"a {type(inner).__name__} in a tool's result", "give text, pictures and documents")
            elif isinstance(inner, Opaque):
                self._opaque(inner, content)
            elif (block := self._block(inner)) is not None:
                content.append(block)
        return {
            "type": "tool_result",
            "tool_use_id": self._ids.of_result(part.call_id),
            **({"content": content} if content else {}),
            **({"is_error": True} if part.is_error else {}),
            **cache_control(part.cache, self._losses),
        }

    def _opaque(self, part: Opaque, blocks: "list[dict[str, Any]]") -> None:
        if part.protocol != PROTOCOL:
            self._losses.add(f"a part of {part.protocol}", "leave it out")
        elif "type" in part.data:
            from copy import deepcopy

            blocks.append(deepcopy(part.data))
        elif ANSWER_NOTE not in part.data:
            if blocks:
                blocks[-1].update(part.data)
            else:
                self._losses.add(f"{', '.join(part.data)} without what they belong to", "leave the Opaque out")


def _grouped(written: "Iterable[tuple[str, dict[str, Any]]]") -> "list[dict[str, Any]]":
    turns: list[dict[str, Any]] = []
    for side, block in written:
        if not turns or turns[-1]["role"] != side:
            turns.append({"role": side, "content": []})
        turns[-1]["content"].append(block)
    return turns


def _clean(given: str) -> str:
    """Return *given* of the letters the protocol allows."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_" for letter in given)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..ir.chat import Message
    from ..ir.parts import Part
    from .request_body import Losses
