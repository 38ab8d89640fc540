"""Every spelling that names a model, and what it names: ids, aliases, bare ids and the user's own names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ir.catalog import REGISTRY, SIGHTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Facts, Pointer


@dataclass(frozen=True, slots=True)
class Target:
    """What an alias names, and on which days."""

    ref: str
    since: str | None = None
    until: str | None = None
    is_own: bool = False
    """Whether it is the user's own name, which the provider does not know."""

    def overlaps(self, other: Target) -> bool:
        """Tell whether there is a day on which both hold."""
        return (self.until is None or (other.since or "") < self.until) and (other.until is None or (self.since or "") < other.until)


def aliases_of(entry: Entry) -> Iterator[tuple[int, str, Target]]:
    """Yield index, spelling and target of each alias of *entry*."""
    curated = [alias for layer in entry.layers if layer.name == REGISTRY for alias in layer.facts.get("aliases", ())]
    for index, alias in enumerate(entry.facts.get("aliases", ())):
        is_own = alias not in curated
        if isinstance(alias, str):
            yield index, alias, Target(entry.ref, is_own=is_own)
        else:
            yield index, alias["id"], Target(entry.ref, alias.get("since"), alias.get("until"), is_own)


def scoped(catalog: Catalog) -> dict[str, list[Target]]:
    """Return the aliases, as `provider/alias`, to what they name; ids are not in it."""
    found: dict[str, list[Target]] = {}
    for entry in catalog.models.values():
        if "aliases" in entry.facts:
            for _, alias, target in aliases_of(entry):
                found.setdefault(f"{entry.provider}/{alias}", []).append(target)
    return found


def bare(catalog: Catalog) -> dict[str, list[str]]:
    """Return the ids and aliases without a provider, to the refs that have them; what only listings know takes nobody's name."""
    found: dict[str, list[str]] = {}
    seen: dict[str, list[str]] = {}
    for entry in catalog.models.values():
        if entry.provider in catalog.providers:
            is_seen_only = entry.layers[0].name == entry.layers[-1].name == SIGHTINGS
            (seen if is_seen_only else found).setdefault(entry.id, []).append(entry.ref)
    for spelling, targets in scoped(catalog).items():
        refs = found.setdefault(spelling.partition("/")[2], [])
        refs.extend(ref for target in targets if (ref := target.ref) not in refs)
    return {**seen, **found}


def used(data: Facts) -> Iterator[tuple[Pointer, str]]:
    """Yield where *data*, a user's file in the native form, says which models agents use, which intents prefer and which may be used at all, and what it calls them."""
    return ((pointer, ref) for pointer, ref in _used(data) if ref is not None)  # as what is no ref is in a list with errors


def _used(data: Facts) -> Iterator[tuple[Pointer, str | None]]:
    for name, agent in data.get("agents", {}).items():
        at = ("agents", name)
        if "primary" in agent:
            yield (*at, "primary"), agent["primary"]
        yield from (((*at, "fallbacks", index), ref) for index, ref in enumerate(agent.get("fallbacks", ())))
        yield from (((*at, "tasks", task), ref) for task, ref in agent.get("tasks", {}).items())
    for word, intent in data.get("policy", {}).get("intents", {}).items():
        to, refs = ((), intent) if isinstance(intent, list) else (("models",), intent["models"])
        yield from ((("policy", "intents", word, *to, index), ref) for index, ref in enumerate(refs))
    yield from ((("allowed_models", index), ref) for index, ref in enumerate(data.get("allowed_models", ())))
