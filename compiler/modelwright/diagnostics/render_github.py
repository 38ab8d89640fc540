"""Findings as GitHub workflow commands: annotations on the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .diagnostic import ERROR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .diagnostic import Diagnostic

LIMIT = 10
"""GitHub shows at most this many annotations of a kind for a step (zizmor#634)."""


def render(findings: Iterable[Diagnostic]) -> str:
    """Return one command a finding, errors first; what is beyond the limit is only counted."""
    lines = []
    by_kind = {kind: [finding for finding in findings if (finding.severity == ERROR) == (kind == ERROR)] for findings in [list(findings)] for kind in (ERROR, "warning")}
    for kind, found in by_kind.items():
        lines += [_command(kind, finding) for finding in found[:LIMIT]]
        if len(found) > LIMIT:
            lines.append(f"{len(found) - LIMIT} more {kind}s; `providers lint` lists them")
    return "".join(f"{line}\n" for line in lines)


def _command(kind: str, finding: Diagnostic) -> str:
    span = finding.span
    properties = {"file": span.path, "line": span.line, "endLine": span.end_line, "col": span.column, "endColumn": span.end_column, "title": f"{finding.code} {finding.name}"}
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{kind} {shown}::{_data(f'{finding.message}. How to fix it: {finding.help}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
