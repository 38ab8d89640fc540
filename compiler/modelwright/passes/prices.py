"""Which of a model's dated prices holds on a day, and what it says of one figure."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TWELVE_DIGITS, _TWELVE_DECIMALS = Context(prec=12), Decimal("1e-12")
"""What the registry can hold; a catalogue's binary fractions have noise behind it."""


def price_in_force(prices: Sequence[Mapping[str, Any]], day: str) -> Mapping[str, Any] | None:
    """Return the price that holds on *day*, the last one written where several do; None when none does."""
    for price in reversed(prices):
        if price.get("since", "") <= day and ("until" not in price or day < price["until"]):
            found: Mapping[str, Any] = price
            return found
    return None


def is_figure(field: str) -> bool:
    """
    Tell whether *field* names a figure of a price.

    >>> is_figure("tiers.200000.input_usd_per_mtok"), is_figure("limits.context_tokens")
    (True, False)
    """
    return "usd" in field.rpartition(".")[2]


def rate(price: Mapping[str, Any] | None, field: str) -> Decimal | None:
    """
    Return the figure of *price* that *field* names, at the hours at which it is dearest; None when it is unknown.

    `tiers.200000.` before a figure is what holds above that many tokens, `variants.batch.` a service tier, `off_peak.` the
    cheapest hours. What is free costs nothing; what is part of a plan has no figure.

    >>> price = {"input_usd_per_mtok": 3, "tiers": [{"above_input_tokens": 200000, "input_usd_per_mtok": 6}]}
    >>> rate(price, "input_usd_per_mtok"), rate(price, "tiers.272000.input_usd_per_mtok"), rate(price, "output_usd_per_mtok")
    (Decimal('3'), Decimal('6'), None)
    """
    if price is None or price.get("state") in ("included", "varies", "unknown"):
        return None
    if price.get("state") == "free":
        return Decimal(0)
    where, _, figure = field.rpartition(".")
    group, _, which = where.partition(".")
    if group == "tiers":
        reached = [tier for tier in price.get("tiers", ()) if tier["above_input_tokens"] <= int(which)]
        return exact({**price, **max(reached, key=lambda tier: int(tier["above_input_tokens"]), default={})}.get(figure))
    if group == "variants":
        return exact({**price, **price["variants"][which]}.get(figure)) if which in price.get("variants", {}) else None
    hours = [found for part in (price, *price.get("off_peak", ())) if (found := exact({**price, **part}.get(figure))) is not None]
    return (min if group == "off_peak" else max)(hours, default=None)


def exact(figure: Any) -> Decimal | None:
    """
    Return a number as the decimal it is written as, to twelve digits and twelve decimals; None when it is no number.

    >>> exact(0.1), exact(2.9999900000000002), exact(0.08142857142857143), exact("3")
    (Decimal('0.1'), Decimal('2.99999'), Decimal('0.081428571429'), None)
    """
    if isinstance(figure, bool) or not isinstance(figure, (int, float)):
        return None
    number = _TWELVE_DIGITS.create_decimal(str(figure))
    return (number.quantize(_TWELVE_DECIMALS) if number.adjusted() < 0 else number).normalize()
