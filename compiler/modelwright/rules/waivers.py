"""
Findings somebody accepted, with the reason.

In YAML a comment on the line, or alone on the line above: `# providers: allow PV202 (the vendor's page says so)`. In a
user's JSON file an entry of `allow`: `{"code": "PV601", "at": "/providers/acme", "reason": "…"}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..diagnostics.codes import SHAPE
from ..diagnostics.diagnostic import Diagnostic
from ..ir.span import Span
from ..source.schemas import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..source.document import Document

_MARK = b"providers: allow"
_COMMENT = re.compile(r"#\s*providers: allow(?:\s+(?P<code>PV[0-9]{3}))?(?:\s*\((?P<reason>[^)]*)\))?")


@dataclass(slots=True)
class _Waiver:
    code: str
    span: Span
    lines: frozenset[int]
    start: tuple[int, int] = (0, 0)
    end: tuple[int, int] = field(default=(1 << 30, 0))
    used: bool = False

    def silences(self, finding: Diagnostic) -> bool:
        place = (finding.span.line, finding.span.column)
        return finding.code == self.code and (finding.span.line in self.lines if self.lines else self.start <= place < self.end)


def apply(documents: Sequence[Document], findings: Sequence[Diagnostic], judged: set[str]) -> list[Diagnostic]:
    """
    Return *findings* without the silenced ones, and with those about the waivers themselves; *judged* are the codes that were looked for.

    Whether a waiver of the registry silences something is judged where nothing lies over the registry: a user's word may
    change just the fact that needs it.
    """
    layered = {document.shown for document in documents if document.kind in ("overlay", "sightings", *DIALECTS)}
    by_file: dict[str, list[_Waiver]] = {}
    result: list[Diagnostic] = []
    for document in documents:
        if _MARK in document.text:
            waivers, broken = _comments(document)
            by_file.setdefault(document.shown, []).extend(waivers)
            result += broken
        if document.kind == "overlay" and isinstance(document.data, dict):
            by_file.setdefault(document.shown, []).extend(_entries(document))
    for finding in findings:
        silencing = next((waiver for waiver in by_file.get(finding.span.path, ()) if waiver.silences(finding)), None)
        if silencing is None:
            result.append(finding)
        else:
            silencing.used = True
    unused = (waiver for path, waivers in by_file.items() if not layered or path in layered for waiver in waivers if not waiver.used and waiver.code in judged)
    return [*result, *(_about("PV903", waiver.span, f"nothing here is {waiver.code}", "remove the waiver") for waiver in unused)]


def _comments(document: Document) -> tuple[list[_Waiver], list[Diagnostic]]:
    waivers, broken = [], []
    for number, line in enumerate(document.text.decode(errors="replace").splitlines(), start=1):
        match = _COMMENT.search(line)
        if match is None:
            continue
        span = Span(document.shown, number, match.start() + 1, number, len(line) + 1)
        if not match["code"] or not (match["reason"] or "").strip():
            broken.append(_about("PV902", span, "a waiver needs a code and a reason", "write `# providers: allow PV202 (why it is right here)`"))
        else:
            alone = not line[: match.start()].strip()
            waivers.append(_Waiver(match["code"], span, frozenset({number + 1 if alone else number})))
    return waivers, broken


def _entries(document: Document) -> list[_Waiver]:
    found = []
    for index, entry in enumerate(document.data.get("allow") or ()):
        if not isinstance(entry, dict) or "code" not in entry:
            continue
        steps = [step.replace("~1", "/").replace("~0", "~") for step in str(entry.get("at", "")).split("/")[1:]]
        key, value = document.span_of(steps, key=True), document.span_of(steps)
        start, end = min((key.line, key.column), (value.line, value.column)), (value.end_line, value.end_column)
        found.append(_Waiver(entry["code"], document.span_of(("allow", index)), frozenset(), start, end))
    return found


def _about(code: str, span: Span, message: str, help_: str) -> Diagnostic:
    info = SHAPE[code]
    return Diagnostic(code=code, name=info.name, severity=info.severity, span=span, message=message, why=info.why, help=help_)
