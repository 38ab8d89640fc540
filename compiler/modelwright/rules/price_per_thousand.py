"""
price-per-thousand

What it checks
    A user's file names prices per million tokens.

Why it matters
    Taken for one per million it is a thousand times too low, and budgets never end anything.

Bad
    {"inputPrice": 0.003}

Good
    {"cost": {"inputPerMillion": 3}}

Seen
    Routerly's documentation has prices per 1,000 tokens as `inputPrice`; its source reads `inputPerMillion`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV709"
NAME = "price-per-thousand"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per such price."""
    return remarked(catalog, NAME)
