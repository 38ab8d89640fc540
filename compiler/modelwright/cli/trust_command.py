"""`providers trust PATH`."""

from __future__ import annotations

import click

from . import inputs


@click.command(name="trust")
@click.argument("path", type=click.Path(exists=True, dir_okay=False), default=inputs.PROJECT_FILE)
def command(path: str) -> None:
    """
    Let a project's file name endpoints and credentials.

    A models.json of a working tree may have come with somebody's repository, so it may not set base URLs, headers, auth or
    variables, and has no accounts, policy or budgets, until you trust it. Read it first: trust holds for the file as it is now,
    and ends when it changes.

    \b
      providers trust .providers/models.json
    """
    inputs.trust(path)
    click.echo(f"{path} is trusted as it is now ({inputs.digest_of(path)[:12]}…)", err=True)
