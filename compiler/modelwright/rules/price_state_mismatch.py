"""
price-state-mismatch

What it checks
    A price with state `free`, `included`, `varies` or `unknown` has no figure above 0, a price with state `priced` has a
    figure, and every price has one or the other.

Why it matters
    Software that asks for the state and software that asks for the figures would bill the same request differently.

Bad
    {state: free, input_usd_per_mtok: 3}

Good
    {state: free}

Seen
    genai-prices@47df840: 157 models with an empty price, which is free and unknown at once; AlianHub#561 and dirac#175 are
    about such a price read as 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import figures, has_own_prices, parts, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry

CODE = "PV214"
NAME = "price-state-mismatch"
SEVERITY = "error"

_STATE = "free, included, varies or unknown"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per price whose state and figures contradict each other, or that has neither."""
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if "state" in price or "input_usd_per_mtok" not in price:
                yield from _judged(model, price)


def _judged(model: Entry, price: Mapping[str, Any]) -> Iterator[Finding]:
    state = price.get("state")
    blocks = [((), price), *((pointer, part) for pointer, part, _ in parts(price))]
    said = [(*pointer, key) for pointer, block in blocks for key, value in figures(block).items() if value or state in (None, "priced")]
    if bool(said) == (state in (None, "priced")) or not has_own_prices(model):
        return
    if state is None:
        message = f"a price of `{model.ref}` has neither a figure nor a state"
        yield Finding(price_place(model, price), message, f"write the figures, or `state`: {_STATE}; or remove the price")
    elif state == "priced":
        message = f"a price of `{model.ref}` has state `priced`, but no figure"
        yield Finding(price_place(model, price, "state"), message, f"write the figures, or another state: {_STATE}")
    else:
        key = said[0][-1]
        message = f"a price of `{model.ref}` has state `{state}`, but a figure above 0: `{key}`"
        yield Finding(price_place(model, price, "state"), message, "remove the figures if the state is right, and otherwise the state")
