"""One file: its text, its value, and where every node of it stands."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..ir.inputs import MAX_BYTES
from ..ir.span import Span
from . import read_json, read_yaml
from .items import Items
from .node import TOP, Mark, Node, Problem

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence


class Document:
    """
    A file that was read.

    `path` is its logical path (`registry/models/acme.yaml`, `user/models.json`), the same on every machine; `shown` is how
    a person at this terminal names it; `file` is where it was read; `kind` is the name of its schema. `data` is None when it could not be read, and
    `problems` then says why.
    """

    def __init__(self, path: str, shown: str, kind: str, text: bytes, file: str | None = None) -> None:
        self.path = path
        self.file = shown if file is None else file
        self.shown = shown
        self.kind = kind
        self.text = text
        self.problems: list[Problem] = []
        self.data: Any = None

    @classmethod
    def read(cls, file: str | os.PathLike[str], path: str, shown: str, kind: str) -> Document:
        """Return the file's document; whatever keeps it from being read is in its `problems`, never raised."""
        document = cls(path, shown, kind, b"", os.fspath(file))
        try:
            state = os.stat(file)
            size = state.st_size
            if not stat.S_ISREG(state.st_mode):
                what = "a folder" if stat.S_ISDIR(state.st_mode) else "not a file but a pipe, socket or device"
                document.problems.append(Problem("PV001", f"this is {what}", "put a file in its place"))
                return document
            if size > MAX_BYTES:
                document.problems.append(Problem("PV001", f"the file has {size:,} bytes; at most {MAX_BYTES:,} are read", "split it"))
                return document
            with open(file, "rb") as stream:
                document.text = stream.read(size + 1)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            document.problems.append(Problem("PV001", f"the file cannot be read: {reason}", "check the path and its permissions"))
            return document
        document.load()
        return document

    @property
    def is_json(self) -> bool:
        return self.path.endswith(".json")

    @property
    def source(self) -> str:
        """The text without a byte order mark, which editors do not count either; raises UnicodeDecodeError where it is not UTF-8."""
        return self.text.decode().removeprefix("\ufeff")

    @property
    def breaks(self) -> re.Pattern[str]:
        """What ends a line, as its reader counts them."""
        return read_json.BREAK if self.is_json else read_yaml.BREAK

    def load(self, *, fast: bool = True) -> None:
        """Fill `data` and `problems` from `text`; with *fast* through the accelerator where that gives the same answer."""
        self.problems.clear()
        self.data = None
        for cached in ("is_plain", "root", "_items", "_lines"):
            self.__dict__.pop(cached, None)
        try:
            text = self.source
        except UnicodeDecodeError as error:
            before = self.breaks.split(self.text[: error.start].decode())
            mark = Mark(len(before) - 1, len(before[-1]), len(before) - 1, len(before[-1]) + 1)
            self.problems.append(Problem("PV001", f"the file is not UTF-8: byte {error.start} is {self.text[error.start]:#04x}", "save the file as UTF-8", mark))
            self.__dict__["root"] = None
            return
        if not text.strip(" \t\r\n"):
            self.problems.append(Problem("PV002", "the file is empty", "write the document, or remove the file"))
            return
        if fast:
            try:
                if self.is_json:
                    self.data = read_json.load(text)
                    return
                if self.is_plain:
                    self.data = read_yaml.load(text)
                    if self.data is not None:
                        return
            except (ImportError, ValueError):
                pass
        node, problems = self._compose(text)
        self.problems.extend(problems)
        self.data = None if node is None else node.value

    @cached_property
    def is_plain(self) -> bool:
        """Whether all readers of YAML surely read the text alike."""
        return read_yaml.is_plain(self.text)

    def settle(self) -> None:
        """Read the text once more by the complete way, unless it was; what the fast one misread may then be told."""
        if "root" not in self.__dict__:
            self.load(fast=False)

    def _compose(self, text: str) -> tuple[Node | None, list[Problem]]:
        node, problems = read_json.compose(text) if self.is_json else read_yaml.compose(text)
        self.__dict__["root"] = node
        if node is None and not problems:
            problems = [Problem("PV002", "the file holds only comments", "write the document, or remove the file")]
        return node, problems

    @cached_property
    def root(self) -> Node | None:
        """The value with positions; made when first asked for. None when the text cannot be read."""
        return read_json.compose(self.source)[0] if self.is_json else read_yaml.compose(self.source)[0]

    def span_of(self, pointer: Sequence[str | int] = (), *, key: bool = False) -> Span:
        """Return where the node at *pointer* stands (with *key*, its key); where there is none, the nearest node above."""
        item = None if "root" in self.__dict__ else self._item(pointer)
        node, steps = (self.root, tuple(pointer)) if item is None else (item, tuple(pointer[2:]))
        mark = TOP if node is None else node.mark_of(steps, key=key)
        return self._span(mark.line, mark.column, mark.end_line, mark.end_column)

    def _item(self, pointer: Sequence[str | int]) -> Node | None:
        """Return the item of the document's long list that *pointer* leads into, where that is quicker than composing all of it."""
        if self.kind != "models" or self.is_json or len(pointer) < 3 or pointer[0] != "models" or not isinstance(pointer[1], int):
            return None
        if not isinstance(self.data, dict) or not isinstance(self.data.get("models"), list):
            return None
        return self._items.node(pointer[1])

    @cached_property
    def _items(self) -> Items:
        return Items(self.source, "models", self.data["models"])

    def span_of_problem(self, problem: Problem) -> Span:
        """Return where *problem* stands; without a place of its own it is the beginning of the file."""
        if problem.pointer is not None:
            return self.span_of(problem.pointer, key=problem.on_key)
        mark = problem.mark or TOP
        return self._span(mark.line, mark.column, mark.end_line, mark.end_column)

    def _span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        last = (len(self._lines) - 1, len(self._lines[-1]))  # what is missing at the end would stand beyond it
        (line, column), (end_line, end_column) = min((line, column), last), min((end_line, end_column), (last[0], last[1] + 1))
        return Span(self.shown, line + 1, column + 1, end_line + 1, end_column + 1)

    def line(self, number: int) -> str:
        """Return line *number*, counted from 1, without its end; empty when there is none."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    @cached_property
    def _lines(self) -> list[str]:
        return self.breaks.split(self.text.decode(errors="replace").removeprefix("\ufeff"))
