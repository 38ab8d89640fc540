"""A parsed value together with where it stands; built only for files about which something is reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 64
"""Deepest nesting that is read; real files use less than ten."""

Pointer = tuple[str | int, ...]
"""The way from a document's root to a node: keys of mappings and indexes of lists."""


@dataclass(slots=True, frozen=True)
class Mark:
    """A stretch of text; lines and columns count from 0 and the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def before(self, other: Mark) -> bool:
        """Tell whether this does not begin after *other*."""
        return (self.line, self.column) <= (other.line, other.column)

    def within(self, other: Mark) -> bool:
        """Tell whether this begins before *other* ends."""
        return (self.line, self.column) < (other.end_line, other.end_column)


@dataclass(slots=True)
class Node:
    """A value with its mark; a mapping's node also marks its keys."""

    value: Any
    mark: Mark
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str | int, Mark] = field(default_factory=dict)
    doubled: dict[Mark, str] = field(default_factory=dict)
    """Where a key stands once more; its value is not kept."""

    def mark_of(self, pointer: Pointer, *, key: bool = False) -> Mark:
        """Return the mark of the node at *pointer*, or of the nearest node above it; with *key*, of its key."""
        node, mark = self, self.mark
        for depth, step in enumerate(pointer):
            if step not in node.children:
                break
            last = depth == len(pointer) - 1
            mark = node.keys[step] if last and key and step in node.keys else node.children[step].mark
            node = node.children[step]
        return mark

    def pointer_of(self, problem: Problem) -> Pointer:
        """Return the way to the innermost node that holds *problem*."""
        if problem.pointer is not None:
            return problem.pointer
        steps: list[str | int] = []
        node: Node | None = self
        while node is not None and problem.mark is not None:
            mark = problem.mark
            step = next((key for key, child in node.children.items() if (node.keys.get(key) or child.mark).before(mark) and mark.within(child.mark)), None)
            if step is None:
                steps += [node.doubled[mark]] if mark in node.doubled else []
                break
            steps.append(step)
            node = node.children[step]
        return tuple(steps)


@dataclass(slots=True, frozen=True)
class Problem:
    """Something wrong with a file's text, before anybody asks what it means."""

    code: str
    message: str
    help: str
    mark: Mark | None = None
    pointer: Pointer | None = None
    on_key: bool = False


TOP = Mark(0, 0, 0, 1)
