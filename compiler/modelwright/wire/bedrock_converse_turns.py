"""Messages as the turns of Converse: user and assistant by turns, instructions apart, results right after their calls."""

from ..ir.chat import Media, Opaque, Text, Thinking, ToolCall, ToolResult
from .bedrock_converse_answer import ANSWER_NOTE, CITATIONS, PROTOCOL
from .bedrock_converse_cache import cache_point, no_cache
from .bedrock_converse_media import MediaWriter
from .call_ids import CallIds

_PLACES: "dict[str, tuple[type, ...]]" = {
    "system": (Text, Opaque),
    "user": (Text, Media, ToolResult, Opaque),
    "tool": (Text, Media, ToolResult, Opaque),
    "assistant": (Text, Thinking, ToolCall, Opaque),
}
_MOST_OF_AN_ID = 64


class Writer:
    """Writes messages; `system` is what goes beside them, `called` the names of the tools that were called."""

    __slots__ = ("_ids", "_keeps_unsigned", "_losses", "_media", "called", "system")

    def __init__(self, losses: "Losses", *, keeps_unsigned: bool) -> None:
        self._losses = losses
        self._keeps_unsigned = keeps_unsigned
        self._ids = CallIds(_clean)
        self._media = MediaWriter(losses)
        self.called: list[str] = []
        self.system: list[dict[str, Any]] = []

    def turns(self, messages: "Iterable[Message]") -> "list[dict[str, Any]]":
        """Return the turns; messages of one side that follow each other are one."""
        turns: list[dict[str, Any]] = []
        for message in messages:
            if message.role == "system":
                if turns:
                    self._losses.add("an instruction between the turns", "put it at the beginning", "it goes to the beginning")
                self._write(message, self.system)
                continue
            side = "assistant" if message.role == "assistant" else "user"
            if side == "assistant" and turns and turns[-1]["role"] == "user":
                self._ids.begin_turn()
            blocks: list[dict[str, Any]] = []
            self._write(message, blocks)
            if turns and turns[-1]["role"] == side:
                turns[-1]["content"] += blocks
            elif blocks:
                turns.append({"role": side, "content": blocks})
        if turns and turns[0]["role"] == "assistant":
            self._losses.add("a conversation that the assistant begins", "put a message of the user first", "it begins with the first one of the user")
            del turns[0]
        return self._paired(turns)

    def _paired(self, turns: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
        """Return *turns* in which every call has its result at the beginning of the next one."""
        unpaired: set[int] = set()
        open_calls: dict[str, dict[str, Any]] = {}
        for turn in [*turns, {"role": "user", "content": []}]:
            if turn["role"] == "user":
                for block in _of(turn, "toolResult"):
                    name = block["toolResult"]["toolUseId"]
                    if open_calls.pop(name, None) is None:
                        self._losses.add(f"the result {name!r} without its call right before it", "put the call before it or leave it out")
                        unpaired.add(id(block))
            for name, call in open_calls.items():
                self._losses.add(f"the call {name!r} without its result right after it", "add a ToolResult or leave out the call")
                unpaired.add(id(call))
            open_calls = {block["toolUse"]["toolUseId"]: block for block in _of(turn, "toolUse")}
        found: list[dict[str, Any]] = []
        for turn in turns:
            blocks = [block for block in turn["content"] if id(block) not in unpaired]
            if blocks and found and found[-1]["role"] == turn["role"]:
                found[-1]["content"] += blocks
            elif blocks:
                found.append({"role": turn["role"], "content": blocks})
        for turn in found:
            turn["content"] = _results_first(turn["content"])
            self.called += [block["toolUse"]["name"] for block in _of(turn, "toolUse")]
        return found

    def _write(self, message: "Message", blocks: "list[dict[str, Any]]") -> None:
        for part in message.content:
            if not isinstance(part, _PLACES[message.role]):
                self._losses.add(f"a {type(part).__name__} in a message of role {message.role!r}", "move it or leave it out")
            elif isinstance(part, Opaque):
                self._opaque(part, blocks)
            elif (block := self._block(part)) is not None:
                blocks += [block, *cache_point(getattr(part, "cache", None), self._losses)]
            elif getattr(part, "cache", None) is not None:
                self._losses.add("a cache mark on what is not sent", "mark a part that holds something")

    def _block(self, part: "Part") -> "dict[str, Any] | None":
        if isinstance(part, Text):
            return {"text": part.text} if part.text.strip() else None  # one of nothing but space is refused, and nothing is lost with it
        if isinstance(part, Media):
            return self._media.block(part)
        if isinstance(part, Thinking):
            return self._thinking(part)
        if isinstance(part, ToolCall):
            return self._call(part)
        assert isinstance(part, ToolResult)
        return self._result(part)

    def _thinking(self, part: Thinking) -> "dict[str, Any] | None":
        """Return a block of thinking; without a signature only where the route's quirk `replay_reasoning` says that it is taken."""
        own = part.over(PROTOCOL)
        if own.redacted is not None:
            return {"reasoningContent": {"redactedContent": own.redacted}}
        if own.signature is None and not (own.text and self._keeps_unsigned):
            if own.text:
                self._losses.thinking()
            return None
        signed = {} if own.signature is None else {"signature": own.signature}
        return {"reasoningContent": {"reasoningText": {"text": own.text, **signed}}}

    def _call(self, part: ToolCall) -> "dict[str, Any]":
        try:
            arguments = part.parsed()
        except (ValueError, RecursionError):
            self._losses.add(f"arguments that are no JSON object, as those of {part.id!r}", "mend them or leave out the call and its result", "the call has none")
            arguments = {}
        return {"toolUse": {"toolUseId": self._ids.of_call(part.id), "name": part.name, "input": arguments}}

    def _result(self, part: ToolResult) -> "dict[str, Any]":
        content: list[dict[str, Any]] = []
        for inner in part.content:
            if isinstance(inner, Text):
                no_cache(inner, self._losses)
                content += [{"text": inner.text}] if inner.text.strip() else []
            elif isinstance(inner, Media) and inner.kind != "audio":
                no_cache(inner, self._losses)
                block = self._media.block(inner)
                content += [] if block is None else [block]
            else:
                self._losses.add(f"a {type(inner).__name__} in a tool's result", "give text, pictures, documents and films")
        failed = {"status": "error"} if part.is_error else {}
        return {"toolResult": {"toolUseId": self._ids.of_result(part.call_id), "content": content, **failed}}

    def _opaque(self, part: Opaque, blocks: "list[dict[str, Any]]") -> None:
        if part.protocol != PROTOCOL:
            self._losses.add(f"a part of {part.protocol}", "leave it out")
        elif CITATIONS in part.data:
            if blocks and "text" in blocks[-1]:
                blocks[-1] = {"citationsContent": {"content": [blocks[-1]], CITATIONS: part.data[CITATIONS]}}
            else:
                self._losses.add("citations without the text they belong to", "leave the Opaque out")
        elif ANSWER_NOTE not in part.data:
            from copy import deepcopy

            blocks.append(deepcopy(part.data))


def _of(turn: "dict[str, Any]", kind: str) -> "list[dict[str, Any]]":
    """Return the blocks of *kind*, calls and results of the caller's own tools only."""
    return [block for block in turn["content"] if isinstance(block.get(kind), dict) and "type" not in block[kind] and "toolUseId" in block[kind]]


def _results_first(blocks: "list[dict[str, Any]]") -> "list[dict[str, Any]]":
    """Return *blocks* with results, and the cache points behind them, before all else."""
    results: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    last = others
    for block in blocks:
        last = last if "cachePoint" in block else results if "toolResult" in block else others
        last.append(block)
    return results + others


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
