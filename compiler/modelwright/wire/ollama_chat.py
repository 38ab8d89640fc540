"""
Ollama's own chat (`/api/chat`), of a server at home or in the cloud.

A stream is a JSON object a line; the one with `done` is its end and has the usage, so a stream that was cut tells none. A call
comes whole, in any line, with an id or, from older servers, without.
"""

from json import dumps, loads

from ..ir.chat import LENGTH, OTHER, STOP, TOOL_USE, Media, Opaque
from ..ir.events import MediaSeen, OpaqueSeen, Started, Stopped, TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart, Troubled, UsageSeen
from ..ir.usage import Usage
from .answer_shape import BROKEN, count, text
from .call_ids import made_up
from .failure_body import decoded, failure_of, malformed, tells
from .ndjson import LineStream
from .ollama_chat_request import PROTOCOL, build
from .protocol import Trouble, TroubleError
from .sse import BrokenStreamError

__all__ = ["NAME", "Decoder", "build", "read", "trouble"]

NAME = "ollama-chat"

_REASONS = {"stop": STOP, "length": LENGTH}
"""All others are OTHER, as `load` and `unload` of a request without messages."""
_READ = frozenset(("role", "content", "thinking", "images", "tool_calls"))
_TEXT, _THOUGHT = "text", "thought"
_PICTURES = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"RIFF", "image/webp"))


def read(status: int, headers: "Mapping[str, str]", body: bytes) -> "Response":  # noqa: ARG001  # all protocols are asked alike
    """Return the answer in *body*, of which a server that streams unasked may have made several lines; raises TroubleError where it reports a failure or is none of this protocol."""
    from .assemble import Assembler

    decoder, assembler = Decoder(), Assembler()
    raw = decoded(body)
    lines = [body] if isinstance(raw, dict) else body.split(b"\n")
    events: list[Any] = []
    for line in lines:
        if line.strip():
            decoder._take(line, events)  # noqa: SLF001  # the same module
    if not events or not (decoder.is_done or events[-1].__class__ is Troubled or isinstance(raw, dict)):
        raise TroubleError(malformed(f"no answer of {NAME}", body, status))
    for event in events:
        if event.__class__ is Troubled:
            raise TroubleError(event.trouble.under(status))
        assembler.take(event)
    return assembler.of(raw if isinstance(raw, dict) else {"chunks": [decoded(line) for line in lines if line.strip()]})


def _trouble_of(raw: "Any", status: "int | None") -> Trouble:
    """Return the failure *raw* tells; where it asks to sign in the message says where, and inside a stream the body may name the status (`StatusCode`, of a server behind this one)."""
    found = failure_of(raw, status)
    if not isinstance(raw, dict):
        return found
    where = raw.get("signin_url")
    message = f"{found.message} (sign in at {where})" if isinstance(where, str) else found.message
    behind = next((code for name in ("StatusCode", "status") if type(code := raw.get(name)) is int and 400 <= code <= 599), None)
    return Trouble(message, status=status if status is not None and status >= 400 else behind or status, type=found.type, code=found.code, raw=raw)


trouble = tells(_trouble_of)


class Decoder:
    """Turns the bytes of a stream into events. `is_done` when the line with `done` was seen; nothing is read after it."""

    __slots__ = ("_begun_at", "_calls", "_index", "_is_over", "_is_started", "_kind", "_lines", "is_done")

    def __init__(self) -> None:
        self._begun_at: Any = None
        self._lines = LineStream()
        self._index = -1
        self._kind: str | None = None
        self._calls = 0
        self._is_started = False
        self._is_over = False
        self.is_done = False

    def feed(self, data: bytes) -> "list[Any]":
        """Return the events that *data* ends."""
        events: list[Any] = []
        if self._is_over:
            return events
        try:
            lines = self._lines.feed(data)
        except BrokenStreamError as error:
            self._break(malformed(str(error), b""), events)
            return events
        for line in lines:
            self._take(line, events)
        return events

    def end(self) -> "list[Any]":
        """Return the events of what was held back, where the connection closed without a last newline; a line that is not whole is none."""
        events: list[Any] = []
        for line in self._lines.end():
            if decoded(line) is not None:
                self._take(line, events)
        return events

    def _take(self, line: bytes, events: "list[Any]") -> None:
        if self._is_over:
            return
        try:
            chunk = loads(line)
            if chunk.get("error"):
                self._break(_trouble_of(chunk, None), events)
                return
            self._chunk(chunk, events)
        except BROKEN as error:
            self._break(malformed(f"no line of {NAME} ({error})", line), events)

    def _chunk(self, chunk: "dict[str, Any]", events: "list[Any]") -> None:
        if not self._is_started:
            self._is_started = True
            self._begun_at = chunk.get("created_at")
            events.append(Started(None, chunk["model"] if isinstance(chunk.get("model"), str) else None))
        message = chunk.get("message")
        if message:
            said, thought = message.get("content"), message.get("thinking")
            if thought:
                self._piece(_THOUGHT, ThinkingDelta, thought, events)
            if said:
                self._piece(_TEXT, TextDelta, said, events)
            if len(message) != 2 or said is None or "role" not in message:
                self._beside(message, events)
        elif not chunk.get("done"):
            raise ValueError("no message")
        if chunk.get("done"):
            self._end(chunk, events)

    def _piece(self, kind: str, event: "Any", said: "Any", events: "list[Any]") -> None:
        if self._kind is not kind:
            self._next(kind)
        events.append(event(self._index, text(said)))

    def _beside(self, message: "dict[str, Any]", events: "list[Any]") -> None:
        for call in message.get("tool_calls") or ():
            self._calls += 1
            called = call["function"]
            index, name, given = self._next(None), text(called["name"]), _arguments(called.get("arguments"))
            number = call.get("id") or made_up(f"{self._begun_at}{name}{given}", self._calls)
            events.append(ToolCallStart(index, text(number), name))
            events.append(ToolCallDelta(index, given))
        for image in message.get("images") or ():
            events.append(MediaSeen(self._next(None), _picture(image)))
        rest = {name: value for name, value in message.items() if name not in _READ}
        if rest:
            events.append(OpaqueSeen(self._next(None), Opaque(PROTOCOL, rest)))

    def _end(self, chunk: "dict[str, Any]", events: "list[Any]") -> None:
        word = chunk.get("done_reason") or None
        reason = STOP if word is None else _REASONS.get(text(word), OTHER)  # servers before 2024-07 give none
        if "prompt_eval_count" in chunk or "eval_count" in chunk:
            # What is left out is 0: a prompt that was cached is not evaluated again.
            events.append(UsageSeen(Usage(count(chunk, "prompt_eval_count"), count(chunk, "eval_count"))))
        events.append(Stopped(TOOL_USE if reason == STOP and self._calls else reason, word))
        self.is_done = self._is_over = True

    def _break(self, found: Trouble, events: "list[Any]") -> None:
        self._is_over = True
        events.append(Troubled(found))

    def _next(self, kind: "str | None") -> int:
        self._index += 1
        self._kind = kind
        return self._index


def _arguments(given: "Any") -> str:
    """Return the arguments of a call as JSON text; one that is text already is kept, as some servers send it."""
    if isinstance(given, str):
        return given
    if given is not None and not isinstance(given, dict):
        raise TypeError("the arguments of a call are no object")
    return dumps(given or {}, ensure_ascii=False, separators=(",", ":"))


def _picture(given: "Any") -> Media:
    from binascii import a2b_base64

    data = a2b_base64(text(given))
    return Media(next((kind for start, kind in _PICTURES if data.startswith(start)), "application/octet-stream"), data)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ir.chat import Response
