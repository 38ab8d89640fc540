"""
What Cohere's Chat answers, event by event (https://docs.cohere.com/v2/docs/streaming), or whole: its parts, why it stopped and what is billed.

Blocks, calls and citations of a stream are each counted from 0, so a part is known by what it is and its index. The citations of
an answer are one Opaque, seen again as they grow.
"""

from ..ir.chat import LENGTH, OTHER, STOP, TOOL_USE, Opaque
from ..ir.events import OpaqueSeen, Started, Stopped, TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart, UsageSeen
from ..ir.usage import Usage
from .answer_shape import text
from .call_ids import made_up
from .cohere_chat_request import PLAN, PROTOCOL
from .openai_answer import named, tells_failure, trouble_of
from .protocol import Trouble, TroubleError

_REASONS = {"COMPLETE": STOP, "STOP_SEQUENCE": STOP, "MAX_TOKENS": LENGTH, "TOOL_CALL": TOOL_USE}
"""All others are OTHER, but for those of a failure."""
_FAILURES = {"ERROR": "the generation failed", "TIMEOUT": "the generation took longer than the provider allows"}
_READ = frozenset(("role", "content", "tool_plan", "tool_calls"))
"""What of a message is read; the rest is kept."""


class Answer:
    """Takes the events of one answer in their order, or the whole of it."""

    __slots__ = ("_argued", "_calls", "_citations", "_id", "_is_started", "_places", "is_done", "status")

    protocol = PROTOCOL

    def __init__(self) -> None:
        self._argued: set[int] = set()
        """Places of the calls whose arguments began."""
        self._calls = 0
        self._citations: list[Any] = []
        self._id: str | None = None
        self._is_started = False
        self._places: dict[tuple[str, Any], int] = {}
        self.is_done = False
        self.status: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all was said."""
        return self.is_done

    def is_answer(self, raw: "Any") -> bool:
        """Tell whether *raw* is a whole answer."""
        return isinstance(raw, dict) and isinstance(raw.get("message"), dict)

    def take(self, chunk: "dict[str, Any]", events: "list[Any]") -> None:
        """Add the events of *chunk* to *events*."""
        kind = chunk.get("type")
        if kind == "content-delta":  # nearly all are text
            self._block(chunk["index"], chunk["delta"]["message"]["content"], events)
        elif kind in _TAKEN:
            _TAKEN[kind](self, chunk, events)
        elif kind is None and not self._is_started and self.is_answer(chunk):
            self._take_whole(chunk, events)
        elif tells_failure(chunk):
            raise TroubleError(trouble_of(chunk, self.status))
        elif kind is None:
            raise ValueError("no type")

    def flush(self, events: "list[Any]") -> None:
        """Nothing is held back."""

    def _take_whole(self, answer: "dict[str, Any]", events: "list[Any]") -> None:
        self._start(answer, events)
        message = answer["message"]
        content = message.get("content") or ()
        for index, block in enumerate([{"type": "text", "text": content}] if isinstance(content, str) else content):
            if block["type"] in ("text", "thinking"):
                self._block(index, block, events)
            else:
                events.append(OpaqueSeen(self._place("block", index), Opaque(PROTOCOL, {"content": [block]})))
        self._plan(message.get("tool_plan"), events)
        for index, call in enumerate(message.get("tool_calls") or ()):
            self._call(index, call, events)
        rest = {name: value for name, value in message.items() if value and name not in _READ}
        if rest:
            events.append(OpaqueSeen(self._place("rest", None), Opaque(PROTOCOL, rest)))
        self._end(answer, events)

    def _start(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        if self._is_started:
            raise ValueError("a second message-start")
        self._is_started = True
        self._id = named(said.get("id"))
        events.append(Started(self._id, None))

    def _begin_block(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        self._block(said["index"], said["delta"]["message"]["content"], events)

    def _block(self, index: "Any", block: "dict[str, Any]", events: "list[Any]") -> None:
        if block.get("thinking"):
            events.append(ThinkingDelta(self._place("thinking", index), text(block["thinking"])))
        if block.get("text"):
            events.append(TextDelta(self._place("text", index), text(block["text"])))

    def _grow_plan(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        self._plan(said["delta"]["message"]["tool_plan"], events)

    def _plan(self, plan: "Any", events: "list[Any]") -> None:
        if plan:
            is_first = (PLAN, None) not in self._places
            signed = (PLAN, None, PROTOCOL) if is_first else ()
            events.append(ThinkingDelta(self._place(PLAN, None), text(plan), *signed))

    def _begin_call(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        if ("call", said["index"]) in self._places:
            raise ValueError(f"call {said['index']!r} begins twice")
        self._call(said["index"], said["delta"]["message"]["tool_calls"], events)

    def _call(self, index: "Any", call: "dict[str, Any]", events: "list[Any]") -> None:
        self._calls += 1
        place, function = self._place("call", index), call["function"]
        events.append(ToolCallStart(place, text(call.get("id") or made_up(self._id, self._calls)), text(function["name"])))
        self._argue(place, function.get("arguments") or "", events)

    def _grow_call(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        place = self._places.get(("call", said["index"]))
        if place is None:
            raise ValueError(f"more of call {said['index']!r}, which did not begin")
        self._argue(place, said["delta"]["message"]["tool_calls"]["function"]["arguments"], events)

    def _argue(self, place: int, arguments: "Any", events: "list[Any]") -> None:
        """Tell more arguments of a call; those of a tool that has none are now and then `null` (vercel/ai, packages/cohere)."""
        if text(arguments) and (arguments != "null" or place in self._argued):
            self._argued.add(place)
            events.append(ToolCallDelta(place, arguments))

    def _cite(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        self._citations.append(said["delta"]["message"]["citations"])
        events.append(OpaqueSeen(self._place("rest", None), Opaque(PROTOCOL, {"citations": [*self._citations]})))

    def _end_message(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        self._end(said["delta"], events)

    def _end(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        used = usage_of(said.get("usage"))
        if used is not None:
            events.append(UsageSeen(used))
        word, error = text(said["finish_reason"]), named(said.get("error"))
        if error or word in _FAILURES:
            raise TroubleError(Trouble(error or _FAILURES[word], status=self.status, type=word, raw=said))
        reason = _REASONS.get(word, OTHER)
        events.append(Stopped(TOOL_USE if reason == STOP and self._calls else reason, word))
        self.is_done = True

    def _place(self, kind: str, index: "Any") -> int:
        """Return the index of the part that is *kind* and its own *index*; a new one is the next."""
        return self._places.setdefault((kind, index), len(self._places))


_TAKEN: "dict[Any, Callable[[Answer, dict[str, Any], list[Any]], None]]" = {
    "message-start": Answer._start,  # noqa: SLF001
    "content-start": Answer._begin_block,  # noqa: SLF001
    "tool-plan-delta": Answer._grow_plan,  # noqa: SLF001
    "tool-call-start": Answer._begin_call,  # noqa: SLF001
    "tool-call-delta": Answer._grow_call,  # noqa: SLF001
    "citation-start": Answer._cite,  # noqa: SLF001
    "message-end": Answer._end_message,  # noqa: SLF001
}
"""What is heeded of a stream besides its text, and the method that takes it; that something ended is told by what follows."""


def usage_of(said: "Any") -> "Usage | None":
    """
    Return what *said* counts; None when it counts nothing.

    `billed_units` are what is paid for; `tokens` count what Cohere adds unasked, too, for which nobody is charged
    (https://docs.cohere.com/docs/how-does-cohere-pricing-work), and are taken only where nothing is said of bills. Tokens that came
    from cache are part of the input.
    """
    if not isinstance(said, dict):
        return None
    for counted in (said.get("billed_units"), said.get("tokens")):
        counts = [_count(counted, name) for name in ("input_tokens", "output_tokens", "search_units")] if isinstance(counted, dict) else []
        if any(count is not None for count in counts[:2]):
            given, made, searches = (count or 0 for count in counts)
            quantities = {"cache_read_tokens": min(_count(said, "cached_tokens") or 0, given), "searches": searches}
            return Usage(given, made, **{name: quantity for name, quantity in quantities.items() if quantity})
    return None


def _count(said: "dict[str, Any]", name: str) -> "int | None":
    """Return the count *name*, which may be written as a fraction, as 37.0; None where it is none."""
    found: Any = said.get(name)
    is_whole = type(found) is int or (type(found) is float and found.is_integer())
    return int(found) if is_whole and found >= 0 else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any
