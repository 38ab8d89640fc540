"""What was read, as the comparison takes it: a catalogue's providers under our ids, or one listing's models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..importers.compare import listed_as
from . import facts
from .plan import Upstream

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ..importers import Catalogue
    from ..ir.catalog import Catalog, Facts
    from .facts import Flat

_OWN_LISTING = "first-party"
_LONGEST_ID = 64
"""Longest id of a provider that the registry can have."""


def of_catalogue(catalog: Catalog, word: str, catalogue: Catalogue, origin: Mapping[str, str], providers: Collection[str] = ()) -> Upstream:
    """Return what the catalogue *word* says of *providers*, all of ours when it is empty; one that names no ids there is meant by its own."""
    said = catalog.words("catalogues").get(word, {})
    named = listed_as(catalog, word)
    names = {provider: named.get(provider, [provider]) for provider in catalog.providers if not providers or provider in providers}
    models = {provider: _joined(catalogue, theirs, catalog.today) for provider, theirs in names.items() if any(name in catalogue for name in theirs)}
    known = {name for theirs in names.values() for name in theirs}
    return Upstream(
        source=word,
        policy=said.get("policy", "catalogue"),
        rank=(_rank(catalog, said.get("policy", "catalogue")), said.get("rank", 1)),
        origin=origin,
        models=models,
        about=frozenset(providers),
        others=None if providers else tuple(sorted(name for name in catalogue.keys() - known if len(name) <= _LONGEST_ID)),
    )


def _joined(catalogue: Catalogue, names: Iterable[str], day: str) -> dict[str, Flat]:
    found: dict[str, Flat] = {}
    for name in names:
        for model in catalogue.get(name, ({}, []))[1]:
            if model["id"] not in found:
                found[model["id"]] = facts.flat(model, day)
    return found


def of_listing(catalog: Catalog, source: str, provider: str, entry: Mapping[str, Any], models: Iterable[Facts], origin: Mapping[str, str]) -> Upstream:
    """Return what the listing that *entry*, of the provider's `discovery`, describes says; *models* are sightings."""
    policy = entry.get("policy", _OWN_LISTING)
    return Upstream(
        source=source,
        policy=policy,
        rank=(_rank(catalog, policy), 1),
        origin=origin,
        models={provider: {model["id"]: facts.flat(model, catalog.today) for model in models}},
        speaks_for=frozenset(entry.get("authoritative", ())),
        tells_missing="id" in entry.get("authoritative", ()),
        route=entry.get("route"),
    )


def _rank(catalog: Catalog, policy: str) -> int:
    rank: int = catalog.words("policies").get(policy, {}).get("rank", 9)
    return rank


def sources_of(catalog: Catalog) -> list[tuple[str, str, Facts]]:
    """Return every listing the registry describes: id of the source, provider, and its entry in `discovery`; in display order."""
    found = []
    for provider in sorted(catalog.providers.values(), key=lambda entry: (entry.facts["order"], entry.id)):
        listings = provider.facts.get("discovery", [])
        names = [f"{provider.id}.{listing.get('route', index)}" if len(listings) > 1 else provider.id for index, listing in enumerate(listings)]
        found += [(f"{name}.{index}" if names.count(name) > 1 else name, provider.id, listing) for index, (name, listing) in enumerate(zip(names, listings, strict=True))]
    return found
