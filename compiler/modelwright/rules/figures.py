"""What several rules need: the figures of a price, its tiers and variants, the days on which it holds, who said a fact, and where facts were read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import REGISTRY, SIGHTINGS, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..ir.catalog import Catalog, Entry, Facts, Pointer, Source


def figures(block: Mapping[str, Any]) -> dict[str, float]:
    """Return the prices of *block*, by key."""
    return {key: value for key, value in block.items() if "usd" in key}


def parts(price: Mapping[str, Any]) -> Iterator[tuple[Pointer, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield the pointer below *price* of every tier, off-peak hour, variant and tier of a variant, what it says, and what holds with all it leaves out."""
    for group in ("tiers", "off_peak"):
        for index, part in enumerate(price.get(group, ())):
            yield (group, index), part, {**price, **part}
    for name, variant in price.get("variants", {}).items():
        whole = {**price, **variant}
        yield ("variants", name), variant, whole
        for index, tier in enumerate(variant.get("tiers", ())):
            yield ("variants", name, "tiers", index), tier, {**whole, **tier}


def tier_lists(price: Mapping[str, Any]) -> Iterator[tuple[Pointer, Sequence[Mapping[str, Any]]]]:
    """Yield the pointer below *price* and the tiers of the price itself and of its variants."""
    if "tiers" in price:
        yield ("tiers",), price["tiers"]
    for name, variant in price.get("variants", {}).items():
        if "tiers" in variant:
            yield ("variants", name, "tiers"), variant["tiers"]


def is_own(entry: Entry, *fields: str) -> bool:
    """Tell whether a layer of the entry itself sets or unsets one of *fields*; what it only inherits is reported where it was said."""
    if entry.inherits is None:
        return True
    own = (layer.facts for layer in entry.layers if layer.inherited_from is None)
    return any(not facts.keys().isdisjoint(fields) or any(name.partition(".")[0] in fields for name in facts.get("$unset", ())) for facts in own)


def has_own_prices(entry: Entry) -> bool:
    """Tell whether a layer of the entry itself speaks of its prices."""
    return is_own(entry, "prices", "price")


def own_place(entry: Entry, *pointers: Pointer) -> Place | None:
    """
    Return where the highest layer that speaks of one of *pointers* does; of the first of them, where it speaks of several.

    None when that layer is inherited, so that a mistake is reported once, for the model it was made in. What a listing
    adds to a mapping stands in its layer beside copies of what was known, so listings come last.
    """
    layers = [layer for layer in reversed(entry.layers) if layer.name != SIGHTINGS] + [layer for layer in reversed(entry.layers) if layer.name == SIGHTINGS]
    for layer in layers:
        for pointer in pointers:
            if layer.says(pointer)[0]:
                return None if layer.inherited_from is not None else Place(layer.document, (*layer.pointer, *pointer))
    return None


def is_narrowed(entry: Entry, *limits: str) -> bool:
    """Tell whether the user's files give one of two *limits* and not the other: who narrows a window means just that."""
    own = [layer for layer in entry.layers if layer.name not in (REGISTRY, SIGHTINGS)]
    return len({any(layer.says(("limits", limit))[0] for layer in own) for limit in limits}) > 1


def price_place(entry: Entry, price: Mapping[str, Any], *pointer: str | int) -> Place:
    """Return where *price*, one of the entry's, got what stands at *pointer*: from the `price` of a user's file, or from a list of prices."""
    for layer in reversed(entry.layers):
        if layer.fields is None or "prices" in layer.fields:
            if layer.says(("price", *pointer))[0]:
                return Place(layer.document, (*layer.pointer, "price", *pointer))
            if "prices" in layer.facts:
                break
    # The loops of rules do not count, because thousands of prices are right for each that is reported.
    index = next(index for index, one in enumerate(entry.facts["prices"]) if one is price)
    return entry.place("prices", index, *pointer)


def sources(catalog: Catalog) -> list[tuple[Source, Pointer, Facts, str | None]]:
    """Return document, pointer and source of every place that names one, with the ref of the model it is about where it is about one."""
    if sources not in catalog.shared:
        catalog.shared[sources] = list(_sources(catalog))
    found: list[tuple[Source, Pointer, Facts, str | None]] = catalog.shared[sources]
    return found


def _sources(catalog: Catalog) -> Iterator[tuple[Source, Pointer, Facts, str | None]]:
    for provider in catalog.providers.values():
        for layer in provider.layers:
            for group, source in layer.facts.get("sources", {}).items():
                yield layer.document, (*layer.pointer, "sources", group), source, None
    for file in catalog.files:
        document, data = file.document, file.data
        for group, source in data.get("sources", {}).items():
            yield document, ("sources", group), source, None
        for index, facts in enumerate(data["models"]):
            if facts is not None and ("sources" in facts or "earlier_limits" in facts or "disagreements" in facts or ("prices" in facts and _has_source(facts["prices"]))):
                for pointer, source in _sources_of(facts):
                    yield document, ("models", index, *pointer), source, f"{data['provider']}/{facts['id']}"
    for overlay in catalog.overlays:
        for provider_id, patch in overlay.data.get("providers", {}).items():
            for model_id, facts in patch.get("models", {}).items():
                for pointer, source in _sources_of(facts):
                    yield overlay.document, ("providers", provider_id, "models", model_id, *pointer), source, f"{provider_id}/{model_id}"


def _has_source(prices: Sequence[Mapping[str, Any]]) -> bool:
    for price in prices:  # noqa: SIM110  # a generator for each of five thousand models costs twice as much
        if "source" in price:
            return True
    return False


def _sources_of(facts: Mapping[str, Any]) -> list[tuple[Pointer, Facts]]:
    found: list[tuple[Pointer, Facts]] = []
    if "sources" in facts:
        found += ((("sources", group), source) for group, source in facts["sources"].items())
    for field in ("prices", "earlier_limits"):
        if field in facts:
            found += ((((field, index, "source"), part["source"])) for index, part in enumerate(facts[field]) if "source" in part)
    if "disagreements" in facts:
        found += ((("disagreements", index), said) for index, said in enumerate(facts["disagreements"]))
    return found


def all_limits(facts: Facts) -> Iterator[tuple[Pointer, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield pointer, what was said and what held of the current limits and of the earlier ones that name a limit of their own."""
    limits = facts["limits"]
    yield ("limits",), limits, limits
    for index, earlier in enumerate(facts.get("earlier_limits", ())):
        yield ("earlier_limits", index), earlier, {**limits, **earlier}
