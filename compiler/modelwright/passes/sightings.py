"""Let listings add models and fill what is unknown; they change nothing that a person wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import SIGHTINGS, Catalog, Entry, Layer, Place
from .fields import model_fields
from .merge import merged

if TYPE_CHECKING:
    from ..ir.catalog import Facts


def sightings(catalog: Catalog) -> None:
    """Apply every listing, oldest first; the newest that says something fills it."""
    written: dict[str, Facts] = {}
    for document, listing in sorted(catalog.listings, key=lambda pair: (pair[1]["seen_at"], pair[1]["provider"], pair[1]["index"])):
        provider = listing["provider"]
        if provider not in catalog.providers:  # one that another project's files name, perhaps
            continue
        ids, source = _ids(catalog, provider), {"from": listing["source"], "read_on": listing["seen_at"][:10]}
        for index, seen in enumerate(listing["models"]):
            if seen is not None:
                entry = _entry(catalog, ids, provider, seen["id"])
                place = Place(document, ("listings", listing["index"], "models", index))
                _apply(entry, written.setdefault(entry.ref, entry.facts), seen, place, source)


def _ids(catalog: Catalog, provider: str) -> dict[str, str]:
    """Return the ids of the provider's models, those that only the user's files name too, by id and alias in lower case; an id wins over an alias."""
    said = [(model.id, model.facts) for model in catalog.models_of(provider)]
    for overlay in catalog.overlays:
        said += overlay.data.get("providers", {}).get(provider, {}).get("models", {}).items()
    ids = {identity.lower(): identity for identity, _ in reversed(said)}
    for identity, facts in said:
        for alias in facts.get("aliases", ()):
            ids.setdefault((alias if isinstance(alias, str) else alias["id"]).lower(), identity)
    return ids


def _entry(catalog: Catalog, ids: dict[str, str], provider: str, identity: str) -> Entry:
    exact = catalog.models.get(f"{provider}/{identity}")
    if exact is not None:
        return exact
    known = ids.setdefault(identity.lower(), identity)
    ref = f"{provider}/{known}"
    if ref not in catalog.models:
        catalog.models[ref] = Entry(ref, provider, known, {"id": known}, [])
    return catalog.models[ref]


def _apply(entry: Entry, written: Facts, seen: Facts, place: Place, source: Facts) -> None:
    learned = _learned(written, entry.facts, seen)
    entry.seen_on = source["read_on"]
    entry.facts = merged(entry.facts, learned)
    if learned or not entry.layers:
        entry.layers.append(Layer(SIGHTINGS, place.document, place.pointer, learned if entry.layers else {"id": entry.id, **learned}, sources={"default": source}))


def _learned(written: Facts, known: Facts, seen: Facts) -> Facts:
    """Return what *seen* adds to what people wrote: facts that are unknown there, and a display name that differs from theirs or the one *known* so far."""
    learned: dict[str, Any] = {}
    for name, field in model_fields().items():
        if name not in seen or field.sightings is None:
            continue
        if field.merges:
            fresh = {key: value for key, value in seen[name].items() if key not in written.get(name, {})}
            if fresh:
                learned[name] = fresh
        elif name not in written or (field.sightings == "update" and not written[name] == known[name] == seen[name]):
            learned[name] = seen[name]
    return learned
