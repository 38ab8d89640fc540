"""
thinking-without-levels

What it checks
    A model with thinking mode `levels` names its levels.

Why it matters
    An empty list is a placeholder: it reads as if there were nothing to choose, where in truth nobody looked.

Bad
    thinking: {mode: levels, levels: []}

Good
    thinking: {mode: unspecified}

Seen
    models.dev@f3fc69229: 1,131 models with `reasoning_options = []`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import is_own, own_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV305"
NAME = "thinking-without-levels"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per model whose caller picks a level out of none."""
    for model in catalog.models.values():
        thinking = model.facts.get("thinking")
        if thinking is None or thinking["mode"] != "levels" or thinking.get("levels") or not is_own(model, "thinking"):
            continue
        # What it inherits from a file that could not be read may hold the levels.
        if "inherit" in model.facts and model.inherits is None and catalog.incomplete:
            continue
        yield Finding(
            own_place(model, ("thinking", "levels"), ("thinking", "mode")) or model.place("$unset"),
            f"the thinking mode of `{model.ref}` is `levels`, but it names none",
            "write the levels, lowest first, or `mode: unspecified` while they are unknown",
        )
