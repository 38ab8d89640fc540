"""Let listings add models and fill what is unknown; they change nothing that a person wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import SIGHTINGS, Catalog, Entry, Layer, Note, Place
from .fields import model_fields

if TYPE_CHECKING:
    from ..ir.catalog import Facts, Source


def sightings(catalog: Catalog) -> None:
    """Apply every listing, oldest first."""
    for document, listing in sorted(catalog.listings, key=lambda pair: (pair[1]["seen_at"], pair[1]["provider"], pair[1]["index"])):
        provider = listing["provider"]
        if provider not in catalog.providers:
            if provider not in catalog.incomplete:
                catalog.notes.append(Note("unknown-provider", Place(document, ("listings", listing["index"], "provider")), (provider,)))
            continue
        known = _known(catalog, provider)
        for index, seen in enumerate(listing["models"]):
            if seen is not None:
                _apply(catalog, known, document, ("listings", listing["index"], "models", index), provider, seen, listing["seen_at"][:10])


def _known(catalog: Catalog, provider: str) -> dict[str, Entry]:
    """Return the provider's models by id and alias, without regard to case; an exact id wins over an alias."""
    known: dict[str, Entry] = {}
    for model in catalog.models_of(provider):
        for alias in model.facts.get("aliases", ()):
            known.setdefault((alias if isinstance(alias, str) else alias["id"]).lower(), model)
    for model in catalog.models_of(provider):
        known[model.id.lower()] = model
    return known


def _apply(catalog: Catalog, known: dict[str, Entry], document: Source, pointer: tuple[str | int, ...], provider: str, seen: Facts, day: str) -> None:
    entry = known.get(seen["id"].lower())
    if entry is None:
        facts: Facts = {"id": seen["id"]}
        entry = Entry(f"{provider}/{seen['id']}", provider, seen["id"], facts, [])
        known[seen["id"].lower()] = catalog.models[entry.ref] = entry
    learned = _learned(entry.facts, seen)
    entry.seen_on = day
    entry.facts = entry.facts | learned
    if learned or not entry.layers:
        entry.layers.append(Layer(SIGHTINGS, document, pointer, {"id": seen["id"], **learned} if not entry.layers else learned))


def _learned(facts: Facts, seen: Facts) -> Facts:
    learned: dict[str, Any] = {}
    for name, field in model_fields().items():
        if name not in seen or field.sightings is None:
            continue
        if field.merges:
            fresh = {key: value for key, value in seen[name].items() if key not in facts.get(name, {})}
            if fresh:
                learned[name] = {**facts.get(name, {}), **fresh}
        elif name not in facts or (field.sightings == "update" and facts[name] != seen[name]):
            learned[name] = seen[name]
    return learned
