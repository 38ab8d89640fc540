"""What several price rules need: the figures of a price, its tiers and variants, and the days on which it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Entry

    Priced = tuple[Entry, tuple[str | int, ...], Mapping[str, Any]]


def price_entries(models: Iterator[Entry] | list[Entry]) -> Iterator[tuple[Entry, int, Mapping[str, Any]]]:
    """Yield model, index and price of every dated price."""
    for model in models:
        for index, price in enumerate(model.facts.get("prices", ())):
            yield model, index, price


def blocks(price: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Yield the pointer below *price* and the figures of the price itself, its tiers, variants and off-peak hours."""
    yield (), price
    for group in ("tiers", "off_peak"):
        for index, part in enumerate(price.get(group, ())):
            yield (group, index), part
    for name, variant in price.get("variants", {}).items():
        yield ("variants", name), variant


def figures(block: Mapping[str, Any]) -> dict[str, float]:
    """Return the prices of *block*, by key."""
    return {key: value for key, value in block.items() if "usd" in key}
