"""
unknown-word

What it checks
    Modalities, capabilities, thinking modes and levels, protocols, auth kinds, listing shapes, price units, quirks, regions and error classes are words of registry/vocabulary/.

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

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .nearest import did_you_mean
from .places import route_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..ir.catalog import Catalog, Entry, Facts, Place

    _Found = tuple[Place, str, str, Mapping[str, Facts]]

CODE = "PV107"
NAME = "unknown-word"
SEVERITY = "error"

_MODE, _LEVEL = "thinking, as a mode", "thinking, as a level"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per place at which a word stands that its vocabulary does not hold; a vocabulary that is missing judges nothing."""
    seen: set[tuple[str, tuple[str | int, ...]]] = set()
    for place, word, vocabulary, known in chain(_models(catalog), _providers(catalog)):
        # What many models inherit is said in one place.
        if (place.document.shown, place.pointer) not in seen:
            seen.add((place.document.shown, place.pointer))
            yield Finding(
                place,
                f"`{word}` is not a word of the vocabulary {vocabulary}",
                f"{did_you_mean(word, known)}the words are {', '.join(known)}; a new one is added in registry/vocabulary/{vocabulary.partition(',')[0]}.yaml",
            )


class _Everything(dict[str, "Facts"]):
    """What stands for a vocabulary that could not be read."""

    def __contains__(self, word: object) -> bool:
        return True


def _known(catalog: Catalog, vocabulary: str) -> Mapping[str, Facts]:
    return catalog.words(vocabulary) or _Everything()


def _models(catalog: Catalog) -> Iterator[_Found]:
    modalities, capabilities, protocols = (_known(catalog, name) for name in ("modalities", "capabilities", "protocols"))
    thinking = catalog.words("thinking")
    modes, levels = ({word: entry for word, entry in thinking.items() if kind in entry["is"]} or _Everything() for kind in ("mode", "level"))
    # The fields nearly every model has are judged whole; words are only looked for once something is wrong.
    are_modalities, are_capabilities, are_levels = (_judge(known) for known in (modalities, capabilities, levels))
    for entry in catalog.models.values():
        facts = entry.facts
        if "input" in facts and not are_modalities(facts["input"]):
            yield from _items(entry, ("input",), facts["input"], "modalities", modalities)
        if "output" in facts and not are_modalities(facts["output"]):
            yield from _items(entry, ("output",), facts["output"], "modalities", modalities)
        if "capabilities" in facts and not are_capabilities(facts["capabilities"]):
            for word in facts["capabilities"]:
                if word not in capabilities:
                    yield entry.place("capabilities", word, on_key=True), word, "capabilities", capabilities
        if "thinking" in facts:
            how = facts["thinking"]
            if how["mode"] not in modes:
                yield entry.place("thinking", "mode"), how["mode"], _MODE, modes
            if "levels" in how and not are_levels(how["levels"]):
                yield from _items(entry, ("thinking", "levels"), how["levels"], _LEVEL, levels)
            if "default_level" in how and how["default_level"] not in levels:
                yield entry.place("thinking", "default_level"), how["default_level"], _LEVEL, levels
        if "protocol" in facts and facts["protocol"] not in protocols:
            yield entry.place("protocol"), facts["protocol"], "protocols", protocols


def _judge(known: Mapping[str, Facts]) -> Callable[[Iterable[str]], bool]:
    """Return what tells, in one call, whether all the words it is given are *known*."""
    return (lambda _: True) if isinstance(known, _Everything) else set(known).issuperset


def _items(entry: Entry, pointer: tuple[str, ...], words: list[str], vocabulary: str, known: Mapping[str, Facts]) -> Iterator[_Found]:
    for index, word in enumerate(words):
        if word not in known:
            yield entry.place(*pointer, index), word, vocabulary, known


def _providers(catalog: Catalog) -> Iterator[_Found]:
    protocols, kinds, quirks, regions = (_known(catalog, name) for name in ("protocols", "auth", "quirks", "regions"))
    adapters, units, classes, policies = (_known(catalog, name) for name in ("discovery", "price-units", "errors", "policies"))
    for entry in catalog.providers.values():
        for index, route in enumerate(entry.facts["routes"]):
            if route["protocol"] not in protocols:
                yield route_place(entry, index, "protocol"), route["protocol"], "protocols", protocols
            if route["auth"]["kind"] not in kinds:
                yield route_place(entry, index, "auth", "kind"), route["auth"]["kind"], "auth", kinds
            if route.get("region", next(iter(regions), "")) not in regions:
                yield route_place(entry, index, "region"), route["region"], "regions", regions
            for word in route.get("quirks", ()):
                if word not in quirks:
                    yield replace(route_place(entry, index, "quirks", word), on_key=True), word, "quirks", quirks
        for index, listing in enumerate(entry.facts.get("discovery", ())):
            if listing["adapter"] not in adapters:
                yield entry.place("discovery", index, "adapter"), listing["adapter"], "discovery", adapters
            if "price_unit" in listing and listing["price_unit"] not in units:
                yield entry.place("discovery", index, "price_unit"), listing["price_unit"], "price-units", units
            if "policy" in listing and listing["policy"] not in policies:
                yield entry.place("discovery", index, "policy"), listing["policy"], "policies", policies
        for index, rule in enumerate(entry.facts.get("errors", ())):
            if rule["class"] not in classes:
                yield entry.place("errors", index, "class"), rule["class"], "errors", classes
