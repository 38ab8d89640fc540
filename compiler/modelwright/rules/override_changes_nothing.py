"""
override-changes-nothing

What it checks
    Every field of an overlay differs from what the layers below it say. Sightings do not count: they come and go with a cache.

Why it matters
    It hides the next change of the registry: when a price falls, the overlay keeps the old one.

Bad
    {"providers": {"acme": {"models": {"acme-large": {"limits": {"context_tokens": 200000}}}}}}, where the registry says 200000, too

Good
    {"providers": {"acme": {"models": {"acme-large": {"limits": {"context_tokens": 100000}}}}}}

Seen
    kirodotdev/KiroCrew#9659: defaults once written into the user's file keep every later default out.
    pi-mono@83378aa: 21 corrections of upstream values, with no check whether upstream has caught up.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..diagnostics.diagnostic import Finding, Fix
from ..ir.catalog import REGISTRY, Place
from ..passes.fields import model_fields
from ..passes.merge import patched, without
from .places import below, overlaid, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Catalog, Entry, Facts, Layer

CODE = "PV601"
NAME = "override-changes-nothing"
SEVERITY = "warning"

_NOT_JUDGED = ("id", "inherit", "aliases", "$unset", "models")
"""Aliases add to those below; redundant-alias judges them."""
_ENDPOINT = ("protocol", "base_url", "path", "auth", "headers")
_HELP = "remove it, so that you get what later versions of the registry say"
_ABSENT = object()


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per redundant field, or one for an entry of which nothing is left."""
    for overlay, identity, patch in overlaid(catalog):
        entry = catalog.providers.get(identity)
        index = spoken(overlay, entry, ("providers", identity))
        if entry is not None and index:
            yield from _provider(entry, index)
        for name, said in patch.get("models", {}).items():
            model = catalog.models.get(f"{identity}/{name}")
            index = spoken(overlay, model, ("providers", identity, "models", name))
            if model is not None and index and (model.layers[index].facts or not said):  # of what nobody trusts nothing may be left
                yield from _model(model, index)


def _model(entry: Entry, index: int) -> Iterator[Finding]:
    layer = entry.layers[index]
    facts = without(below(entry, index, with_sightings=False), layer.facts.get("$unset", ()))
    if not facts:
        return
    redundant = [pointer for key in layer.facts if key not in _NOT_JUDGED for pointer in _redundant(facts, layer.facts, key)]
    if [pointer[0] for pointer in redundant if len(pointer) == 1] == [*layer.facts]:
        place = Place(layer.document, layer.pointer, on_key=True)
        yield Finding(place, f"nothing said here of `{entry.ref}` differs from the layers below", _HELP, fix=Fix(Place(layer.document, layer.pointer), None))
    else:
        yield from (_finding(entry, layer, pointer) for pointer in redundant)


def _redundant(facts: Facts, patch: Mapping[str, Any], key: str) -> list[tuple[str, ...]]:
    """Return the field *key* of *patch* if it changes nothing in *facts*, or else those of its parts that do not."""
    if patched(facts, {key: patch[key]}) == facts:
        return [(key,)]
    if not isinstance(patch[key], dict) or not (key == "price" or (key in model_fields() and model_fields()[key].merges)):
        return []
    parts: list[tuple[str, ...]] = [(key, part) for part in patch[key] if patched(facts, {key: {part: patch[key][part]}}) == facts]
    return [] if len(parts) == len(patch[key]) else parts


def _finding(entry: Entry, layer: Layer, pointer: tuple[str, ...]) -> Finding:
    place = Place(layer.document, (*layer.pointer, *pointer))
    said: Any = layer.facts
    for step in pointer:
        said = said[step]
    value = json.dumps(said, ensure_ascii=False) if isinstance(said, str | int | float) else "the same"
    return Finding(place, f"`{'.'.join(pointer)}` of `{entry.ref}` is {value} in the layers below, too", _HELP, fix=Fix(place, None))


def _provider(entry: Entry, index: int) -> Iterator[Finding]:
    layer, lower = entry.layers[index], entry.layers[:index]
    if lower[0].name != REGISTRY:
        lower = [one for one in lower if one.name != REGISTRY]
    default = lower[0].facts["routes"][0]["id"] if lower[0].name == REGISTRY else "default"
    redundant: list[tuple[str, ...]] = []
    for key, value in layer.facts.items():
        if key in _ENDPOINT:
            redundant += [(key,)] if _same(value, _route_says(lower, default, key, default)) else []
        elif key == "routes":
            routes = [pointer for route in value for pointer in _route(lower, route, value[route], default)]
            redundant += [(key,)] if len([one for one in routes if len(one) == 1]) == len(value) else [(key, *pointer) for pointer in routes]
        elif key not in _NOT_JUDGED and _same(value, next((one.facts[key] for one in reversed(lower) if key in one.facts), _ABSENT)):
            redundant.append((key,))
    yield from (_finding(entry, layer, pointer) for pointer in redundant)


def _route(lower: list[Layer], route: str, change: Mapping[str, Any], default: str) -> list[tuple[str, ...]]:
    parts: list[tuple[str, ...]] = [(route, part) for part in change if _same(change[part], _route_says(lower, route, part, default))]
    return [(route,)] if len(parts) == len(change) else parts


def _route_says(lower: list[Layer], route: str, key: str, default: str) -> Any:
    """Return the word of the highest of the layers on a field of a route."""
    for layer in reversed(lower):
        routes = layer.facts.get("routes", ())
        said = routes.get(route, {}) if isinstance(routes, dict) else next((one for one in routes if one["id"] == route), {})
        if key in said:
            return said[key]
        if route == default and layer.name != REGISTRY and key in layer.facts:
            return layer.facts[key]
    return _ABSENT


def _same(value: Any, under: Any) -> bool:
    """Tell whether *value* changes nothing: auth is merged, so what it does not name stays."""
    if isinstance(value, dict) and isinstance(under, dict) and "kind" in under:
        return all(key in under and under[key] == part for key, part in value.items())
    return under is not _ABSENT and bool(value == under)
