"""
output-cheaper-than-input

What it checks
    A model that writes text does not ask less for its output than for its input. `confirmed: true` on the price says
    that somebody checked it.

Why it matters
    Writing costs a provider several times what reading does; where it is cheaper the two prices were most likely swapped.

Bad
    {input_usd_per_mtok: 15, output_usd_per_mtok: 3}

Good
    {input_usd_per_mtok: 3, output_usd_per_mtok: 15}

Seen
    models.dev@f3fc69229: 6 models; litellm 1.109.1 wheel: 3; genai-prices@47df840: 2; pi-mono@83378aa: 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, is_own, parts, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry, Pointer

CODE = "PV212"
NAME = "output-cheaper-than-input"
SEVERITY = "warning"

_INPUT, _OUTPUT = "input_usd_per_mtok", "output_usd_per_mtok"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per block of figures whose output price is above 0 and below its input price."""
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            written = price.get(_OUTPUT)
            if written and written < price.get(_INPUT, 0) and _is_judged(model, price):
                yield _finding(model, price, (), price, price)
            if "tiers" in price or "variants" in price or "off_peak" in price:
                for pointer, part, whole in parts(price):
                    if (_OUTPUT in part or _INPUT in part) and 0 < whole.get(_OUTPUT, 0) < whole.get(_INPUT, 0) and _is_judged(model, price):
                        yield _finding(model, price, pointer, part, whole)


def _is_judged(model: Entry, price: Mapping[str, Any]) -> bool:
    return "text" in model.facts.get("output", ()) and not price.get("confirmed") and is_own(model, "prices", "price", "output")


def _finding(model: Entry, price: Mapping[str, Any], pointer: Pointer, part: Mapping[str, Any], whole: Mapping[str, Any]) -> Finding:
    return Finding(
        price_place(model, price, *pointer, _OUTPUT if _OUTPUT in part else _INPUT) if has_own_prices(model) else model.place("output"),
        f"the output of `{model.ref}` costs {whole[_OUTPUT]:.12g} USD per million tokens, less than its input at {whole[_INPUT]:.12g}",
        "check which of the two prices is which; if the provider's page says so, add `confirmed: true` to the price",
    )
