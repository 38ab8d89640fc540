"""
reading-in-the-future

What it checks
    No source was read after today.

Why it matters
    Nobody reads tomorrow's page: the day is a slip, and the fact it vouches for looks fresh long after it is stale.

Bad
    sources: {default: {from: acme's price list, read_on: 2027-11-01}} in November 2026

Good
    sources: {default: {from: acme's price list, read_on: 2026-11-01}} in November 2026

Seen
    lidge-jun/opencodex#3537: prices called verified on the day after; jacquardlabs/specdeck#78 tests its price list for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from .figures import sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV505"
NAME = "reading-in-the-future"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per place whose reading is still to come."""
    today = catalog.today
    for document, pointer, source, _ in sources(catalog):
        if source["read_on"] > today:
            yield Finding(
                Place(document, (*pointer, "read_on")),
                f"`{source['from']}` was read on {source['read_on']}, a day to come (today is {today})",
                "write the day on which it was really read",
            )
