"""
YAML 1.2 as the registry allows it: one document of plain mappings, lists and scalars.

`load` is the fast way and may only be believed when `is_plain` holds and nothing is reported; `compose` is the complete
way, and has the last word. Both give the same values (a property test compares them).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from .node import MAX_DEPTH, MAX_DIGITS, MAX_PROBLEMS, TOP, Mark, Node, Problem, clipped

if TYPE_CHECKING:
    from collections.abc import Iterator

BREAK = re.compile("\r\n?|[\n\x85\u2028\u2029]")
"""What ends a line."""

_MARKS = b"&*!|>%?<:"
_ORDINARY = bytes(code for code in (0x0A, *range(0x20, 0x7F)) if code not in b"\\")
_EDGES = bytes.maketrans(b"\n[{,-]}" + _MARKS, b",,,,,;;" + b"&" * len(_MARKS))
"""Turns a mark that may mean something to a parser, where a value begins or ends, into one of `_MARKED`, spaces being taken out."""
_MARKED = (b",&", b"&&", b"&;")
_ESCAPE = re.compile(rb"\\[^\"\\]")
_BEYOND_TEXT = re.compile(rb"[\x00-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\xef\xbb\xbf|\xef\xbf[\xbe\xbf]")
_SHAPE = bytes.maketrans(b"-123456789_", b" 0000000000")
"""Turns nesting deeper than 64 into a line with `_DEEP`, and a number nobody means into one with `_LONG`."""
_DEEP, _LONG = b" " * 32, b"0" * 64

_INT = re.compile(r"[-+]?_*[0-9][0-9_]*\Z")
_BASED = re.compile(r"[-+]?0(?:[oO]_*[0-7][0-7_]*|[xX]_*[0-9a-fA-F][0-9a-fA-F_]*|[bB]_*[01][01_]*)\Z")
_FLOAT = re.compile(r"[-+]?_*(?:\._*[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?_*[0-9][0-9_]*)?\Z")
_NOT_FINITE = re.compile(r"(?:[-+]?\.inf|\.nan)\Z", re.IGNORECASE)
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CURES = (
    ("cannot start any token", "put the value in quotes; indent with spaces, not tabs"),
    ("mapping values are not allowed", "put the value in quotes if it holds a colon and a space; begin a key on a line of its own"),
    ("found unexpected ':'", "put a space after the colon, or the text in quotes"),
    ("did not find expected ',' or", "close the bracket, or put a comma between the entries"),
    ("unexpected end of stream", "close the quotes"),
    ("unknown escape", "write a backslash as \\\\, or use single quotes"),
    ("invalid Unicode character escape", "write the character itself"),
    ("did not find expected key", "indent the line as its neighbours are"),
    ("did not find expected '-'", "indent the line as its neighbours are, or begin it with a hyphen"),
    ("expected <document start>", "a file holds one mapping; remove what stands outside it"),
)
"""What the parser says to how it is mended; the first that fits."""
_WORDS: dict[str, Any] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}


def is_plain(text: bytes) -> bool:
    """
    Tell whether *text* surely holds none of what parsers disagree on or choke on.

    That is tags, anchors, merges, directives, second documents, block scalars, complex keys, escapes, line breaks and
    characters beyond text, deep nesting and endless numbers. Some texts that hold none of it are not told apart.
    """
    odd = text.translate(None, _ORDINARY)
    if odd and (_BEYOND_TEXT.search(odd) or (b"\\" in odd and _ESCAPE.search(text))):
        return False
    edges = text.translate(_EDGES, b" ")
    if edges.startswith(b"&") or b":," in text or any(mark in edges for mark in _MARKED):
        return False
    if text.startswith((b"---", b"...")) or b"\n---" in text or b"\n..." in text:
        return False
    shape = text.translate(_SHAPE)
    return _DEEP not in shape and _LONG not in shape


def load(text: str) -> Any:
    """
    Return the value of *text*, fast and without positions.

    Raises ImportError when the accelerator is not installed and ValueError on whatever it cannot read.
    """
    import yaml_rs

    try:
        return yaml_rs.loads(text, parse_datetime=False)
    except (yaml_rs.YAMLDecodeError, TypeError) as error:  # TypeError: a mapping as a key
        raise ValueError(str(error)) from error


def compose(text: str) -> tuple[Node | None, list[Problem]]:
    """Return the value of *text* with positions, and all that is wrong with it; the node is None when it cannot be read."""
    import yaml

    return _composed(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _composed(text: str, loader: Any) -> tuple[Node | None, list[Problem]]:
    import yaml

    composer = _Composer()
    try:
        composer.feed(yaml.parse(text, Loader=loader))
    except _TooDeepError as error:
        return None, [*composer.problems, Problem("PV002", f"nested deeper than {MAX_DEPTH} levels", "flatten the data", error.mark)]
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in str(error.problem) and loader is not yaml.SafeLoader:  # libyaml looks further ahead than to our limit
            return _composed(text, yaml.SafeLoader)
        where = error.problem_mark or error.context_mark
        mark = _within(text, where.line, where.column) if where else TOP
        what = ": ".join(part for part in (error.context, error.problem) if part)
        how = next((how for part, how in _CURES if part in what), "mend the syntax here")
        return None, [*composer.problems, Problem("PV002", f"invalid YAML: {what}", how, mark)]
    except yaml.reader.ReaderError as error:
        return None, [*composer.problems, *_characters(text)] or [Problem("PV005", str(error), "remove the character")]
    return composer.root, composer.problems[:MAX_PROBLEMS]


def _within(text: str, line: int, column: int) -> Mark:
    """Return the mark of one character, which at the end of *text* is the last that says something."""
    lines = BREAK.split(text.rstrip())
    line, column = min((line, column), (len(lines) - 1, len(lines[-1])))
    return Mark(line, column, line, column + 1)


def _characters(text: str) -> Iterator[Problem]:
    """Yield the first character of *text* that YAML does not allow; the reader tells its place in bytes only."""
    found = _NOT_YAML.search(text)
    if found:
        before = BREAK.split(text[: found.start()])
        mark = Mark(len(before) - 1, len(before[-1]), len(before) - 1, len(before[-1]) + 1)
        yield Problem("PV005", f"the character U+{ord(found[0]):04X} is not allowed in YAML", "remove the character", mark)


class _TooDeepError(Exception):
    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark


class _Composer:
    """Builds the tree from parser events without recursion, so that no nesting can exhaust the stack."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[tuple[Node, list[Node]]] = []
        self._documents = 0
        self._merges: set[Mark] = set()

    def feed(self, events: Iterator[Any]) -> None:
        for event in events:
            if len(self.problems) >= MAX_PROBLEMS:
                return
            name = type(event).__name__
            if name == "DocumentStartEvent":
                self._start_document(event)
            elif name == "AliasEvent":
                self._forbid(event, "an alias", "write the value out; or share it with `inherit`")
                self._add(Node(None, _mark(event)))
            elif name == "ScalarEvent":
                self._check(event)
                self._add(Node(self._scalar(event), _mark(event)))
            elif name in ("MappingStartEvent", "SequenceStartEvent"):
                self._check(event)
                if len(self._open) >= MAX_DEPTH:
                    raise _TooDeepError(_mark(event))
                self._open.append((Node({} if name == "MappingStartEvent" else [], _mark(event)), []))
            elif name in ("MappingEndEvent", "SequenceEndEvent"):
                node, parts = self._open.pop()
                node.mark = _whole(node.mark, parts, event)
                self._close(node, parts)
                self._add(node)

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._forbid(event, "a second document", "put it into a file of its own")
        if event.version or event.tags:
            self._forbid(event, "a directive", "remove the line that begins with %")

    def _check(self, event: Any) -> None:
        if event.anchor is not None:
            self._forbid(event, "an anchor", "write the value out; or share it with `inherit`")
        if event.tag is not None:
            self._forbid(event, "a tag", "remove it; quote the value if it must stay text")

    def _forbid(self, event: Any, what: str, how: str) -> None:
        self.problems.append(Problem("PV004", f"{what} is not allowed", how, _mark(event)))

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style or not event.implicit[0]:
            return text
        value = plain(text)
        if value == "<<":
            self._merges.add(_mark(event))
        if isinstance(value, float) and not math.isfinite(value):
            self.problems.append(Problem("PV002", f"`{clipped(text)}` is not a finite number", "write a finite number, or leave the key out", _mark(event)))
        return value

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1][1].append(node)
        elif self._documents <= 1:
            self.root = node

    def _close(self, node: Node, parts: list[Node]) -> None:
        if isinstance(node.value, list):
            for index, child in enumerate(parts):
                node.value.append(child.value)
                node.children[index] = child
            return
        for key, child in zip(parts[::2], parts[1::2], strict=True):
            self._pair(node, key, child)

    def _pair(self, node: Node, key: Node, child: Node) -> None:
        if not isinstance(key.value, str):
            self.problems.append(Problem("PV002", "a key that is not text", "quote the key; a mapping or list cannot be one", key.mark))
        elif key.mark in self._merges:
            self.problems.append(Problem("PV004", "a merge key is not allowed", "write the keys out; or share them with `inherit`", key.mark))
        elif key.value in node.value:
            first = node.keys[key.value].line + 1
            message = f"duplicate key `{clipped(key.value)}`; the first is on line {first}"
            self.problems.append(Problem("PV003", message, "keep one of the two", key.mark))
            node.doubled[key.mark] = key.value
        else:
            node.value[key.value] = child.value
            node.children[key.value] = child
            node.keys[key.value] = key.mark


def _whole(start: Mark, parts: list[Node], event: Any) -> Mark:
    """Return the mark of a collection; a block's own end is where the next thing begins, so it ends where its last part does."""
    if parts and event.start_mark.index == event.end_mark.index:
        return Mark(start.line, start.column, parts[-1].mark.end_line, parts[-1].mark.end_column)
    return Mark(start.line, start.column, event.end_mark.line, event.end_mark.column)


def plain(text: str) -> Any:
    """Return what an unquoted scalar means in YAML 1.2, underscores between digits being ignored; days stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text.replace("_", "")) if len(text) <= MAX_DIGITS else float(text.replace("_", ""))
    if _BASED.match(text):
        return int(text.replace("_", ""), 0) if len(text) <= MAX_DIGITS else math.inf
    if _FLOAT.match(text):
        return float(text.replace("_", ""))
    if _NOT_FINITE.match(text):
        return float(text.replace(".", ""))
    return text


def _mark(event: Any) -> Mark:
    start, end = event.start_mark, event.end_mark
    return Mark(start.line, start.column, end.line, end.column)
