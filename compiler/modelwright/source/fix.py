"""Apply the safe fixes of findings: splice the text, read it again, and keep it only if just the intended node changed."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .document import Document
from .write import write_atomically

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from ..diagnostics.diagnostic import Diagnostic
    from .node import Mark, Node, Pointer


def apply(documents: Iterable[Document], findings: Sequence[Diagnostic]) -> int:
    """Mend the files of *documents* and return how many of *findings* were fixed; what cannot be spliced is left as it is."""
    done = 0
    for document in documents:
        fixes = [finding.fix for finding in findings if finding.fix is not None and finding.fix.safe and finding.fix.place.document is document]
        current, count = document, 0
        for fix in sorted(set(fixes), key=lambda fix: [(isinstance(step, str), step) for step in fix.place.pointer], reverse=True):
            changed = edited(current, fix.place.pointer, fix.text)
            if changed is not None:
                current, count = changed, count + 1
        if count:
            write_atomically(document.file, current.text)
            done += count
    return done


def edited(document: Document, pointer: Pointer, text: str | None) -> Document | None:
    """
    Return *document* with the node at *pointer* written as *text*, or without it when *text* is None.

    None when the node is not there, or cannot be changed without changing anything else.
    """
    found = _find(document.root, pointer)
    if found is None:
        return None
    parent, node = found
    source = document.text.decode()
    offset = _Offsets(source, document.breaks)
    start, end = offset.of(node.mark.line, node.mark.column), offset.of(*_end(node))
    if text is None:
        flow = source[offset.of(parent.mark.line, parent.mark.column)] in "{["
        key = parent.keys.get(pointer[-1])
        start = offset.of(key.line, key.column) if key is not None else start
        span = _flow_span(source, start, end) if flow else _block_span(source, start, end, is_item=key is None)
        if span is None:
            return None
        start, end = span
    changed = Document(document.path, document.shown, document.kind, (source[:start] + (text or "") + source[end:]).encode(), document.file)
    changed.load(fast=False)
    return changed if not changed.problems and changed.data == _expected(document, pointer, text) else None


class _Offsets:
    def __init__(self, text: str, breaks: re.Pattern[str]) -> None:
        self._starts = [0, *(match.end() for match in breaks.finditer(text))]

    def of(self, line: int, column: int) -> int:
        return self._starts[line] + column


def _find(root: Node | None, pointer: Pointer) -> tuple[Node, Node] | None:
    parent, node = root, root
    for step in pointer:
        if node is None or step not in node.children:
            return None
        parent, node = node, node.children[step]
    return None if parent is None or node is None or not pointer else (parent, node)


def _end(node: Node) -> tuple[int, int]:
    """Return where the text of *node* ends; a block's own mark ends where the next node begins."""
    last: Mark = node.mark
    if node.children:
        deepest = _end(list(node.children.values())[-1])
        return max(deepest, (last.end_line, last.end_column)) if _is_flow(node, deepest) else deepest
    return (last.end_line, last.end_column)


def _is_flow(node: Node, deepest: tuple[int, int]) -> bool:
    first = next(iter(node.keys.values()), None) or next(iter(node.children.values())).mark
    return (
        (first.line, first.column) != (node.mark.line, node.mark.column)
        and deepest[0] <= node.mark.end_line
        and node.mark.end_column > 0
        and first.column > node.mark.column
        and first.line == node.mark.line
    )


def _flow_span(source: str, start: int, end: int) -> tuple[int, int] | None:
    after = end
    while source[after : after + 1].isspace():
        after += 1
    if source[after : after + 1] == ",":
        after += 1
        while source[after : after + 1] in (" ", "\t"):
            after += 1
        return start, after
    before = start
    while before and source[before - 1].isspace():
        before -= 1
    return (before - 1, end) if before and source[before - 1] == "," else (start, end)


def _block_span(source: str, start: int, end: int, *, is_item: bool) -> tuple[int, int] | None:
    line = source.rfind("\n", 0, start) + 1
    lead = source[line:start]
    if lead.strip() != ("-" if is_item else ""):
        return None
    stop = source.find("\n", end)
    return line, len(source) if stop < 0 else stop + 1


def _expected(document: Document, pointer: Pointer, text: str | None) -> Any:
    data = copy.deepcopy(document.data)
    parent = data
    for step in pointer[:-1]:
        parent = parent[step]
    if text is None:
        del parent[pointer[-1]]
    else:
        scrap = Document("scrap.json" if document.is_json else "scrap.yaml", "", document.kind, f"[{text}]".encode())
        scrap.load(fast=False)
        parent[pointer[-1]] = scrap.data[0] if isinstance(scrap.data, list) and scrap.data else None
    return data
