"""
dead-tier

What it checks
    A tier begins below the largest input the model takes: `input_tokens`, or else `context_tokens`. What counts is what
    fitted on the days of the price, so a tier may be beyond today's limit when an earlier one was larger. A limit of the
    user's own is theirs to lower; it makes no tier of the registry wrong.

Why it matters
    No request ever reaches such a tier, so either the limit is stale and too small or the tier is not this model's.

Bad
    {limits: {context_tokens: 200000}, prices: [{input_usd_per_mtok: 3, tiers: [{above_input_tokens: 200000, input_usd_per_mtok: 6}]}]}

Good
    {limits: {context_tokens: 1000000}, prices: [{input_usd_per_mtok: 3, tiers: [{above_input_tokens: 200000, input_usd_per_mtok: 6}]}]}

Seen
    models.dev@f3fc69229: 8 models (claude-opus-4-6 with a window of 200,000); genai-prices@47df840: 9; litellm 1.109.1 wheel: 30.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, is_own, price_place, tier_lists

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry, Place

CODE = "PV208"
NAME = "dead-tier"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per tier that no input reaches on any day of its price."""
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if "tiers" not in price and "variants" not in price:
                continue
            most = _largest_input(model.facts, price.get("since", ""), price.get("until"))
            for pointer, tiers in tier_lists(price):
                for number, tier in enumerate(tiers):
                    above = tier["above_input_tokens"]
                    if most and above >= most and is_own(model, "prices", "price", "limits", "earlier_limits"):
                        place = price_place(model, price, *pointer, number, "above_input_tokens")
                        if place.document.kind != "overlay" and _limit_place(model).document.kind == "overlay":
                            continue
                        yield Finding(
                            place if has_own_prices(model) else model.place("limits"),
                            f"the tier of `{model.ref}` above {above:,} input tokens is never reached; at most {most:,} fit",
                            "correct `limits` if the model takes more, and otherwise remove the tier",
                        )


def _limit_place(model: Entry) -> Place:
    return model.place("limits", "input_tokens" if model.facts.get("limits", {}).get("input_tokens") else "context_tokens")


def _largest_input(facts: Mapping[str, Any], since: str, until: str | None) -> int | None:
    """Return the largest input that fitted on a day from *since* to before *until*; None when it is unknown for one of them."""
    limits, begin, most = facts.get("limits", {}), "", 0
    for end, then in (*((old["until"], {**limits, **old}) for old in facts.get("earlier_limits", ())), (None, limits)):
        if (end is None or since < end) and (until is None or begin < until):
            fits = then.get("input_tokens") or then.get("context_tokens")
            if not fits:
                return None
            most = max(most, fits)
        begin = end or ""
    return most
