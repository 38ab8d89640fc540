"""
merged-entries

What it checks
    No two entries of a user's file are about one provider, under two of its names, or about one model.

Why it matters
    They are merged; which of them counts where both say something is easily not the one that was meant.

Bad
    {"providers": {"moonshot": {"models": [{"id": "k2", "contextWindow": 128000}]}, "kimi": {"models": [{"id": "k2", "contextWindow": 262144}]}}}

Good
    {"providers": {"kimi": {"models": [{"id": "k2", "contextWindow": 262144}]}}}

Seen
    zot takes them in the order in which Go walks a map, which is another at every start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV724"
NAME = "merged-entries"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per entry that is merged into another."""
    return remarked(catalog, NAME)
