"""`providers explain CODE`."""

from __future__ import annotations

import click


@click.command(name="explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """
    Explain a finding's code.

    CODE may also be its name. Without CODE it lists all of them.

    \b
      providers explain PV202
      providers explain cache-read-above-input
    """
    from ..rules import reference

    entries = reference.entries()
    if code is None:
        for entry in entries.values():
            click.echo(f"{entry.code}  {entry.severity:7}  {entry.name}")
        return
    found = entries.get(reference.current(code.upper())) or next((entry for entry in entries.values() if entry.name == code.lower()), None)
    if found is None:
        raise click.UsageError(f"there is no code {code!r}; `providers explain` lists them")
    click.echo(f"{found.code} ({found.severity}) {found.doc.strip()}")
