"""
Everything that goes wrong with a provider, played by a server, and what a call has to make of it.

What a call makes of a fault is `answered`, or a failure class: told by a CallError where nothing reached the caller, and by a
StreamBrokenError where something had. A fault with a class of its own in some protocol says so by name of that protocol.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from runtime.dispatch.spoken import SPOKEN, failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.dispatch.loopback import Asked, Wire
    from runtime.dispatch.spoken import Spoken

ANSWERED = "answered"
SERVER, TIMEOUT, BROKEN, UNREACHABLE = "server_error", "timeout", "stream_broken", "unreachable"
HUGE = 2 * 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """One way to fail. `complete` and `stream` are what comes of it."""

    name: str
    play: Callable[[Wire, Asked, Spoken, str], None]
    complete: str
    stream: str
    is_waited_for: bool = False
    """It is noticed by its time alone."""
    leaves_open: bool = False
    """The connection stays good for the next request."""
    is_said_late: bool = False
    """Of a stream some words have come when it happens."""
    place: str = "bad"
    """Which server is asked: `bad`, `gone` or `tls`."""
    by_protocol: dict[str, dict[str, str]] = field(default_factory=dict)

    def expected(self, protocol: str, *, is_stream: bool) -> str:
        usual = {"complete": self.complete, "stream": self.stream} | self.by_protocol.get(protocol, {})
        return usual["stream" if is_stream else "complete"]


def whole(wire: Wire, asked: Asked, spoken: Spoken, encoding: str | None = None) -> None:
    """Answer as one should."""
    more: dict[str, Any] = {} if encoding is None else {"content_encoding": encoding}
    if not asked.is_stream:
        body = spoken.answer if encoding is None else gzip.compress(spoken.answer)
        wire.whole(body, **more)
        return
    wire.head(content_type=spoken.kind, transfer_encoding="chunked", **more)
    if encoding is None:
        wire.chunks(spoken.pieces)
        return
    packer = zlib.compressobj(wbits=31)
    wire.chunks([*(packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in spoken.pieces), packer.flush()])


def begin(wire: Wire, asked: Asked, spoken: Spoken) -> None:
    """Answer as far as the middle: chunks that are whole."""
    wire.head(content_type=spoken.kind if asked.is_stream else "application/json", transfer_encoding="chunked")
    if asked.is_stream:
        wire.chunks(spoken.pieces[: spoken.first + 2], ends=False)
    else:
        half = len(spoken.answer) // 2
        wire.chunks([spoken.answer[: half // 2], spoken.answer[half // 2 : half]], ends=False)


def _healthy(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    whole(wire, asked, spoken)


def _gzip(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    whole(wire, asked, spoken, "gzip")


def _one_byte_chunks(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    body = b"".join(spoken.pieces) if asked.is_stream else spoken.answer
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.chunks([body[place : place + 1] for place in range(len(body))])


def _ends_with_the_connection(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    wire.head(content_type=spoken.kind, connection="close")
    wire.send(b"".join(spoken.pieces) if asked.is_stream else spoken.answer)
    wire.close()


def _stays_after_the_end(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    if not asked.is_stream:
        whole(wire, asked, spoken)
        return
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.chunks(spoken.pieces, ends=False)
    wire.stall()


def _nothing(*_: Any) -> None:
    """Nobody is there to play."""


def _reset_at_once(wire: Wire, *_: Any) -> None:
    wire.reset()


def _close_at_once(wire: Wire, *_: Any) -> None:
    wire.close()


def _reset_in_head(wire: Wire, *_: Any) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\ncontent-ty")
    wire.reset()


def _close_in_head(wire: Wire, *_: Any) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\ncontent-ty")
    wire.close()


def _reset_before_body(wire: Wire, _: Asked, spoken: Spoken, __: str) -> None:
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.reset()


def _reset_between_chunks(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    begin(wire, asked, spoken)
    wire.stall(0.05)  # what was sent is read before the reset discards it
    wire.reset()


def _reset_in_chunk(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    begin(wire, asked, spoken)
    wire.send(b"64\r\ndata: {")
    wire.stall(0.05)
    wire.reset()


def _close_between_chunks(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    begin(wire, asked, spoken)
    wire.close()


def _ends_in_the_middle(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    begin(wire, asked, spoken)
    wire.send(b"0\r\n\r\n")


def _bad_chunk(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    begin(wire, asked, spoken)
    wire.stall(0.05)
    wire.send(b"zz\r\nno\r\n")
    wire.stall()


def _length_too_long(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    body = b"".join(spoken.pieces[: spoken.first + 2]) if asked.is_stream else spoken.answer
    wire.head(content_type=spoken.kind, content_length=str(len(body) + 10))
    wire.send(body)
    wire.close()


def _length_too_short(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    said = b"".join(spoken.pieces[: spoken.first + 2])
    body = b"".join(spoken.pieces) if asked.is_stream else spoken.answer
    wire.head(content_type=spoken.kind, content_length=str(len(said) if asked.is_stream else len(body) - 10))
    wire.send(body)


def _length_of_nothing(wire: Wire, _: Asked, spoken: Spoken, __: str) -> None:
    wire.head(content_type=spoken.kind, content_length="0")


def _slow_head(wire: Wire, *_: Any) -> None:
    wire.stall()


def _drip_head(wire: Wire, *_: Any) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\nx: ")
    wire.drip(b"x", 0.02)


def _stall_before_first(wire: Wire, _: Asked, spoken: Spoken, __: str) -> None:
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.stall()


def _stall(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    begin(wire, asked, spoken)
    wire.stall()


def _drip_quiet(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    begin(wire, asked, spoken)
    wire.drip(b"%x\r\n%s\r\n" % (len(spoken.quiet), spoken.quiet), 0.02)


def _drip_chunk_size(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    begin(wire, asked, spoken)
    wire.drip(b"0", 0.05)


def _bad_json(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    if not asked.is_stream:
        wire.whole(spoken.answer[:-20] + b"]" * 20)
        return
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.chunks([*spoken.pieces[: spoken.first + 2], spoken.broken, *spoken.pieces[spoken.first + 2 :]])


def _bad_json_first(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    if not asked.is_stream:
        wire.whole(b"nope")
        return
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.chunks([spoken.broken, *spoken.pieces])


def _bad_events(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    if not asked.is_stream:
        wire.whole(spoken.nonsense)
        return
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.chunks([*spoken.pieces[: spoken.first + 2], *[spoken.nonsense] * 3])


def _page(wire: Wire, *_: Any) -> None:
    wire.whole(b"<!doctype html><title>Sign in</title>")


def _disorder(wire: Wire, asked: Asked, spoken: Spoken, _: str) -> None:
    if not asked.is_stream:
        wire.whole(b"[7]")
        return
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.chunks(spoken.disordered)


def _error_within(wire: Wire, asked: Asked, spoken: Spoken, protocol: str) -> None:
    if not asked.is_stream:
        wire.whole(failure(protocol, "the server is overloaded"))
        return
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.chunks([spoken.troubled])


def _error_within_late(wire: Wire, asked: Asked, spoken: Spoken, protocol: str) -> None:
    if not asked.is_stream:
        wire.whole(failure(protocol, "the server is overloaded"))
        return
    wire.head(content_type=spoken.kind, transfer_encoding="chunked")
    wire.chunks([*spoken.pieces[: spoken.first + 2], spoken.troubled])


def _huge(wire: Wire, _: Asked, spoken: Spoken, __: str) -> None:
    wire.head(content_type=spoken.kind, content_length=str(HUGE))
    block = spoken.quiet * ((1 << 20) // len(spoken.quiet))
    for _place in range(HUGE // len(block)):
        wire.send(block)
    wire.close()


def _huge_head(wire: Wire, *_: Any) -> None:
    wire.head(content_type="application/json", x="x" * (1 << 20))
    wire.stall()


def _status(status: int, **headers: str) -> Callable[[Wire, Asked, Spoken, str], None]:
    def play(wire: Wire, _: Asked, __: Spoken, protocol: str) -> None:
        wire.whole(failure(protocol, "not now"), status, **headers)

    return play


def _status_that_stalls(wire: Wire, *_: Any) -> None:
    wire.head(503, content_type="application/json", content_length="100")
    wire.send(b'{"error"')
    wire.stall()


def _redirect(wire: Wire, asked: Asked, *_: Any) -> None:
    wire.whole(b"", 307, location=f"{asked.headers['x-elsewhere']}{asked.path}")


def _statuses() -> list[Fault]:
    found = []
    for status, kind in ((429, "rate_limit"), (500, SERVER), (503, SERVER), (529, "overloaded")):
        found.append(Fault(f"{status}", _status(status), kind, kind, leaves_open=True))
        for name, asked in (("soon", "0"), ("later", "120"), ("on a day", formatdate(2_000_000_000, usegmt=True)), ("nonsense", "soon")):
            found.append(Fault(f"{status} retry {name}", _status(status, retry_after=asked), kind, kind, leaves_open=True))
    return found


FAULTS = [
    Fault("healthy", _healthy, ANSWERED, ANSWERED, leaves_open=True),
    Fault("gzip", _gzip, ANSWERED, ANSWERED, leaves_open=True),
    Fault("one byte chunks", _one_byte_chunks, ANSWERED, ANSWERED, leaves_open=True),
    Fault("ends with the connection", _ends_with_the_connection, ANSWERED, ANSWERED),
    Fault("stays after the end", _stays_after_the_end, ANSWERED, ANSWERED, leaves_open=True),
    Fault("refuse", _nothing, UNREACHABLE, UNREACHABLE, place="gone"),
    Fault("certificate of nobody", _nothing, UNREACHABLE, UNREACHABLE, place="tls"),
    Fault("reset at once", _reset_at_once, SERVER, SERVER),
    Fault("close at once", _close_at_once, SERVER, SERVER),
    Fault("reset in head", _reset_in_head, SERVER, SERVER),
    Fault("close in head", _close_in_head, SERVER, SERVER),
    Fault("reset before body", _reset_before_body, SERVER, SERVER),
    Fault("reset between chunks", _reset_between_chunks, SERVER, BROKEN, is_said_late=True),
    Fault("reset in chunk", _reset_in_chunk, SERVER, BROKEN, is_said_late=True),
    Fault("close between chunks", _close_between_chunks, SERVER, BROKEN, is_said_late=True),
    Fault("ends in the middle", _ends_in_the_middle, SERVER, BROKEN, leaves_open=True, is_said_late=True),
    Fault("bad chunk", _bad_chunk, SERVER, BROKEN, is_said_late=True),
    Fault("length too long", _length_too_long, SERVER, BROKEN, is_said_late=True),
    Fault("length too short", _length_too_short, SERVER, BROKEN, leaves_open=True, is_said_late=True),
    Fault("length of nothing", _length_of_nothing, SERVER, SERVER, leaves_open=True),
    Fault("slow head", _slow_head, TIMEOUT, TIMEOUT, is_waited_for=True),
    Fault("drip head", _drip_head, TIMEOUT, TIMEOUT, is_waited_for=True),
    Fault("stall before first", _stall_before_first, TIMEOUT, TIMEOUT, is_waited_for=True),
    Fault("stall", _stall, TIMEOUT, BROKEN, is_waited_for=True, is_said_late=True),
    Fault("drip quiet", _drip_quiet, TIMEOUT, BROKEN, is_waited_for=True, is_said_late=True),
    Fault("drip chunk size", _drip_chunk_size, TIMEOUT, BROKEN, is_waited_for=True, is_said_late=True),
    Fault("bad json", _bad_json, SERVER, SERVER, leaves_open=True, is_said_late=True),
    Fault("bad json first", _bad_json_first, SERVER, SERVER, leaves_open=True),
    Fault("bad events", _bad_events, SERVER, BROKEN, leaves_open=True, is_said_late=True, by_protocol={"bedrock-converse": {"stream": SERVER}, "ollama-chat": {"stream": SERVER}}),
    Fault("page", _page, SERVER, SERVER, leaves_open=True),
    Fault("disorder", _disorder, SERVER, SERVER, leaves_open=True),
    Fault("error within", _error_within, "overloaded", "overloaded", leaves_open=True),
    Fault("error within late", _error_within_late, "overloaded", "overloaded", leaves_open=True, is_said_late=True),
    Fault("huge", _huge, SERVER, SERVER),
    Fault("huge head", _huge_head, SERVER, SERVER),
    Fault("status that stalls", _status_that_stalls, SERVER, SERVER, is_waited_for=True),
    Fault("redirect", _redirect, SERVER, SERVER, leaves_open=True),
    *_statuses(),
]


def playing(fault: Fault, protocol: str) -> Callable[[Wire, Asked], None]:
    """Return what plays *fault* in *protocol*."""
    return lambda wire, asked: fault.play(wire, asked, SPOKEN[protocol], protocol)
