"""
Where on this machine the user's files are that were compiled: beside the compiled registry, which is the same on every machine.

Only a credential that stands in such a file asks.
"""

SUFFIX = ".paths"


def locator(registry: "Registry") -> "Callable[[str], tuple[str, str | None] | None]":
    """Return what finds a file by its logical path: where it is, and its SHA-256 when it was compiled; None where nobody knows."""

    def locate(logical: str) -> "tuple[str, str | None] | None":
        from .answer import UnreadableError
        from .files import read_json

        try:
            known = read_json(registry.path + SUFFIX)
        except UnreadableError:
            return None
        path = known.get(logical) if isinstance(known, dict) else None
        return (path, registry.inputs().get(logical)) if isinstance(path, str) else None

    return locate


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..registry import Registry
