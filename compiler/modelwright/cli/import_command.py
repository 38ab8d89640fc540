"""`providers import SOURCE FILE`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from . import foreign, options
from .numerals import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..importers import Catalogue
    from ..importers.compare import Holdings
    from ..ir.catalog import Catalog, Facts


@click.command(name="import")
@click.argument("source", type=click.Choice(foreign.names()))
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--provider", "providers", multiple=True, type=options.Provider(), metavar="ID", help="This provider only, by our id or by theirs; repeatable.")
@click.option(
    "--output", "-o", type=click.Path(file_okay=False), metavar="DIR", help="Write whole files into this folder, as a registry of its own; files that are there are not touched."
)
@click.option("--from", "read_from", metavar="TEXT", help="What was read, for the sources. Default: the file's name.")
@click.option("--read-on", type=options.Day(), metavar="DAY", help="Day of the reading. Default: today.")
@click.option(
    "--registry",
    envvar="PROVIDERS_REGISTRY",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="The registry that may have the models already. Default: this checkout's, else the packaged one.",
)
@options.output
def command(source: str, file: str, providers: tuple[str, ...], output: str | None, read_from: str | None, read_on: str | None, registry: str | None) -> None:
    """
    Propose what another catalogue has and the registry does not.

    Prints entries to review and to put into `registry/models/<provider>.yaml`, or writes files with -o. Nothing is corrected
    on the way: what is wrong in the catalogue is for `providers lint` to find. What both have is for `providers conflicts`.

    \b
      providers import litellm model_prices.json --provider groq
      providers import models-dev api.json --provider groq -o draft
    """
    from ..runtime.day import today

    catalogue, holdings = foreign.read(source, file)
    reading = foreign.reading_of(file, read_from, read_on)
    known = foreign.resolved(registry, today())
    if output is None:
        _propose(known, source, holdings, _by_our_ids(known, source, catalogue, providers), reading)
    else:
        wanted = _by_their_ids(known, source, catalogue, providers)
        _write(output, {name: catalogue[name] for name in wanted}, reading)
        _accept(output, source, catalogue, wanted, reading)


def _by_our_ids(known: Catalog, source: str, catalogue: Catalogue, named: Sequence[str]) -> dict[str, list[str]]:
    """Return our ids of the providers that are meant, to theirs; raises ClickException for a name that leads nowhere."""
    from ..importers.compare import listed_as

    listed = {provider: theirs for provider, theirs in listed_as(known, source).items() if any(name in catalogue for name in theirs)}
    for name in named:
        if name not in listed and not any(name in theirs for theirs in listed.values()):
            raise click.ClickException(_leads_nowhere(name, source, catalogue, listed))
    return {provider: theirs for provider, theirs in listed.items() if not named or provider in named or not set(named).isdisjoint(set(theirs) - listed.keys())}


def _by_their_ids(known: Catalog, source: str, catalogue: Catalogue, named: Sequence[str]) -> list[str]:
    """Return their ids of the providers that are meant."""
    from ..importers.compare import listed_as

    listed, wanted = listed_as(known, source), set()
    for name in named:
        found = [name] if name in catalogue else [theirs for theirs in listed.get(name, ()) if theirs in catalogue]
        if not found:
            raise click.ClickException(_leads_nowhere(name, source, catalogue, listed))
        wanted.update(found)
    return [name for name in catalogue if not named or name in wanted]


def _leads_nowhere(name: str, source: str, catalogue: Catalogue, listed: Iterable[str]) -> str:
    from difflib import get_close_matches

    if name in catalogue:
        return f"no provider of the registry is {name!r} of {source}; name it under `catalogues` of that provider's file, or write files of its own with -o"
    near = get_close_matches(name, dict.fromkeys([*catalogue, *listed]), n=3)
    return f"{source} has no provider {name!r}" + (
        f"; did you mean {' or '.join(repr(one) for one in near)}?" if near else f"; it has {len(catalogue)}, among them {', '.join(sorted(catalogue)[:5])}"
    )


def _propose(known: Catalog, source: str, holdings: Holdings, names: Mapping[str, Sequence[str]], reading: Mapping[str, str]) -> None:
    from ..diagnostics.render_text import printable
    from ..importers.compare import lacking
    from ..source.write_yaml import render_item
    from .output import notice

    count = 0
    for provider, models in lacking(known, names, holdings).items():
        if models:
            click.echo(f"# registry/models/{provider}.yaml: {len(models)} that {source} has, to review")
        for model in models:
            for line in render_item(sourced(model, reading)).splitlines():
                click.echo(printable(line))
        count += len(models)
    notice(f"{source} has {counted(count, 'model')} of {counted(len(names), 'provider')} that the registry has not")


def sourced(model: Facts, reading: Mapping[str, str]) -> Facts:
    """Return *model* with what was read as its source, and the page that the catalogue names."""
    page: dict[str, Any] = model.get("sources", {}).get("default", {})
    return {**model, "sources": {"default": {**reading, **page}}}


def _write(folder: str, catalogue: Catalogue, reading: Mapping[str, str]) -> None:
    from ..source.write import write_atomically
    from ..source.write_yaml import render_document
    from .output import notice

    sources, written = {"default": reading}, 0
    for order, (name, (provider, models)) in enumerate(catalogue.items(), start=1):
        head = {"id": provider["id"], "name": provider["name"], "kind": provider["kind"], "order": order}
        entries = [sourced(model, reading) if "sources" in model else model for model in models]
        documents = {"providers": ("provider", head | provider | {"sources": sources}), "models": ("models", {"provider": name, "sources": sources, "models": entries})}
        for place, (schema, data) in documents.items():
            path = os.path.join(folder, place, f"{name}.yaml")
            if os.path.exists(path):
                notice(f"{path} is there already; left as it is")
                continue
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                write_atomically(path, render_document(data, schema=schema).encode())
            except OSError as error:
                raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
            written += 1
    notice(f"{folder}: {written} files written")


def _accept(folder: str, source: str, catalogue: Catalogue, wanted: Sequence[str], reading: Mapping[str, str]) -> None:
    """Remember what was imported as accepted, so that a refresh shows what moves from there."""
    from ..review import accepted, facts
    from ..review.plan import Base
    from ..runtime.day import today
    from ..source.write import write_atomically

    path = os.path.join(folder, accepted.path_of(source))
    if os.path.exists(path):
        return
    models = {name: {model["id"]: facts.flat(model, today()) for model in catalogue[name][1]} for name in wanted}
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_atomically(path, accepted.render(source, reading, Base(models=models, others=sorted(catalogue.keys() - set(wanted)), is_known=True)))
