"""Every layer's word on a value, and which one won."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..ir.catalog import REGISTRY, SIGHTINGS, Place, at
from .fields import model_fields, provider_fields
from .origins import sources_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Entry, Layer, Pointer


@dataclass(frozen=True, slots=True)
class Word:
    """What one layer says."""

    layer: str
    place: Place
    source: str | None
    day: str | None
    value: Any
    wins: bool


def value_at(entry: Entry, pointer: Pointer) -> Any:
    """Return the resolved value at *pointer*; raises LookupError when there is none."""
    is_there, found = at(entry.facts, pointer)
    if not is_there:
        raise LookupError(pointer)
    return found


def words(entry: Entry, pointer: Pointer) -> list[Word]:
    """Return what each layer says of the field at *pointer*, lowest first; the last that gives the value, or that took it away, wins."""
    said: list[tuple[Layer, Place, Any]] = []
    for layer in entry.layers:
        found = [*_unset(layer, pointer), *_said(entry, layer, pointer)]
        if said and not found:
            found = [*_replaced(entry, layer, pointer)]
        said += [(layer, place, value) for place, value in found]
    try:
        value_at(entry, pointer)
        is_there = True
    except LookupError:
        is_there = False
    dotted = ".".join(map(str, pointer))
    last = max((index for index, (layer, _, value) in enumerate(said) if (value is _REMOVED) != is_there and dotted not in layer.defers), default=-1)
    return [_word(entry, layer, place, value, pointer, wins=index == last) for index, (layer, place, value) in enumerate(said)]


_REMOVED = object()


def _unset(layer: Layer, pointer: Pointer) -> Iterator[tuple[Place, Any]]:
    dotted = ".".join(str(step) for step in pointer)
    for index, name in enumerate(layer.facts.get("$unset", ())):
        if (dotted == name or dotted.startswith(f"{name}.")) and layer.speaks_for(pointer[0]):
            yield Place(layer.document, (*layer.pointer, "$unset", index)), _REMOVED


def _said(entry: Entry, layer: Layer, pointer: Pointer) -> Iterator[tuple[Place, Any]]:
    for way in _ways(entry, layer, pointer):
        says, value = layer.says(way)
        if says:
            yield Place(layer.document, (*layer.pointer, *way)), value


def _ways(entry: Entry, layer: Layer, pointer: Pointer) -> Iterator[Pointer]:
    """Yield where *layer* may say the field at *pointer*: the registry in one place, a user's file also as a patch."""
    head, *rest = pointer
    if head == "routes" and rest and layer.name != REGISTRY and entry.id == entry.ref:
        if rest[0] == 0 and len(rest) > 1:
            yield tuple(rest[1:])
        if isinstance(rest[0], int) and rest[0] < len(entry.facts["routes"]):
            yield ("routes", entry.facts["routes"][rest[0]]["id"], *rest[1:])
    else:
        yield pointer
        if head == "prices" and at(entry.facts, pointer[:2])[0]:
            yield ("price", *rest[1:])


def _replaced(entry: Entry, layer: Layer, pointer: Pointer) -> Iterator[tuple[Place, Any]]:
    """Yield where *layer*, which does not say the field at *pointer*, put something in place of what held it."""
    head, *rest = pointer
    taken: Pointer = ()
    if rest and not _merges(entry, str(head)) and layer.says((head,))[0]:
        taken = (head,)
    elif head == "prices" and len(rest) > 1 and "price" in layer.facts:
        keys = (rest[1], rest[-1]) if rest[1] in ("tiers", "off_peak") else ()
        taken = next((("price", key) for key in ("state", *keys) if key in layer.facts["price"] and rest[1] not in ("since", "until")), ())
    if taken:
        yield Place(layer.document, (*layer.pointer, *taken)), _REMOVED


def _merges(entry: Entry, key: str) -> bool:
    if entry.id == entry.ref:
        return key in ("aliases", "routes") or (key in provider_fields() and provider_fields()[key].merges)
    return key == "aliases" or (key in model_fields() and model_fields()[key].merges)


def _word(entry: Entry, layer: Layer, place: Place, value: Any, pointer: Pointer, *, wins: bool) -> Word:
    source = _source(entry, layer, pointer)
    return Word(layer.name, place, source.get("from"), source.get("read_on"), "(removed)" if value is _REMOVED else value, wins)


def _source(entry: Entry, layer: Layer, pointer: Pointer) -> dict[str, Any]:
    """Return the source of the group *pointer* belongs to, as *layer* gives it."""
    if layer.name == SIGHTINGS:
        return dict((layer.sources or {}).get("default", {}))
    if layer.name != REGISTRY:
        return {}
    found: dict[str, Any]
    if pointer[0] in ("prices", "earlier_limits") and len(pointer) > 1:
        says, found = layer.says((pointer[0], pointer[1], "source"))
        if says:
            return found
    field = model_fields().get(str(pointer[0]))
    group = field.group if field is not None and field.group else "default"
    named = {**(layer.sources or {}), **layer.facts.get("sources", {})} if layer.inherited_from or layer.sources else dict(sources_of(entry))
    found = named.get(group) or named.get("default") or {}
    return found
