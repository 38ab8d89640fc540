"""
Messages as the turns of Anthropic's Messages: user and assistant by turns, instructions apart, results right after their calls.

An Opaque of this protocol is a block as it came; one without `type` holds further fields of the block before it (citations of a
text, who called a tool), and one with `message_delta` what was said of a whole answer, which is not sent back.
"""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .anthropic_messages_cache import cache_control
from .paired_turns import TurnWriter
from .request_body import base64_text
from .unsaid import arguments_of, is_own

PROTOCOL = "anthropic-messages"
ANSWER_NOTE = "message_delta"

_PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_IN_RESULTS = (Text, Media, Opaque)


class Writer(TurnWriter):
    """Writes messages; `system` is what goes beside them."""

    __slots__ = ()
    protocol = PROTOCOL

    def __init__(self, losses: "Losses", *, keeps_unsigned: bool) -> None:
        super().__init__(losses, _clean, keeps_unsigned=keeps_unsigned)

    def _blocks(self, part: "Part") -> "list[dict[str, Any]]":
        block = self._block(part)
        return [] if block is None else [block]

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

    def _thought(self, own: Thinking) -> "dict[str, Any]":
        if own.redacted is not None:
            return {"type": "redacted_thinking", "data": own.redacted}
        return {"type": "thinking", "thinking": own.text, "signature": own.signature or ""}

    def _call(self, part: ToolCall) -> "dict[str, Any]":
        return {"type": "tool_use", "id": self._ids.of_call(part.id), "name": part.name, "input": arguments_of(part, self._losses)}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        content: list[dict[str, Any]] = []
        for inner in part.content:
            if not isinstance(inner, _IN_RESULTS):
                self._losses.add(f"a {type(inner).__name__} in a tool's result", "give text, pictures and documents")
            elif not isinstance(inner, Opaque):
                content += self._blocks(inner)
            elif is_own(inner, PROTOCOL, self._losses):
                self._put_back(inner.data, content)
        return {
            "type": "tool_result",
            "tool_use_id": self._ids.of_result(part.call_id),
            **({"content": content} if content else {}),
            **({"is_error": True} if part.is_error else {}),
            **cache_control(part.cache, self._losses),
        }

    def _put_back(self, data: "dict[str, Any]", blocks: "list[dict[str, Any]]") -> None:
        if "type" in data:
            from copy import deepcopy

            blocks.append(deepcopy(data))
        elif ANSWER_NOTE not in data:
            if blocks:
                blocks[-1].update(data)
            else:
                self._losses.add(f"{', '.join(data)} without what they belong to", "leave the Opaque out")

    def _called(self, block: "dict[str, Any]") -> "str | None":
        return str(block.get("id")) if block.get("type") == "tool_use" else None

    def _answered(self, block: "dict[str, Any]") -> "str | None":
        return str(block.get("tool_use_id")) if block.get("type") == "tool_result" else None

    def _results_first(self, blocks: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
        return sorted(blocks, key=lambda block: block.get("type") != "tool_result")


def _clean(given: str) -> str:
    """Return *given* of the letters the protocol allows."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_" for letter in given)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.parts import Part
    from .request_body import Losses
