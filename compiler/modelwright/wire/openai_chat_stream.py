"""
What a server of Chat Completions answers, chunk by chunk; a whole answer is one chunk that has `message` for `delta`.

Servers differ in where thinking is (`reasoning_content`, `reasoning`, `reasoning_details`), in whether calls have an index and an
id, and in when they count. What has no words in ours is kept as one Opaque, last: fields of the message, and what is cited.
"""

from json import dumps

from ..ir import chat
from ..ir.events import MediaSeen, OpaqueSeen, Started, Stopped, TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart, UsageSeen
from .answer_shape import text
from .call_ids import made_up
from .openai_answer import STOPS, is_failure, named, tells_failure, trouble_of, usage_of
from .openai_calls import CUSTOM, signature
from .openai_chat_request import PROTOCOL
from .openai_media import heard, seen
from .protocol import Trouble, TroubleError

_FAILED = ("error", "network_error", "insufficient_system_resource", "abort")
"""Words for a model that was stopped by a failure."""
_READ = frozenset(("role", "content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "images", "name"))
_CITED = ("citations", "search_results", "related_questions")
"""Fields beside `choices` that belong to the text."""
_GROWING = ("text", "summary", "data")
"""Fields of thinking's details that come in pieces."""


class _Call:
    """A call as far as it was told; `held` are arguments that came before its name."""

    __slots__ = ("held", "id", "index", "is_begun")

    def __init__(self, index: int) -> None:
        self.index = index
        self.id: str | None = None
        self.held = ""
        self.is_begun = False


class Answer:
    """Takes the chunks of one answer, of whose choices the first is read. `is_whole` when every choice was told to end."""

    __slots__ = (
        "_begun",
        "_calls",
        "_id",
        "_index",
        "_is_refused",
        "_is_started",
        "_kept",
        "_kind",
        "_last_call",
        "_open_choices",
        "_sound",
        "_stopped",
        "_used",
        "is_done",
        "status",
    )

    protocol = PROTOCOL

    def __init__(self) -> None:
        self.is_done = False
        self.status: int | None = None
        self._begun = 0
        self._calls: dict[Any, _Call] = {}
        self._id: str | None = None
        self._index = -1
        self._is_refused = False
        self._is_started = False
        self._kept: dict[str, Any] = {}
        self._kind: Any = None
        self._last_call: _Call | None = None
        self._open_choices: set[Any] = set()
        self._sound: list[bytes] = []
        self._stopped: tuple[str, str] | None = None
        self._used: Any = None

    @property
    def is_whole(self) -> bool:
        """Whether every choice was told to end."""
        return self._stopped is not None and not self._open_choices

    def is_answer(self, raw: "Any") -> bool:
        """Tell whether *raw* is a whole answer, and no failure."""
        choices = raw.get("choices") if isinstance(raw, dict) else None
        return isinstance(choices, list) and bool(choices) and isinstance(choices[0], dict) and "message" in choices[0] and not is_failure(raw)

    def take(self, chunk: "dict[str, Any]", events: "list[Any]") -> None:
        """Add the events of *chunk* to *events*; raises TroubleError for a failure, and one of BROKEN where it is no chunk."""
        choices = chunk.get("choices")
        if "error" in chunk or not choices:
            self._check(chunk)
        if not self._is_started:
            self._start(chunk, events)
        for choice in choices or ():
            if choice.get("index"):
                self._other(choice)
                continue
            delta = choice.get("delta")
            if delta:
                said = delta.get("content")
                if said.__class__ is str and (len(delta) == 1 or (len(delta) == 2 and "role" in delta)):
                    if said:
                        self._piece(TextDelta, said, events)
                else:
                    self._delta(delta, events, is_whole=False)
            elif "message" in choice and self._index < 0:
                self._delta(choice["message"] or {}, events, is_whole=True)
            if choice.get("finish_reason"):
                self._end(choice, chunk, events)
        used = chunk.get("usage")
        if used:
            self._count(used, events)

    def flush(self, events: "list[Any]") -> None:
        """Tell what was held back: calls without a name, sound, and what is kept as it is."""
        for call in self._calls.values():
            if not call.is_begun and (call.held or call.id):
                self._begin(call, "", None, events)
        if self._sound:
            events.append(MediaSeen(self._next(None), heard(b"".join(self._sound))))
            self._sound = []
        if self._kept:
            events.append(OpaqueSeen(self._next(None), chat.Opaque(PROTOCOL, self._kept)))
            self._kept = {}

    def _check(self, chunk: "dict[str, Any]") -> None:
        if is_failure(chunk) or ("choices" not in chunk and "usage" not in chunk and tells_failure(chunk)):
            raise TroubleError(trouble_of(chunk, self.status))

    def _start(self, chunk: "dict[str, Any]", events: "list[Any]") -> None:
        number, model = named(chunk.get("id")), named(chunk.get("model"))
        if number or model:
            self._is_started = True
            self._id = number
            events.append(Started(number, model))

    def _other(self, choice: "dict[str, Any]") -> None:
        (self._open_choices.discard if choice.get("finish_reason") else self._open_choices.add)(choice["index"])

    def _piece(self, kind: "Any", said: str, events: "list[Any]") -> None:
        """Say more of what is being said, or begin a new part."""
        if self._kind is not kind:
            self._next(kind)
        events.append(kind(self._index, said))

    def _next(self, kind: "Any") -> int:
        self._index += 1
        self._kind = kind
        return self._index

    def _delta(self, delta: "dict[str, Any]", events: "list[Any]", *, is_whole: bool) -> None:
        details = delta.get("reasoning_details")
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if not thought and details:
            thought = "".join(text(detail.get("text") or detail.get("summary") or "") for detail in details)
        if thought:
            self._piece(ThinkingDelta, text(thought), events)
        said = delta.get("content")
        if said:
            self._content(said, events)
        if delta.get("refusal"):
            self._is_refused = True
            self._piece(TextDelta, text(delta["refusal"]), events)
        for image in delta.get("images") or ():
            events.append(MediaSeen(self._next(None), seen(image["image_url"])))
        if delta.get("tool_calls"):
            self._call_all(delta["tool_calls"], events, is_whole=is_whole)
        if delta.get("function_call"):
            self._call({"index": "function_call", "function": delta["function_call"]}, events, is_new=False)
        for name, value in delta.items():
            if value and name not in _READ:
                self._keep(name, value, events)

    def _content(self, said: "Any", events: "list[Any]") -> None:
        """Say a text, or parts of the kinds some servers make."""
        if said.__class__ is str:
            self._piece(TextDelta, said, events)
            return
        for part in said:
            kind = part["type"]
            if kind in ("text", "output_text"):
                self._piece(TextDelta, text(part["text"]), events)
            elif kind == "thinking":
                thought = part["thinking"]
                self._piece(ThinkingDelta, thought if thought.__class__ is str else "".join(text(piece["text"]) for piece in thought), events)
            elif kind == "image_url":
                events.append(MediaSeen(self._next(None), seen(part["image_url"])))
            else:
                self._keep("content", [part], events)

    def _call_all(self, calls: "list[dict[str, Any]]", events: "list[Any]", *, is_whole: bool) -> None:
        for call in calls:
            self._call(call, events, is_new=is_whole)

    def _call(self, said: "dict[str, Any]", events: "list[Any]", *, is_new: bool) -> None:
        """Begin a call, or go on with one: that of its index, or without an index the last one."""
        function = said.get("function") or said.get("custom") or {}
        key, number, name = said.get("index"), named(said.get("id")), named(function.get("name"))
        call = self._last_call if key is None else self._calls.get(key)
        is_another = name and call is not None and call.is_begun and (key is None or (number and number != call.id))
        if call is None or is_new or is_another:
            call = self._last_call = _Call(self._next(None))
            self._calls[call if key is None or is_new else key] = call
        call.id = call.id or number
        if name and not call.is_begun:
            self._begin(call, name, signature(said, is_custom=said.get("type") == CUSTOM), events)
        given = function.get("arguments")
        given = function.get("input") if given is None else given
        if given:
            arguments = given if given.__class__ is str else dumps(given, ensure_ascii=False, separators=(",", ":"))
            if call.is_begun:
                events.append(ToolCallDelta(call.index, arguments))
            else:
                call.held += arguments

    def _begin(self, call: _Call, name: str, signature: "str | None", events: "list[Any]") -> None:
        call.is_begun = True
        self._begun += 1
        call.id = call.id or made_up(self._id, self._begun)
        events.append(ToolCallStart(call.index, call.id, name, signature, signature and PROTOCOL))
        if call.held:
            events.append(ToolCallDelta(call.index, call.held))

    def _keep(self, name: str, value: "Any", events: "list[Any]") -> None:
        if name == "audio":
            from binascii import a2b_base64

            if value.get("transcript"):
                self._piece(TextDelta, text(value["transcript"]), events)
            if value.get("data"):
                self._sound.append(a2b_base64(text(value["data"])))
            if not value.get("id"):
                return
            value = {"id": value["id"]}
        self._kept[name] = _grown(self._kept.get(name), value)

    def _end(self, choice: "dict[str, Any]", chunk: "dict[str, Any]", events: "list[Any]") -> None:
        word = text(choice["finish_reason"])
        for said in (choice, chunk):
            if is_failure(said):
                raise TroubleError(trouble_of(said, self.status))
        if word in _FAILED:
            raise TroubleError(Trouble(f"the model was stopped: {word}", status=self.status, type=word, raw=chunk))
        for name in _CITED:
            if chunk.get(name):
                self._kept[name] = chunk[name]
        self.flush(events)
        for place in (choice, chunk.get("x_groq") or {}):
            if place.get("usage"):
                self._count(place["usage"], events)
        reason = STOPS.get(word, chat.OTHER)
        if self._is_refused:
            reason = chat.REFUSAL
        elif reason == chat.STOP and self._calls:
            reason = chat.TOOL_USE  # some servers say `stop` whatever they ask for
        if self._stopped != (reason, word):
            self._stopped = (reason, word)
            events.append(Stopped(reason, word))

    def _count(self, said: "Any", events: "list[Any]") -> None:
        if said != self._used:
            self._used = said
            used = usage_of(said)
            if used is not None:
                events.append(UsageSeen(used))


def _grown(old: "Any", new: "Any") -> "Any":
    """Return *old* with *new*, its next piece: lists grow, entries of the same index become one, and so do objects."""
    if isinstance(old, list) and isinstance(new, list):
        grown = list(old)
        for entry in new:
            index = entry.get("index") if isinstance(entry, dict) else None
            place = next((at for at, known in enumerate(grown) if index is not None and isinstance(known, dict) and known.get("index") == index), None)
            if place is None:
                grown.append(entry)
            else:
                grown[place] = _grown(grown[place], entry)
        return grown
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: _joined(name, old.get(name), value) for name, value in new.items()}}
    return new


def _joined(name: str, old: "Any", new: "Any") -> "Any":
    if name in _GROWING and isinstance(old, str) and isinstance(new, str):
        return old + new
    return old if new is None else new


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
