"""
One entry of a long list, a mapping in block style, as the lines of its keys.

Composing an entry for every change of it is most of the time of a large apply. What is written as this program writes it is
written anew without; of a key that is written in another way the lines are composed, a tenth of the entry. An entry that is no
such block raises SpliceError here and is changed by the longer way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .splice import Splice, SpliceError, behind, same
from .write_yaml import entry_lines, item_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .node import Pointer

_COMMENT = re.compile(r"( *)(#|\r?\n?$)")


class Block:
    """The entry that *text* holds and that reads as *value*; `order` gives the keys of the mapping at a pointer in the order they are written."""

    def __init__(self, text: str, newline: str, value: Mapping[str, Any], order: Callable[[Pointer], Sequence[str]]) -> None:
        self._newline = newline
        self._value = value
        self._order = order
        lead = re.match(r"( *)- (?! )", text)
        if lead is None or not text.endswith(newline) or ("\r" in text and newline != "\r\n"):
            raise SpliceError("it is not written in lines of its own")
        self._column = len(lead[1]) + 2
        starts = list(re.compile(rf"(?m)^(?:{lead[1]}- | {{{self._column}}})([a-z_$][a-z0-9_]*):(?=[ \r\n])").finditer(text))
        if [start[1] for start in starts] != list(value) or starts[0].start() != 0:
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

    def leads_with_other(self, value: Mapping[str, Any]) -> bool:
        """Tell whether *value* differs in the key behind the hyphen, whose line is not all its own."""
        first = next(iter(self._value))
        return first not in value or not same(self._value[first], value[first])

    def turn(self, value: Mapping[str, Any]) -> None:
        """Have the entry hold *value*, which leads with the same key; raises SpliceError, and is then of no further use."""
        for key in [key for key in self._value if key not in value]:
            self._remove(key)
        for key, item in value.items():
            if key not in self._parts:
                self._insert(key, item)
            elif not same(self._value[key], item):
                self._parts[key][1] = self._written_anew(key, item) or self._spliced(key, item)
        self._value = value

    def _written_anew(self, key: str, value: Any) -> str | None:
        """Return the lines of *key* with *value*; None where they are not as this program would write them, or something else would move."""
        old = self._value[key]
        before = entry_lines(key, old, self._column)
        if len(before) not in (1, 1 + len(old) if isinstance(old, (dict, list)) else 1) or self._parts[key][1] != self._joined(before):
            return None
        after = entry_lines(key, _arranged(old, value, (key,), self._order), self._column)
        return None if len(after) == 1 < len(before) else self._joined(after)

    def _spliced(self, key: str, value: Any) -> str:
        splice = Splice(self._parts[key][1], self._newline, self._order)
        splice.turn((key,), value)
        return splice.text

    def _remove(self, key: str) -> None:
        """Take *key* out, with its comments but not with those above it."""
        names = list(self._parts)
        above, _ = self._parts.pop(key)
        following = names[names.index(key) + 1 :]
        if following:
            self._parts[following[0]][0] = above + self._parts[following[0]][0]
        else:
            self._tail = above + self._tail

    def follow(self, items: Sequence[Any]) -> None:
        """Have *items* stand below the entry and its comments."""
        own, rest = self._comments(self._column - 1)
        self._tail = own + self._joined(line for item in items for line in item_lines(item, self._column - 2)) + rest

    def _insert(self, key: str, value: Any) -> None:
        names = list(self._parts)
        before = behind(names, key, self._order(())) or names[-1]
        if before == names[-1]:
            own, self._tail = self._comments(self._column)
            self._parts[before][1] += own
        parts = list(self._parts.items())
        parts.insert(names.index(before) + 1, (key, ["", self._joined(entry_lines(key, value, self._column))]))
        self._parts = dict(parts)

    def _comments(self, column: int) -> tuple[str, str]:
        """Return the comments that follow the last key in *column* or further in, and what comes behind them."""
        lines = self._tail.splitlines(keepends=True)
        stop = 0
        while stop < len(lines) and (found := _COMMENT.match(lines[stop])) and found[2] == "#" and len(found[1]) >= column:
            stop += 1
        return "".join(lines[:stop]), "".join(lines[stop:])

    def _joined(self, lines: Iterable[str]) -> str:
        return "".join(line + self._newline for line in lines)


def _arranged(old: Any, new: Any, pointer: Pointer, order: Callable[[Pointer], Sequence[str]]) -> Any:
    """Return *new* with what is in *old* too as it is there, and with keys that are not where they are written."""
    if same(old, new):
        return old
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
        names = [key for key in old if key in new]
        for key in [key for key in new if key not in old]:
            before = behind(names, key, order(pointer))
            names.insert(0 if before is None else names.index(before) + 1, key)
        return {key: _arranged(old[key], new[key], (*pointer, key), order) if key in old else new[key] for key in names}
    if isinstance(old, list) and isinstance(new, list):
        return [
            next((one for one in old if same(one, item)), None) or (_arranged(old[index], item, (*pointer, index), order) if index < len(old) else item)
            for index, item in enumerate(new)
        ]
    return new
