"""
unordered-tiers

What it checks
    The tiers of a price stand lowest first, and no two begin at the same size.

Why it matters
    Readers stop at the first or the last tier that fits; out of order a request is billed at the wrong one.

Bad
    tiers: [{above_input_tokens: 256000, input_usd_per_mtok: 9}, {above_input_tokens: 128000, input_usd_per_mtok: 6}]

Good
    tiers: [{above_input_tokens: 128000, input_usd_per_mtok: 6}, {above_input_tokens: 256000, input_usd_per_mtok: 9}]

Seen
    litellm#30345: tiers taken in the wrong order billed requests at the lower one; models.dev refuses a size given
    twice and genai-prices tiers that do not ascend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, price_place, tier_lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV210"
NAME = "unordered-tiers"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per tier that does not begin above the one before it."""
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if "tiers" not in price and "variants" not in price:
                continue
            for pointer, tiers in tier_lists(price):
                for number in range(1, len(tiers)):
                    before, above = tiers[number - 1]["above_input_tokens"], tiers[number]["above_input_tokens"]
                    if above <= before and has_own_prices(model):
                        same = above == before
                        yield Finding(
                            price_place(model, price, *pointer, number, "above_input_tokens"),
                            f"two tiers of `{model.ref}` begin above {above:,} input tokens"
                            if same
                            else f"the tier of `{model.ref}` above {above:,} stands after the one above {before:,}",
                            "keep one of the two, or correct its size" if same else "put the tiers in order, lowest first",
                        )
