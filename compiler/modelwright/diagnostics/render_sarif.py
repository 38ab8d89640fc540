"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .codes import Code
    from .diagnostic import Diagnostic

LIMIT = 5000
"""GitHub takes at most this many results of a run (codeql-action#2000)."""


def render(findings: Sequence[Diagnostic], codes: Sequence[Code]) -> str:
    """Return the document, ending in a newline; *codes* are all that could have been found."""
    driver = {"name": "providers", "version": VERSION, "rules": [_rule(code) for code in codes]}
    places = {code.code: index for index, code in enumerate(codes)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places) for finding in findings[:LIMIT]],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.code,
        "name": code.name,
        "shortDescription": {"text": code.name.replace("-", " ")},
        "fullDescription": {"text": code.why or code.name},
        "defaultConfiguration": {"level": code.severity},
    }


def _result(finding: Diagnostic, places: dict[str, int]) -> dict[str, Any]:
    span = finding.span
    region = {"startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column}
    location = {"physicalLocation": {"artifactLocation": {"uri": quote(span.path.replace("\\", "/"), errors="surrogateescape")}, "region": region}}
    fingerprint = sha256(f"{finding.code} {span.path} {finding.message}".encode()).hexdigest()[:32]
    return {
        "ruleId": finding.code,
        "ruleIndex": places[finding.code],
        "level": finding.severity,
        "message": {"text": f"{finding.message}. {finding.help}"},
        "locations": [location],
        "partialFingerprints": {"finding/v1": fingerprint},
    }
