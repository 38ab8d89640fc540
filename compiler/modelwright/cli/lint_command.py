"""`providers lint`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from . import inputs, options, output

if TYPE_CHECKING:
    from ..diagnostics.diagnostic import Diagnostic
    from ..ir.inputs import Inputs


@click.command(name="lint")
@click.argument("paths", nargs=-1, type=click.Path())
@options.formats("text", "json", "github", "sarif")
@options.sources
@click.option("--select", multiple=True, metavar="CODE", help="Report these codes only; PV2 means all of the family.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Do not report these codes.")
@click.option("--fix", is_flag=True, help="Apply the fixes that keep what the data means.")
@click.option("--strict", is_flag=True, help="Exit 1 on warnings too.")
@click.option("--no-cache", is_flag=True, help="Check everything again although nothing changed.")
@click.option("--on", type=options.Day(), metavar="DAY", help="Judge as of this day instead of today.")
@options.output
def command(
    paths: tuple[str, ...],
    format_: str,
    registry: str | None,
    configs: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fix: bool,
    strict: bool,
    no_cache: bool,
    on: str | None,
) -> None:
    """
    Check the registry and your own files; report every finding at once.

    Everything is read, so that references between files are checked; with PATH… only findings in those files, or below
    those folders, are reported. Files named there that belong to no registry are read as your own.

    \b
      providers lint
      providers lint registry/models/acme.yaml models.json
      providers lint --fix --select PV109
    """
    found = inputs.find(registry, _configs(paths, configs), on=on)
    findings, files = _findings(found, select, ignore, fix=fix, cached=not no_cache)
    shown = [finding for finding in findings if _is_below(finding.span.path, paths)]
    errors = sum(finding.severity == "error" for finding in shown)
    _print(shown, files, format_, colour=output.colours())
    if format_ == "text" and not options.is_quiet():
        summary = f"{files} files: {errors} errors, {len(shown) - errors} warnings" if shown else f"{files} files, no findings"
        click.echo(summary, err=True)
    sys.exit(1 if errors or (strict and shown) else 0)


def _configs(paths: tuple[str, ...], configs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the user's files: *configs*, and those of *paths* that stand outside a registry."""
    own = [path for path in paths if not os.path.isdir(path) and not _is_registry_file(path)]
    if not own:
        return configs
    return (*configs, *(path for path in own if os.path.abspath(path) not in map(os.path.abspath, configs)))


def _is_registry_file(path: str) -> bool:
    folder = os.path.dirname(os.path.abspath(path))
    return os.path.basename(folder) in ("providers", "models", "vocabulary") and os.path.isdir(os.path.join(os.path.dirname(folder), "providers"))


def _is_below(shown: str, paths: tuple[str, ...]) -> bool:
    if not paths:
        return True
    place = os.path.abspath(shown)
    return any(place == (path := os.path.abspath(named)) or place.startswith(path + os.sep) for named in paths)


def _findings(found: Inputs, select: tuple[str, ...], ignore: tuple[str, ...], *, fix: bool, cached: bool) -> tuple[list[Diagnostic], int]:
    from . import lint_cache

    key = lint_cache.key(found, select, ignore)
    if cached and not fix and (known := lint_cache.load(key, found)) is not None:
        return known
    import gc

    gc.disable()
    from .. import pipeline

    result = pipeline.compile(found, select=select, ignore=ignore)
    if fix and any(finding.fixable for finding in result.findings):
        from ..source import fix as fixer

        fixed = fixer.apply(result.documents, result.findings)
        click.echo(f"fixed {fixed} findings", err=True)
        result = pipeline.compile(found, select=select, ignore=ignore)
    if cached:
        lint_cache.store(key, found, result.documents, result.findings)
    return result.findings, len(result.documents)


def _print(findings: list[Diagnostic], files: int, format_: str, *, colour: bool) -> None:
    if format_ == "text":
        if findings:
            from ..diagnostics import render_text

            click.echo(render_text.render(findings, colour=colour), color=True)
    elif format_ == "json":
        from ..diagnostics import render_json

        click.echo(render_json.render(findings, files=files), nl=False)
    elif format_ == "github":
        from ..diagnostics import render_github

        click.echo(render_github.render(findings), nl=False)
    else:
        from ..diagnostics import render_sarif
        from ..rules import reference

        click.echo(render_sarif.render(findings, list(reference.entries().values())), nl=False)
