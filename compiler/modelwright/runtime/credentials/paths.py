"""
Where on this machine the user's files are that were compiled: beside the compiled registry, which is the same on every machine.

Only a credential that stands in such a file asks, and a command that is to say what has changed since.
"""

SUFFIX = ".paths"


def locator(registry: "Registry") -> "Callable[[str], tuple[str, str | None] | None]":
    """Return what finds a file by its logical path: where it is, and its SHA-256 when it was compiled; None where nobody knows."""

    def locate(logical: str) -> "tuple[str, str | None] | None":
        path = beside(registry.path).get(logical)
        return None if path is None else (path, registry.inputs().get(logical))

    return locate


def beside(artifact: str) -> "dict[str, str]":
    """Return where files are on this machine by their logical paths; nothing where that is not written down."""
    from .answer import UnreadableError
    from .files import read_json

    try:
        known = read_json(artifact + SUFFIX)
    except UnreadableError:
        return {}
    return {logical: path for logical, path in known.items() if isinstance(path, str)} if isinstance(known, dict) else {}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..registry import Registry
