"""
Read the compiled registry: halve the file until the line is found, and trust no line whose check does not hold.

Nothing is read but what is asked for, so opening costs the same for ten models and for a million. emit/artifact.py
describes the format.
"""

import os
from binascii import crc32

from .errors import ArtifactError

VERSION = 1
_CHUNK = 4096
_CHECK = 9  # a tab and eight hexadecimal digits


def _scanner() -> "Callable[[str], object]":
    """
    Return a function from JSON text to its value, with fractions as the text they are written as.

    The interpreter's own scanner is used without the `json` package around it, whose import takes longer than everything
    else here; where there is no such scanner, the package does the same.
    """
    try:
        from _json import make_scanner, scanstring  # noqa: F401  # make_scanner uses scanstring itself
    except ImportError:
        import json

        return json.JSONDecoder(parse_float=str).decode

    class Context:
        strict = True
        object_hook = None
        object_pairs_hook = None
        parse_float = str
        parse_int = int
        parse_constant = str
        memo: "dict[str, str]" = {}  # noqa: RUF012  # the scanner empties it after each value

    scan: Any = make_scanner(Context())  # type: ignore[arg-type]  # typeshed knows no other context than its own
    return lambda text: scan(text, 0)[0]


decode = _scanner()
"""JSON text to its value; fractions stay text. Raises ValueError or StopIteration."""


class Artifact:
    """
    An open compiled registry; its records by key.

    Raises ArtifactError when the file is not there, is of another version, or anything read from it is damaged.
    """

    __slots__ = ("_end", "_file", "_start", "header", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = -1
        try:
            self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            size = os.fstat(self._file).st_size
            first = self._read_line(0, size)
        except OSError as error:
            raise ArtifactError(path, (error.strerror or str(error)).lower()) from None
        self.header = self._header(first)
        self._start = len(first)
        self._end = self._start + int(self.header.get("body_bytes", -1))
        if size != self._end:
            raise ArtifactError(path, f"the file has {size} bytes where its header says {self._end}")

    def __del__(self) -> None:
        if getattr(self, "_file", -1) >= 0:
            os.close(self._file)

    def find(self, key: str) -> "dict[str, Any] | None":
        """Return the record at *key*; None when there surely is none."""
        wanted = key.encode(errors="surrogatepass")  # arguments that are not UTF-8 hold surrogates, and are not found
        low, high = self._start, self._end
        while low < high:
            start, line = self._line_around((low + high) // 2, low, high)
            found, value = self._checked(line)
            if found == wanted:
                return decode(value.decode())  # type: ignore[return-value]  # every record is an object, but those of inputs
            if found < wanted:
                low = start + len(line)
            else:
                high = start
        return None

    def scan(self, prefix: str) -> "Iterator[tuple[str, Any]]":
        """Yield key, without *prefix*, and record of every line that begins with it, in the file's order."""
        wanted = prefix.encode()
        position = self._first(wanted)
        while position < self._end:
            line = self._read_line(position, self._end)
            key, value = self._checked(line)
            if not key.startswith(wanted):
                return
            yield key[len(wanted) :].decode(), decode(value.decode())
            position += len(line)

    def keys(self, prefix: str) -> "Iterator[str]":
        """Yield the keys, without *prefix*, of every line that begins with it."""
        return (key for key, _ in self.scan(prefix))

    def verify(self) -> int:
        """Return the number of records after checking every line, their order and their number."""
        position, last, count = self._start, b"", 0
        while position < self._end:
            line = self._read_line(position, self._end)
            key, _ = self._checked(line)
            if key <= last:
                raise ArtifactError(self.path, f"the line of {key.decode(errors='replace')!r} is out of order")
            position, last, count = position + len(line), key, count + 1
        if count != self.header["records"]:
            raise ArtifactError(self.path, f"there are {count} records where the header says {self.header['records']}")
        return count

    def _header(self, line: bytes) -> "dict[str, Any]":
        if not line.startswith(b'{"artifact":'):
            raise ArtifactError(self.path, "this is not a compiled registry")
        content = self._content(line)
        header: dict[str, Any] = decode(content.decode())  # type: ignore[assignment]
        if header["artifact"] != VERSION:
            cure = "upgrade modelwright, or run `providers compile` to make it anew"
            raise ArtifactError(self.path, f"its format is version {header['artifact']}; this modelwright reads version {VERSION}", cure)
        return header

    def _first(self, wanted: bytes) -> int:
        low, high = self._start, self._end
        while low < high:
            start, line = self._line_around((low + high) // 2, low, high)
            if self._checked(line)[0] < wanted:
                low = start + len(line)
            else:
                high = start
        return low

    def _line_around(self, position: int, low: int, high: int) -> "tuple[int, bytes]":
        """Return where the line that holds *position* begins, and the line; it lies between *low* and *high*."""
        reach = _CHUNK
        while True:
            base = max(low, position - reach)
            chunk = self._read(base, min(high, position + reach) - base)
            before = chunk.rfind(b"\n", 0, position - base)
            after = chunk.find(b"\n", position - base)
            if (before >= 0 or base == low) and after >= 0:
                return base + before + 1, chunk[before + 1 : after + 1]
            if base == low and base + len(chunk) >= high:
                raise ArtifactError(self.path, f"the line at byte {base} has no end")
            reach *= 8

    def _read_line(self, position: int, high: int) -> bytes:
        length = _CHUNK
        while True:
            chunk = self._read(position, min(length, high - position))
            end = chunk.find(b"\n")
            if end >= 0:
                return chunk[: end + 1]
            if position + len(chunk) >= high:
                raise ArtifactError(self.path, f"the line at byte {position} has no end")
            length *= 8

    def _read(self, position: int, length: int) -> bytes:
        try:
            chunk = _pread(self._file, length, position)
        except OSError as error:
            raise ArtifactError(self.path, (error.strerror or str(error)).lower()) from None
        if len(chunk) != length:
            raise ArtifactError(self.path, "the file was cut short while it was read")
        return chunk

    def _checked(self, line: bytes) -> "tuple[bytes, bytes]":
        key, found, value = self._content(line).partition(b"\t")
        if not found:
            raise ArtifactError(self.path, "a line is damaged")
        return key, value

    def _content(self, line: bytes) -> bytes:
        """Return *line* without its check, which must hold."""
        content = line[: -_CHECK - 1]
        if b"%b\t%08x\n" % (content, crc32(content)) != line:
            raise ArtifactError(self.path, "a line is damaged: its checksum does not hold")
        return content


if hasattr(os, "pread"):
    _pread = os.pread
else:  # pragma: no cover - Windows has no pread
    from _thread import allocate_lock

    _seeking = allocate_lock()

    def _pread(file: int, length: int, position: int) -> bytes:
        with _seeking:
            os.lseek(file, position, os.SEEK_SET)
            return os.read(file, length)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any
