"""Where aliases and routes were said, which later layers add to instead of replacing them; what the layers below one say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import REGISTRY, SIGHTINGS, Place
from ..passes.merge import merged, patched, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Facts, Layer, Overlay, Pointer


def alias_id(alias: str | dict[str, Any]) -> str:
    """Return the spelling of an alias as a file writes it."""
    return alias if isinstance(alias, str) else str(alias["id"])


def id_place(entry: Entry) -> Place:
    """Return where the entry's id stands: in an overlay it is a key."""
    layer = next((layer for layer in entry.layers if layer.inherited_from is None), entry.layers[0])
    return Place(layer.document, (*layer.pointer, "id")) if "id" in layer.facts else Place(layer.document, layer.pointer, on_key=True)


def alias_place(entry: Entry, spelling: str) -> Place:
    """Return where the alias was said: by the highest layer that has it."""
    for layer in reversed(entry.layers):
        if layer.says(("aliases",))[0]:
            for index, alias in enumerate(layer.facts["aliases"]):
                if alias_id(alias) == spelling:
                    return Place(layer.document, (*layer.pointer, "aliases", index))
    return entry.place("aliases")


def route_place(entry: Entry, index: int, *pointer: str | int) -> Place:
    """Return where the field at *pointer* of a provider's resolved route was said; an overlay may say it in two other ways."""
    route = entry.facts["routes"][index]["id"]
    for layer in reversed(entry.layers):
        for way in _ways(layer, route, is_default=index == 0):
            if (way or pointer) and layer.says((*way, *pointer))[0]:
                return Place(layer.document, (*layer.pointer, *way, *pointer))
    for layer in reversed(entry.layers):
        for way in _ways(layer, route, is_default=False):
            return Place(layer.document, (*layer.pointer, *way))
    return entry.place("routes", on_key=True)


def _ways(layer: Layer, route: str, *, is_default: bool) -> Iterator[Pointer]:
    routes = layer.facts.get("routes", ())
    if isinstance(routes, dict):
        if route in routes:
            yield ("routes", route)
    else:
        yield from (("routes", index) for index, one in enumerate(routes) if one["id"] == route)
    if is_default and layer.name != REGISTRY:
        yield ()


def spoken(overlay: Overlay, entry: Entry | None, pointer: Pointer) -> int | None:
    """Return which layer of *entry* is what *overlay* says at *pointer*; None when it is none."""
    if entry is not None:
        for index, layer in enumerate(entry.layers):
            if layer.document is overlay.document and layer.pointer == pointer:
                return index
    return None


def below(entry: Entry, index: int, *, with_sightings: bool = True) -> Facts:
    """Return what holds of a model without its layer *index* and those above it."""
    facts: Facts = {}
    for layer in entry.layers[:index]:
        said: Any = layer.facts if layer.fields is None else {key: value for key, value in layer.facts.items() if layer.speaks_for(key)}
        if layer.name == SIGHTINGS:
            facts = merged(facts, said) if with_sightings else facts
        elif layer.name == REGISTRY:
            facts = merged(without(facts, layer.facts.get("$unset", ())), said)
        else:
            facts = patched(facts, said)
    return facts


def overlaid(catalog: Catalog) -> Iterator[tuple[Overlay, str, Facts]]:
    """Yield overlay, provider and what it says of that provider."""
    for overlay in catalog.overlays:
        for provider, patch in overlay.data.get("providers", {}).items():
            yield overlay, provider, patch
