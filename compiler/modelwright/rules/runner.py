"""Run the rules over a catalogue, apply waivers and selection, sort."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..diagnostics.codes import SHAPE, section
from ..diagnostics.diagnostic import ERROR, WARNING, Diagnostic
from ..diagnostics.secrets import masked, masked_source
from ..ir.span import Span
from . import Rule, all_rules, figures, waivers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog
    from ..source.document import Document


def run(catalog: Catalog, documents: Sequence[Document], shape: Sequence[Diagnostic], select: tuple[str, ...], ignore: tuple[str, ...]) -> list[Diagnostic]:
    """Return the findings of *shape* and of every selected rule that no waiver silences, sorted by place."""
    rules = [rule for rule in all_rules() if _wanted(rule.CODE, select, ignore)]
    found = [*shape, *_aged(catalog, rules, [finding for rule in rules for finding in _findings(rule, catalog)])]
    left = waivers.apply(documents, found, {rule.CODE for rule in rules} | SHAPE.keys())
    lines = {document.shown: document for document in documents}
    wanted = [finding for finding in dict.fromkeys(left) if _wanted(finding.code, select, ignore)]
    shown: dict[tuple[str, int], str] = {}
    return sorted((_with_line(finding, lines, shown) for finding in wanted), key=Diagnostic.order)


def _aged(catalog: Catalog, rules: Sequence[Rule], found: list[Diagnostic]) -> list[Diagnostic]:
    """
    Return *found*, with a warning for every error that was none on the day the registry was last read.

    Nobody wrote such a mistake: days passed. It is to be looked at, but what compiled then must compile tomorrow.
    """
    codes = {rule.CODE for rule in rules} & {finding.code for finding in found if finding.severity == ERROR}
    last_read = max((source["read_on"] for document, _, source, _ in figures.sources(catalog) if document.kind != "overlay" and source["read_on"] <= catalog.today), default="")
    if not codes or not last_read:
        return found
    then = replace(catalog, today=last_read, shared={})
    known = {(finding.code, finding.span) for rule in rules if rule.CODE in codes for finding in _findings(rule, then)}
    return [replace(finding, severity=WARNING) if finding.code in codes and (finding.code, finding.span) not in known else finding for finding in found]


def _with_line(finding: Diagnostic, documents: dict[str, Document], shown: dict[tuple[str, int], str]) -> Diagnostic:
    """Return *finding* with its line; *shown* keeps those that were made before, of which some are a whole file."""
    document = documents.get(finding.span.path)
    place = (finding.span.path, finding.span.line)
    if place not in shown:
        shown[place] = "" if document is None else _shown(document, finding.span.line)
    line = shown[place]
    fix = finding.fix if finding.fix is not None and finding.fix.place.document is document else None  # not in what a dialect made of the file
    return replace(finding, fix=fix, source_line=line, message=masked(finding.message), help=masked(finding.help), notes=tuple(masked(note) for note in finding.notes))


def _shown(document: Document, number: int) -> str:
    """Return line *number* with secrets starred out, also those that the line before names."""
    return masked_source(f"{document.line(number - 1)}\n{document.line(number)}").rpartition("\n")[2]


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
