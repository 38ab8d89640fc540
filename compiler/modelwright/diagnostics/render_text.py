"""Findings for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .diagnostic import Diagnostic

_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "bold": "\x1b[1m", "dim": "\x1b[2m"}
_RESET = "\x1b[0m"
_WIDEST_LINE = 160


def render(findings: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """Return one block a finding: where and what, the line, the notes, how to fix it, what explains it."""
    return "\n".join(_block(finding, colour=colour) for finding in findings)


def printable(text: str) -> str:
    """Return *text* with control characters replaced, so that no data can command the terminal."""
    return text if text.isprintable() else "".join(character if character.isprintable() else "\ufffd" for character in text)


def _block(finding: Diagnostic, *, colour: bool) -> str:
    def paint(style: str, text: str) -> str:
        return f"{_COLOURS[style]}{text}{_RESET}" if colour else text

    label = paint(finding.severity, f"{finding.severity}[{finding.code}]")
    lines = [f"{finding.span}: {label} {finding.name}: {paint('bold', printable(finding.message))}"]
    if finding.source_line.strip():
        lines += _excerpt(finding, paint("dim", "|"))
    lines += [f"   = note: {printable(note)}" for note in finding.notes]
    lines.append(f"   = help: {printable(finding.help)}" + (" (--fix does it)" if finding.fixable else ""))
    lines.append(f"   = explain: providers explain {finding.code}")
    return "\n".join(lines) + "\n"


def _excerpt(finding: Diagnostic, bar: str) -> list[str]:
    number, line = str(finding.span.line), printable(finding.source_line.replace("\t", " "))
    start = finding.span.column - 1
    end = finding.span.end_column - 1 if finding.span.end_line == finding.span.line else len(line)
    shift = max(0, min(start - 20, len(line) - _WIDEST_LINE)) if len(line) > _WIDEST_LINE else 0
    shown = line[shift : shift + _WIDEST_LINE]
    under = " " * (start - shift) + "^" * max(1, min(end, shift + _WIDEST_LINE) - start)
    return [f"{' ' * len(number)} {bar}", f"{number} {bar} {shown}".rstrip(), f"{' ' * len(number)} {bar} {under}"]
