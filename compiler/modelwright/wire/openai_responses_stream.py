"""
What a server of Responses answers, event by event; a whole answer is an event that ends one.

Item n makes parts from 1000 n on: part k of a message makes the text 2 k and what belongs to it (`annotations`, an Opaque without
`type`) 2 k + 1, and what is said of the whole message is the last; thinking, calls and all other items make one part, a picture that was made two: itself, and the call that made it.
"""

from json import dumps

from ..ir import chat
from ..ir.events import MediaSeen, OpaqueSeen, Started, Stopped, TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart, UsageSeen
from .answer_shape import text
from .call_ids import made_up
from .openai_answer import STOPS, is_failure, named, tells_failure, trouble_of, usage_of
from .openai_calls import signature
from .openai_media import picture
from .openai_responses_request import MESSAGE_NOTE, PICTURE_CALL, PROTOCOL
from .protocol import Trouble, TroubleError

_ROOM = 1000
_MOST = 1_000_000
_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
"""Calls of the caller's tools, and the field with what they are given."""
_FAILED = ("failed", "cancelled")
_UNENDED = ("queued", "in_progress")
_ENDS = {"response.completed": "completed", "response.done": "completed", "response.incomplete": "incomplete", "response.failed": "failed", "response.cancelled": "cancelled"}
"""Events that end an answer, and its state where it names none."""
_TEXTS = ("output_text", "text")
_NOTED = ("phase",)
"""Fields of a message that models want back (https://platform.openai.com/docs/api-reference/responses, "phase")."""
_SEARCH = "web_search_call"


class Answer:
    """Takes the events of one answer."""

    __slots__ = ("_called", "_cited", "_id", "_is_refused", "_is_started", "_said", "_searches", "is_done", "status")

    protocol = PROTOCOL

    def __init__(self) -> None:
        self.is_done = False
        self.status: int | None = None
        self._called: dict[int, str] = {}
        """Per call that was begun the field of its event that is read."""
        self._cited: dict[int, list[Any]] = {}
        self._id: str | None = None
        self._is_refused = False
        self._is_started = False
        self._searches = 0
        self._said: set[int] = set()
        """The parts that were told, of which the whole that follows the pieces says nothing new."""

    @property
    def is_whole(self) -> bool:
        """Whether the end was seen."""
        return self.is_done

    def is_answer(self, raw: "Any") -> bool:
        """Tell whether *raw* is a whole answer; one that failed is, too."""
        return isinstance(raw, dict) and isinstance(raw.get("output"), list) and (raw.get("object") == "response" or not is_failure(raw))

    def take(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        """Add the events of *said*; raises TroubleError for a failure, and one of BROKEN where it is none of this protocol."""
        kind = said.get("type")
        if kind == "response.output_text.delta":  # nearly all are
            delta = said["delta"]
            if delta.__class__ is not str:
                raise TypeError("a delta is no text")
            if delta:
                place = _part_place(said)
                self._said.add(place)
                events.append(TextDelta(place, delta))
        elif kind in _ENDS:
            response = said["response"]
            self._end(response, response["status"] if response.get("status", "in_progress") not in _UNENDED else _ENDS[kind], events)
        elif kind in _TAKEN:
            _TAKEN[kind](self, said, events)
        elif self.is_answer(said):
            self._end(said, said.get("status") or "completed", events)
        elif is_failure(said) or (kind is None and tells_failure(said)):
            raise TroubleError(trouble_of(said, self.status))

    def flush(self, events: "list[Any]") -> None:
        """Tell what was held back: nothing is."""

    def _begin(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        response = said["response"]
        if not self._is_started:
            self._is_started = True
            self._id = named(response.get("id"))
            events.append(Started(self._id, named(response.get("model"))))

    def _add(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        item = said["item"]
        if item["type"] in _CALLS:
            self._begin_call(_place(said), item, events)

    def _begin_call(self, place: int, item: "dict[str, Any]", events: "list[Any]") -> None:
        if place not in self._called:
            self._called[place] = _CALLS[item["type"]]
            number = named(item.get("call_id")) or named(item.get("id")) or made_up(self._id, len(self._called))
            signed = signature(item, is_custom=item["type"] == "custom_tool_call")
            events.append(ToolCallStart(place, number, text(item["name"]), signed, signed and PROTOCOL))

    def _more_call(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        place = _place(said)
        if place not in self._called:
            raise ValueError("more of a call that was not begun")
        if text(said["delta"]):
            self._said.add(place)
            events.append(ToolCallDelta(place, said["delta"]))

    def _whole_call(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        place = _place(said)
        if place not in self._called:
            raise ValueError("the end of a call that was not begun")
        self._once(place, ToolCallDelta, said.get(self._called[place]), events)

    def _whole_text(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        self._once(_part_place(said), TextDelta, said.get("text"), events)

    def _refuse(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        self._is_refused = True
        place = _part_place(said)
        if "delta" not in said:
            self._once(place, TextDelta, said.get("refusal"), events)
        elif text(said["delta"]):
            self._said.add(place)
            events.append(TextDelta(place, said["delta"]))

    def _cite(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        place = _part_place(said) + 1
        self._cited.setdefault(place, []).append(said["annotation"])
        events.append(OpaqueSeen(place, chat.Opaque(PROTOCOL, {"annotations": list(self._cited[place])})))

    def _think(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        place = _place(said)
        if text(said["delta"]):
            self._said.add(place)
            events.append(ThinkingDelta(place, said["delta"]))

    def _think_on(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        place = _place(said)
        if place in self._said:
            events.append(ThinkingDelta(place, "\n\n"))

    def _finish_item(self, said: "dict[str, Any]", events: "list[Any]") -> None:
        self._whole_item(_place(said), said["item"], events)

    def _whole_item(self, place: int, item: "dict[str, Any]", events: "list[Any]") -> None:
        """Tell of *item*, which is whole, what its pieces did not."""
        kind = item["type"]
        if kind == "message":
            for number, part in enumerate(item.get("content") or ()):
                self._whole_part(place + 2 * number, part, item, events)
            self._note(place + _ROOM - 1, item, events)
        elif kind == "reasoning":
            self._whole_thinking(place, item, events)
        elif kind in _CALLS:
            self._begin_call(place, item, events)
            self._once(place, ToolCallDelta, item.get(_CALLS[kind]), events)
        elif place not in self._said:
            self._said.add(place)
            self._searches += kind == _SEARCH
            if kind == PICTURE_CALL and item.get("result"):
                events.append(MediaSeen(place, picture(text(item["result"]), item.get("output_format"))))
            events.append(OpaqueSeen(place + 1, chat.Opaque(PROTOCOL, item)))

    def _note(self, place: int, item: "dict[str, Any]", events: "list[Any]") -> None:
        note = {name: item[name] for name in _NOTED if item.get(name) is not None}
        if note and place not in self._said:
            self._said.add(place)
            events.append(OpaqueSeen(place, chat.Opaque(PROTOCOL, {MESSAGE_NOTE: note})))

    def _whole_part(self, place: int, part: "dict[str, Any]", item: "dict[str, Any]", events: "list[Any]") -> None:
        kind = part["type"]
        if kind in _TEXTS:
            self._once(place, TextDelta, part.get("text"), events)
            cited = part.get("annotations")
            if cited and cited != self._cited.get(place + 1):
                self._cited[place + 1] = cited
                events.append(OpaqueSeen(place + 1, chat.Opaque(PROTOCOL, {"annotations": cited})))
        elif kind == "refusal":
            self._is_refused = True
            self._once(place, TextDelta, part.get("refusal"), events)
        elif place not in self._said:
            self._said.add(place)
            events.append(OpaqueSeen(place, chat.Opaque(PROTOCOL, {**item, "content": [part]})))

    def _whole_thinking(self, place: int, item: "dict[str, Any]", events: "list[Any]") -> None:
        if place + 1 in self._said:
            return
        self._said.add(place + 1)
        if place not in self._said:
            said = [text(part["text"]) for part in item.get("summary") or item.get("content") or ()]
            if any(said):
                events.append(ThinkingDelta(place, "\n\n".join(said)))
        events.append(ThinkingDelta(place, "", dumps(item, separators=(",", ":")), None, PROTOCOL))

    def _once(self, place: int, kind: "Any", whole: "Any", events: "list[Any]") -> None:
        if place not in self._said and whole:
            self._said.add(place)
            events.append(kind(place, text(whole)))

    def _fail(self, said: "dict[str, Any]", events: "list[Any]") -> None:  # noqa: ARG002  # all events are taken alike
        raise TroubleError(trouble_of(said, self.status))

    def _end(self, response: "dict[str, Any]", state: str, events: "list[Any]") -> None:
        if response.get("error"):
            raise TroubleError(trouble_of(response, self.status))
        if state in _FAILED:
            raise TroubleError(Trouble(f"the answer {state}", status=self.status, type=state, raw=response))
        self._begin({"response": response}, events)
        if not self._said and not self._called:  # else all items were told, and what is here may be fewer
            for number, item in enumerate(response.get("output") or ()):
                self._whole_item(_ROOM * number, item, events)
        used = usage_of(response.get("usage"), self._searches)
        if used is not None:
            events.append(UsageSeen(used))
        if state not in _UNENDED:
            events.append(Stopped(*self._stop(state, response.get("incomplete_details") or {})))
        self.is_done = True

    def _stop(self, state: str, details: "dict[str, Any]") -> "tuple[str, str]":
        word = named(details.get("reason")) or text(state)
        reason = STOPS.get(word, chat.OTHER)
        if self._is_refused:
            reason = chat.REFUSAL
        elif reason == chat.STOP and self._called:
            reason = chat.TOOL_USE
        return reason, word


def _place(said: "dict[str, Any]") -> int:
    """Return where the parts of the item of the event *said* begin."""
    number: int = said.get("output_index") or 0
    if number.__class__ is not int or not 0 <= number < _MOST:
        raise TypeError("output_index is no place")
    return _ROOM * number


def _part_place(said: "dict[str, Any]") -> int:
    """Return where the part of the message of the event *said* is."""
    number: int = said.get("content_index") or 0
    if number.__class__ is not int or not 0 <= number < _ROOM // 2 - 1:
        raise TypeError("content_index is no place")
    return _place(said) + 2 * number


_TAKEN: "dict[str, Callable[[Answer, dict[str, Any], list[Any]], None]]" = {
    "response.created": Answer._begin,  # noqa: SLF001
    "response.output_item.added": Answer._add,  # noqa: SLF001
    "response.output_item.done": Answer._finish_item,  # noqa: SLF001
    "response.output_text.done": Answer._whole_text,  # noqa: SLF001
    "response.output_text.annotation.added": Answer._cite,  # noqa: SLF001
    "response.refusal.delta": Answer._refuse,  # noqa: SLF001
    "response.refusal.done": Answer._refuse,  # noqa: SLF001
    "response.function_call_arguments.delta": Answer._more_call,  # noqa: SLF001
    "response.function_call_arguments.done": Answer._whole_call,  # noqa: SLF001
    "response.custom_tool_call_input.delta": Answer._more_call,  # noqa: SLF001
    "response.custom_tool_call_input.done": Answer._whole_call,  # noqa: SLF001
    "response.reasoning_summary_part.added": Answer._think_on,  # noqa: SLF001
    "response.reasoning_summary_text.delta": Answer._think,  # noqa: SLF001
    "response.reasoning_text.delta": Answer._think,  # noqa: SLF001
    "error": Answer._fail,  # noqa: SLF001
}
"""What happens inside an answer, and the method that takes it; of all else the whole item tells, or nobody needs it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any
