"""Messages as the turns of Converse: user and assistant by turns, instructions apart, results right after their calls."""

from ..ir.chat import Media, Text, Thinking, ToolCall, ToolResult
from .bedrock_converse_answer import ANSWER_NOTE, CITATIONS, PROTOCOL
from .bedrock_converse_cache import cache_point, no_cache
from .bedrock_converse_media import MediaWriter
from .paired_turns import TurnWriter
from .unsaid import arguments_of

_CALL, _RESULT = "toolUse", "toolResult"
_MOST_OF_AN_ID = 64


class Writer(TurnWriter):
    """Writes messages; `system` is what goes beside them, `called` the names of the tools that were called."""

    __slots__ = ("_media_writer", "called")
    protocol = PROTOCOL

    def __init__(self, losses: "Losses", *, keeps_unsigned: bool) -> None:
        super().__init__(losses, _clean, keeps_unsigned=keeps_unsigned)
        self._media_writer = MediaWriter(losses)
        self.called: list[str] = []

    def turns(self, messages: "Iterable[Message]") -> "list[dict[str, Any]]":
        """Return the turns; messages of one side that follow each other are one."""
        turns = super().turns(messages)
        self.called = [block[_CALL]["name"] for turn in turns for block in turn["content"] if self._called(block) is not None]
        return turns

    def _paired(self, turns: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
        if turns and turns[0]["role"] == "assistant":
            self._losses.add("a conversation that the assistant begins", "put a message of the user first", "it begins with the first one of the user")
            del turns[0]
        return super()._paired(turns)

    def _blocks(self, part: "Part") -> "list[dict[str, Any]]":
        block, cache = self._block(part), getattr(part, "cache", None)
        if block is not None:
            return [block, *cache_point(cache, self._losses)]
        if cache is not None:
            self._losses.add("a cache mark on what is not sent", "mark a part that holds something")
        return []

    def _text(self, part: Text) -> "dict[str, Any] | None":
        return {"text": part.text} if part.text.strip() else None  # one of nothing but space is refused, and nothing is lost with it

    def _media(self, part: Media) -> "dict[str, Any] | None":
        return self._media_writer.block(part)

    def _thought(self, own: Thinking) -> "dict[str, Any]":
        if own.redacted is not None:
            return {"reasoningContent": {"redactedContent": own.redacted}}
        signed = {} if own.signature is None else {"signature": own.signature}
        return {"reasoningContent": {"reasoningText": {"text": own.text, **signed}}}

    def _call(self, part: ToolCall) -> "dict[str, Any]":
        return {"toolUse": {"toolUseId": self._ids.of_call(part.id), "name": part.name, "input": arguments_of(part, self._losses)}}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        content: list[dict[str, Any] | None] = []
        for inner in part.content:
            if isinstance(inner, Text):
                no_cache(inner, self._losses)
                content.append(self._text(inner))
            elif isinstance(inner, Media) and inner.kind != "audio":
                no_cache(inner, self._losses)
                content.append(self._media(inner))
            else:
                self._losses.add(f"a {type(inner).__name__} in a tool's result", "give text, pictures, documents and films")
        failed = {"status": "error"} if part.is_error else {}
        return {"toolResult": {"toolUseId": self._ids.of_result(part.call_id), "content": [block for block in content if block is not None], **failed}}

    def _put_back(self, data: "dict[str, Any]", blocks: "list[dict[str, Any]]") -> None:
        if CITATIONS in data:
            if blocks and "text" in blocks[-1]:
                blocks[-1] = {"citationsContent": {"content": [blocks[-1]], CITATIONS: data[CITATIONS]}}
            else:
                self._losses.add("citations without the text they belong to", "leave the Opaque out")
        elif ANSWER_NOTE not in data:
            from copy import deepcopy

            blocks.append(deepcopy(data))

    def _called(self, block: "dict[str, Any]") -> "str | None":
        return _id_of(block.get(_CALL))

    def _answered(self, block: "dict[str, Any]") -> "str | None":
        return _id_of(block.get(_RESULT))

    def _results_first(self, blocks: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
        """Return *blocks* with results, and the cache points behind them, before all else."""
        results: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        last = others
        for block in blocks:
            last = last if "cachePoint" in block else results if _RESULT in block else others
            last.append(block)
        return results + others


def _id_of(said: "Any") -> "str | None":
    """Return the id of a call or result, *said* of one of the caller's own tools; None: it is none."""
    return said["toolUseId"] if isinstance(said, dict) and "type" not in said and "toolUseId" in said else None


def _clean(given: str) -> str:
    """Return *given* of the letters, and the length, that the protocol allows."""
    cleaned = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_.:-") else "_" for letter in given)
    if len(cleaned) <= _MOST_OF_AN_ID:
        return cleaned
    from hashlib import sha256

    return f"{cleaned[:40]}_{sha256(given.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..ir.chat import Message
    from ..ir.parts import Part
    from .request_body import Losses
