"""Print results: JSON, CSV and aligned columns; notices to standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from .. import resources
from ..diagnostics.markup import without_markup
from ..diagnostics.render_text import printable
from . import options, terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..ir.resolved import Model
    from ..runtime.registry import Registry

_FORMULA = ("=", "+", "-", "@")
"""What a cell begins with that a spreadsheet works out instead of showing it."""


def as_json(data: dict[str, Any]) -> None:
    """Print *data* as JSON with the version of the output's form first; what a terminal would obey or not show is escaped."""
    import json

    text = json.dumps({"version": 1, **data}, ensure_ascii=False, indent=2)
    for letter in set(text) - {"\n"}:
        if not letter.isprintable():
            text = text.replace(letter, json.dumps(letter)[1:-1])
    click.echo(text)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print *rows* as CSV under a line of *columns*; nothing in a cell can be a formula of a spreadsheet."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(value) if isinstance(value, str) else value for value in row] for row in rows)


def _text(value: str) -> str:
    clean = printable(value)
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def as_columns(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = ()) -> None:
    """Print *rows* aligned under *columns*; those whose index is in *right* to the right."""
    table = [[printable("-" if value is None else str(value)) for value in row] for row in (columns, *rows)]
    widths = [max(len(row[index]) for row in table) for index in range(len(columns))]
    for number, row in enumerate(table):
        cells = [cell.rjust(width) if index in right else cell.ljust(width) for index, (cell, width) in enumerate(zip(row, widths, strict=True))]
        line = "  ".join(cells).rstrip()
        click.echo(click.style(line, bold=True) if number == 0 else line, color=colours())


def as_markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print *rows* as a Markdown table under *columns*; nothing in a cell can be markup."""
    click.echo(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")
    for row in rows:
        click.echo(f"| {' | '.join('' if value is None else without_markup(str(value)) for value in row)} |")


def colours(stream: Any = None) -> bool:
    """Tell whether colours are wanted on *stream*, standard output by default."""
    return not options.is_plain() and terminal.wants_colour(stream or sys.stdout)


def notice(message: str) -> None:
    """Print *message* to standard error, unless --quiet was given."""
    if not options.is_quiet():
        click.echo(message, err=True)


def open_registry(artifact: str | None) -> Registry:
    """Return the compiled registry, with a notice when something it may come from is newer."""
    from ..runtime.registry import load

    registry = load(artifact)
    if not options.is_quiet() and (newer := _newer(registry)):
        notice(f"note: {newer} is newer than the compiled registry; run `{_compile_again(registry)}`")
    return registry


def resolved(registry: Registry, ref: str, on: str | None = None) -> Model:
    """Return the model that *ref* names; where the user's files are of a system that goes on without it, with a notice the one that it would use."""
    from ..runtime.errors import UnknownRefError
    from ..runtime.stand_in import stand_in

    try:
        return registry.resolve(ref, on)
    except UnknownRefError as error:
        model = stand_in(registry, ref, os.environ, on)
        if model is None:
            raise
        notice(f"warning: {error}; {model.ref} is used instead")
        return model


def known(registry: Registry, ref: str) -> str:
    """Return *ref*, which may name a profile; where nobody knows it and the user's files are of a system that goes on without it, with a notice what it would use."""
    from ..runtime.errors import UnknownRefError
    from ..runtime.routing.pinned import pinned

    try:
        pinned(registry, ref)
    except UnknownRefError:
        return resolved(registry, ref).ref
    return ref


def _newer(registry: Registry) -> str | None:
    """Return the first file that changed after the registry was compiled."""
    from ..runtime.credentials import paths
    from . import inputs

    compiled = os.stat(registry.path).st_mtime_ns
    root = inputs.registry_path(os.environ.get("PROVIDERS_REGISTRY"))
    candidates = [os.path.join(root, *path.split("/")[1:]) for path in registry.inputs() if path.startswith("registry/")]
    if resources.is_packaged() and (registry.path, root) == (resources.artifact_path(), resources.registry_dir()):
        candidates = []  # they came in one wheel; the times are when an installer wrote each
    candidates += [user.file for user in inputs.user_files(_configs())] + [*paths.beside(registry.path).values()]
    for path in candidates:
        try:
            if os.stat(path).st_mtime_ns > compiled:
                return path
        except OSError:
            continue
    return None


def _compile_again(registry: Registry) -> str:
    """Return the command that compiles *registry* from the files it was made from."""
    from shlex import quote

    from ..runtime.credentials import paths

    named = [path for logical, path in paths.beside(registry.path).items() if logical.startswith("config/")]
    return " ".join(("providers compile", *(f"--config {quote(path)}" for path in named)))


def _configs() -> list[str]:
    return [config for config in os.environ.get("PROVIDERS_CONFIG", "").split(os.pathsep) if config]
