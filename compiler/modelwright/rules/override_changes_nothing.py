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
    kirodotdev/KiroCrew#9659: defaults once written into the user's file keep every later default out; 117HD/RLHD#134: overrides that changed nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..diagnostics.diagnostic import Finding, Fix
from ..ir.catalog import REGISTRY, Place
from ..passes.fields import model_fields
from ..passes.merge import patched, without
from .places import below, overlaid, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Catalog, Entry, Facts, Layer, Pointer

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
        for name in patch.get("models", ()):
            model = catalog.models.get(f"{identity}/{name}")
            index = spoken(overlay, model, ("providers", identity, "models", name))
            if model is not None and index:
                yield from _model(model, index)


def _model(entry: Entry, index: int) -> Iterator[Finding]:
    layer = entry.layers[index]
    facts = without(below(entry, index, with_sightings=False), layer.facts.get("$unset", ()))
    if not facts:
        return
    redundant = [pointer for pointer in _pointers(layer.facts) if patched(facts, _only(layer.facts, pointer)) == facts]
    if len(redundant) == len(layer.facts):
        place = Place(layer.document, layer.pointer, on_key=True)
        yield Finding(place, f"nothing said here of `{entry.ref}` differs from the layers below", _HELP, fix=Fix(Place(layer.document, layer.pointer), None))
    else:
        yield from (_finding(entry, layer, pointer, _only(layer.facts, pointer)) for pointer in redundant)


def _pointers(patch: Mapping[str, Any]) -> Iterator[Pointer]:
    """Yield what to judge: fields, and parts of those that merge where another part is not redundant."""
    fields = model_fields()
    for key, value in patch.items():
        if key not in _NOT_JUDGED:
            yield (key,)
            if isinstance(value, dict) and len(value) > 1 and (key == "price" or (key in fields and fields[key].merges)):
                yield from ((key, part) for part in value)


def _only(patch: Mapping[str, Any], pointer: Pointer) -> Facts:
    key, *parts = pointer
    return {str(key): {part: patch[str(key)][part] for part in parts} if parts else patch[str(key)]}


def _finding(entry: Entry, layer: Layer, pointer: Pointer, said: Any) -> Finding:
    place = Place(layer.document, (*layer.pointer, *pointer))
    for step in pointer:
        said = said[step]
    value = f" {said!r}" if isinstance(said, str | int | float) else ""
    return Finding(place, f"`{'.'.join(map(str, pointer))}` of `{entry.ref}` is{value or ' the same'} in the layers below, too", _HELP, fix=Fix(place, None))


def _provider(entry: Entry, index: int) -> Iterator[Finding]:
    layer, lower = entry.layers[index], entry.layers[:index]
    if lower[0].name != REGISTRY:
        lower = [one for one in lower if one.name != REGISTRY]
    default = lower[0].facts["routes"][0]["id"] if lower[0].name == REGISTRY else "default"
    for key, value in layer.facts.items():
        if key in _ENDPOINT:
            if _same(value, _route_says(lower, default, key, default)):
                yield _finding(entry, layer, (key,), layer.facts)
        elif key == "routes":
            for route, change in value.items():
                known = [(route, part) for part in change if _same(change[part], _route_says(lower, route, part, default))]
                if len(known) == len(change):
                    known = [(route,)]  # type: ignore[list-item]  # the route as a whole
                yield from (_finding(entry, layer, ("routes", *pointer), layer.facts) for pointer in known)
        elif key not in _NOT_JUDGED and _same(value, next((one.facts[key] for one in reversed(lower) if key in one.facts), _ABSENT)):
            yield _finding(entry, layer, (key,), layer.facts)


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
