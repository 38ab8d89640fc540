"""Read another catalogue's file; whatever is wrong with it is an error that names the place and the cure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..importers import Catalogue
    from ..importers.compare import Holdings
    from ..ir.catalog import Catalog

_LARGEST_BYTES = 100_000_000
_LONGEST_REASON = 300


def names() -> list[str]:
    """Return the catalogues there are importers for."""
    from ..importers import all_importers

    return list(all_importers())


def read(source: str, file: str) -> tuple[Catalogue, Holdings]:
    """Return what *file* of the catalogue *source* holds, and how to find a model in it; raises ClickException."""
    from ..importers import all_importers, finder_of
    from ..importers.compare import Holdings
    from ..importers.shape import ShapeError

    importer, data = all_importers()[source], load(file)
    try:
        catalogue = importer.read(data)
        if not any(models for _, models in catalogue.values()):
            raise ShapeError("no model is in it")
        return catalogue, Holdings(catalogue, finder_of(importer, data))
    except ShapeError as error:
        other = next((name for name, one in all_importers().items() if name != source and _reads(one.read, data)), None)
        cure = f"it reads as {other}: name that source" if other else f"get the file as {source} publishes it, or mend it there"
        raise click.ClickException(f"{file} is not a {source} catalogue: {printable(str(error))[:_LONGEST_REASON]}; {cure}") from error


def resolved(registry: str | None, day: str) -> Catalog:
    """Return the registry as its files say it, without any user's, on *day*; raises ClickException when it is none."""
    from .. import pipeline
    from . import inputs, output

    folder = inputs.registry_path(registry)
    result = pipeline.resolve(pipeline.Inputs(folder, day))
    if not result.catalog.providers:
        raise click.ClickException(f"there is no registry in {folder}, or nothing in it can be read; name its folder with --registry, or see `providers lint`")
    if not result.is_sound:
        output.notice("note: parts of the registry cannot be read and are left out; `providers lint` says which")
    return result.catalog


def ours(catalog: Catalog, named: Sequence[str]) -> list[str]:
    """Return the providers that *named* means, all of the registry when it is empty; raises ClickException for one that is not there."""
    from difflib import get_close_matches

    for name in named:
        if name not in catalog.providers:
            near = get_close_matches(name, catalog.providers, n=1)
            raise click.ClickException(f"the registry has no provider {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return [name for name in catalog.providers if not named or name in named]


def reading_of(file: str, read_from: str | None, read_on: str | None) -> dict[str, str]:
    """Return what was read, and when, as `sources` have it."""
    from ..runtime.day import today

    return {"from": read_from or printable(os.path.basename(file)), "read_on": read_on or today()}


def load(file: str) -> Any:
    """Return the JSON in *file*; raises ClickException."""
    from ..source import read_json

    try:
        with open(file, "rb") as stream:
            content = stream.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST_BYTES:
        raise click.ClickException(f"{file} has more than {_LARGEST_BYTES:,} bytes; no catalogue is that large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8 text, at byte {error.start + 1:,}; get the catalogue as JSON") from error
    try:
        data = read_json.load(text)
        if not _is_deep(data):
            return data
    except ValueError:
        pass
    node, problems = read_json.compose(text)
    if problems or node is None:
        worst = problems[-1]
        place = f"{file}:{worst.mark.line + 1}:{worst.mark.column + 1}" if worst.mark else file
        raise click.ClickException(f"{place}: {printable(worst.message)}; {worst.help}, or get the catalogue as JSON again")
    return node.value


def _is_deep(data: Any) -> bool:
    """Tell whether *data* is nested deeper than any catalogue."""
    from ..source.node import MAX_DEPTH

    level = [data]
    for _ in range(MAX_DEPTH):
        level = [child for one in level if isinstance(one, (dict, list)) for child in (one.values() if isinstance(one, dict) else one)]
    return bool(level)


def _reads(reader: Callable[[Any], Catalogue], data: Any) -> bool:
    from ..importers.shape import ShapeError

    try:
        return any(models for _, models in reader(data).values())
    except ShapeError:
        return False
