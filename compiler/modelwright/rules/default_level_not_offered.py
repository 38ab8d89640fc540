"""
default-level-not-offered

What it checks
    The default thinking level is one of the levels.

Why it matters
    A caller who asks for the default by name is refused, and a list of choices has nothing to preselect.

Bad
    thinking: {mode: levels, levels: [low, high], default_level: medium}

Good
    thinking: {mode: levels, levels: [low, medium, high], default_level: medium}

Seen
    catwalk@64dad50: 1 model (azure o4-mini).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import own_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV304"
NAME = "default-level-not-offered"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per default level that is not among the levels."""
    for model in catalog.models.values():
        thinking = model.facts.get("thinking")
        if thinking is None or "default_level" not in thinking:
            continue
        levels, default = thinking.get("levels"), thinking["default_level"]
        if levels and default not in levels and (place := own_place(model, ("thinking", "default_level"), ("thinking", "levels"))) is not None:
            yield Finding(
                place,
                f"the default thinking level of `{model.ref}` is `{default}`; the levels are {', '.join(f'`{level}`' for level in levels)}",
                f"add `{default}` to `levels`, or name one of them as the default",
            )
