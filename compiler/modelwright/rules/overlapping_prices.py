"""
overlapping-prices

What it checks
    On each day at most one price of a model holds: `until` is after `since`, prices stand oldest first, and one ends
    (`until`, that day no longer included) before the next begins. Days without a price are allowed. Earlier limits
    stand oldest first too.

Why it matters
    Where two prices hold on a day, which one is billed depends on who reads the list.

Bad
    [{input_usd_per_mtok: 3}, {since: 2026-03-13, input_usd_per_mtok: 2}]

Good
    [{until: 2026-03-13, input_usd_per_mtok: 3}, {since: 2026-03-13, input_usd_per_mtok: 2}]

Seen
    mozilla-ai/otari#662 asks that overlapping price rows are refused instead of silently shadowing one another;
    genai-prices, the one catalogue with dated prices, checks that exactly one price of a model has no condition.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, is_own, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry

CODE = "PV209"
NAME = "overlapping-prices"
SEVERITY = "error"

_ORDER = "put the oldest first; `until` is the first day an entry no longer holds"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per price that ends before it begins, stands out of order or shares a day with an earlier one, and per earlier limits out of order."""
    for model in catalog.models.values():
        facts = model.facts
        if "prices" in facts:
            prices = facts["prices"]
            if (len(prices) > 1 or "until" in prices[0]) and has_own_prices(model):
                yield from _prices(model, prices)
        if "earlier_limits" in facts and len(facts["earlier_limits"]) > 1 and is_own(model, "earlier_limits"):
            yield from _limits(model, facts["earlier_limits"])


def _prices(model: Entry, prices: list[Mapping[str, Any]]) -> Iterator[Finding]:
    for index, price in enumerate(prices):
        since, until = price.get("since", ""), price.get("until")
        if until is not None and until <= since:
            message = f"a price of `{model.ref}` ends on {until}, but begins on {since}; it holds on no day"
            yield Finding(price_place(model, price, "until"), message, "correct one of the two days; `until` is the first day the price no longer holds")
            continue
        other = next((earlier for earlier in prices[:index] if _share_a_day(price, earlier)), None)
        if other is not None:
            message = f"two prices of `{model.ref}` hold on {max(since, other.get('since', '')) or 'the same days'}: one {_span(other)}, one {_span(price)}"
            yield Finding(price_place(model, price, "since"), message, "end the older price with `until` on the day the newer one begins with `since`")
        elif index and since < prices[index - 1].get("since", ""):
            message = f"the price of `{model.ref}` {_span(price)} stands after the one {_span(prices[index - 1])}"
            yield Finding(price_place(model, price, "since"), message, _ORDER)


def _share_a_day(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    begin = max(one.get("since", ""), other.get("since", ""))
    return all("until" not in price or (begin < price["until"] and price.get("since", "") < price["until"]) for price in (one, other))


def _span(price: Mapping[str, Any]) -> str:
    days = [f"{word} {price[key]}" for word, key in (("from", "since"), ("until", "until")) if key in price]
    return " ".join(days) or "without days"


def _limits(model: Entry, earlier: list[Mapping[str, Any]]) -> Iterator[Finding]:
    for index, (before, limits) in enumerate(pairwise(earlier), start=1):
        if limits["until"] <= before["until"]:
            is_same = limits["until"] == before["until"]
            message = (
                f"two earlier limits of `{model.ref}` end on {limits['until']}"
                if is_same
                else f"earlier limits of `{model.ref}` until {limits['until']} stand after those until {before['until']}"
            )
            yield Finding(model.place("earlier_limits", index, "until"), message, _ORDER)
