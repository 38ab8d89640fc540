"""One attempt: a request is sent, and the answer read, whole or piece by piece, within its times."""

from urllib.parse import urlencode

from ...ir.events import Started, Stopped, Troubled, UsageSeen
from ...ir.waits import asked_wait_seconds
from ...wire.assemble import Assembler
from ...wire.protocol import Trouble, TroubleError
from .steps import CUT, TIMEOUT, Down, Open, Read

MOST_BYTES = 64 * 1024 * 1024
"""Of one answer; a longer one is no answer of a model."""
_MOST_OF_FAILURE = 1024 * 1024
_FAILURE_SECONDS = 5.0
"""How long the body of a failure is waited for: its status says enough to go on."""
_LAST_SECONDS = 0.25
"""How long the end of a connection is waited for after the end of a stream, so that it can be used again."""
_UNSAID = (Started, UsageSeen, Stopped)
_RATE_LIMITED = 429


class Received:
    """
    What came so far of what *task* asks for. `is_given`: some of it reached the caller; `first_milliseconds`: how long the first
    piece took, None: none came, or the answer came whole.
    """

    __slots__ = ("_assembler", "_response", "first_milliseconds", "is_given", "is_stream", "sent_at", "task")

    def __init__(self, task: "Task") -> None:
        self.task = task
        self.is_stream = task.is_stream
        self.is_given = False
        self.first_milliseconds: float | None = None
        self.sent_at = 0.0
        self._assembler = Assembler()
        self._response: Any = None

    @property
    def response(self) -> "Any":
        """The answer, or what there is of it."""
        return self._assembler.response if self._response is None else self._response


def receive(way: "Way", call: "Call", received: Received, limits: "Limits", core: "Core") -> "Generator[Any, Any, Failure | None]":
    """Yield what is to be done for one attempt; return how it failed, None when *received* has the whole answer."""
    received.sent_at = core.monotonic()
    headers = {**call.headers, **way.credential.headers()}
    query = way.credential.query()
    url = call.url if not query else f"{call.url}{'&' if '?' in call.url else '?'}{urlencode(query)}"
    if way.sign is not None:
        headers = way.sign(call.method, url, headers, call.body, core.now())
    head = yield Open(call.method, url, headers, call.body, limits.connect(), limits.first(is_stream=way.target.is_stream))
    if isinstance(head, Down):
        return core.down(way, Down(TIMEOUT, limits.said()) if limits.is_over() else head)
    if not 200 <= head.status < 300:
        body = yield from _body(limits.shorter(_FAILURE_SECONDS), _MOST_OF_FAILURE)
        said = way.protocol.trouble(head.status, head.headers, body if isinstance(body, bytes) else b"")
        return core.failure(way, said, asked_wait_seconds(head.headers, core.now(), is_rate_limited=head.status == _RATE_LIMITED))
    if received.task.is_streamed(way):
        return (yield from _stream(way, received, limits, core))
    body = yield from _body(limits, MOST_BYTES)
    if isinstance(body, Down):
        return core.down(way, body)
    try:
        received._response = received.task.read(way, head, body)
    except TroubleError as error:
        return core.failure(way, error.trouble, None)
    return None


def _body(limits: "Limits", most: int) -> "Generator[Any, Any, bytes | Down]":
    pieces: list[bytes] = []
    size = 0
    while True:
        piece = yield Read(limits.between())
        if piece is None:
            return b"".join(pieces)
        if isinstance(piece, Down):
            return piece
        pieces.append(piece)
        size += len(piece)
        if size > most:
            return Down(CUT, f"the answer is longer than {most:,} bytes")
        if limits.is_over():
            return Down(TIMEOUT, limits.said())


def _stream(way: "Way", received: Received, limits: "Limits", core: "Core") -> "Generator[Any, Any, Failure | None]":
    decoder, take = way.protocol.Decoder(), received._assembler.take
    waiting: list[Any] = []
    has_begun = False
    size = 0
    while True:
        piece = yield Read(limits.between() if has_begun else limits.first(is_stream=True))
        if type(piece) is Down:
            return core.down(way, piece, is_stream=received.is_given)
        events = decoder.end() if piece is None else decoder.feed(piece)
        trouble: Trouble | None = None
        for event in events:
            if type(event) is Troubled:
                trouble = event.trouble
                events = events[: events.index(event)]
                break
            take(event)
        if events:
            if received.is_given:
                yield events
            elif not has_begun:
                waiting += events
                if not all(isinstance(event, _UNSAID) for event in events):
                    has_begun = True
                    received.first_milliseconds = (core.monotonic() - received.sent_at) * 1000
                    if received.is_stream:
                        received.is_given = True
                        yield waiting
                    waiting = []
        if trouble is not None:
            return core.failure(way, trouble, None, is_stream=received.is_given)
        if decoder.is_done:
            if piece is not None:
                waiting += yield from _rest(decoder, take, limits.shorter(_LAST_SECONDS))
            if waiting and received.is_stream:
                yield waiting
            return None
        if piece is None:
            return core.down(way, Down(CUT, "the connection ended before the answer did"), is_stream=received.is_given)
        size += len(piece)
        if size > MOST_BYTES:
            return core.down(way, Down(CUT, f"the answer is longer than {MOST_BYTES:,} bytes"), is_stream=received.is_given)
        if limits.is_over():
            return core.down(way, Down(TIMEOUT, limits.said()), is_stream=received.is_given)


def _rest(decoder: "Any", take: "Callable[[Any], None]", limits: "Limits") -> "Generator[Any, Any, list[Any]]":
    """Return what comes after the end was said, as usage does where servers are late with it; a failure is none any more."""
    found: list[Any] = []
    while not limits.is_over():
        piece = yield Read(limits.between())
        if not isinstance(piece, bytes):
            break
        found += [event for event in decoder.feed(piece) if type(event) is not Troubled]
    for event in found:
        take(event)
    return found


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from ...wire.protocol import Call
    from ..failures import Failure
    from .core import Core
    from .limits import Limits
    from .prepare import Way
    from .tasks import Task
