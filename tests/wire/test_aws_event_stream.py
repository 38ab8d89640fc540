"""Amazon's event stream: whatever the bytes are, and beside what botocore reads of them."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer, ParserError
from hypothesis import given, strategies as st

from chat_strategies import cuts
from event_frames import frame, message
from modelwright.wire.aws_event_stream import MessageStream, is_text

VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
    st.text(max_size=20),
    st.builds(lambda value: {"type": "byte", "value": value}, st.integers(-128, 127)),
    st.builds(lambda value: {"type": "short", "value": value}, st.integers(-(2**15), 2**15 - 1)),
    st.builds(lambda kind, value: {"type": kind, "value": value}, st.sampled_from(("long", "timestamp")), st.integers(-(2**63), 2**63 - 1)),
    st.builds(lambda value: {"type": "uuid", "value": str(value)}, st.uuids()),
    st.builds(lambda value: {"type": "bytes", "value": value.hex()}, st.binary(max_size=20)),
)
MESSAGES = st.builds(message, st.dictionaries(st.text(min_size=1, max_size=20), VALUES, max_size=4), st.binary(max_size=60))
SAMPLE = (
    frame("event", "messageStart", {"role": "assistant"})
    + message({"n": 7, "y": {"type": "bytes", "value": "00ff"}, "t": True}, b"")
    + frame("exception", "throttlingException", {"message": "no"})
)


def _ours(*pieces: bytes) -> tuple[list[Any], str | None, bytes]:
    stream = MessageStream()
    found = [one for piece in pieces for one in stream.feed(piece)]
    return found, stream.broken, stream.held


def _theirs(data: bytes) -> tuple[list[Any], bool]:
    """Return what botocore reads, and whether it fails then."""
    buffer, found = EventStreamBuffer(), []
    buffer.add_data(data)
    try:
        found.extend([(one.headers, one.payload) for one in buffer])
    except (ParserError, UnicodeDecodeError, struct.error):
        return found, True
    return found, False


@given(st.lists(MESSAGES, max_size=4), st.data())
def test_messages_are_read_as_botocore_reads_them_however_they_are_cut(messages: list[bytes], data: st.DataObject) -> None:
    sent = b"".join(messages)
    found, broken, held = _ours(*data.draw(cuts(sent)))
    assert (found, broken is not None) == _theirs(sent) == (found, False)
    assert (len(found), held) == (len(messages), b"")


def test_every_damaged_byte_is_noticed_and_what_was_whole_before_it_is_kept() -> None:
    whole, _, _ = _ours(SAMPLE)
    for place in range(len(SAMPLE)):
        for change in (1, 0x80, 0xFF):
            sent = SAMPLE[:place] + bytes([SAMPLE[place] ^ change]) + SAMPLE[place + 1 :]
            found, broken, _ = _ours(sent)
            assert found == whole[: len(found)]
            assert len(found) < len(whole)
            assert broken is not None
            assert _ours(*(sent[at : at + 1] for at in range(len(sent))))[:2] == (found, broken)


def test_every_cut_keeps_what_was_whole_and_is_no_fault() -> None:
    whole, _, _ = _ours(SAMPLE)
    for length in range(len(SAMPLE)):
        found, broken, held = _ours(SAMPLE[:length])
        assert (found, broken) == (whole[: len(found)], None)
        assert SAMPLE[:length].endswith(held)


def _with_lengths(total: int, headers: int, rest: bytes = b"") -> bytes:
    prelude = struct.pack(">II", total, headers)
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + rest
    return whole + struct.pack(">I", zlib.crc32(whole))


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (_with_lengths(15, 0), "it is to have 15 bytes, 0 of them headers"),
        (_with_lengths(0, 0), "it is to have 0 bytes"),
        (_with_lengths(16, 1), "it is to have 16 bytes, 1 of them headers"),
        (_with_lengths(2**32 - 1, 0), "it is to have 4,294,967,295 bytes"),
        (_with_lengths(2**20, 2**18), "262,144 of them headers"),
        (_with_lengths(18, 2, b"\1a"), "a header is cut"),
        (_with_lengths(18, 2, b"\5a"), "a header is cut"),
        (_with_lengths(19, 3, b"\1a\7"), "a header is cut"),
        (_with_lengths(22, 6, b"\1a\7\0\5b"), "a header is cut"),
        (_with_lengths(19, 3, b"\1a\4"), "a header is cut"),
        (_with_lengths(20, 4, b"\1a\x09x"), "a header is cut"),
        (_with_lengths(19, 3, b"\1a\x0a"), "a header is of the type 10, which there is not"),
        (_with_lengths(22, 6, b"\1a\0\1a\0"), "two headers have one name"),
        (_with_lengths(19, 3, b"\1\xff\0"), "can't decode"),
        (b"\0\0\0\x10\0\0\0\0\0\0\0\0", "the checksum of its lengths is wrong"),
    ],
)
def test_what_is_no_message_ends_the_stream_with_the_reason(sent: bytes, why: str) -> None:
    found, broken, _ = _ours(SAMPLE[:0] + sent + SAMPLE)
    assert found == []
    assert broken is not None
    assert why in broken


def test_a_long_message_is_waited_for_and_one_beyond_bounds_is_not() -> None:
    payload = b"x" * 1_000_000
    found, broken, _ = _ours(*(frame("event", "e", payload)[at : at + 65_536] for at in range(0, 1_000_200, 65_536)))
    assert ([one[1] for one in found], broken) == ([payload], None)


@given(st.binary(max_size=60))
def test_any_bytes_are_messages_or_a_reason(sent: bytes) -> None:
    found, broken, held = _ours(sent)
    theirs, has_failed = _theirs(sent)
    assert found == theirs
    assert (broken is not None) == has_failed
    assert broken or len(held) <= len(sent)


def test_a_text_is_told_from_a_stream_by_its_first_byte() -> None:
    assert [is_text(begin) for begin in (b"<html>", b'{"message"', b" ", SAMPLE, b"\0", b"")] == [True, True, True, False, False, False]
