"""
duplicate-row

What it checks
    No two rows of a user's file are about one model.

Why it matters
    One of them counts and the other does not, which depends on the program; limits and prices of the other are lost without a word.

Bad
    [{"id": "small", "provider": "acme", …}, {"id": "small", "provider": "acme", …}]

Good
    [{"id": "small", "provider": "acme", …}, {"id": "small-cheap", "provider": "acme", "upstreamModelId": "small", …}]

Seen
    Routerly answers a second model of one id with 409, and reads a file that has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV705"
NAME = "duplicate-row"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per row after the first."""
    return remarked(catalog, NAME)
