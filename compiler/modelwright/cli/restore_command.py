"""`providers restore`."""

from __future__ import annotations

import os

import click

from . import options


@click.command(name="restore")
@click.argument("file", required=False, type=click.Path())
@options.output
def command(file: str | None) -> None:
    """
    Put a file of yours that cannot be read any more back as it was.

    FILE is your own models.json by default. The newest copy that can be read takes its place; what is there now is kept beside
    it. A file that can be read stays as it is.

    \b
      providers restore
      providers restore sloppy.json
    """
    from ..runtime import home
    from ..source import backup
    from . import output

    path = file or os.path.join(home.folder("config", os.environ), "models.json")
    if _is_readable(path):
        raise click.ClickException(f"{path} can be read, so it stays as it is; `providers lint` tells what else is wrong with it")
    restored = backup.restore(path, _is_readable)
    if restored is None:
        raise click.ClickException(f"there is no copy of {path} that can be read; copies are made when `providers` changes it, as {os.path.basename(path)}.backup.1")
    copy, aside = restored
    output.notice(f"{path}: restored from {os.path.basename(copy)}" + (f"; what was there is in {os.path.basename(aside)}" if aside else ""))


def _is_readable(path: str) -> bool:
    from ..source.document import Document

    return Document.read(path, os.path.basename(path).partition(".backup")[0], path, "overlay").data is not None
