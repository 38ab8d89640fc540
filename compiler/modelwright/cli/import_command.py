"""`providers import SOURCE FILE`."""

from __future__ import annotations

import os

import click


@click.command(name="import")
@click.argument("source", type=click.Choice(["models-dev"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--provider", "providers", multiple=True, metavar="ID", help="This provider only; repeatable.")
@click.option("--output", "-o", required=True, type=click.Path(file_okay=False), metavar="DIR", help="Folder of the registry to write; files that are there are not touched.")
@click.option("--from", "read_from", metavar="TEXT", help="What was read, for the sources. Default: the file's name.")
@click.option("--read-on", metavar="DAY", help="Day of the reading. Default: today.")
def command(source: str, file: str, providers: tuple[str, ...], output: str, read_from: str | None, read_on: str | None) -> None:
    """
    Turn another catalogue's file into registry files to review.

    Nothing is corrected on the way: what is wrong in the catalogue is for `providers lint` to find.

    \b
      providers import models-dev api.json --provider groq -o draft
      providers lint --registry draft
    """
    import json

    from ..importers import models_dev
    from ..runtime.day import today
    from ..source.write import write_atomically
    from ..source.write_yaml import render_document

    try:
        with open(file, "rb") as stream:
            catalogue = models_dev.read(json.load(stream))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise click.ClickException(f"{file} is not a {source} catalogue: {type(error).__name__}: {error}") from error
    unknown = [name for name in providers if name not in catalogue]
    if unknown:
        raise click.ClickException(f"{file} has no provider {', '.join(unknown)}; it has: {', '.join(sorted(catalogue))}")
    sources = {"default": {"from": read_from or os.path.basename(file), "read_on": read_on or today()}}
    written = 0
    for order, (name, (provider, models)) in enumerate(catalogue.items(), start=1):
        if providers and name not in providers:
            continue
        head = {"id": provider["id"], "name": provider["name"], "kind": provider["kind"], "order": order}
        documents = {"providers": ("provider", head | provider | {"sources": sources}), "models": ("models", {"provider": name, "sources": sources, "models": models})}
        for folder, (schema, data) in documents.items():
            path = os.path.join(output, folder, f"{name}.yaml")
            if os.path.exists(path):
                click.echo(f"{path} is there already; left as it is", err=True)
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_atomically(path, render_document(data, schema=schema).encode())
            written += 1
    click.echo(f"{output}: {written} files written", err=True)
