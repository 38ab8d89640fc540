"""
announced-price-mismatch

What it checks
    A price is marked `announced: true` exactly as long as its `since` is a day to come.

Why it matters
    Announced prices get cancelled and moved; unmarked, nobody knows to look again on the day, and a price that has taken
    effect but is still called announced was never confirmed.

Bad
    {since: 2027-01-01, input_usd_per_mtok: 1.5} in 2026

Good
    {since: 2027-01-01, announced: true, input_usd_per_mtok: 1.5} in 2026

Seen
    genai-prices#703: a frozen feed kept an increase that was cancelled and billed half as much again; diillson/chatcli#1345:
    a price that doubles on 2027-01-01 unless the provider extends the promotion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV213"
NAME = "announced-price-mismatch"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per price that is called announced but holds, or is still to come but not called announced."""
    today = catalog.today
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if "since" not in price and "announced" not in price:
                continue
            since, is_announced = price.get("since"), price.get("announced", False)
            if is_announced == (since is not None and since > today) or not has_own_prices(model):
                continue
            if is_announced:
                message = f"a price of `{model.ref}` is called announced, but " + ("has no `since`" if since is None else f"holds since {since}")
                help_ = (
                    "write the day it begins as `since`"
                    if since is None
                    else "check that it took effect, then remove `announced`; if it was moved or cancelled, correct `since` or remove the price"
                )
                yield Finding(price_place(model, price, "announced"), message, help_)
            else:
                message = f"a price of `{model.ref}` begins on {since}, a day to come, but is not called announced"
                yield Finding(price_place(model, price, "since"), message, "add `announced: true`, or correct `since`")
