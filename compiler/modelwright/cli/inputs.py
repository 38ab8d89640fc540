"""Find what a compile reads: the registry, the user's and the project's files, and what was seen upstream."""

import os

from ..ir.inputs import COMMAND_LINE, MAX_BYTES, PROJECT, USER, Inputs, UserFile
from ..resources import registry_dir
from ..runtime import home
from ..runtime.day import today
from ..source import journal

PROJECT_FILE = os.path.join(".providers", "models.json")
_TRUST = "trust.json"


def find(registry: "str | None", configs: "Sequence[str]", *, sightings: bool = True, on: "str | None" = None) -> Inputs:
    """Return the inputs that the options mean; *on* is the day rules judge by, today by default."""
    seen = os.path.join(home.folder("cache", os.environ), "sightings.json")
    folder = registry_path(registry)
    if journal.has_rest(folder):
        from .applying import recover

        recover(folder)
    return Inputs(folder, on or today(), tuple(user_files(configs)), seen if sightings and os.path.lexists(seen) else None)


def registry_path(named: "str | None") -> str:
    """Return the registry's folder: *named*, else that of the checkout the working directory is in, else the packaged one."""
    if named is not None:
        return named
    folder = os.getcwd()
    while True:
        candidate = os.path.join(folder, "registry")
        if os.path.isdir(os.path.join(candidate, "providers")):
            return candidate
        parent = os.path.dirname(folder)
        if parent == folder:
            return registry_dir()
        folder = parent


def user_files(configs: "Sequence[str]") -> "list[UserFile]":
    """Return the files that lie over the registry, lowest layer first."""
    if configs:
        names = [os.path.basename(config) for config in configs]
        paths = [f"config/{name}" if names.count(name) == 1 else f"config/{index}/{name}" for index, name in enumerate(names, start=1)]
        from .options import dialect

        return [UserFile(config, path, COMMAND_LINE, dialect=dialect()) for config, path in zip(configs, paths, strict=True)]
    found = []
    user = os.path.join(home.folder("config", os.environ), "models.json")
    if os.path.lexists(user):
        found.append(UserFile(user, "user/models.json", USER))
    if os.path.lexists(PROJECT_FILE):
        found.append(UserFile(PROJECT_FILE, "project/models.json", PROJECT, trusted=is_trusted(PROJECT_FILE)))
    return found


def is_trusted(file: str) -> bool:
    """Tell whether the user trusted *file* as it is now."""
    then = _trusted().get(os.path.realpath(file))
    return then is not None and then == digest_of(file)


def trust(file: str) -> None:
    """Remember that *file* is trusted as it is now."""
    import json

    from ..source.write import write_atomically

    known = _trusted() | {os.path.realpath(file): digest_of(file)}
    path = os.path.join(home.folder("state", os.environ), _TRUST)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_atomically(path, (json.dumps(known, indent=1, sort_keys=True) + "\n").encode(), mode=0o600)


def digest_of(file: str) -> str:
    """Return the SHA-256 of *file*, as far as it is read; empty when it cannot be."""
    import hashlib

    try:
        if not os.path.isfile(file):
            return ""
        with open(file, "rb") as stream:
            return hashlib.sha256(stream.read(MAX_BYTES + 1)).hexdigest()
    except OSError:
        return ""


def _trusted() -> "dict[str, str]":
    import json

    try:
        with open(os.path.join(home.folder("state", os.environ), _TRUST), "rb") as stream:
            known = json.load(stream)
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
