"""
zero-limit

What it checks
    No limit is 0; a limit nobody knows is left out.

Why it matters
    Software that takes 0 at its word sends nothing, divides by it or shows every request as too long.

Bad
    limits: {context_tokens: 128000, output_tokens: 0}

Good
    limits: {context_tokens: 128000}

Seen
    models.dev@f3fc69229: 27 text models with a window of 0 and 33 with an output of 0; litellm 1.109.1 wheel: 4.
    opencode-cursor#89: no share of the window is shown, because the window is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding, Fix
from ..ir.catalog import SIGHTINGS, Place
from .figures import is_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Layer

CODE = "PV303"
NAME = "zero-limit"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per limit of 0; where a file says nothing but zeros one for all of them, so that one change mends it."""
    for model in catalog.models.values():
        facts = model.facts
        if "limits" in facts and 0 in facts["limits"].values() and is_own(model, "limits"):
            yield from _limits(model)
        if "earlier_limits" in facts:
            for index, limits in enumerate(facts["earlier_limits"]):
                for key, value in limits.items():
                    if value == 0 and is_own(model, "earlier_limits"):
                        message = f"`{key}` of `{model.ref}` until {limits['until']} is 0"
                        yield Finding(model.place("earlier_limits", index, key), message, "write the limit that held; what is left out was as it is now")


def _limits(model: Entry) -> Iterator[Finding]:
    said: dict[int, list[str]] = {}
    for key, value in model.facts["limits"].items():
        if value == 0:
            said.setdefault(_speaker(model, key), []).append(key)
    for number, keys in said.items():
        layer = model.layers[number]
        is_all = len(keys) == len(layer.facts["limits"])
        for key in keys[:1] if is_all else keys:
            names = " and ".join(f"`{name}`" for name in (keys if is_all else [key]))
            pointer = ("limits",) if is_all and len(keys) > 1 else ("limits", key)
            place = Place(layer.document, (*layer.pointer, *pointer))
            message = f"{names} of `{model.ref}` {'are' if ' ' in names else 'is'} 0"
            if any(lower.says(("limits", name))[0] for lower in model.layers[:number] for name in keys):
                unset = ", ".join(f"limits.{name}" for name in (keys if is_all else [key]))
                yield Finding(place, message, f"write the limit, or `$unset: [{unset}]` if it is not known here")
            elif layer.name == SIGHTINGS:
                yield Finding(place, message, "the listing does not know it; write the limit in the registry or in your own models.json")
            else:
                yield Finding(place, message, "write the limit, or remove it while it is unknown", fix=_fix(layer, key, is_all=is_all))


def _speaker(model: Entry, key: str) -> int:
    """Return which layer gave the limit; a listing's layer also holds copies of what was known, so listings come last."""
    speaking = [number for number, layer in enumerate(model.layers) if layer.says(("limits", key))[0]]
    return max(speaking, key=lambda number: (model.layers[number].name != SIGHTINGS, number))


def _fix(layer: Layer, key: str, *, is_all: bool) -> Fix:
    return Fix(Place(layer.document, (*layer.pointer, "limits") if is_all else (*layer.pointer, "limits", key)), None)
