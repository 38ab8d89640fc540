"""
What a request costs, worked out a second time and another way: in fractions, from the words of the schema and the contract.

It shares no code with modelwright, and is slow and plain on purpose: every quantity is looked at by name, and its price is
looked for in the tier, then in the variant or the off-peak hours, then in the base price, then at what stands in for it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Blocks = Sequence[Mapping[str, Any]]

PARTS = {
    "input_tokens": ("cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "input_audio_tokens", "input_image_tokens"),
    "output_tokens": ("reasoning_tokens", "output_audio_tokens", "output_image_tokens"),
}
EACH = {"requests": "usd_per_request", "images": "usd_per_image", "audio_minutes": "usd_per_audio_minute", "searches": "usd_per_search"}
STANDS_IN = {
    "cache_read_usd_per_mtok": ("input_usd_per_mtok",),
    "cache_write_usd_per_mtok": ("cache_write_5m_usd_per_mtok", "input_usd_per_mtok"),
    "cache_write_5m_usd_per_mtok": ("cache_write_usd_per_mtok", "input_usd_per_mtok"),
    "input_audio_usd_per_mtok": ("input_usd_per_mtok",),
    "input_image_usd_per_mtok": ("input_usd_per_mtok",),
    "reasoning_usd_per_mtok": ("output_usd_per_mtok",),
    "output_audio_usd_per_mtok": ("output_usd_per_mtok",),
    "output_image_usd_per_mtok": ("output_usd_per_mtok",),
}


class Expected(NamedTuple):
    """State, cost in USD or None, and the size above which the tier that was used begins; None for the base price and where the cost is not known."""

    state: str
    usd: Fraction | None
    tier: int | None


def price_of(prices: Blocks, usage: Mapping[str, int], day: str, variant: str | None = None, at: str | None = None) -> Expected:
    """Return what *usage* (`input_tokens` being the total) costs at the price of *prices* that holds on *day*."""
    price = next((entry for entry in prices if entry.get("since", "0000") <= day and ("until" not in entry or day < entry["until"])), {})
    state = price.get("state") or ("priced" if any("usd" in key for key in price) else "unknown")
    if state in ("free", "included"):
        return Expected(state, Fraction(0), None)
    blocks = _blocks(price, usage.get("input_tokens", 0), variant, at) if state == "priced" else None
    if blocks is None:
        return Expected("unknown" if state == "priced" else state, None, None)
    costs = [_cost(name, quantity, blocks) for name, quantity in _apart(usage).items()]
    known = [cost for cost in costs if cost is not None]
    if len(known) < len(costs):
        return Expected("unknown", None, None)
    return Expected("priced", sum(known, Fraction(0)), next((block["above_input_tokens"] for block in blocks if "above_input_tokens" in block), None))


def _blocks(price: Mapping[str, Any], size: int, variant: str | None, at: str | None) -> Blocks | None:
    """Return the blocks to look a figure up in, first hit wins; None where nothing says what such a request costs."""
    cheap = next((hours for hours in price.get("off_peak", ()) if at is not None and _is_within(at, hours["hours_utc"])), None)
    if variant is None and cheap is None:
        return [*_dearest(price, size), price]
    if variant is None and cheap is not None:
        return None if _dearest(price, size) else [cheap, price]
    own = price.get("variants", {}).get(variant)
    if own is None or cheap is not None or ("tiers" not in own and _dearest(price, size)):
        return None
    return [*_dearest(own, size), own, price]


def _dearest(block: Mapping[str, Any], size: int) -> Blocks:
    """Return the highest tier of *block* that a request of *size* input tokens is above, or nothing."""
    tiers = [tier for tier in block.get("tiers", ()) if size > tier["above_input_tokens"]]
    return sorted(tiers, key=lambda tier: int(tier["above_input_tokens"]))[-1:]


def _is_within(at: str, hours: str) -> bool:
    start, end, now = (int(text[:2]) * 60 + int(text[3:]) for text in (*hours.split("-"), at))
    return (now - start) % 1440 < (end - start) % 1440


def _apart(usage: Mapping[str, int]) -> dict[str, int]:
    """Return every quantity that was used, the totals without their parts."""
    amounts = {"requests": 1, **usage}
    for total, parts in PARTS.items():
        amounts[total] = usage.get(total, 0) - sum(usage.get(part, 0) for part in parts)
    return {name: amount for name, amount in amounts.items() if amount}


def _cost(name: str, quantity: int, blocks: Blocks) -> Fraction | None:
    if name in EACH:
        per_one = _figure(EACH[name], blocks)
        return Fraction(0) if per_one is None and name == "requests" else per_one and per_one * quantity
    per_million = _figure(name.removesuffix("_tokens") + "_usd_per_mtok", blocks)
    return per_million and per_million * quantity / 1_000_000


def _figure(key: str, blocks: Blocks) -> Fraction | None:
    for name in (key, *STANDS_IN.get(key, ())):
        for block in blocks:
            if name in block:
                return Fraction(str(block[name]))
    return None
