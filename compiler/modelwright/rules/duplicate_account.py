"""
duplicate-account

What it checks
    No two entries of a user's file have the same id.

Why it matters
    The one that is read last would take the other's place, key and priority.

Bad
    {"providers": [{"id": "main", "providerType": "openai"}, {"id": "main", "providerType": "anthropic"}]}

Good
    {"providers": [{"id": "main", "providerType": "openai"}, {"id": "spare", "providerType": "anthropic"}]}

Seen
    Routerly answers 409.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV702"
NAME = "duplicate-account"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per entry whose id another has."""
    return remarked(catalog, NAME)
