"""
Find one item of a long top-level list without composing the whole file.

Registry files are a head and one long list, written a line or more an item; composing the one item that a finding is about
takes a thousandth of composing the file. What is found is compared with the value that was read, so a file that is written
in another way, or holds text that looks like an item, only costs the longer way.
"""

from __future__ import annotations

import re
from typing import Any

from . import read_yaml
from .node import Mark, Node

_COMMENT = re.compile(r"(?m)^ *#.*$")
_FIRST = re.compile(r"(?m)^( *)- ")
_END = re.compile(r"\n[^ \-#\r\n]")


class Items:
    """The items of the list at *key* of a YAML document: text and value."""

    def __init__(self, text: str, key: str, values: list[Any]) -> None:
        self._text = text
        self._values = values
        self._known: dict[int, Node | None] = {}
        self._starts: list[int] = []
        self._lead = ""
        head = re.search(rf"(?m)^{key}:[ ]*(#.*)?\r?$", text)
        first = _FIRST.search(text, head.end()) if head else None
        if head and first and not _COMMENT.sub("", text[head.end() : first.start()]).strip():
            end = _END.search(text, head.end())
            self._end = end.start() + 1 if end else len(text)
            self._lead = first[1]
            self._starts = [match.start() + 1 for match in re.compile(rf"\n{first[1]}- ").finditer(text, first.start() - 1, self._end)]

    def node(self, index: int) -> Node | None:
        """Return the item at *index* with the places it has in the file; None when it cannot be told from the text alone."""
        if index not in self._known:
            self._known[index] = self._compose(index)
        return self._known[index]

    def stretch(self, index: int) -> tuple[int, int] | None:
        """Return where the lines of the item at *index* begin and end, as far as the text alone tells; None when it does not."""
        if len(self._starts) != len(self._values) or not 0 <= index < len(self._starts):
            return None
        return self._starts[index], self._starts[index + 1] if index + 1 < len(self._starts) else self._end

    def around(self) -> tuple[str, str] | None:
        """
        Return the text before the first item and that behind the last; None where the lines that were found may not be those of the items.

        In a plain text the only line that begins an item and is not found is a hyphen alone. Where there is none, and as many lines
        as items were found, each begins one, unless there are items behind the last: reading what is returned shows those.
        """
        if not self._starts or len(self._starts) != len(self._values) or f"\n{self._lead}-\n" in f"{self._text}\n":
            return None
        return self._text[: self._starts[0]], self._text[self._end :]

    def _compose(self, index: int) -> Node | None:
        stretch = self.stretch(index)
        if stretch is None:
            return None
        start, stop = stretch
        root, problems = read_yaml.compose(self._text[start:stop])
        if problems or root is None or root.value != [self._values[index]]:
            return None
        return _moved(root.children[0], self._text.count("\n", 0, start))


def _moved(node: Node, lines: int) -> Node:
    """Return *node* with every mark *lines* further down."""
    children = {step: _moved(child, lines) for step, child in node.children.items()}
    return Node(node.value, _down(node.mark, lines), children, {key: _down(mark, lines) for key, mark in node.keys.items()})


def _down(mark: Mark, lines: int) -> Mark:
    return Mark(mark.line + lines, mark.column, mark.end_line + lines, mark.end_column)
