"""
price-out-of-range

What it checks
    No input figure is above 200 USD and no output figure above 1,000 USD per million tokens, and no price per request,
    image, minute or search above 100 USD. `confirmed: true` on the price says that somebody checked it.

Why it matters
    Such a figure is nearly always a price per thousand tokens multiplied once too often; a budget built on it stops all work.

Bad
    {input_usd_per_mtok: 3200, output_usd_per_mtok: 9710}

Good
    {input_usd_per_mtok: 3.2, output_usd_per_mtok: 9.71}

Seen
    litellm 1.109.1 wheel: 2 models (`azure_ai/jais-30b-chat` at 3,200 USD, `watsonx/core42/jais-13b-chat` at 500).
    litellm#23517: 13 models of one provider were 100,000 times too dear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, parts, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry, Pointer

CODE = "PV204"
NAME = "price-out-of-range"
SEVERITY = "error"

_MOST_INPUT, _MOST_OUTPUT, _MOST_UNIT = 200, 1000, 100
_PER_MTOK = "_usd_per_mtok"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per figure beyond what any price is known to be."""
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if "tiers" in price or "variants" in price or "off_peak" in price:
                yield from _judged(model, price)
                continue
            for key, value in price.items():
                if "usd" in key and value > _MOST_UNIT:
                    yield from _judged(model, price)
                    break


def _judged(model: Entry, price: Mapping[str, Any]) -> Iterator[Finding]:
    if price.get("confirmed"):
        return
    for pointer, part in (((), price), *((pointer, part) for pointer, part, _ in parts(price))):
        for key, value in part.items():
            if "usd" in key and value > _most(key) and has_own_prices(model):
                yield _finding(model, price, (*pointer, key), value)


def _most(key: str) -> int:
    if not key.endswith(_PER_MTOK):
        return _MOST_UNIT
    return _MOST_OUTPUT if key.startswith(("output", "reasoning")) else _MOST_INPUT


def _finding(model: Entry, price: Mapping[str, Any], pointer: Pointer, value: float) -> Finding:
    key = str(pointer[-1])
    place = price_place(model, price, *pointer)
    if not key.endswith(_PER_MTOK):
        message = f"`{key}` of `{model.ref}` is {value:,.12g} USD; at most {_MOST_UNIT} is expected"
        return Finding(place, message, "write the price of one, not of a thousand; if it really is the price of one, add `confirmed: true` to the price")
    message = f"`{key}` of `{model.ref}` is {value:,.12g} USD per million tokens; at most {_most(key):,} is expected"
    small = f"{value / 1000:.12g}"
    help_ = f'if the provider\'s page says "${small} / 1M tokens", write {small}; if it says "${small} / 1K tokens", keep the figure and add `confirmed: true` to the price'
    return Finding(place, message, help_)
