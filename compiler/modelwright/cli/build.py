"""Compile and write: the one place that puts a compiled registry on disk, whole or not at all."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from ..ir.inputs import COMMAND_LINE
from ..source.write import write_atomically
from ..version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..ir.inputs import UserFile
    from ..pipeline import Result


def artifact_bytes(result: Result) -> bytes:
    """Return the artifact of *result*."""
    from ..emit import artifact

    return artifact.emit(result.catalog, inputs=result.digests, digest=result.digest, compiler=VERSION)


def json_bytes(result: Result) -> bytes:
    """Return *result* as one JSON document."""
    from ..emit import json_document

    return json_document.emit(result.catalog, digest=result.digest, compiler=VERSION)


def write(path: str, content: bytes) -> None:
    """Put *content* at *path*, making its folder; the file that was there stays until the new one is whole."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    write_atomically(path, content)


def write_paths(artifact: str, result: Result, users: Sequence[UserFile]) -> None:
    """
    Write beside *artifact* where the user's files of *result* are on this machine: those that credentials stand in, and those named on the command line.

    The artifact itself is the same on every machine. Without such files there is none beside it.
    """
    from ..runtime.credentials import files, paths

    known = {user.path: os.path.abspath(user.file) for user in users}
    steps = [step for entry in result.catalog.accounts.values() for account in (entry.facts, *entry.facts.get("profiles", {}).values()) for step in account["credentials"]]
    wanted = {user.path: known[user.path] for user in users if user.layer == COMMAND_LINE}
    wanted |= {step["file"]: known[step["file"]] for step in steps if step["step"] == "inline" and step["file"] in known}
    place = artifact + paths.SUFFIX
    if wanted:
        files.write_private(place, (json.dumps(wanted, indent=1, sort_keys=True) + "\n").encode())
    elif os.path.isfile(place):
        os.unlink(place)


def build_packaged_artifact(registry: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Compile *registry*, without any user's files, to *target*; raises ValueError when it has errors."""
    from .. import pipeline
    from ..runtime.day import today

    result = pipeline.compile(pipeline.Inputs(os.fspath(registry), today()))
    if not result.is_sound:
        errors = [f"{finding.span}: {finding.code} {finding.message}" for finding in result.findings if finding.severity == "error"]
        raise ValueError("the registry has errors:\n" + "\n".join(errors))
    write(os.fspath(target), artifact_bytes(result))
