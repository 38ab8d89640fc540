"""
price-far-from-siblings

What it checks
    The current input and output price of a model are within 50 times the median of the same model elsewhere. The same
    model: entries that inherit from it, and entries with its id at other providers, whatever vendor stands before a slash.
    At least two others must have a price; `confirmed: true` on the price says that somebody checked it.

Why it matters
    Hosts differ by a factor of two or five; a factor of fifty is a slipped unit, and every cost and budget is wrong by it.

Bad
    {input_usd_per_mtok: 0.003} where three other providers ask 2.5 to 3 for the same model

Good
    {input_usd_per_mtok: 3} where three other providers ask 2.5 to 3 for the same model

Seen
    models.dev@f3fc69229: 2 models (mistral-nemo at 20 and 40 USD where others ask 0.15, Voxtral-Small at 0.0023 for 0.3).
    litellm#23517: 13 models 100,000 times too dear.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..passes.prices import price_in_force
from .figures import has_own_prices, price_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..ir.catalog import Catalog, Entry

CODE = "PV205"
NAME = "price-far-from-siblings"
SEVERITY = "error"

_FACTOR = 50
_LEAST = 3
"""A model and two others."""
_SHOWN = 4


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per current figure that is far from the median of its siblings."""
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for model in catalog.models.values():
        if "prices" in model.facts:
            if model.inherits is None:
                groups[model.id.rpartition("/")[2].lower()].append(model)
            elif has_own_prices(model):
                groups[_root(catalog, model).rpartition("/")[2].lower()].append(model)
    for group in groups.values():
        if len(group) >= _LEAST:
            prices = [_current(model.facts["prices"], catalog.today) for model in group]
            for key in ("input_usd_per_mtok", "output_usd_per_mtok"):
                values = [price.get(key) or 0 for price in prices]
                known = sorted(filter(None, values))
                if len(known) >= _LEAST and known[-1] >= _FACTOR * known[0]:
                    yield from _judged(group, prices, key, values)


def _root(catalog: Catalog, model: Entry) -> str:
    while model.inherits is not None and model.inherits in catalog.models:
        model = catalog.models[model.inherits]
    return model.id


def _current(prices: Sequence[Mapping[str, Any]], today: str) -> Mapping[str, Any]:
    price = prices[0]
    if len(prices) == 1 and "since" not in price and "until" not in price:
        return price
    return price_in_force(prices, today) or {}


def _judged(group: list[Entry], prices: list[Mapping[str, Any]], key: str, values: list[float]) -> Iterator[Finding]:
    for model, price, value in zip(group, prices, values, strict=True):
        others = sorted((other, entry.ref) for other, entry in zip(values, group, strict=True) if other and entry is not model)
        low, high = others[(len(others) - 1) // 2][0], others[len(others) // 2][0]
        # Of two middle ones the nearer counts, so that one wild sibling does not make its neighbours look wild.
        middle = high if value > high else max(value, low)
        if value and not price.get("confirmed") and (value >= _FACTOR * middle or value * _FACTOR <= middle):
            factor = value / middle if value > middle else middle / value
            shown = ", ".join(f"`{ref}` {other:.12g}" for other, ref in others[:_SHOWN]) + (" …" if len(others) > _SHOWN else "")
            yield Finding(
                price_place(model, price, key),
                f"`{key}` of `{model.ref}` is {value:.12g} USD; the median of the same model elsewhere is {middle:.12g} ({factor:,.0f} times off)",
                "check the unit on the provider's page (per 1K or per 1M tokens) and write USD per million; if the figure is right, add `confirmed: true` to the price",
                (f"elsewhere: {shown}",),
            )
