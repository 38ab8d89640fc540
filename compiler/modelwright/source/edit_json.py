"""Turn the value written in a JSON text into another by splicing: what stays equal keeps its text and its place, and what is new is written as its neighbours are."""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from . import read_json
from .splice import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .node import Node

    Edit = tuple[int, int, str]
    Entry = tuple[str | None, Any]

_WIDTH = 140
"""Longest line that holds a mapping or list as a whole, in a file that does not spread them all."""


def turned(text: str, value: Any) -> str:
    """Return *text*, which is JSON, with *value* in place of what it holds; raises ValueError where it is not in order, or cannot hold that."""
    root, problems = read_json.compose(text)
    if root is None or problems:
        raise ValueError("the file is not in order; see `providers lint`")
    style = _Style(text, root)
    cursor, parts = 0, []
    for start, end, new in sorted(_edits(style, root, value), key=lambda edit: edit[:2]):
        parts += [text[cursor:start], new]
        cursor = end
    result = "".join((*parts, text[cursor:]))
    node, problems = read_json.compose(result)
    if node is None or problems or not same(node.value, value):
        raise ValueError("it would not read back as it should; edit the file by hand")
    return result


def rendered(value: Any) -> str:
    """Return *value* as a JSON document of its own."""
    return _Style("", None).render(value, "") + "\n"


def _edits(style: _Style, node: Node, value: Any) -> Iterator[Edit]:
    """Yield what to put between which places, so that *node* holds *value*."""
    old = node.value
    if same(old, value):
        return
    if isinstance(old, dict) and isinstance(value, dict) and old.keys() & value.keys():
        for key in [key for key in old if key in value]:
            yield from _edits(style, node.children[key], value[key])
        new = [(key, item) for key, item in value.items() if key not in old]
        yield from _exchanged(style, node, {key for key in old if key not in value}, new, before=None)
    elif isinstance(old, list) and isinstance(value, list) and old and value:
        yield from _list_edits(style, node, value)
    else:
        yield style.start(node), style.end(node), style.render(value, style.indent_of(style.start(node)))


def _list_edits(style: _Style, node: Node, value: list[Any]) -> Iterator[Edit]:
    old = node.value
    least = min(len(old), len(value))
    head = next((index for index in range(least) if not same(old[index], value[index])), least)
    tail = next((count for count in range(least - head) if not same(old[-1 - count], value[-1 - count])), least - head)
    olds, news = len(old) - tail, len(value) - tail
    for index in range(head, min(olds, news)):
        yield from _edits(style, node.children[index], value[index])
    yield from _exchanged(style, node, set(range(news, olds)), [(None, item) for item in value[olds:news]], before=olds if tail else None)


def _exchanged(style: _Style, node: Node, gone: set[Any], new: list[Entry], before: int | None) -> Iterator[Edit]:
    """Yield the edits that take the entries *gone* out of *node*, where others stay, and put *new* ones before the one at *before*, or last."""
    steps = list(node.children)
    kept = [step for step in steps if step not in gone]
    for number, step in enumerate(steps):
        if step in gone and steps.index(kept[0]) > number:
            yield style.begin(node, step), style.begin(node, steps[number + 1]), ""
        elif step in gone:
            yield style.end(node.children[steps[number - 1]]), style.end(node.children[step]), ""
    if not new:
        return
    anchor = kept[-1] if before is None else before
    place = style.begin(node, anchor)
    has_lines, indent = style.begins_line(place), style.indent_of(place)
    is_flat = not has_lines or style.keeps_on_lines(node)
    entries = [style.entry(key, item, indent, flat=is_flat) for key, item in new]
    between = f",{style.newline}{indent}" if has_lines else style.comma
    if before is None:
        place = style.end(node.children[anchor])
        yield place, place, "".join(between + entry for entry in entries)
    else:
        yield place, place, "".join(entry + between for entry in entries)


class _Style:
    """How a text is written: its line ends, its indentation, and whether it spreads what would fit on a line."""

    def __init__(self, text: str, root: Node | None) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in read_json.BREAK.finditer(text))]
        first = read_json.BREAK.search(text)
        self.newline = first[0] if first else "\n"
        self._unit, self._colon = "  ", ": "
        found = [] if root is None else list(_collections(root))
        if (spread := next(filter(self._is_spread, found), None)) is not None:
            inner = self.indent_of(self.begin(spread, next(iter(spread.children))))
            self._unit = inner.removeprefix(self.indent_of(self.start(spread))) or self._unit
        if (keyed := next((node for node in found if node.keys), None)) is not None:
            key, mark = next(iter(keyed.keys.items()))
            between = text[self._offset(*mark.end) : self.start(keyed.children[key])]
            self._colon = between if between in (":", " : ") else self._colon
        self.comma = "," if self._colon == ":" else ", "
        self._is_flat = bool(found) and not any(map(self._is_spread, found))
        self._spreads = any(self._is_spread(node) for node in found if not any(child.children for child in node.children.values()))

    def start(self, node: Node) -> int:
        return self._offset(*node.mark.start)

    def end(self, node: Node) -> int:
        return self._offset(*node.mark.end)

    def begin(self, node: Node, step: Any) -> int:
        """Return where the entry *step* of *node* begins: its key, if it has one."""
        return self._offset(*node.keys[step].start) if node.keys else self.start(node.children[step])

    def indent_of(self, place: int) -> str:
        """Return the blanks that the line of *place* begins with."""
        line = self.text[self._line_of(place) :]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def begins_line(self, place: int) -> bool:
        """Tell whether nothing but blanks stands before *place* on its line."""
        return not self.text[self._line_of(place) : place].strip()

    def keeps_on_lines(self, node: Node) -> bool:
        """Tell whether the mappings and lists in *node* each stand on a line."""
        inside = [child for child in node.children.values() if child.children]
        return bool(inside) and all(child.mark.line == child.mark.end_line for child in inside)

    def render(self, value: Any, indent: str, *, flat: bool = False) -> str:
        """Return *value* as it is written in this text on a line that begins with *indent*."""
        if not isinstance(value, (dict, list)) or not value:
            return json.dumps(value, ensure_ascii=False, allow_nan=False)
        entries: list[Entry] = [*value.items()] if isinstance(value, dict) else [(None, item) for item in value]
        first, last = "{}" if isinstance(value, dict) else "[]"
        line = first + self.comma.join(self.entry(key, item, "", flat=True) for key, item in entries) + last
        if flat or self._is_flat or (not self._spreads and indent and len(indent) + len(line) <= _WIDTH and _is_simple(value)):
            return line
        inner = self.newline + indent + self._unit
        spread = ("," + inner).join(self.entry(key, item, indent + self._unit) for key, item in entries)
        return first + inner + spread + self.newline + indent + last

    def entry(self, key: str | None, item: Any, indent: str, *, flat: bool = False) -> str:
        """Return an entry of a mapping, or of a list where there is no *key*."""
        name = "" if key is None else json.dumps(key, ensure_ascii=False) + self._colon
        return name + self.render(item, indent, flat=flat)

    def _is_spread(self, node: Node) -> bool:
        """Tell whether the first entry of *node* stands on a line below its bracket."""
        first = next(iter(node.children), None)
        return first is not None and node.mark.line < (node.keys[first] if node.keys else node.children[first].mark).line

    def _line_of(self, place: int) -> int:
        return self._starts[bisect_right(self._starts, place) - 1]

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line] + column


def _is_simple(value: Any) -> bool:
    """Tell whether *value* is read at a glance on one line: nothing in it holds more than plain values, and of several mappings each has a line."""
    items = value.values() if isinstance(value, dict) else value
    inside = [item for item in items if isinstance(item, (dict, list))]
    is_table = isinstance(value, list) and len(inside) > 1
    return not is_table and not any(isinstance(part, (dict, list)) for item in inside for part in (item.values() if isinstance(item, dict) else item))


def _collections(node: Node) -> Iterator[Node]:
    """Yield *node* and the mappings and lists below it that hold something."""
    if node.children:
        yield node
        for child in node.children.values():
            yield from _collections(child)
