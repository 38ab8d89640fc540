"""
stale-facts

What it checks
    No source was read more than 400 days ago, except for retired models.

Why it matters
    Prices, limits and ends of life change within the year; what was read longer ago is a guess that looks like a fact.

Bad
    sources: {default: {from: acme's price list, read_on: 2025-01-31}} in November 2026

Good
    sources: {default: {from: acme's price list, read_on: 2026-11-01}} in November 2026

Seen
    robhunter/agentdeals#1058: prices two generations old, called verified; genai-prices@47df840: the prices of
    1,109 of 1,468 models have no day; models.dev edited 1,381 price lines of one provider within two months.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from .figures import sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Source

CODE = "PV504"
NAME = "stale-facts"
SEVERITY = "warning"

_DAYS = 400


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per place whose reading is too long ago."""
    oldest = (date.fromisoformat(catalog.today) - timedelta(days=_DAYS)).isoformat()
    for document, pointer, source, ref in sources(catalog):
        if source["read_on"] < oldest and not _is_retired(catalog, document, ref):
            yield Finding(
                Place(document, (*pointer, "read_on")),
                f"`{source['from']}` was read on {source['read_on']}, more than {_DAYS} days ago",
                "read it again, correct the facts that changed and write the day of that reading",
            )


def _is_retired(catalog: Catalog, document: Source, ref: str | None) -> bool:
    if ref is not None:
        return ref in catalog.models and catalog.models[ref].facts.get("status") == "retired"
    for file in catalog.files:
        if file.document is document:
            refs = [f"{file.data['provider']}/{facts['id']}" for facts in file.data["models"] if facts is not None]
            return bool(refs) and "inherit_all" not in file.data and all(_is_retired(catalog, document, each) for each in refs)
    return False
