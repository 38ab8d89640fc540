"""Server-sent events: bytes in pieces of any size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from chat_strategies import cuts
from modelwright.wire.json_objects import ObjectStream
from modelwright.wire.ndjson import LineStream
from modelwright.wire.sse import BrokenStreamError, EventStream

LINES = st.lists(st.sampled_from((b"data: a", b"data:b", b"data", b"event: e", b": note", b"id: 1", b"", b"", b"x: y")), max_size=12)
ENDS = st.sampled_from((b"\n", b"\r\n", b"\r"))


def _events(*pieces: bytes) -> list[tuple[str, bytes]]:
    stream = EventStream()
    return [event for piece in pieces for event in stream.feed(piece)] + stream.end()


@given(LINES, ENDS, st.data())
def test_events_are_the_same_however_lines_end_and_bytes_are_cut(lines: list[bytes], end: bytes, data: st.DataObject) -> None:
    expected = _events(b"".join(line + b"\n" for line in lines))
    stream = b"".join(line + end for line in lines)
    assert _events(*data.draw(cuts(stream))) == expected
    assert _events(*(stream[place : place + 1] for place in range(len(stream)))) == expected


class Piece(bytes):
    """Bytes that count how many of them are added to others, which copies both."""

    copied = 0

    def __radd__(self, other: Any) -> bytes:
        Piece.copied += len(other)
        return bytes(other) + bytes(self)


@pytest.mark.parametrize("stream", [EventStream(), LineStream()], ids=["events", "lines"])
def test_pieces_of_what_is_not_whole_are_kept_and_not_added_to_each_other(stream: Any) -> None:
    """Were each piece added to what is held, an event of n bytes in pieces of one would cost n² / 2 copied bytes: a megabyte 500 gigabytes."""
    pieces = [Piece(f"{number:06}".encode()) for number in range(20_000)]
    for piece in pieces:
        assert stream.feed(piece) == []
    held = stream._held
    assert len(held) == len(pieces)
    assert all(kept is piece for kept, piece in zip(held[1:], pieces[1:], strict=True))
    assert Piece.copied == 0


@pytest.mark.often
@pytest.mark.parametrize("stream", [EventStream(), LineStream(), ObjectStream()], ids=["events", "lines", "objects"])
def test_a_megabyte_in_single_bytes_is_read(stream: Any) -> None:
    whole = b'{"a":"' + b"x" * 1_000_000 + b'"}'
    data = (b"data: " if isinstance(stream, EventStream) else b"") + whole + b"\n\n"
    found = [event for place in range(len(data)) for event in stream.feed(data[place : place + 1])]
    assert [event[1] if isinstance(event, tuple) else event for event in found] == [whole]


def test_an_event_without_end_is_given_up_and_one_that_came_whole_before_it_is_not() -> None:
    stream = EventStream(most_bytes=10)
    assert stream.feed(b"data: 12345678901234567890\n\ndata: ") == [("", b"12345678901234567890")]
    with pytest.raises(BrokenStreamError, match="more than 10 bytes"):
        [stream.feed(b"123") for _ in range(5)]
    with pytest.raises(BrokenStreamError):
        EventStream(most_bytes=10).feed(b"data: 1234567890")
