"""
unknown-provider-type

What it checks
    Every provider that a user's file of another dialect names is one that the registry has, under its own spelling or that dialect's.

Why it matters
    The entry cannot be used; some systems drop it in silence, others take another provider in its place.

Bad
    {"providers": [{"id": "g", "providerType": "gemeni"}]}

Good
    {"providers": [{"id": "g", "providerType": "gemini"}]}

Seen
    Sophon: "use these exact ids"; Sloppy drops such a row; Routerly throws at the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV701"
NAME = "unknown-provider-type"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per name that means no provider."""
    return remarked(catalog, NAME)
