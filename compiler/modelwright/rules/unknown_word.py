"""
unknown-word

What it checks
    Modalities, capabilities, thinking modes and levels, protocols, auth kinds, listing shapes, price units, quirks and error classes are words of registry/vocabulary/.

Why it matters
    Code that reads the registry knows the vocabulary only; an unknown word is a capability nobody finds, or a provider nobody can call.

Bad
    capabilities: {tool_call: true}

Good
    capabilities: {tools: true}

Seen
    Soju06/codex-lb#1661: one unknown thinking level invalidates the whole catalogue at its reader; openai/codex-plugin-cc#751: three lists of levels that disagree.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .nearest import did_you_mean
from .places import route_place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..ir.catalog import Catalog, Place

CODE = "PV107"
NAME = "unknown-word"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per place at which a word stands that its vocabulary does not hold."""
    seen: set[tuple[str, tuple[str | int, ...]]] = set()
    for place, word, vocabulary, known in chain(_models(catalog), _providers(catalog)):
        # What many models inherit is said in one place.
        if known and (place.document.shown, place.pointer) not in seen:
            seen.add((place.document.shown, place.pointer))
            yield Finding(
                place,
                f"`{word}` is not a word of the vocabulary {vocabulary}",
                f"{did_you_mean(word, known)}the words are {', '.join(known)}; a new one is added in registry/vocabulary/{vocabulary}.yaml",
            )


_Found = tuple["Place", str, str, "Collection[str]"]


def _models(catalog: Catalog) -> Iterator[_Found]:
    modalities, capabilities, protocols = (catalog.words(name).keys() for name in ("modalities", "capabilities", "protocols"))
    thinking = catalog.words("thinking")
    modes = {word for word, entry in thinking.items() if "mode" in entry["is"]}
    levels = {word for word, entry in thinking.items() if "level" in entry["is"]}
    contains_modalities = set(modalities).issuperset
    # The four fields nearly every model has are judged whole; names are only looked for once something is wrong.
    for entry in catalog.models.values():
        facts = entry.facts
        for field in ("input", "output"):
            if field in facts and not contains_modalities(facts[field]):
                for index, word in enumerate(facts[field]):
                    if word not in modalities:
                        yield entry.place(field, index), word, "modalities", modalities
        if "capabilities" in facts and not facts["capabilities"].keys() <= capabilities:
            for word in facts["capabilities"].keys() - capabilities:
                yield entry.place("capabilities", word, on_key=True), word, "capabilities", capabilities
        if "thinking" in facts:
            how = facts["thinking"]
            if how["mode"] not in modes:
                yield entry.place("thinking", "mode"), how["mode"], "thinking", modes
            if "levels" in how and not levels.issuperset(how["levels"]):
                for index, word in enumerate(how["levels"]):
                    if word not in levels:
                        yield entry.place("thinking", "levels", index), word, "thinking", levels
            if "default_level" in how and how["default_level"] not in levels:
                yield entry.place("thinking", "default_level"), how["default_level"], "thinking", levels
        if "protocol" in facts and facts["protocol"] not in protocols:
            yield entry.place("protocol"), facts["protocol"], "protocols", protocols


def _providers(catalog: Catalog) -> Iterator[_Found]:
    protocols, kinds, quirks = (catalog.words(name).keys() for name in ("protocols", "auth", "quirks"))
    adapters, units, classes = (catalog.words(name).keys() for name in ("discovery", "price-units", "errors"))
    for entry in catalog.providers.values():
        for index, route in enumerate(entry.facts["routes"]):
            if route["protocol"] not in protocols:
                yield route_place(entry, index, "protocol"), route["protocol"], "protocols", protocols
            if route["auth"]["kind"] not in kinds:
                yield route_place(entry, index, "auth", "kind"), route["auth"]["kind"], "auth", kinds
            for word in route.get("quirks", ()):
                if word not in quirks:
                    place = route_place(entry, index, "quirks", word)
                    yield _on_key(place), word, "quirks", quirks
        for index, listing in enumerate(entry.facts.get("discovery", ())):
            if listing["adapter"] not in adapters:
                yield entry.place("discovery", index, "adapter"), listing["adapter"], "discovery", adapters
            if "price_unit" in listing and listing["price_unit"] not in units:
                yield entry.place("discovery", index, "price_unit"), listing["price_unit"], "price-units", units
        for index, rule in enumerate(entry.facts.get("errors", ())):
            if rule["class"] not in classes:
                yield entry.place("errors", index, "class"), rule["class"], "errors", classes


def _on_key(place: Place) -> Place:
    from dataclasses import replace

    return replace(place, on_key=True)
