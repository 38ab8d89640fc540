"""Run the rules over a catalogue, apply waivers and selection, sort."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..diagnostics.codes import SHAPE, section
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.secrets import masked
from ..ir.span import Span
from . import Rule, all_rules, waivers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog
    from ..source.document import Document


def run(catalog: Catalog, documents: Sequence[Document], shape: Sequence[Diagnostic], select: tuple[str, ...], ignore: tuple[str, ...]) -> list[Diagnostic]:
    """Return the findings of *shape* and of every selected rule that no waiver silences, sorted by place."""
    rules = [rule for rule in all_rules() if _wanted(rule.CODE, select, ignore)]
    found = [*shape, *(finding for rule in rules for finding in _findings(rule, catalog))]
    left = waivers.apply(documents, found, {rule.CODE for rule in rules} | SHAPE.keys())
    lines = {document.shown: document for document in documents}
    wanted = [finding for finding in left if _wanted(finding.code, select, ignore)]
    return sorted((_with_line(finding, lines) for finding in wanted), key=Diagnostic.order)


def _with_line(finding: Diagnostic, documents: dict[str, Document]) -> Diagnostic:
    document = documents.get(finding.span.path)
    line = "" if document is None else document.line(finding.span.line)
    return replace(finding, source_line=masked(line), message=masked(finding.message), help=masked(finding.help), notes=tuple(masked(note) for note in finding.notes))


def _wanted(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    return (not select or code.startswith(select)) and not (ignore and code.startswith(ignore))


def _findings(rule: Rule, catalog: Catalog) -> Iterator[Diagnostic]:
    try:
        for finding in rule.check(catalog):
            yield diagnostic(rule, finding)
    except Exception as error:  # noqa: BLE001  # one broken rule must not hide what the others found
        code = SHAPE["PV901"]
        message = f"the rule {rule.NAME} failed: {type(error).__name__}: {error}"
        yield Diagnostic(
            code=code.code,
            name=code.name,
            severity=code.severity,
            span=Span("registry", 1, 1, 1, 1),
            message=message,
            why=code.why,
            help=f"report it; meanwhile --ignore {rule.CODE}",
        )


def diagnostic(rule: Rule, finding: Finding) -> Diagnostic:
    """Return *finding* with what its rule adds."""
    return Diagnostic(
        code=rule.CODE,
        name=rule.NAME,
        severity=rule.SEVERITY,
        span=finding.span or finding.place.span(),
        message=finding.message,
        why=section(rule.__doc__, "Why it matters"),
        help=finding.help,
        notes=finding.notes,
        fix=finding.fix,
    )
