"""
cache-read-above-cache-write

What it checks
    Reading input from cache does not cost more than writing it there, where writing costs anything.

Why it matters
    Providers charge for the writing and give the reading away cheaply; the other way round the two were most likely swapped.

Bad
    {input_usd_per_mtok: 3, cache_read_usd_per_mtok: 0.75, cache_write_usd_per_mtok: 0.3}

Good
    {input_usd_per_mtok: 3, cache_read_usd_per_mtok: 0.3, cache_write_usd_per_mtok: 0.75}

Seen
    catwalk@64dad50: 52 models; models.dev@f3fc69229: 11; genai-prices@47df840: 2. catwalk#405 mended such a swap for one provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, parts, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry, Pointer

CODE = "PV203"
NAME = "cache-read-above-cache-write"
SEVERITY = "warning"

_READ = "cache_read_usd_per_mtok"
_WRITES = ("cache_write_usd_per_mtok", "cache_write_5m_usd_per_mtok", "cache_write_1h_usd_per_mtok")


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per block of figures that names either price and whose cache-read price is above a cache-write price."""
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if _READ in price and ("cache_write_usd_per_mtok" in price or "cache_write_5m_usd_per_mtok" in price or "cache_write_1h_usd_per_mtok" in price):
                yield from _judged(model, price, (), price, price)
            if "tiers" in price or "variants" in price or "off_peak" in price:
                for pointer, part, whole in parts(price):
                    if not part.keys().isdisjoint((_READ, *_WRITES)):
                        yield from _judged(model, price, pointer, part, whole)


def _judged(model: Entry, price: Mapping[str, Any], pointer: Pointer, part: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Finding]:
    read = whole.get(_READ)
    if not read:
        return
    for key in _WRITES:
        write = whole.get(key)
        if write and read > write and has_own_prices(model):
            yield Finding(
                price_place(model, price, *pointer, _READ if _READ in part else key),
                f"reading `{model.ref}` from cache costs {read:.12g} USD per million tokens, more than writing at {write:.12g} (`{key}`)",
                f"check which is which: `{_READ}` is the cheap one, and a write that costs nothing extra is left out",
            )
            return
