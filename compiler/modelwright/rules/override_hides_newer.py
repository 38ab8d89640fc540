"""
override-hides-newer

What it checks
    A price or limit in a user's file is not what the registry said before, and no longer says.

Why it matters
    It was right when it was written; the provider has moved since, and the file keeps the old value: costs are counted at a price nobody charges.

Bad
    {"providers": {"acme": {"models": {"acme-large": {"price": {"input_usd_per_mtok": 3}}}}}}, where the registry has 3 until 2026-03-01 and 2.5 since

Good
    {"providers": {"acme": {"models": {"acme-large": {"price": {"input_usd_per_mtok": 2.8}}}}}}, a price of your own

Seen
    kirodotdev/KiroCrew#9659: defaults once written into the user's file keep every later default out.
    pi-mono@83378aa: 21 corrections of upstream values, with no check whether upstream has caught up.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from ..passes.prices import price_in_force
from .figures import figures
from .places import below, overlaid, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..ir.catalog import Catalog, Entry, Facts, Layer, Pointer

CODE = "PV605"
NAME = "override-hides-newer"
SEVERITY = "warning"

_ENDS = "until"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per value that lower layers had on an earlier day alone."""
    for overlay, provider, patch in overlaid(catalog):
        for identity in patch.get("models", ()):
            entry = catalog.models.get(f"{provider}/{identity}")
            index = spoken(overlay, entry, ("providers", provider, "models", identity))
            if entry is not None and index:
                yield from _judge(entry, index, catalog.today)


def _judge(entry: Entry, index: int, today: str) -> Iterator[Finding]:
    layer, facts = entry.layers[index], below(entry, index, with_sightings=False)
    for pointer, value, now, day in chain(_limits(layer, facts), _prices(layer, facts, today)):
        place = Place(layer.document, (*layer.pointer, *pointer))
        message = f"the registry moved `{pointer[-1]}` of `{entry.ref}` from {_shown(value)} to {_shown(now)} on {day}; your file keeps {_shown(value)}"
        yield Finding(place, message, "remove it, so that you get what the registry says; a value of your own differs from both")


def _limits(layer: Layer, facts: Facts) -> Iterator[tuple[Pointer, Any, Any, str]]:
    """Yield pointer, value, what the lower layers say now, and since when, of every limit that they had before."""
    now = facts.get("limits", {})
    for key, value in layer.facts.get("limits", {}).items():
        day = _moved_on(key, value, now.get(key), facts.get("earlier_limits", ()))
        if day:
            yield ("limits", key), value, now[key], day


def _prices(layer: Layer, facts: Facts, today: str) -> Iterator[tuple[Pointer, Any, Any, str]]:
    """Yield the same of prices."""
    known: Sequence[Mapping[str, Any]] = facts.get("prices", ())
    now = price_in_force(known, today) or {}
    over = [price for price in known if _ENDS in price and price[_ENDS] <= today]
    own: Sequence[Mapping[str, Any]] = layer.facts.get("prices", ())
    held = price_in_force(own, today)
    at, said = (("prices", next(index for index, price in enumerate(own) if price is held)), held) if held else (("price",), layer.facts.get("price", {}))
    for key, value in figures(said).items():
        moved = now.get(key, now.get("state"))
        day = _moved_on(key, value, moved, over)
        if day:
            yield (*at, key), value, moved, day


def _moved_on(key: str, value: Any, now: Any, earlier: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the day on which *key* became what it is *now*; None when it is unknown, is *value*, or never was that."""
    if now in (None, value) or all(one.get(key) != value for one in earlier):
        return None
    return max(str(one[_ENDS]) for one in earlier if one.get(key, now) != now)


def _shown(value: Any) -> str:
    return f"{value:,.12g}" if isinstance(value, int | float) else f"`{value}`"
