"""`providers compile`."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from . import inputs, options
from .output import colours, notice

if TYPE_CHECKING:
    from ..pipeline import Result

LOCK = "providers.lock"


@click.command(name="compile")
@click.option("--output", "-o", type=click.Path(), metavar="FILE", help="Where to write; - is standard output. Default: PROVIDERS_HOME.")
@click.option(
    "--target", type=click.Choice(["artifact", "json"]), default="artifact", show_default=True, help="artifact: what programs load; json: one document for other languages."
)
@click.option("--check", is_flag=True, help="Write nothing; verify that the compiled file is whole and is what a compile would write.")
@click.option("--locked", is_flag=True, help=f"Fail when an input differs from {LOCK}.")
@click.option("--lock", "lock", is_flag=True, help=f"Write {LOCK}: the digest of every input.")
@click.option("--no-sightings", is_flag=True, help="Leave out what listings reported.")
@options.sources
@options.output
def command(output: str | None, target: str, check: bool, locked: bool, lock: bool, no_sightings: bool, registry: str | None, configs: tuple[str, ...]) -> None:
    """
    Compile the registry and your own files into the file programs load.

    The same inputs give the same bytes on any machine. With an error-level finding nothing is written and the file of last
    time stays; but what is wrong in a file of a system that goes on without it (zot, Sloppy) is left out with a warning, while
    `providers lint` calls it an error.

    \b
      providers compile
      providers compile --target json -o registry.json
      providers compile --check --locked        (in CI)
    """
    if check and lock:
        raise click.UsageError("--check writes nothing, so it cannot write a lock; leave out one of --check and --lock")
    import gc

    gc.disable()
    from .. import pipeline
    from ..runtime import home
    from . import build

    found = inputs.find(registry, configs, sightings=not no_sightings)
    result = pipeline.compile(found, lenient=True)
    _report(result)
    if locked:
        _compare(result)
    if not result.is_sound:
        click.echo("nothing was written: there are errors", err=True)
        sys.exit(1)
    content = build.artifact_bytes(result) if target == "artifact" else build.json_bytes(result)
    path = output or (home.compiled(os.environ) if target == "artifact" else "registry.json")
    if check:
        _check(path, content, target)
    elif path == "-":
        sys.stdout.buffer.write(content)
    else:
        _write(path, content, "name another place with -o")
        if target == "artifact":
            build.write_paths(path, result, found.user_files)
        notice(f"{path}: {len(result.catalog.providers)} providers, {len(result.catalog.models)} models, {len(content):,} bytes")
    if lock:
        _write(LOCK, _lock(result), "go to a folder where it can be")


def _write(path: str, content: bytes, cure: str) -> None:
    from . import build

    try:
        build.write(path, content)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {(error.strerror or str(error)).lower()}; {cure}") from error


def _report(result: Result) -> None:
    from ..diagnostics import render_text

    shown = [finding for finding in result.findings if not options.is_quiet() or finding.severity == "error"]
    if shown:
        click.echo(render_text.render(shown, colour=colours(sys.stderr)), err=True, color=True)


def _check(path: str, content: bytes, target: str) -> None:
    """Exit 1 when the file at *path* is damaged or is not *content*."""
    if target == "artifact":
        from ..runtime.registry import Registry

        Registry(path).verify()
    try:
        with open(path, "rb") as stream:
            is_same = stream.read() == content
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {(error.strerror or str(error)).lower()}; run `providers compile`") from error
    if not is_same:
        raise click.ClickException(f"{path} is not what these inputs compile to; run `providers compile`")
    click.echo(f"{path}: whole and up to date", err=True)


def _lock(result: Result) -> bytes:
    return (json.dumps(_locked(result), indent=1, sort_keys=True) + "\n").encode()


def _locked(result: Result) -> dict[str, Any]:
    from ..emit.artifact import VERSION as FORMAT
    from ..version import VERSION

    return {"lock": 1, "compiler": VERSION, "artifact": FORMAT, "inputs": result.digests}


def _compare(result: Result) -> None:
    """Exit 1 when an input is not the one that was locked."""
    if not os.path.exists(LOCK):
        raise click.ClickException(f"there is no {LOCK} here; write it with `providers compile --lock`")
    try:
        with open(LOCK, "rb") as stream:
            known = json.load(stream)
        inputs_then: dict[str, str] = dict(known["inputs"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{LOCK} cannot be read: {error}; write it anew with `providers compile --lock`") from error
    now = _locked(result)
    different = [f"{key}: {known.get(key)} then, {now[key]} now" for key in ("lock", "compiler", "artifact") if known.get(key) != now[key]]
    paths = sorted(inputs_then.keys() | result.digests.keys())
    different += [f"{path}: {_change(inputs_then.get(path), result.digests.get(path))}" for path in paths if inputs_then.get(path) != result.digests.get(path)]
    if different:
        raise click.ClickException(f"the inputs are not those of {LOCK}:\n  " + "\n  ".join(different) + "\nreview them and run `providers compile --lock`")


def _change(then: str | None, now: str | None) -> str:
    return "new" if then is None else "gone" if now is None else "changed"
