"""`providers lint`."""

from __future__ import annotations

import os
import sys

import click

from . import inputs, options, output
from .linting import lint


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
    code = lint(
        inputs.find(registry, _configs(paths, configs), on=on),
        paths=paths,
        format_=format_,
        select=select,
        ignore=ignore,
        fix=fix,
        strict=strict,
        cached=not no_cache,
        quiet=options.is_quiet(),
        colour=output.colours(),
    )
    sys.exit(code)


def _configs(paths: tuple[str, ...], configs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the user's files: *configs*, and those of *paths* that stand outside a registry."""
    own = [path for path in paths if not os.path.isdir(path) and not _is_registry_file(path)]
    if not own:
        return configs
    return (*configs, *(path for path in own if os.path.abspath(path) not in map(os.path.abspath, configs)))


def _is_registry_file(path: str) -> bool:
    folder = os.path.dirname(os.path.abspath(path))
    return os.path.basename(folder) in ("providers", "models", "vocabulary") and os.path.isdir(os.path.join(os.path.dirname(folder), "providers"))
