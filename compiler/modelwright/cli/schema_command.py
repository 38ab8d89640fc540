"""`providers schema KIND`."""

from __future__ import annotations

import json

import click


@click.command(name="schema")
@click.argument("kind", type=click.Choice(["models", "provider", "vocabulary", "overlay", "sightings", "artifact", "diagnostics"]))
def command(kind: str) -> None:
    """
    Print the JSON Schema of a kind of file.

    It stands alone: what the schemas share is inside, so an editor or another validator needs this one file.

    \b
      providers schema overlay > models.schema.json
    """
    from ..source.schemas import bundled

    click.echo(json.dumps(bundled(kind), ensure_ascii=False, indent=2))
