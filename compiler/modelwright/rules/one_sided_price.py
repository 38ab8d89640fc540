"""
one-sided-price

What it checks
    A model that writes text does not have one of its input and output prices at 0 and the other above. `confirmed: true`
    on the price says that somebody checked it.

Why it matters
    Nobody gives away half of a request; the 0 stands for a price nobody looked up, or the model writes no text at all.

Bad
    {input_usd_per_mtok: 3, output_usd_per_mtok: 0} on a model with output [text]

Good
    {input_usd_per_mtok: 0.02, output_usd_per_mtok: 0} on a model with output [embedding]

Seen
    models.dev@f3fc69229: 46 models, most of them embedding models listed as if they wrote text; litellm 1.109.1 wheel: 17.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, is_own, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV206"
NAME = "one-sided-price"
SEVERITY = "warning"

_INPUT, _OUTPUT = "input_usd_per_mtok", "output_usd_per_mtok"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per price of which exactly one side is 0."""
    for model in catalog.models.values():
        facts = model.facts
        for price in facts.get("prices", ()):
            sent, written = price.get(_INPUT), price.get(_OUTPUT)
            if (sent and written) or sent is None or written is None or sent == written:
                continue
            if "text" in facts.get("output", ()) and price.get("state", "priced") == "priced" and not price.get("confirmed") and is_own(model, "prices", "price", "output"):
                free, paid = ("input", "output") if written else ("output", "input")
                yield Finding(
                    price_place(model, price, _OUTPUT if sent else _INPUT) if has_own_prices(model) else model.place("output"),
                    f"the {free} of `{model.ref}` costs 0 USD per million tokens, its {paid} {sent or written:.12g}",
                    f"write the {free} price, or leave it out while it is unknown; an embedding model has `output: [embedding]`; if {free} is free, add `confirmed: true`",
                )
