"""Every layer's word on a value, and which one won."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..ir.catalog import REGISTRY, SIGHTINGS, Place
from .fields import model_fields
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
    found: Any = entry.facts
    for step in pointer:
        found = found[step]
    return found


def words(entry: Entry, pointer: Pointer) -> list[Word]:
    """Return what each layer says of the field at *pointer*, lowest first; the last that says it wins."""
    said = [(layer, place, value) for layer in entry.layers for place, value in _said(layer, pointer)]
    removed = max((index for index, (_, _, value) in enumerate(said) if value is _REMOVED), default=-1)
    try:
        value_at(entry, pointer)
        last = len(said) - 1
    except LookupError:
        last = removed
    return [_word(entry, layer, place, value, pointer, wins=index == last) for index, (layer, place, value) in enumerate(said)]


_REMOVED = object()


def _said(layer: Layer, pointer: Pointer) -> Iterator[tuple[Place, Any]]:
    dotted = ".".join(str(step) for step in pointer)
    for index, name in enumerate(layer.facts.get("$unset", ()) if layer.inherited_from is None else ()):
        if dotted == name or dotted.startswith(f"{name}."):
            yield Place(layer.document, (*layer.pointer, "$unset", index)), _REMOVED
    says, value = layer.says(pointer)
    if says:
        yield Place(layer.document, (*layer.pointer, *pointer)), value
    elif pointer[0] == "prices" and len(pointer) > 1 and "price" in layer.facts:
        patched = ("price", *pointer[2:])
        says, value = layer.says(patched)
        if says:
            yield Place(layer.document, (*layer.pointer, *patched)), value


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
