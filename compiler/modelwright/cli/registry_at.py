"""Find a registry by what names it: a folder, a compiled file, or a git revision; what cannot be read is a ClickException."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from . import inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..pipeline import Result
    from ..review.versions import Version

_MOST_FILES, _MOST_BYTES = 20_000, 500_000_000
_LONGEST_SECONDS = 120
_ENVIRONMENT = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
_LONGEST_REASON = 300
_FIGURE = "usd"


@dataclass(frozen=True)
class Found:
    """A registry that was named, as it was read."""

    name: str
    what: str
    """What the name turned out to be, for people."""
    version: Version
    is_whole: bool = True
    """False: parts could not be read and are left out."""


def find(name: str | None, registry: str | None, day: str) -> Found:
    """
    Return the registry that *name* means on *day*: a folder, else a compiled file, else a revision of the repository here.

    None means the registry in effect, which *registry* may name. A revision is looked up in the folder that the registry in
    effect has in its repository. Raises ClickException, and ArtifactError where a compiled file is damaged.
    """
    if name is None:
        folder = inputs.registry_path(registry)
        return _folder(folder, folder, day)
    if os.path.isdir(name):
        for folder in (name, os.path.join(name, "registry")):
            if os.path.isdir(os.path.join(folder, "providers")):
                return _folder(name, folder, day)
    elif os.path.lexists(name):
        return _artifact(name)
    return _revision(name, inputs.registry_path(registry), day)


def _folder(name: str, folder: str, day: str) -> Found:
    from .. import pipeline

    return _resolved(name, f"the registry in {folder}", pipeline.resolve(pipeline.Inputs(folder, day)))


def _resolved(name: str, what: str, result: Result) -> Found:
    from ..review.versions import Version

    if not result.catalog.providers:
        raise click.ClickException(f"{printable(what)} is none, or nothing in it can be read; `providers lint` says why")
    return Found(name, what, Version.of(result.catalog), result.is_sound)


def _artifact(name: str) -> Found:
    from ..review.versions import Version
    from ..runtime.registry import load
    from ..source.validate import faults

    if not os.path.isfile(name):
        raise click.ClickException(f"{printable(name)} is neither a folder nor a file; name a registry, what `providers compile` wrote, or a git revision")
    try:
        registry = load(name)
        registry.verify()
        providers = {record["id"]: record for record in registry.providers()}
        models = {model.ref: _with_numbers(model.facts) for model in registry.models()}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _damaged(name) from error
    whole = {"artifact": 1, "compiler": "", "digest": "", "providers": list(providers.values()), "models": list(models.values()), "aliases": {}}
    if faults("artifact", whole) or any(ref != f"{record['provider']}/{record['id']}" for ref, record in models.items()):
        raise _damaged(name)
    return Found(name, f"the compiled registry {name}", Version(providers, {ref: record for ref, record in models.items() if record["provider"] in providers}))


def _damaged(name: str) -> click.ClickException:
    return click.ClickException(f"{printable(name)} holds records that no compile writes; make it anew with `providers compile`")


def _with_numbers(record: dict[str, Any]) -> dict[str, Any]:
    return {key: _numbers(value) if key == "prices" else value for key, value in record.items()}


def _numbers(value: Any) -> Any:
    """Return prices with their figures, which a compiled registry reads as text, as numbers; raises ValueError for what is none."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _number(item) if _FIGURE in key and isinstance(item, str) else _numbers(item) for key, item in value.items()}
    return value


def _number(text: str) -> float:
    if not isfinite(number := float(text)):
        raise ValueError(text)
    return number


def _revision(name: str, folder: str, day: str) -> Found:
    from .. import pipeline

    here = os.getcwd()
    if not name or name.startswith("-") or not name.isprintable():
        raise click.ClickException(f"{printable(name)!r} names no registry: no folder, no compiled file, no git revision")
    top = (
        _git(here, "rev-parse", "--show-toplevel", otherwise=f"{printable(name)} is neither a folder nor a file, and there is no git repository here to look it up in")
        .decode()
        .strip()
    )
    commit = _git(
        here,
        *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"),
        otherwise=f"{printable(name)} is neither a folder, nor a file, nor a git revision known here; fetch it first (`git fetch origin {printable(name)}`), or name a folder",
    )
    identity = commit.decode().strip()
    below = os.path.relpath(os.path.realpath(folder), os.path.realpath(top)).replace(os.sep, "/")
    below = "registry" if below.startswith("..") else below
    documents, is_whole = _documents(top, identity, below, name)
    if not documents:
        raise click.ClickException(f"the git revision {printable(name)} ({identity[:12]}) has no registry in {printable(below)}; name a revision that has one")
    found = _resolved(name, f"the git revision {name} ({identity[:12]})", pipeline.resolve(pipeline.Inputs(folder, day), documents))
    return found if is_whole else Found(name, found.what, found.version, is_whole=False)


def _documents(top: str, commit: str, below: str, name: str) -> tuple[list[Any], bool]:
    """Return the registry's documents at *commit*, read as git holds them, without filters, and whether these are all."""
    from ..ir.inputs import MAX_BYTES
    from ..source.document import Document
    from ..source.layout import DECISIONS, FOLDERS

    listing = _git(top, "ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", *(["."] if below == "." else [below]), otherwise="git cannot list the registry's files")
    files, is_whole, total = [], True, 0
    for line in filter(None, listing.split(b"\0")):
        about, _, place = line.partition(b"\t")
        mode, kind, blob, size = about.split()
        path = place.decode(errors="replace")
        path = path if below == "." else path.removeprefix(f"{below}/")
        folder, _, rest = path.rpartition("/")
        meant = "decisions" if path == DECISIONS else FOLDERS.get(folder)
        if meant is None or rest.startswith("."):
            continue
        if kind == b"blob" and not size.isdigit():
            raise _incomplete()
        if kind != b"blob" or not mode.startswith(b"100") or not path.endswith(".yaml") or not path.isprintable() or int(size) > MAX_BYTES:
            is_whole = False
            continue
        total += int(size)
        files.append((path, meant, blob))
    if len(files) > _MOST_FILES or total > _MOST_BYTES:
        raise click.ClickException(f"the git revision {printable(name)} has {len(files):,} files of {total:,} bytes there; no registry is that large")
    contents = _contents(top, [blob for _, _, blob in files])
    documents = []
    for (path, meant, _), content in sorted(zip(files, contents, strict=True), key=lambda one: one[0]):
        document = Document(f"registry/{path}", f"{name}:{path}", meant, content)
        document.load()
        documents.append(document)
    return documents, is_whole


def _contents(top: str, blobs: Sequence[bytes]) -> list[bytes]:
    """Return what *blobs* hold, in their order."""
    said = _git(top, "cat-file", "--batch", otherwise="git cannot read the registry's files", given=b"".join(blob + b"\n" for blob in blobs))
    found, position = [], 0
    for _ in blobs:
        end = said.find(b"\n", position)
        head = said[position:end].split()
        if end < 0 or len(head) != 3 or head[1] != b"blob":
            raise _incomplete()
        size = int(head[2])
        found.append(said[end + 1 : end + 1 + size])
        position = end + 1 + size + 1
    return found


def _incomplete() -> click.ClickException:
    return click.ClickException("git does not have all of the registry's files at that revision; fetch it whole (`git fetch --refetch`)")


def _git(folder: str, *arguments: str, otherwise: str, given: bytes = b"") -> bytes:
    """Return what git prints when called in *folder*; raises ClickException with *otherwise* and git's own reason."""
    try:
        # The arguments are ours, but for a revision that cannot be an option; git is found as the user's shell finds it.
        done = subprocess.run(  # noqa: S603
            ["git", "-C", folder, *arguments],  # noqa: S607
            input=given,
            capture_output=True,
            env=os.environ | _ENVIRONMENT,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise click.ClickException(f"{otherwise.partition(';')[0]}: git is not installed; install it, or name a folder or a compiled file") from error
    except (OSError, ValueError) as error:
        raise click.ClickException(f"git cannot be run: {printable(str(error))}") from error
    except subprocess.TimeoutExpired as error:
        raise click.ClickException(f"git took more than {_LONGEST_SECONDS} seconds; is the repository on a disk that answers?") from error
    if done.returncode:
        reason = printable(done.stderr.decode(errors="replace").strip().partition("\n")[0])[:_LONGEST_REASON]
        raise click.ClickException(f"{otherwise}{f' ({reason})' if reason else ''}")
    return done.stdout
