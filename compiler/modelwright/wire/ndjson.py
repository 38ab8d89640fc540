"""Newline-delimited JSON out of bytes, however these are cut: one line a value."""

from .sse import BrokenStreamError


class LineStream:
    r"""
    Takes bytes and gives lines; empty ones are passed over.

    >>> stream = LineStream()
    >>> stream.feed(b'{"a":1}\n{"b"'), stream.feed(b':2}\r\n\n{"c":3}'), stream.end()
    ([b'{"a":1}'], [b'{"b":2}'], [b'{"c":3}'])
    """

    __slots__ = ("_held", "_held_bytes", "most_bytes")

    def __init__(self, most_bytes: int = 32_000_000) -> None:
        self._held: list[bytes] = []
        self._held_bytes = 0
        self.most_bytes = most_bytes
        """Of one line."""

    def feed(self, data: bytes) -> "list[bytes]":
        """Return the lines that *data* ends; raises BrokenStreamError where one grows beyond bounds."""
        first, newline, rest = data.partition(b"\n")
        self._held_bytes += len(first)
        if self._held_bytes > self.most_bytes:
            raise BrokenStreamError(f"a line of more than {self.most_bytes:,} bytes")
        if not newline:
            self._held.append(data)
            return []
        if self._held:
            first = b"".join(self._held) + first
        *lines, last = rest.split(b"\n")
        self._held, self._held_bytes = [last] if last else [], len(last)
        return [line for line in map(bytes.strip, (first, *lines)) if line]

    def end(self) -> "list[bytes]":
        """Return what came after the last newline, as some servers end without one."""
        line, self._held, self._held_bytes = b"".join(self._held).strip(), [], 0
        return [line] if line else []
