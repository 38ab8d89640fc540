"""The resolved catalogue as records: what the artifact and every other target hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .origins import origins_of, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Facts

_LEFT_OUT = ("inherit", "$unset", "sources", "disagreements")


def providers(catalog: Catalog) -> Iterator[Facts]:
    """Yield every provider's record, in display order."""
    for entry in sorted(catalog.providers.values(), key=lambda entry: (entry.facts["order"], entry.id)):
        record = {key: value for key, value in entry.facts.items() if key != "catalogues"}
        origins = origins_of(entry)
        yield {**record, "origins": origins} if origins else record


def models(catalog: Catalog) -> Iterator[tuple[str, Facts]]:
    """Yield every model's ref and record, in the catalogue's order; models without a provider are left out."""
    known = catalog.providers
    for entry in catalog.models.values():
        if entry.provider in known:
            yield entry.ref, model(entry)


def accounts(catalog: Catalog) -> Iterator[Facts]:
    """Yield every account's record, by rank and then in the order of the files."""
    for entry in sorted(catalog.accounts.values(), key=lambda entry: entry.facts["rank"]):
        yield {**entry.facts, "origins": origins_of(entry)}


def model(entry: Entry) -> Facts:
    """Return the record of one model."""
    record: dict[str, Any] = {**entry.facts, "provider": entry.provider}
    for key in _LEFT_OUT:
        record.pop(key, None)
    if sources := sources_of(entry):
        record["sources"] = sources
    record.setdefault("name", entry.id)
    record.setdefault("status", "active")
    if entry.inherits is not None:
        record["inherits"] = entry.inherits
    if entry.seen_on is not None:
        record["seen_on"] = entry.seen_on
    if len(entry.layers) > 1 or entry.layers[0].name != "registry":
        origins = origins_of(entry)
        if origins:
            record["origins"] = origins
    return record
