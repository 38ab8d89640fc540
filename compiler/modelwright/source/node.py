"""A parsed value together with where it stands; built only for files about which something is reported."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 64
"""Deepest nesting that is read; real files use less than ten."""

MAX_PROBLEMS = 200
"""Most things that are reported of one file; after so many it is not what it was taken for."""

MAX_DIGITS = 400
"""Longest whole number that is read; longer ones count as infinite, as fractions do from there on."""

_CLIP = 80

Pointer = tuple[str | int, ...]
"""The way from a document's root to a node: keys of mappings and indexes of lists."""


@dataclass(slots=True, frozen=True)
class Mark:
    """A stretch of text; lines and columns count from 0 and the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def start(self) -> tuple[int, int]:
        return (self.line, self.column)

    @property
    def end(self) -> tuple[int, int]:
        return (self.end_line, self.end_column)


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
            step = node.step_to(mark)
            if step is None:
                steps += [node.doubled[mark]] if mark in node.doubled else []
                break
            steps.append(step)
            node = node.children[step]
        return tuple(steps)

    def step_to(self, mark: Mark) -> str | int | None:
        """Return the step to the child that *mark* begins in, its key included."""
        steps = list(self.children)
        index = bisect_right(steps, (mark.line, mark.column), key=lambda step: (self.keys.get(step) or self.children[step].mark).start) - 1
        return steps[index] if index >= 0 and mark.start < self.children[steps[index]].mark.end else None


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


def clipped(text: str) -> str:
    """Return *text*, or its beginning where it is too long for a message."""
    return text if len(text) <= _CLIP else f"{text[: _CLIP - 1]}…"
