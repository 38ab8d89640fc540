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
from .figures import has_own_prices, parts, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV202"
NAME = "cache-read-above-input"
SEVERITY = "error"

_READ = "cache_read_usd_per_mtok"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per price, tier or variant whose cache-read price is above its input price."""
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if _READ not in price or not has_own_prices(model):
                continue
            for pointer, said, whole in [((), price, price), *parts(price)]:
                if _READ in said and "input_usd_per_mtok" in whole and said[_READ] > whole["input_usd_per_mtok"]:
                    yield Finding(
                        price_place(model, price, *pointer, _READ),
                        f"reading `{model.ref}` from cache costs {said[_READ]:g} USD per million tokens, more than its input at {whole['input_usd_per_mtok']:g}",
                        "check which of the two cache prices is which: reading is the cheap one",
                    )
