"""
too-many-digits

What it checks
    A figure has at most 12 significant digits and at most 12 decimals.

Why it matters
    No provider prints such a price; it is the rounding error of a conversion, and exact sums then never match a bill.

Bad
    {input_usd_per_mtok: 0.049999999999999996}

Good
    {input_usd_per_mtok: 0.05}

Seen
    models.dev@f3fc69229: 145 figures; litellm 1.109.1 wheel: 71. earendil-works/pi#5634 removed them from its catalogue, models.dev#325 was
    reviewed for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import has_own_prices, parts, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..ir.catalog import Catalog, Entry, Pointer

CODE = "PV211"
NAME = "too-many-digits"
SEVERITY = "error"

_MOST = 12
_CLOSE = 1e-6
"""How near, in relation, a rounded figure is to be offered as the one that was meant."""


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per figure with more digits than a price has."""
    short: set[float] = set()
    for model in catalog.models.values():
        for price in model.facts.get("prices", ()):
            if "tiers" in price or "variants" in price or "off_peak" in price:
                yield from _judged(model, price, short)
                continue
            for key, value in price.items():
                if "usd" in key and value not in short:
                    if _is_long(value):
                        yield from _judged(model, price, short)
                        break
                    short.add(value)


def _judged(model: Entry, price: Mapping[str, Any], short: set[float]) -> Iterator[Finding]:
    for pointer, part in (((), price), *((pointer, part) for pointer, part, _ in parts(price))):
        for key, value in part.items():
            if "usd" in key and value not in short:
                if not _is_long(value):
                    short.add(value)
                elif has_own_prices(model):
                    yield _finding(model, price, (*pointer, key), value)


def _is_long(value: float) -> bool:
    text = repr(value)
    if len(text) <= _MOST and "e" not in text:
        return False
    from decimal import Decimal

    _, digits, exponent = Decimal(text).normalize().as_tuple()
    return len(digits) > _MOST or (isinstance(exponent, int) and -exponent > _MOST)


def _finding(model: Entry, price: Mapping[str, Any], pointer: Pointer, value: float) -> Finding:
    from decimal import Decimal

    rounded = round(Decimal(f"{value:.{_MOST}g}"), _MOST).normalize()
    message = f"`{pointer[-1]}` of `{model.ref}` is {value!r}; a price has at most {_MOST} significant digits and {_MOST} decimals"
    likely = f", most likely {rounded:f}" if abs(float(rounded) / value - 1) < _CLOSE else ""
    return Finding(price_place(model, price, *pointer), message, f"write what the provider's page says{likely}")
