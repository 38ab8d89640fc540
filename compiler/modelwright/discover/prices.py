"""
Prices as listings state them, exact, in USD per million tokens.

A zero beside a price says that nothing is counted there, and is left out; a model is free when input and output are both
stated as zero and nothing else costs. Less than zero says that the price depends on what answers.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any

from .values import Entry, first, number, parts, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .adapter import Listing

_MOST_USD = 10**6
_MOST_TIERS = 20
_PRECISE, _SIGNIFICANT = Context(prec=60), Context(prec=12, rounding=ROUND_HALF_EVEN)
_FINEST = Decimal("1e-12")
_PARTS = ("pricing", "prices", "price")

_Names = dict[str, tuple[str, ...]]

_PER_TOKEN: _Names = {
    "input_usd_per_mtok": ("prompt", "input"),
    "output_usd_per_mtok": ("completion", "output"),
    "cache_read_usd_per_mtok": ("input_cache_read", "input_cache_reads", "cache_input", "cached_input", "cacheRead"),
    "cache_write_usd_per_mtok": ("input_cache_write", "input_cache_writes", "cache_write", "cacheWrite"),
    "reasoning_usd_per_mtok": ("internal_reasoning",),
    "input_audio_usd_per_mtok": ("audio",),
    "output_image_usd_per_mtok": ("image_output",),
}
"""What prices are called inside `pricing`. `image` there is a picture that is read; we have a word for pictures that are made."""
_PER_TOKEN_ANYWHERE: _Names = {
    "input_usd_per_mtok": ("input_cost_per_token", "prompt_text_token_price"),
    "output_usd_per_mtok": ("output_cost_per_token", "completion_text_token_price"),
    "cache_read_usd_per_mtok": ("cache_read_input_token_cost", "cached_prompt_text_token_price"),
    "cache_write_usd_per_mtok": ("cache_creation_input_token_cost",),
    "reasoning_usd_per_mtok": ("output_cost_per_reasoning_token",),
    "input_image_usd_per_mtok": ("prompt_image_token_price",),
}
"""Names that say enough to stand beside a model's other facts."""
_PER_UNIT: _Names = {"usd_per_request": ("request",), "usd_per_search": ("web_search",)}
_ORDER = tuple(dict.fromkeys([*_PER_TOKEN, *_PER_TOKEN_ANYWHERE, *_PER_UNIT]))
_INPUT, _OUTPUT = "input_usd_per_mtok", "output_usd_per_mtok"
_LONG_CONTEXT = "_long_context"


def price(listing: Listing, views: Sequence[Entry], *, gives_text: bool = True, has_units: bool = False) -> Entry | None:
    """
    Return the price that is listed; None when the listing states none.

    What does not give text is not free for a price of zero a token. With *has_units* requests and searches have prices of one
    each; some services state those of a thousand under the same names.
    """
    if listing.usd_per_mtok is None:
        return None
    pricing = [one for view in views for one in parts(view, _PARTS)]
    figures = {
        **_figures(views, _PER_TOKEN_ANYWHERE, listing.usd_per_mtok),
        **_figures(pricing, _PER_TOKEN, listing.usd_per_mtok),
        **_figures(pricing if has_units else (), _PER_UNIT, Decimal(1)),
    }
    tiers = dict(_tiers(listing.usd_per_mtok, pricing, views))
    bases = tiers.pop(0, {})
    figures = {**bases, **figures}
    if any(figures.get(figure, 0) < 0 for figure in (_INPUT, _OUTPUT)):
        return {"state": "varies"}
    stated = _stated(figures)
    if not stated:
        is_free = figures.get(_INPUT) == 0 and figures.get(_OUTPUT) == 0 and not any(map(_stated, tiers.values()))
        return {"state": "free"} if is_free and gives_text else None
    steps = [{"above_input_tokens": size, **costs} for size in sorted(tiers)[:_MOST_TIERS] if (costs := _stated(tiers[size]))]
    return {**stated, **({"tiers": steps} if steps else {})}


def _figures(views: Sequence[Mapping[str, Any]], names: _Names, factor: Decimal) -> dict[str, Decimal]:
    found = ((figure, first(views, keys, lambda raw: _figure(raw, factor))) for figure, keys in names.items())
    return {figure: value for figure, value in found if value is not None}


def _figure(raw: Any, factor: Decimal) -> Decimal | None:
    """Return the price with at most twelve digits and decimals; None when it is none or out of all bounds."""
    exact = number(raw.get("usd") if isinstance(raw, dict) else raw)
    if exact is None:
        return None
    scaled = _SIGNIFICANT.plus(_PRECISE.multiply(exact, factor))
    if abs(scaled) > _MOST_USD:
        return None
    figure = scaled if scaled == scaled.to_integral_value() else scaled.quantize(_FINEST, context=_PRECISE).normalize(_PRECISE)
    return None if exact and not figure else figure


def _stated(figures: Mapping[str, Decimal]) -> dict[str, int | float]:
    costs = {figure: figures[figure] for figure in _ORDER if figures.get(figure, 0) > 0}
    return {figure: int(cost) if cost == cost.to_integral_value() else float(cost) for figure, cost in costs.items()}


def _tiers(factor: Decimal, pricing: Sequence[Entry], views: Sequence[Entry]) -> Iterator[tuple[int, dict[str, Decimal]]]:
    """Yield, by the number of input tokens above which they hold, the prices that hold there; 0 is the base."""
    changes: dict[int, dict[str, Decimal]] = {}
    for figure, keys in _PER_TOKEN.items():
        for step in first(pricing, [f"{key}_tiers" for key in keys], _list) or ():
            cost = _figure(step.get("cost"), factor) if isinstance(step, dict) else None
            size = _above(step.get("min") or 0) if isinstance(step, dict) else None
            if cost is not None and size is not None:
                changes.setdefault(size, {}).setdefault(figure, cost)
    for extended in (one for view in pricing for one in parts(view, ["extended"])):
        if size := _above(extended.get("context_token_threshold")):
            changes.setdefault(size, {}).update(_figures([extended], _PER_TOKEN, factor))
    longer = {figure: tuple(f"{key}{_LONG_CONTEXT}" for key in keys) for figure, keys in _PER_TOKEN_ANYWHERE.items()}
    if size := first(views, ["long_context_threshold"], _above):
        changes.setdefault(size, {}).update(_figures(views, longer, factor))
    yield 0, changes.pop(0, {})
    holding: dict[str, Decimal] = {}
    for size in sorted(changes):
        holding = {**holding, **changes[size]}
        yield size, holding


def _list(value: Any) -> list[Any] | None:
    return value[:_MOST_TIERS] if isinstance(value, list) else None


def _above(smallest: Any) -> int | None:
    """Return the size that input must exceed: 200,001 and 200,000 both mean more than 200,000; 0 is where the base begins."""
    size = 0 if number(smallest) == 0 else tokens(smallest)
    return size - 1 if size and size % 1000 == 1 else size
