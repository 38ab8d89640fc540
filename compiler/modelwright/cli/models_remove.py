"""`providers models remove`."""

from __future__ import annotations

from typing import Any

import click

from . import options


@click.command(name="remove")
@click.option("--provider", type=options.Provider(), metavar="PROVIDER", help="Its provider.")
@click.option("--model", "--id", "model", metavar="MODEL", help="Its id; or provider/model, without --provider.")
@options.sources
@options.output
def remove(registry: str | None, configs: tuple[str, ...], **said: Any) -> None:
    """
    Take a model out of your own file, with its budgets; the provider stays.

    What the registry knows of a model stays known: only what you said of it goes.

    \b
      providers models remove --provider custom --model my-local-model
    """
    from ..dialects.entries import entries_of
    from . import wishes
    from .user_layer import open_layer

    layer = open_layer(registry, configs)
    key, model = wishes.target(layer, said)
    meant = wishes.meant(layer)
    try:
        change = layer.changed(lambda data: entries_of(layer.dialect).remove(data, meant(key), model, meant), may_have_errors=True)
    except LookupError as error:
        curated = next((one for one in layer.catalog.models_of(meant(key)) if one.id.lower() == model.lower()), None)
        hint = "" if curated is None else "; the registry has it, and keeps it"
        raise click.ClickException(f"{layer.document.shown}: {error.args[0]}{hint}") from error
    change.write()
    change.tell(f"{meant(key)}/{model} is out of")
