"""
negative-limit

What it checks
    Widths in a user's file are not below zero.

Why it matters
    There is no such number of tokens; it is taken as not given, and the catalogue's limit holds, or none.

Bad
    {"id": "acme-large", "contextWindow": -1}

Good
    {"id": "acme-large", "contextWindow": 128000}

Seen
    zot makes 0, which it takes as not given, of each with a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV723"
NAME = "negative-limit"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per limit below zero."""
    return remarked(catalog, NAME)
