"""
empty-id

What it checks
    Providers and models of a user's file have names that are not empty.

Why it matters
    Nothing can be called by them, so the entry is skipped, whatever else it says.

Bad
    {"providers": {"acme": {"models": [{"id": "", "contextWindow": 128000}]}}}

Good
    {"providers": {"acme": {"models": [{"id": "acme-large", "contextWindow": 128000}]}}}

Seen
    zot skips such entries with a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV722"
NAME = "empty-id"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per name that is missing."""
    return remarked(catalog, NAME)
