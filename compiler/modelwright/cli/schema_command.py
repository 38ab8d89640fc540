"""`providers schema KIND`."""

from __future__ import annotations

import json

import click

from ..source.schemas import KINDS, bundled


@click.command(name="schema")
@click.argument("kind", type=click.Choice(KINDS))
def command(kind: str) -> None:
    """
    Print the JSON Schema of a kind of file.

    It stands alone: what the schemas share is inside, so an editor or another validator needs this one file.

    \b
      providers schema overlay > models.schema.json
      providers schema review > review.schema.json
    """
    click.echo(json.dumps(bundled(kind), ensure_ascii=False, indent=2))
