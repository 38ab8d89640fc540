"""`providers logout PROVIDER|ACCOUNT`."""

from __future__ import annotations

import os

import click

from . import options


@click.command(name="logout")
@click.argument("account", type=options.Provider(), metavar="PROVIDER|ACCOUNT")
@click.option("--profile", metavar="NAME", help="Only what is stored for this profile of the account.")
@options.artifact
@options.output
def command(account: str, profile: str | None, artifact: str | None) -> None:
    """
    Remove what `providers login` stored.

    What comes from the environment, from files or from other tools stays as it is.

    \b
      providers logout openrouter
    """
    from ..runtime.credentials import chain, stored
    from ..runtime.errors import UnknownRefError
    from . import output

    registry = output.open_registry(artifact)
    try:
        record = registry.account(account)
    except UnknownRefError:
        if not (places := stored.left_over(account, os.environ)):
            raise
        still = None
    else:
        places = stored.places(record, profile, os.environ)
        still = record["id"]
    gone = [place.shown for place in places if place.remove()]
    output.notice("\n".join(f"removed from {where}" for where in gone) if gone else f"nothing was stored for {account}")
    if still is not None and chain.has_credential(registry, still, os.environ):
        output.notice(f"note: {still} has a credential from elsewhere still; see `providers auth status {still}`")
