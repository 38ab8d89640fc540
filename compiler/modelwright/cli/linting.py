"""Lint, print, and say the exit code; without the command line library, so that the shortcut can do it too."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from . import lint_cache
from .numerals import counted

if TYPE_CHECKING:
    from ..diagnostics.diagnostic import Diagnostic
    from ..ir.inputs import Inputs


def lint(
    *jobs: Inputs,
    paths: tuple[str, ...] = (),
    format_: str = "text",
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    fix: bool = False,
    strict: bool = False,
    cached: bool = True,
    statistics: bool = False,
    quiet: bool = False,
    colour: bool = False,
) -> int:
    """Print what checking each of *jobs* by itself finds in *paths* (everything, when there are none) and return the exit code."""
    found: dict[Diagnostic, None] = {}
    files = 0
    for inputs in jobs:
        findings, files = _findings(inputs, paths, select, ignore, fix=fix, cached=cached)
        found |= dict.fromkeys(_about(paths, inputs, findings, select, ignore, cached=cached))
    files = files if len(jobs) == 1 else len({place for inputs in jobs for place in lint_cache.places(inputs)})
    shown = sorted(found, key=lambda finding: finding.order())
    errors = sum(finding.severity == "error" for finding in shown)
    sys.stdout.write(_counted(shown) if statistics and format_ == "text" else _rendered(shown, files, format_, colour=colour))
    sys.stdout.flush()
    if format_ == "text" and not quiet:
        summary = f"{counted(files, 'file')}: {counted(errors, 'error')}, {counted(len(shown) - errors, 'warning')}" if shown else f"{counted(files, 'file')}, no findings"
        sys.stderr.write(f"{summary}\n")
    return 1 if errors or (strict and shown) else 0


def _counted(findings: list[Diagnostic]) -> str:
    """Return a line a rule: how often it was broken, its code and its name; the most frequent first."""
    from collections import Counter

    counts = Counter((finding.code, finding.name, finding.severity) for finding in findings)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return "".join(f"{count:6,}  {code}  {severity:7}  {name}\n" for (code, name, severity), count in rows)


def _is_below(shown: str, paths: tuple[str, ...]) -> bool:
    if not paths:
        return True
    place = os.path.abspath(shown)
    return any(place == (path := os.path.abspath(named)) or place.startswith(path + os.sep) for named in paths)


def _about(paths: tuple[str, ...], inputs: Inputs, findings: list[Diagnostic], select: tuple[str, ...], ignore: tuple[str, ...], *, cached: bool) -> list[Diagnostic]:
    """Return those of *findings* that stand in *paths*, and those that a user's file among *paths* brings about elsewhere."""
    inside = [finding for finding in findings if _is_below(finding.span.path, paths)]
    others = tuple(user for user in inputs.user_files if not paths or not _is_below(user.file, paths))
    if len(inside) == len(findings) or len(others) == len(inputs.user_files):
        return inside
    without, _ = _findings(inputs._replace(user_files=others), paths, select, ignore, fix=False, cached=cached)
    return [*inside, *(finding for finding in findings if finding not in inside and finding not in without)]


def _findings(inputs: Inputs, paths: tuple[str, ...], select: tuple[str, ...], ignore: tuple[str, ...], *, fix: bool, cached: bool) -> tuple[list[Diagnostic], int]:
    key = lint_cache.key(inputs, select, ignore)
    if cached and not fix and (known := lint_cache.load(key, inputs)) is not None:
        return known
    import gc

    gc.disable()
    from .. import pipeline

    stamps = lint_cache.stamps(inputs)
    result = pipeline.compile(inputs, select=select, ignore=ignore)
    fixable = [finding for finding in result.findings if finding.fixable and _is_below(finding.span.path, paths)] if fix else []
    if fixable:
        from ..source import fix as fixer

        sys.stderr.write(f"fixed {fixer.apply(result.documents, fixable)} findings\n")
        stamps = lint_cache.stamps(inputs)
        result = pipeline.compile(inputs, select=select, ignore=ignore)
    if cached:
        lint_cache.store(key, stamps, result.documents, result.findings)
    return result.findings, len(result.documents)


def _rendered(findings: list[Diagnostic], files: int, format_: str, *, colour: bool) -> str:
    if format_ == "text":
        if not findings:
            return ""
        from ..diagnostics import render_text

        return render_text.render(findings, colour=colour) + "\n"
    if format_ == "json":
        from ..diagnostics import render_json

        return render_json.render(findings, files=files)
    if format_ == "github":
        from ..diagnostics import render_github

        return render_github.render(findings)
    from ..diagnostics import render_sarif
    from ..rules import reference

    return render_sarif.render(findings, list(reference.entries().values()))
