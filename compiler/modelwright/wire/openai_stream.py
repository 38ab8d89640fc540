"""Answers that come as chunks of JSON in an event stream, and how one that came whole is read as the only chunk."""

from json import JSONDecoder

from ..ir.events import Troubled
from .answer_shape import BROKEN, why
from .assemble import Assembler
from .failure_body import decoded, malformed
from .openai_answer import tells_failure, trouble_of
from .protocol import TroubleError
from .sse import BrokenStreamError, EventStream

_DONE = b"[DONE]"
_read = JSONDecoder().decode
"""As `json.loads` of a text, which looks for options first."""
_BEGIN_BYTES = 4_000_000
"""How much is kept of what may be no stream of events, to tell what it is."""


class ChunkDecoder:
    """
    Turns the bytes of a stream into events, with an answer that takes the chunks.

    `is_done` when the answer says that it is whole: at the mark that ends streams, at its own last chunk, or where the connection
    closed without either although everything was said.
    """

    __slots__ = ("_answer", "_begin", "_events", "_is_over", "is_done")
    begins: "ClassVar[type[Answer]]"
    """Of a protocol: its answers before anything was said."""

    def __init__(self, answer: "Answer | None" = None) -> None:
        self._answer = self.begins() if answer is None else answer
        self._begin: bytearray | None = bytearray()
        """What came before the first event; None after it."""
        self._events = EventStream()
        self._is_over = False
        self.is_done = False

    def feed(self, data: bytes) -> "list[Any]":
        """Return the events that *data* ends."""
        found: list[Any] = []
        if self._is_over:
            return found
        try:
            events = self._events.feed(data)
        except BrokenStreamError as error:
            self._break(malformed(str(error), data), found)
            return found
        if self._begin is not None:
            if events or len(self._begin) > _BEGIN_BYTES:
                self._begin = None
            else:
                self._begin += data
        for _, payload in events:
            self._take(payload, found)
        return found

    def end(self) -> "list[Any]":
        """Return the events of what was held back, where the connection closed without a last blank line, or was no stream of events."""
        found: list[Any] = []
        if self._is_over:
            return found
        for _, payload in self._events.end():
            if payload.strip() == _DONE or decoded(payload) is not None:  # else it was cut, which `is_done` tells
                self._begin = None
                self._take(payload, found)
        if self._begin:
            self._take_whole(bytes(self._begin).strip(), found)
        if not self._is_over:
            self._finish(found)
        return found

    def _take(self, payload: bytes, found: "list[Any]") -> None:
        if self._is_over:
            return
        if payload[:1] == b"[" and payload.strip() == _DONE:
            self._finish(found)
            return
        try:
            self._answer.take(_read(payload.decode()), found)
        except TroubleError as error:
            self._break(error.trouble, found)
        except BROKEN as error:
            self._break(malformed(f"no chunk of {self._answer.protocol} ({why(error)})", payload), found)
        else:
            if self._answer.is_done:
                self._is_over = self.is_done = True

    def _take_whole(self, body: bytes, found: "list[Any]") -> None:
        """Take what is no stream of events: an answer that came whole although a stream was asked for, or a failure."""
        raw = decoded(body)
        if self._answer.is_answer(raw):
            self._take(body, found)
        elif tells_failure(raw):
            self._break(trouble_of(raw, None), found)
        elif raw is not None or body[:1] == b"<":
            self._break(malformed("no stream of events", body), found)

    def _finish(self, found: "list[Any]") -> None:
        self._answer.flush(found)
        self._is_over, self.is_done = True, self._answer.is_whole

    def _break(self, trouble: "Trouble", found: "list[Any]") -> None:
        self._answer.flush(found)
        self._is_over = True
        found.append(Troubled(trouble))


def reads(begins: "Callable[[], Answer]") -> "Callable[[int, Mapping[str, str], bytes], Response]":
    """Return the `read` of a protocol whose answers are what *begins* returns: of one that came whole, or in pieces from a server that streams unasked."""

    def read(status: int, headers: "Mapping[str, str]", body: bytes) -> "Response":  # noqa: ARG001  # all protocols are asked alike
        raw = decoded(body)
        assembler = Assembler()
        for event in _streamed(begins(), body, status) if raw is None else _taken(begins(), raw, body, status):
            assembler.take(event)
        return assembler.of(raw)

    return read


def _taken(answer: "Answer", raw: "Any", body: bytes, status: int) -> "list[Any]":
    if not answer.is_answer(raw):
        raise TroubleError(trouble_of(raw, status) if tells_failure(raw) else malformed(f"no answer of {answer.protocol}", body, status))
    answer.status = status
    found: list[Any] = []
    try:
        answer.take(raw, found)
    except BROKEN as error:
        raise TroubleError(malformed(f"no answer of {answer.protocol} ({why(error)})", body, status)) from None
    answer.flush(found)
    return found


def _streamed(answer: "Answer", body: bytes, status: int) -> "list[Any]":
    decoder = ChunkDecoder(answer)
    found = [*decoder.feed(body), *decoder.end()]
    failed = found[-1].trouble if found and found[-1].__class__ is Troubled else None
    if failed is None and decoder.is_done:
        return found
    told = failed or malformed(f"no answer of {answer.protocol}", body)
    raise TroubleError(told.under(status))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, ClassVar, Protocol

    from ..ir.chat import Response
    from .protocol import Trouble

    class Answer(Protocol):
        """
        What takes the chunks of one answer.

        `take` raises TroubleError for a failure, and one of BROKEN for what is no chunk of the protocol; `flush` tells what was
        held back. `is_done` when the protocol's own end was seen, `is_whole` when all was said.
        """

        is_done: bool
        status: int | None

        @property
        def protocol(self) -> str: ...

        @property
        def is_whole(self) -> bool: ...

        def is_answer(self, raw: Any) -> bool: ...

        def take(self, chunk: Any, events: list[Any]) -> None: ...

        def flush(self, events: list[Any]) -> None: ...
