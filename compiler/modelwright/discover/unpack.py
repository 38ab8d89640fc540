"""A body as it comes in, unpacked and counted before it takes room."""

from __future__ import annotations

import zlib

from .states import UnreadError

_GZIP = 16 + zlib.MAX_WBITS


class Unpacking:
    """Collects a body of at most *room* bytes, packed or not. Every way it can be wrong raises UnreadError."""

    def __init__(self, encoding: str, room: int) -> None:
        encoding = encoding.strip().lower()
        self._unknown = encoding not in ("", "identity", "gzip", "x-gzip")
        self._gzip = zlib.decompressobj(_GZIP) if encoding.endswith("gzip") else None
        self._room, self._received, self._body = room, 0, bytearray()

    def take(self, chunk: bytes) -> None:
        """Add what came in."""
        if self._unknown:
            raise UnreadError("malformed", "packed in a way that was not asked for")
        self._received += len(chunk)
        left = self._room - len(self._body)
        if self._gzip is not None:
            try:
                chunk = self._gzip.decompress(chunk, left + 1)
            except zlib.error:
                raise UnreadError("malformed", "the packed body is damaged") from None
        self._body += chunk[:left]
        if len(chunk) > left or self._received > self._room:
            raise UnreadError("malformed", f"larger than {self._room:,} bytes")

    def so_far(self) -> bytes:
        """Return what was taken."""
        return bytes(self._body)

    def whole(self) -> bytes:
        """Return the body once all of it was taken."""
        if self._gzip is not None and not self._gzip.eof and self._received:
            raise UnreadError("malformed", "the packed body breaks off")
        return self.so_far()
