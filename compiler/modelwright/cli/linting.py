"""Lint, print, and say the exit code; without the command line library, so that the shortcut can do it too."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from . import lint_cache

if TYPE_CHECKING:
    from ..diagnostics.diagnostic import Diagnostic
    from ..ir.inputs import Inputs


def lint(
    inputs: Inputs,
    *,
    paths: tuple[str, ...] = (),
    format_: str = "text",
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    fix: bool = False,
    strict: bool = False,
    cached: bool = True,
    quiet: bool = False,
    colour: bool = False,
) -> int:
    """Print the findings in *paths* (all, when there are none) and return the exit code."""
    findings, files = _findings(inputs, select, ignore, fix=fix, cached=cached)
    shown = [finding for finding in findings if _is_below(finding.span.path, paths)]
    errors = sum(finding.severity == "error" for finding in shown)
    sys.stdout.write(_rendered(shown, files, format_, colour=colour))
    sys.stdout.flush()
    if format_ == "text" and not quiet:
        summary = f"{files} files: {errors} errors, {len(shown) - errors} warnings" if shown else f"{files} files, no findings"
        sys.stderr.write(f"{summary}\n")
    return 1 if errors or (strict and shown) else 0


def _is_below(shown: str, paths: tuple[str, ...]) -> bool:
    if not paths:
        return True
    place = os.path.abspath(shown)
    return any(place == (path := os.path.abspath(named)) or place.startswith(path + os.sep) for named in paths)


def _findings(inputs: Inputs, select: tuple[str, ...], ignore: tuple[str, ...], *, fix: bool, cached: bool) -> tuple[list[Diagnostic], int]:
    key = lint_cache.key(inputs, select, ignore)
    if cached and not fix and (known := lint_cache.load(key, inputs)) is not None:
        return known
    import gc

    gc.disable()
    from .. import pipeline

    result = pipeline.compile(inputs, select=select, ignore=ignore)
    if fix and any(finding.fixable for finding in result.findings):
        from ..source import fix as fixer

        sys.stderr.write(f"fixed {fixer.apply(result.documents, result.findings)} findings\n")
        result = pipeline.compile(inputs, select=select, ignore=ignore)
    if cached:
        lint_cache.store(key, inputs, result.documents, result.findings)
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
