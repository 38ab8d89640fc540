"""What a caller may give in several forms."""

import os

from .engine import Run


def ledger_of(said: "Ledger | str | os.PathLike[str] | None", hook: "Callable[[str, dict[str, Any]], object] | None") -> "Ledger | None":
    """Return the ledger that is meant: itself, or the file it is in; None: none."""
    if said is None or not isinstance(said, (str, os.PathLike)):
        return said
    from ..ledger import Ledger

    return Ledger(said, hook=hook)


def runs_of(said: "bool | Telemetry", environ: "Mapping[str, str] | None" = None) -> "Callable[..., Run]":
    """Return what makes a call: the engine's, or, where it is watched, one that is."""
    if said is True:
        from ..telemetry import Telemetry

        said = Telemetry(environ=environ)
    return said.run if said else Run


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..ledger import Ledger
    from ..telemetry import Telemetry
