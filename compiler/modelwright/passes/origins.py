"""Where resolved values come from: the source of each group of facts, and the fields that are not the registry's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import REGISTRY, SIGHTINGS
from .fields import model_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.catalog import Entry


def sources_of(entry: Entry) -> Mapping[str, Any]:
    """Return per group of facts what was read and when; `default` stands for the groups not named."""
    own = entry.layers[-1] if len(entry.layers) == 1 else None
    if own is not None and "sources" not in own.facts:
        return own.sources or {}
    if entry.layers[0].name == SIGHTINGS:
        return next(layer.sources for layer in reversed(entry.layers) if layer.name == SIGHTINGS) or {}
    result: dict[str, Any] = {}
    for layer in entry.layers:
        if layer.name != REGISTRY:
            continue
        named = {**(layer.sources or {}), **layer.facts.get("sources", {})}
        if layer.inherited_from is None:
            inherited = {group: source for group, source in result.items() if group not in _groups(layer.facts)}
            result = {**named, **inherited} if inherited else named
        else:
            for group in _groups(layer.facts, layer.fields):
                if source := named.get(group, named.get("default")):
                    result[group] = source
    return result


def _groups(facts: Mapping[str, Any], fields: frozenset[str] | None = None) -> set[str]:
    known = model_fields()
    return {group for key in facts if (fields is None or key in fields) and key in known and key not in ("name", "aliases") and (group := known[key].group)}


def origins_of(entry: Entry) -> dict[str, str]:
    """Return per field, dotted where a single fact was said, the layer that gave it, for all that is not the registry's."""
    fields = model_fields()
    result: dict[str, str] = {}
    for layer in entry.layers:
        if layer.name == REGISTRY:
            continue
        for key, value in layer.facts.items():
            if key in ("id", "inherit", "$unset") or not layer.speaks_for(key):
                continue
            if key == "price" or (key in fields and fields[key].merges):
                for part in value:
                    result[f"{key}.{part}"] = layer.name
            else:
                result[key] = layer.name
        result |= {name: layer.name for name in layer.facts.get("$unset", ()) if layer.speaks_for(name.partition(".")[0])}
    return result
