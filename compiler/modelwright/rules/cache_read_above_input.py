"""
cache-read-above-input

What it checks
    Reading input from cache does not cost more than sending it.

Why it matters
    It never does, so the two cache prices were swapped or a unit slipped; every cached request is then billed wrongly.

Bad
    {input_usd_per_mtok: 3, cache_read_usd_per_mtok: 3.75, cache_write_5m_usd_per_mtok: 0.3}

Good
    {input_usd_per_mtok: 3, cache_read_usd_per_mtok: 0.3, cache_write_5m_usd_per_mtok: 3.75}

Seen
    models.dev@f3fc69229: 2 models; catwalk@64dad50: 41 models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import blocks, price_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV202"
NAME = "cache-read-above-input"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per block of figures whose cache-read price is above its input price."""
    for model, index, price in price_entries(catalog.models.values()):
        if "cache_read_usd_per_mtok" not in price:
            continue
        for pointer, block in blocks(price):
            read = block.get("cache_read_usd_per_mtok")
            sent = block.get("input_usd_per_mtok", price.get("input_usd_per_mtok"))
            if read is not None and sent is not None and read > sent:
                yield Finding(
                    model.place("prices", index, *pointer, "cache_read_usd_per_mtok"),
                    f"reading `{model.ref}` from cache costs {read:g} USD per million tokens, more than its input at {sent:g}",
                    "check which of the two cache prices is which: reading is the cheap one",
                )
