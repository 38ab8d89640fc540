"""Findings as JSON, in the form of schemas/diagnostics.schema.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .diagnostic import ERROR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .diagnostic import Diagnostic


def render(findings: Sequence[Diagnostic], *, files: int) -> str:
    """Return the document, ending in a newline."""
    errors = sum(finding.severity == ERROR for finding in findings)
    summary = {"files": files, "errors": errors, "warnings": len(findings) - errors}
    return json.dumps({"version": 1, "findings": [_finding(finding) for finding in findings], "summary": summary}, ensure_ascii=False, indent=2) + "\n"


def _finding(finding: Diagnostic) -> dict[str, Any]:
    span = finding.span
    entry: dict[str, Any] = {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "message": finding.message,
        "why": finding.why,
        "help": finding.help,
        "fixable": finding.fixable,
    }
    return entry | ({"notes": list(finding.notes)} if finding.notes else {})
