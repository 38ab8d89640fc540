"""JSON with positions, duplicate keys and non-numbers reported; the standard library has the values, this the places."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from .node import MAX_DEPTH, MAX_DIGITS, MAX_PROBLEMS, TOP, Mark, Node, Problem, clipped

if TYPE_CHECKING:
    from collections.abc import Callable

BREAK = re.compile(r"\r\n?|\n")
"""What ends a line."""

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LITERALS = {"true": True, "false": False, "null": None}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAYBE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SYNTAX = "PV002"
_TEXTS = {
    "control character": ("a line break or control character in a text", "close the quotes on the same line; write a line break as \\n"),
    "Unterminated": ("a text that does not end", "close the quotes"),
    "escape": ("an escape that JSON does not have", "write a backslash as \\\\"),
}
"""What the standard library says of a text, in our words and with the cure."""
_scanstring: Callable[[str, int, bool], tuple[str, int]] = json.decoder.scanstring  # type: ignore[attr-defined]  # not in typeshed


class _InvalidError(Exception):
    def __init__(self, position: int, what: str, help_: str = "mend the syntax here") -> None:
        super().__init__(what)
        self.position, self.what, self.help = position, what, help_


def load(text: str) -> Any:
    """Return the value of *text*; raises ValueError on anything that `compose` would report, and when nesting is too deep."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("duplicate key")
        return result

    def no(constant: str) -> Any:
        raise ValueError(constant)

    if _MAYBE_SURROGATE.search(text):
        raise ValueError("half a character")
    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no)
    except RecursionError as error:
        raise ValueError("too deep") from error


def compose(text: str) -> tuple[Node | None, list[Problem]]:
    """Return the value of *text* with positions, and all that is wrong with it; the node is None when it cannot be read."""
    reader = _Reader(text)
    try:
        node, position = reader.value(reader.skip(0), 0)
        if reader.skip(position) != len(text):
            raise _InvalidError(reader.skip(position), "text after the end of the JSON value", "remove it")
    except _InvalidError as error:
        line, column = reader.place(min(error.position, len(text.rstrip())))
        mark = Mark(line, column, line, column + 1)
        return None, [*reader.problems, Problem(_SYNTAX, f"invalid JSON: {error.what}", error.help, mark)]
    return node, reader.problems[:MAX_PROBLEMS]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self._starts = [0, *(match.end() for match in BREAK.finditer(text))]

    def mark(self, start: int, end: int) -> Mark:
        return Mark(*self.place(start), *self.place(end)) if self.text else TOP

    def skip(self, position: int) -> int:
        match = _SPACE.match(self.text, position)
        return match.end() if match else position

    def value(self, position: int, depth: int) -> tuple[Node, int]:
        first = self.text[position : position + 1]
        if depth >= MAX_DEPTH and first in ("{", "["):
            raise _InvalidError(position, f"nested deeper than {MAX_DEPTH} levels", "flatten the data")
        if first == "{":
            return self._object(position, depth)
        if first == "[":
            return self._array(position, depth)
        if first == '"':
            text, end = self._string(position)
            return Node(text, self.mark(position, end)), end
        return self._bare(position)

    def _bare(self, position: int) -> tuple[Node, int]:
        for word, value in _LITERALS.items():
            if self.text.startswith(word, position):
                return Node(value, self.mark(position, position + len(word))), position + len(word)
        match = _NUMBER.match(self.text, position)
        if not match:
            raise _InvalidError(position, "a value was expected", "put text in double quotes; numbers are finite; the words are true, false and null")
        is_whole = not match[1] and not match[2]
        number = int(match[0]) if is_whole and len(match[0]) <= MAX_DIGITS else float(match[0])
        mark = self.mark(position, match.end())
        if number in (math.inf, -math.inf):
            self.problems.append(Problem(_SYNTAX, f"`{clipped(match[0])}` is not a finite number", "write a finite number, or leave the key out", mark))
        return Node(number, mark), match.end()

    def _string(self, position: int) -> tuple[str, int]:
        try:
            text, end = _scanstring(self.text, position + 1, True)
        except json.JSONDecodeError as error:
            raise _InvalidError(error.pos, *next((said for part, said in _TEXTS.items() if part in error.msg), (error.msg.lower(),))) from error
        if _SURROGATE.search(text):
            self.problems.append(Problem("PV005", "half of a surrogate pair is not a character", "write the character itself", self.mark(position, end)))
        return text, end

    def _object(self, position: int, depth: int) -> tuple[Node, int]:
        node = Node({}, self.mark(position, position + 1))
        at = self.skip(position + 1)
        while self.text[at : at + 1] != "}":
            if node.keys:
                at = self._comma(at, "}")
            if self.text[at : at + 1] != '"':
                raise _InvalidError(at, "a key in double quotes was expected", "put the key in double quotes; JSON has no comments")
            key, end = self._string(at)
            mark = self.mark(at, end)
            at = self.skip(end)
            if self.text[at : at + 1] != ":":
                raise _InvalidError(at, f"`:` was expected after the key `{clipped(key)}`", "put a colon between the key and its value")
            child, at = self.value(self.skip(at + 1), depth + 1)
            at = self.skip(at)
            if key in node.value:
                message = f"duplicate key `{clipped(key)}`; the first is on line {node.keys[key].line + 1}"
                self.problems.append(Problem("PV003", message, "keep one of the two", mark))
                node.doubled[mark] = key
                continue
            node.value[key], node.children[key], node.keys[key] = child.value, child, mark
        node.mark = self.mark(position, at + 1)
        return node, at + 1

    def _array(self, position: int, depth: int) -> tuple[Node, int]:
        node = Node([], self.mark(position, position + 1))
        at = self.skip(position + 1)
        while self.text[at : at + 1] != "]":
            if node.value:
                at = self._comma(at, "]")
            child, at = self.value(at, depth + 1)
            node.children[len(node.value)] = child
            node.value.append(child.value)
            at = self.skip(at)
        node.mark = self.mark(position, at + 1)
        return node, at + 1

    def _comma(self, position: int, closing: str) -> int:
        if self.text[position : position + 1] != ",":
            raise _InvalidError(position, f"`,` or `{closing}` was expected", "put a comma between the entries, or close the bracket")
        after = self.skip(position + 1)
        if self.text[after : after + 1] == closing:
            raise _InvalidError(position, "a comma without a value after it", "remove the comma")
        return after

    def place(self, position: int) -> tuple[int, int]:
        from bisect import bisect_right

        line = bisect_right(self._starts, position) - 1
        return line, position - self._starts[line]
