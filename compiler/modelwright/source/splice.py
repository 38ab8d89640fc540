"""Turn the value written in a YAML text into another by splicing: what stays equal keeps its text, its comments and its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from . import read_yaml
from .fix import flow_span
from .write_yaml import WIDTH, entry_lines, flow, item_lines, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .node import Node, Pointer


_COMMENT = re.compile("( *)#")


class SpliceError(ValueError):
    """A text in which the value cannot be changed without changing anything else."""


def same(one: Any, two: Any) -> bool:
    """Tell whether two values are equal as data: True is not 1, and the order of keys says nothing."""
    if one is two:
        return True
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(item, two[key]) for key, item in one.items())
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    return isinstance(one, bool) == isinstance(two, bool) and bool(one == two)


def behind(names: Sequence[str], key: str, order: Sequence[str]) -> str | None:
    """Return the key of *names* that *key* is written behind, as *order* has them; None puts it first."""
    ranks = {name: rank for rank, name in enumerate(order)}
    if key not in ranks:
        return names[-1]
    lower = [name for name in names if ranks.get(name, len(ranks)) < ranks[key]]
    return max(lower, key=ranks.__getitem__) if lower else None


class Splice:
    """A YAML text that changes; `order` gives the keys of the mapping at a pointer in the order they are written."""

    def __init__(self, text: str, newline: str, order: Callable[[Pointer], Sequence[str]]) -> None:
        self._newline = newline
        self._order = order
        self._show(text)

    def value_at(self, pointer: Pointer) -> Any:
        """Return what the node at *pointer* holds."""
        return self._node(pointer).value

    def turn(self, pointer: Pointer, value: Any) -> None:
        """Have the node at *pointer* hold *value*; raises SpliceError, and is then of no further use."""
        old = self._node(pointer).value
        if same(old, value):
            return
        if isinstance(old, dict) and isinstance(value, dict) and old.keys() & value.keys():
            for key in [key for key in old if key not in value]:
                self._remove((*pointer, key))
            for key, item in value.items():
                if key in old:
                    self.turn((*pointer, key), item)
                else:
                    self._insert_entry(pointer, key, item)
        elif isinstance(old, list) and isinstance(value, list) and old and value:
            self._turn_list(pointer, old, value)
        else:
            self._replace(pointer, value)

    def insert(self, pointer: Pointer, index: int, values: Sequence[Any]) -> None:
        """Put *values* into the list at *pointer*, which holds something, before what is at *index*."""
        node = self._node(pointer)
        if self._flows(node):
            text = ", ".join(map(flow, values))
            place = self._end(node.children[index - 1]) if index else self._start(node.children[0])
            self._put_flow(pointer, place, place, f", {text}" if index else f"{text}, ")
            return
        lines = [line for value in values for line in item_lines(value, node.mark.column)]
        self._put_lines(lines, self._end(node.children[index - 1]) if index else None, self._start(node), node.mark.column)

    def _turn_list(self, pointer: Pointer, old: list[Any], new: list[Any]) -> None:
        least = min(len(old), len(new))
        head = next((index for index in range(least) if not same(old[index], new[index])), least)
        tail = next((count for count in range(least - head) if not same(old[-1 - count], new[-1 - count])), least - head)
        olds, news = len(old) - tail, len(new) - tail
        for index in range(head, min(olds, news)):
            self.turn((*pointer, index), new[index])
        for index in reversed(range(news, olds)):
            self._remove((*pointer, index))
        if news > olds:
            self.insert(pointer, olds, new[olds:news])

    def _insert_entry(self, pointer: Pointer, key: str, value: Any) -> None:
        node = self._node(pointer)
        before = behind([str(name) for name in node.children], key, self._order(pointer))
        first = min(node.keys.values(), key=lambda mark: mark.start)
        if before is None and not self._flows(node) and self.text[self._starts[self._line(self._offset(*first.start))] :][: first.column].strip():
            before = next(str(name) for name, mark in node.keys.items() if mark is first)  # what shares its line with a hyphen stays there
        if self._flows(node):
            text = f"{scalar(key)}: {flow(value)}"
            place = self._offset(*first.start) if before is None else self._end(node.children[before])
            self._put_flow(pointer, place, place, f"{text}, " if before is None else f", {text}")
            return
        lines = entry_lines(key, value, first.column)
        is_last = before == max(node.keys, key=lambda name: node.keys[name].start)  # the comments that follow are of this mapping
        self._put_lines(lines, None if before is None else self._end(node.children[before]), self._offset(*first.start), first.column, is_last=is_last)

    def _replace(self, pointer: Pointer, value: Any) -> None:
        node, parent = self._node(pointer), self._node(pointer[:-1])
        start, end = self._start(node), self._end(node)
        gap = " " if start == end else ""  # nothing stood behind the colon or hyphen
        if self._flows(parent):
            self._put_flow(pointer, start, end, gap + flow(value))
            return
        lines = self._lines(pointer, value)
        if len(lines) == 1 and self.text[start : start + 1] not in ("|", ">") and not self._is_block(node):
            self._put(start, end, gap + flow(value))
        else:
            self._rewrite(pointer, lines)

    def _lines(self, pointer: Pointer, value: Any) -> list[str]:
        """Return the lines that hold *value* at *pointer* in block style, its key or hyphen first."""
        parent, step = self._node(pointer[:-1]), pointer[-1]
        return entry_lines(step, value, parent.keys[step].column) if isinstance(step, str) else item_lines(value, parent.mark.column)

    def _rewrite(self, pointer: Pointer, lines: list[str]) -> None:
        """Write what stands behind the key or hyphen at *pointer* anew as *lines*, with the comment on its line."""
        node, step = self._node(pointer), pointer[-1]
        start, end = self._start(node), self._end(node)
        anchor = self._anchor(pointer)
        comment = "" if self._is_block(node) else self.text[end : self._line_end(end)]
        if self._line(anchor) < self._line(start):
            comment = self.text[anchor : self._line_end(anchor)]
        lead = lines[0].index("-") + 1 if isinstance(step, int) else len(lines[0]) - len(lines[0].lstrip(" ")) + len(scalar(step)) + 1
        self._put(anchor, self._line_end(end), self._newline.join([lines[0][lead:] + comment.rstrip(), *lines[1:]]))

    def _remove(self, pointer: Pointer) -> None:
        parent, node, step = self._node(pointer[:-1]), self._node(pointer), pointer[-1]
        key = parent.keys.get(step)
        end = self._end(node)
        if self._flows(parent):
            start, stop = flow_span(self.text, self._start(node) if key is None else self._offset(*key.start), end)
            self._put(start, stop, "")
            return
        start = self._anchor(pointer) - 1 if key is None else self._offset(*key.start)
        line = self._starts[self._line(start)]
        if not self.text[line:start].strip(" "):
            self._put(line, self._after(end, start - line), "")
            return
        following = [mark for mark in parent.keys.values() if key is not None and mark.start > key.start]
        if not following:
            raise SpliceError("it shares its line with what stays")
        stop = self._offset(*min(following, key=lambda mark: mark.start).start)
        has_comments = self.text[self._line_end(end) : stop].strip()
        self._put(start, self._line_end(end) if has_comments else stop, "")

    def _anchor(self, pointer: Pointer) -> int:
        """Return the place right behind the colon or the hyphen that the node at *pointer* follows."""
        parent, step = self._node(pointer[:-1]), pointer[-1]
        if isinstance(step, str):
            place = self._offset(*parent.keys[step].end)
            while self.text[place : place + 1] in (" ", "\t"):
                place += 1
            mark = ":"
        else:
            line, mark = self._node(pointer).mark.line, "-"
            while line > parent.mark.line and self.text[self._starts[line] + parent.mark.column] != mark:  # a comment stands between hyphen and node
                line -= 1
            place = self._starts[line] + parent.mark.column
        if self.text[place : place + 1] != mark:
            raise SpliceError("it is written in an unusual way")
        return place + 1

    def _put_flow(self, pointer: Pointer, start: int, end: int, text: str) -> None:
        """Put *text* into a flow collection, and spread that over lines if it became too long for one."""
        top = next(pointer[:depth] for depth in range(len(pointer) + 1) if self._flows(self._node(pointer[:depth])))
        width = self._node(top).mark.end_column
        self._put(start, end, text)
        node = self._node(top)
        if top and width <= WIDTH < node.mark.end_column and node.mark.line == node.mark.end_line:
            lines = self._lines(top, node.value)
            if len(lines) > 1:
                self._rewrite(top, lines)

    def _put_lines(self, lines: list[str], behind: int | None, first: int, column: int, *, is_last: bool = False) -> None:
        """Put *lines* below the line on which what ends at *behind* does, or before what begins at *first*, in *column*."""
        text = self._newline.join(lines)
        if behind is None:
            self._put(first, first, text.lstrip(" ") + self._newline + " " * column)
            return
        place = self._after(behind, column - is_last)
        has_no_end = place == len(self.text) and not read_yaml.BREAK.match(self.text[-1:])
        self._put(place, place, self._newline + text if has_no_end else text + self._newline)

    def _after(self, place: int, column: int) -> int:
        """Return the beginning of the line below *place* and below the comments that follow it, further in than *column*."""
        following = self._next_line(place)
        while (found := _COMMENT.match(self.text, following)) and len(found[1]) > column:
            following = self._next_line(following)
        return following

    def _put(self, start: int, end: int, text: str) -> None:
        self._show(self.text[:start] + text + self.text[end:])

    def _show(self, text: str) -> None:
        root, problems = read_yaml.compose(text)
        if root is None or problems:
            raise SpliceError("the text around it does not allow it")
        self.text, self._root = text, root
        breaks = list(read_yaml.BREAK.finditer(text))
        self._starts = [0, *(match.end() for match in breaks)]
        self._ends = [*(match.start() for match in breaks), len(text)]

    def _node(self, pointer: Pointer) -> Node:
        node = self._root
        for step in pointer:
            node = node.children[step]
        return node

    def _flows(self, node: Node) -> bool:
        return isinstance(node.value, (dict, list)) and self.text[self._start(node)] in "{["

    def _is_block(self, node: Node) -> bool:
        return bool(node.children) and not self._flows(node)

    def _start(self, node: Node) -> int:
        return self._offset(*node.mark.start)

    def _end(self, node: Node) -> int:
        """Return where the text of *node* ends; that of a literal or folded text ends with its last word."""
        while self._is_block(node):
            node = max(node.children.values(), key=lambda child: child.mark.start)
        start, end = self._start(node), self._offset(*node.mark.end)
        return start + len(self.text[start:end].rstrip()) if self.text[start : start + 1] in ("|", ">") else end

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line] + column

    def _line(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1

    def _next_line(self, place: int) -> int:
        return [*self._starts, len(self.text)][self._line(place) + 1]

    def _line_end(self, place: int) -> int:
        return self._ends[self._line(place)]
