"""What every protocol promises, whatever it is given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from chat_strategies import cuts, damaged
from modelwright.ir.chat import STOP_REASONS, Request, Response
from modelwright.ir.events import Stopped, Troubled
from modelwright.wire.assemble import Assembler
from modelwright.wire.protocol import Target, TroubleError, UnspeakableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def assert_builds_or_why_not(protocol: Any, request: Request, target: Target) -> None:
    """Check that *request* is written the same each time; where something cannot be said that is told, and without leave refused with the cure."""
    lossy = protocol.build(request, target, lossy=True)
    assert lossy.body == protocol.build(request, target, lossy=True).body
    assert isinstance(json.loads(lossy.body), dict)
    refusal = why_not(protocol, request, target)
    assert (refusal is None) == (not any(loss.startswith(f"{protocol.NAME} cannot say ") for loss in lossy.losses))
    assert refusal is None or (refusal.startswith(f"{protocol.NAME} cannot say ") and refusal.endswith(", or allow losses"))
    assert refusal is not None or protocol.build(request, target).body == lossy.body


def why_not(protocol: Any, request: Any, target: Target) -> str | None:
    """Return why *request* is refused; None: it is not."""
    try:
        protocol.build(request, target)
    except UnspeakableError as error:
        return str(error)
    return None


def answered(protocol: Any, body: bytes) -> Response | None:
    """Return what is read of *body*; None where that is a trouble, which has a message."""
    try:
        found: Response = protocol.read(200, {}, body)
    except TroubleError as error:
        message = error.trouble.message
    else:
        return found
    assert message
    return None


def assert_told(protocol: Any, body: bytes, *streams: bytes) -> None:
    """Check that *body* is an answer, or a trouble with a message, and *streams* events."""
    assert protocol.trouble(500, {}, body).message
    for stream in streams or (body,):
        decoder = protocol.Decoder()
        assert_are_events([*decoder.feed(stream), *decoder.end()])
    answered(protocol, body)


def assert_damage_told(protocol: Any, data: st.DataObject, bodies: Iterable[Any], target: Target, **headers: str) -> bytes:
    """Check that one of *bodies*, damaged, is an answer that can be sent back, or a trouble with a message; return it as it was sent."""
    sent = json.dumps(data.draw(damaged(data.draw(st.sampled_from([body for body in bodies if not isinstance(body, str)]))))).encode()
    assert protocol.trouble(429, headers, sent).message
    found = answered(protocol, sent)
    if found is not None:
        protocol.build(Request([found.message()]), target, lossy=True)
    return sent


def assert_depth_told(protocol: Any, begin: bytes, framed: Callable[[bytes], bytes] = lambda deep: b"data: " + deep + b"\n\n") -> None:
    """Check that nesting without end is a trouble: *begin*, over and over, alone and *framed* as a stream."""
    deep = begin * 100_000
    assert protocol.trouble(500, {}, deep).message
    with pytest.raises(TroubleError):
        protocol.read(200, {}, deep)
    decoder = protocol.Decoder()
    assert_are_events([*decoder.feed(framed(deep)), *decoder.end()])


def assembled(events: list[Any]) -> Response:
    """Return the answer that *events* make."""
    assembler = Assembler()
    for event in events:
        assembler.take(event)
    return assembler.response


def assert_are_events(events: list[Any]) -> None:
    """Check that *events* make an answer, that nothing follows a trouble, and that reasons to stop are words of ours."""
    assembled(events).message()
    assert len(assembled(events).text) >= 0
    assert all(not isinstance(event, Troubled) for event in events[:-1])
    assert all(event.stop_reason in STOP_REASONS for event in events if isinstance(event, Stopped))


def assert_same_in_pieces(protocol: Any, data: st.DataObject, streams: Sequence[bytes]) -> None:
    """Check that one of *streams*, with up to three bytes of it changed, is the same events whole and cut anywhere."""
    stream = bytearray(data.draw(st.sampled_from([stream for stream in streams if stream])))
    for _ in range(data.draw(st.integers(0, 3))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.sampled_from(list(b'\n\r{}[]":, \\x\xff')))
    whole, pieces = protocol.Decoder(), protocol.Decoder()
    expected = [*whole.feed(bytes(stream)), *whole.end()]
    assert_are_events(expected)
    found = [event for piece in data.draw(cuts(bytes(stream))) for event in pieces.feed(piece)] + pieces.end()
    assert (repr(found), pieces.is_done) == (repr(expected), whole.is_done)
