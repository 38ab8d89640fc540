"""
said-twice

What it checks
    Two keys that mean the same say the same.

Why it matters
    One of them is not what is used, and which one that is differs from program to program.

Bad
    {"cost": {"inputPerMillion": 3}, "inputPerMillion": 2.5}

Good
    {"cost": {"inputPerMillion": 3}}

Seen
    Routerly's files have prices in `cost`, its API takes them beside it; Sophon's documentation says base URL here and endpoint there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV707"
NAME = "said-twice"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per spelling that says otherwise than the first."""
    return remarked(catalog, NAME)
