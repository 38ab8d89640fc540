"""
Amazon's event stream, `application/vnd.amazon.eventstream`, out of bytes, however these are cut: headers and payload of each message.

A message is its length and that of its headers, a checksum of both, headers, payload, and a checksum of all before it
(https://smithy.io/2.0/aws/amazon-eventstream.html).
"""

from struct import calcsize, error as struct_error, unpack_from
from zlib import crc32

_PRELUDE_BYTES, _CRC_BYTES = 12, 4
_MOST_HEADER_BYTES = 128 * 1024
_MOST_BYTES = 24 * 1024 * 1024 + _MOST_HEADER_BYTES + _PRELUDE_BYTES + _CRC_BYTES
"""Of one message, with the largest headers and payload that AWS's own libraries take."""
_LARGEST_FIRST = _MOST_BYTES >> 24
"""The first byte of a message is no larger, which that of a text is."""
_TRUE, _FALSE, _BYTES, _STRING, _UUID = 0, 1, 6, 7, 9
_NUMBERS = {2: ">b", 3: ">h", 4: ">i", 5: ">q", 8: ">q"}
"""Types of headers that are a number, the last a time in milliseconds since 1970."""
_UUID_BYTES = 16


class MessageStream:
    """
    Takes bytes and gives messages, up to the first that is none.

    >>> stream = MessageStream()
    >>> stream.feed(bytes.fromhex("0000001000000000 05c248eb 7d98c8")), stream.broken
    ([], None)
    >>> stream.feed(b"\\xff" + b"no"), stream.feed(b" more of them"), stream.broken
    ([({}, b'')], [], 'no message of an event stream: the checksum of its lengths is wrong')
    """

    __slots__ = ("_held", "broken")

    def __init__(self) -> None:
        self._held = bytearray()
        self.broken: str | None = None
        """Why nothing more is read; None: nothing is wrong."""

    @property
    def held(self) -> bytes:
        """What is left of a message that is not whole."""
        return bytes(self._held)

    def feed(self, data: bytes) -> "list[tuple[dict[str, Any], bytes]]":
        """Return the messages that *data* ends."""
        found: list[tuple[dict[str, Any], bytes]] = []
        if self.broken is not None:
            return found
        held = self._held
        held += data
        at = 0
        try:
            while (length := _length(held, at)) and len(held) - at >= length:
                found.append(_message(bytes(held[at : at + length])))
                at += length
        except (ValueError, struct_error) as error:
            self.broken = f"no message of an event stream: {error if isinstance(error, ValueError) else 'a header is cut'}"
        del held[:at]
        return found


def is_text(begin: bytes) -> bool:
    """Tell whether what begins with *begin* is a text in place of an event stream, as a page or a failure."""
    return begin[:1] > bytes((_LARGEST_FIRST,))


def _length(held: bytearray, at: int) -> int:
    """Return the length of the message at *at*, 0 where that is not known yet; raises ValueError when there is none."""
    if len(held) - at < _PRELUDE_BYTES:
        return 0
    length, header_bytes, checksum = unpack_from(">III", held, at)
    if crc32(held[at : at + _PRELUDE_BYTES - _CRC_BYTES]) != checksum:
        raise ValueError("the checksum of its lengths is wrong")
    if length > _MOST_BYTES or header_bytes > _MOST_HEADER_BYTES or header_bytes > length - _PRELUDE_BYTES - _CRC_BYTES:
        raise ValueError(f"it is to have {length:,} bytes, {header_bytes:,} of them headers")
    return int(length)


def _message(data: bytes) -> "tuple[dict[str, Any], bytes]":
    (checksum,) = unpack_from(">I", data, len(data) - _CRC_BYTES)
    if crc32(data[:-_CRC_BYTES]) != checksum:
        raise ValueError("its checksum is wrong")
    (header_bytes,) = unpack_from(">I", data, 4)
    end = _PRELUDE_BYTES + header_bytes
    return _headers(data[_PRELUDE_BYTES:end]), data[end:-_CRC_BYTES]


def _headers(data: bytes) -> "dict[str, Any]":
    found: dict[str, Any] = {}
    at = 0
    while at < len(data):
        name_end = at + 1 + data[at]
        name = data[at + 1 : name_end].decode()
        (kind,) = unpack_from(">B", data, name_end)
        if name in found:
            raise ValueError("two headers have one name")
        found[name], at = _value(data, kind, name_end + 1)
    return found


def _value(data: bytes, kind: int, at: int) -> "tuple[Any, int]":
    """Return the value of a header of type *kind* at *at*, and where it ends."""
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, at
    if kind in _NUMBERS:
        (number,) = unpack_from(_NUMBERS[kind], data, at)
        return number, at + calcsize(_NUMBERS[kind])
    if kind in (_BYTES, _STRING):
        (width,) = unpack_from(">H", data, at)
        at += 2
    elif kind == _UUID:
        width = _UUID_BYTES
    else:
        raise ValueError(f"a header is of the type {kind}, which there is not")
    value = data[at : at + width]
    if len(value) < width:
        raise ValueError("a header is cut")
    return value.decode() if kind == _STRING else value, at + width


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
