"""JSON objects out of bytes, however these are cut: the elements of an array, or one object after the other."""

from .sse import BrokenStreamError

_BETWEEN = frozenset(b" \t\r\n,[]")
_QUOTE, _ESCAPE, _OPEN, _CLOSE = b'"\\{}'


class ObjectStream:
    """
    Takes bytes and gives the text of each outermost object; what separates them is passed over, and so are brackets around them.

    >>> stream = ObjectStream()
    >>> [list(stream.feed(piece)) for piece in (b'[{"a":"}"}', b',\\r\\n{"b":', b'{}}]')]
    [[b'{"a":"}"}'], [], [b'{"b":{}}']]
    """

    __slots__ = ("_depth", "_held", "_is_escaped", "_is_text", "most_bytes")

    def __init__(self, most_bytes: int = 32_000_000) -> None:
        self._held = bytearray()
        self._depth = 0
        self._is_text = False
        self._is_escaped = False
        self.most_bytes = most_bytes
        """Of one object."""

    def feed(self, data: bytes) -> "Iterator[bytes]":
        """Yield the objects that *data* ends; raises BrokenStreamError where something else begins, or one grows beyond bounds."""
        start = 0
        for position, byte in enumerate(data):
            if self._is_text:
                if self._is_escaped:
                    self._is_escaped = False
                elif byte == _ESCAPE:
                    self._is_escaped = True
                elif byte == _QUOTE:
                    self._is_text = False
            elif byte == _OPEN:
                start = start if self._depth else position
                self._depth += 1
            elif not self._depth:
                if byte not in _BETWEEN:
                    raise BrokenStreamError(f"no JSON object begins with {chr(byte)!r}")
            elif byte == _QUOTE:
                self._is_text = True
            elif byte == _CLOSE:
                self._depth -= 1
                if not self._depth:
                    yield bytes(self._held + data[start : position + 1])
                    self._held.clear()
        if self._depth:
            self._held += data[start:]
            if len(self._held) > self.most_bytes:
                raise BrokenStreamError(f"an object of more than {self.most_bytes:,} bytes")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
