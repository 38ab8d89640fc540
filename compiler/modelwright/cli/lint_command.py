"""`providers lint`."""

from __future__ import annotations

import os
import sys

import click

from ..source import layout
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
@click.option("--statistics", is_flag=True, help="Print how many findings each rule has instead of the findings.")
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
    statistics: bool,
    no_cache: bool,
    on: str | None,
) -> None:
    """
    Check the registry and your own files; report every finding at once.

    Everything is read, so that references between files are checked; with PATH… only findings in those files, or below
    those folders, are reported. Files named there that belong to no registry are your own: each is checked by itself, over
    the registry.

    \b
      providers lint
      providers lint registry/models/acme.yaml models.json
      providers lint --fix --select PV109
      providers lint --statistics
    """
    code = lint(
        *(inputs.find(root, over, on=on) for root, over in _jobs(paths, registry, configs)),
        paths=paths,
        format_=format_,
        select=select,
        ignore=ignore,
        fix=fix,
        strict=strict,
        cached=not no_cache,
        statistics=statistics,
        quiet=options.is_quiet(),
        colour=output.colours(),
    )
    sys.exit(code)


def _jobs(paths: tuple[str, ...], registry: str | None, configs: tuple[str, ...]) -> list[tuple[str | None, tuple[str, ...]]]:
    """
    Return what to check, as the registry and the user's files over it.

    That is each registry some path lies in, and each file of the user's by itself: those named together need not be meant
    together, and laid over each other one would hide what is wrong with another.
    """
    known = {os.path.abspath(config) for config in configs}
    jobs: dict[tuple[str | None, tuple[str, ...]], None] = {}
    for path in paths:
        root = _root(path)
        if root is not None:
            jobs[registry or root, configs] = None
        elif os.path.isdir(path) or os.path.abspath(path) in known:
            jobs[registry, configs] = None
        else:
            jobs[registry, (*configs, path)] = None
    return list(jobs) or [(registry, configs)]


def _root(path: str) -> str | None:
    """Return the registry that *path* is, or is a folder or file of; None when it belongs to none, or is not there."""
    if not os.path.lexists(path):
        return None
    place = os.path.abspath(path)
    folder = place if os.path.isdir(place) else os.path.dirname(place)
    root = os.path.dirname(folder) if os.path.basename(folder) in layout.FOLDERS else place
    return root if any(kind == "provider" and file.endswith(".yaml") for file, _, kind in layout.files(root)) else None
