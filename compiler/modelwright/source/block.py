"""
One entry of a long list, a mapping in block style, as the lines of its keys.

Composing a whole entry for every change of it is most of the time of a large apply; the lines of one key are a tenth of it.
What is written in another way raises SpliceError here and is changed by the longer way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .splice import Splice, SpliceError
from .write_yaml import entry_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .node import Pointer

_COMMENT = re.compile(r"( *)(#|\r?\n?$)")


class Block:
    """The entry that *text* holds, whose keys are *keys*; `order` gives the keys of the mapping at a pointer in the order they are written."""

    def __init__(self, text: str, newline: str, keys: Iterable[str], order: Callable[[Pointer], Sequence[str]]) -> None:
        self._newline = newline
        self._order = order
        lead = re.match(r"( *)- (?! )", text)
        if lead is None or not text.endswith(newline) or ("\r" in text and newline != "\r\n"):
            raise SpliceError("it is not written in lines of its own")
        self._column = len(lead[1]) + 2
        starts = list(re.compile(rf"(?m)^(?:{lead[1]}- | {{{self._column}}})([a-z_$][a-z0-9_]*):(?=[ \r\n])").finditer(text))
        if [start[1] for start in starts] != list(keys) or starts[0].start() != 0:
            raise SpliceError("its keys do not stand at the beginning of lines")
        ends = [*(start.start() for start in starts[1:]), len(text)]
        self._parts: dict[str, list[str]] = {}
        above = ""
        for start, end in zip(starts, ends, strict=True):
            lines = text[start.start() : end].splitlines(keepends=True)
            stop = next((index + 1 for index in range(len(lines) - 1, -1, -1) if not self._is_outside(lines[index])), 1)
            self._parts[start[1]] = [above, "".join(lines[:stop])]
            above = "".join(lines[stop:])
        self._tail = above

    def _is_outside(self, line: str) -> bool:
        """Tell whether *line* is a comment or empty line that belongs to what follows."""
        found = _COMMENT.match(line)
        return found is not None and (found[2] != "#" or len(found[1]) <= self._column)

    @property
    def text(self) -> str:
        """The entry as it is written now."""
        return "".join(above + lines for above, lines in self._parts.values()) + self._tail

    def put(self, key: str, value: Any) -> None:
        """Have *key* hold *value*; raises SpliceError, and is then of no further use."""
        if key not in self._parts:
            self._insert(key, value)
            return
        if key == next(iter(self._parts)):
            raise SpliceError("it stands behind the hyphen")
        splice = Splice(self._parts[key][1], self._newline, self._order)
        splice.turn((key,), value)
        self._parts[key][1] = splice.text

    def remove(self, key: str) -> None:
        """Take *key* out, with its comments but not with those above it; raises SpliceError where it stands behind the hyphen."""
        names = list(self._parts)
        if key == names[0]:
            raise SpliceError("it stands behind the hyphen")
        above, _ = self._parts.pop(key)
        following = names[names.index(key) + 1 :]
        if following:
            self._parts[following[0]][0] = above + self._parts[following[0]][0]
        else:
            self._tail = above + self._tail

    def _insert(self, key: str, value: Any) -> None:
        order = {name: rank for rank, name in enumerate(self._order(()))}
        names = list(self._parts)
        lower = [name for name in names if order.get(name, len(order)) < order.get(key, len(order))]
        before = max(lower, key=order.__getitem__) if lower and key in order else names[-1]
        if before == names[-1]:
            self._take_comments(before)
        lines = "".join(line + self._newline for line in entry_lines(key, value, self._column))
        parts = list(self._parts.items())
        parts.insert(names.index(before) + 1, (key, ["", lines]))
        self._parts = dict(parts)

    def _take_comments(self, key: str) -> None:
        """Count the comments that follow the last *key* in its column as its own."""
        lines = self._tail.splitlines(keepends=True)
        stop = 0
        while stop < len(lines) and (found := _COMMENT.match(lines[stop])) and found[2] == "#" and len(found[1]) >= self._column:
            stop += 1
        self._parts[key][1] += "".join(lines[:stop])
        self._tail = "".join(lines[stop:])
