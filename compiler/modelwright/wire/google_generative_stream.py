"""
A stream of Gemini's: server-sent events (`alt=sse`).

The array of JSON that comes without `alt=sse` is understood too, and so is JSON between events, as failures are sometimes told. It
has no end mark of its own: the chunk that says why the model stopped is it.
"""

from json import loads

from .answer_shape import BROKEN
from .failure_body import decoded, malformed
from .google_generative_answer import Answer, trouble_of
from .google_generative_request import PROTOCOL
from .protocol import Trouble
from .sse import BrokenStreamError, EventStream


class Decoder:
    """Turns the bytes of a stream into events. `is_done` when the model's reason to stop was seen."""

    __slots__ = ("_answer", "_events", "_is_over", "_last", "_objects")
    protocol = PROTOCOL

    def __init__(self) -> None:
        self._answer = Answer(self.protocol)
        self._events = EventStream()
        self._objects: ObjectStream | None = None
        self._last = b""
        self._is_over = False

    @property
    def is_done(self) -> bool:
        """Whether the stream may end here."""
        return self._answer.is_done and not self._is_over

    def feed(self, data: bytes) -> "list[Any]":
        """Return the events that *data* ends."""
        events: list[Any] = []
        if self._is_over or not data:
            return events
        try:
            for payload in self._payloads(data):
                self._take(payload, events)
        except BrokenStreamError as error:
            if not self._is_over:
                self._break(malformed(str(error), b""), events)
        return events

    def end(self) -> "list[Any]":
        """Return the events of what was held back, where the connection closed without a last blank line; what is not whole is none."""
        events: list[Any] = []
        for _, payload in self._events.end():
            if decoded(payload) is not None:
                self._take(payload, events)
        return events

    def _payloads(self, data: bytes) -> "Iterator[bytes]":
        if self._objects is None:
            start = self._json_start(data)
            self._last = data[-1:]
            for _, payload in self._events.feed(data if start < 0 else data[:start]):
                yield payload
            if start < 0:
                return
            from .json_objects import ObjectStream

            self._objects = ObjectStream()
            for _, payload in self._events.end():
                yield payload
            data = data[start:]
        yield from self._objects.feed(data)

    def _json_start(self, data: bytes) -> int:
        """Return where a line begins that is JSON and no field of an event, or -1."""
        if self._last in (b"", b"\n"):
            first = data[:1]
            if first in (b"{", b"["):
                return 0
            if first == b"<" and not self._last:
                raise BrokenStreamError("a page where a stream belongs")
        found = data.find(b"\n{")
        found = data.find(b"\n[") if found < 0 else found
        return found + 1 if found >= 0 else -1

    def _take(self, payload: bytes, events: "list[Any]") -> None:
        if self._is_over:
            return
        try:
            chunk = loads(payload)
            for one in chunk if isinstance(chunk, list) else (chunk,):
                if one.get("error"):
                    self._break(trouble_of(one, None), events)
                    return
                self._answer.take(self._said(one), events)
        except BROKEN as error:
            if payload.strip() != b"[DONE]":  # some servers end as another protocol does
                self._break(malformed(f"no chunk of {self.protocol} ({error})", payload), events)

    @staticmethod
    def _said(chunk: "dict[str, Any]") -> "dict[str, Any]":
        """Return *chunk* without what it is wrapped in."""
        return chunk

    def _break(self, found: Trouble, events: "list[Any]") -> None:
        from ..ir.events import Troubled

        self._is_over = True
        events.append(Troubled(found))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .json_objects import ObjectStream
