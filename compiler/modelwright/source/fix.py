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
    from .node import Node, Pointer


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
    source = document.source
    offset = _Offsets(source, document.breaks)
    start, end = offset.of(*node.mark.start), offset.of(*node.mark.end)
    if text is None:
        flow = source[offset.of(*parent.mark.start)] in "{["
        key = parent.keys.get(pointer[-1])
        start = offset.of(*key.start) if key is not None else start
        span = flow_span(source, start, end) if flow else _block_span(source, start, end, is_item=key is None)
        if span is None:
            return None
        start, end = span
    elif start == end:
        text = f" {text}"  # nothing stood after the colon
    order_mark = document.text.removesuffix(source.encode())
    spliced = order_mark + (source[:start] + (text or "") + source[end:]).encode()
    changed = Document(document.path, document.shown, document.kind, spliced, document.file)
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


def flow_span(source: str, start: int, end: int) -> tuple[int, int]:
    """Return what goes when the entry between *start* and *end* is taken out of a flow collection: one comma too, and its line where it has one."""
    after = end
    while source[after : after + 1].isspace():
        after += 1
    if source[after : after + 1] == ",":
        after += 1
        while source[after : after + 1] in (" ", "\t"):
            after += 1
        line = source.rfind("\n", 0, start) + 1
        has_its_lines = not source[line:start].strip() and source.startswith(("\n", "\r\n"), after)
        return (line, source.index("\n", after) + 1) if has_its_lines else (start, after)
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
