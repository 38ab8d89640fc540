"""Compare the resolved registry with another catalogue: which models both hold, where they differ, what only the other has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..passes.disagreements import Comparison, find, source_of, value_of
from ..passes.prices import price_in_force, rate
from .shape import slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..ir.catalog import Catalog, Entry, Facts
    from . import Catalogue

_FIGURES = (
    ("input_usd_per_mtok",),
    ("output_usd_per_mtok",),
    ("cache_read_usd_per_mtok",),
    ("cache_write_5m_usd_per_mtok", "cache_write_usd_per_mtok"),
    ("cache_write_1h_usd_per_mtok",),
)
"""What is compared of a price; of several names for the same, each side uses the one it has."""
_WINDOW, _INPUT = "context_tokens", "input_tokens"


class Holdings:
    """The models of another catalogue, to be found by any of our spellings."""

    def __init__(self, catalogue: Catalogue, spelled: Callable[[str, str], str | None] | None = None) -> None:
        self._models = {provider: {model["id"]: model for model in reversed(models)} for provider, (_, models) in catalogue.items()}
        self._names: dict[str, dict[str, Facts]] = {}
        for provider, (_, models) in catalogue.items():
            names = self._names.setdefault(provider, {})
            for model in models:
                names.setdefault(model["id"].lower(), model)
            for model in models:
                for alias in model.get("aliases", ()):
                    names.setdefault(alias.lower(), model)
        self._spelled = spelled

    def find(self, providers: Sequence[str], names: Sequence[str]) -> Facts | None:
        """Return the first model of *providers* that has one of *names*, exactly if there is one, else by the catalogue's own rules."""
        for provider in providers:
            known = self._names.get(provider, {})
            if found := next((known[name.lower()] for name in names if name.lower() in known), None):
                return found
        if self._spelled is not None:
            for provider in providers:
                if found_id := next((identity for name in names if (identity := self._spelled(provider, name)) is not None), None):
                    return self._models[provider][found_id]
        return None

    def models(self, providers: Sequence[str]) -> Iterator[Facts]:
        """Yield the models of *providers*, an id once."""
        found: dict[str, Facts] = {}
        for provider in providers:
            for identity, model in self._names.get(provider, {}).items():
                if identity == model["id"].lower():
                    found.setdefault(identity, model)
        yield from found.values()


def listed_as(catalog: Catalog, source: str) -> dict[str, list[str]]:
    """Return the providers that *source* lists too, in display order, to their ids there."""
    entries = sorted(catalog.providers.values(), key=lambda entry: (entry.facts["order"], entry.id))
    return {entry.id: [slug(name) for name in entry.facts["catalogues"][source]] for entry in entries if source in entry.facts.get("catalogues", {})}


def compare(catalog: Catalog, names: Mapping[str, Sequence[str]], holdings: Holdings, source: Mapping[str, Any]) -> Iterator[Comparison]:
    """
    Yield every fact that the registry and another catalogue both state, of the providers in *names*, on the catalogue's day.

    What a model inherits from one that is compared with the same entry of the catalogue is that one's.
    """
    day = catalog.today
    held = {entry.ref: found for provider, theirs in names.items() for entry in catalog.models_of(provider) if (found := holdings.find(theirs, spellings(entry, day))) is not None}
    for ref, theirs in held.items():
        entry = catalog.models[ref]
        is_copy = entry.inherits is not None and held.get(entry.inherits) is theirs
        for field, says, is_own in _facts(entry, theirs, day):
            if is_copy and not is_own:
                continue
            yield Comparison(
                entry=entry,
                field=field,
                ours=value_of(entry, field, day),
                theirs=says,
                source=source,
                our_source=source_of(entry, field, day),
                name=theirs["id"],
                recorded=find(entry, field, says),
            )


def lacking(catalog: Catalog, names: Mapping[str, Sequence[str]], holdings: Holdings) -> dict[str, list[Facts]]:
    """Return the models of another catalogue that the registry does not have, by our provider; one that offers all another offers gets them there."""
    copies = {file.data["provider"]: file.data["inherit_all"]["provider"] for file in catalog.files if "inherit_all" in file.data}
    found = {}
    for provider, theirs in names.items():
        if set(theirs) <= set(names.get(copies.get(provider, ""), ())):
            continue
        ours = [holdings.find(theirs, [name]) for entry in catalog.models_of(provider) for name in spellings(entry)]
        had = {model["id"].lower() for model in ours if model is not None}
        found[provider] = [model for model in holdings.models(theirs) if model["id"].lower() not in had]
    return found


def spellings(entry: Entry, day: str | None = None) -> list[str]:
    """Return the id, the upstream id and the aliases of a model; those that hold on *day*, if it is given."""
    names = [entry.id, entry.facts.get("upstream_id")]
    for alias in entry.facts.get("aliases", ()):
        if isinstance(alias, str):
            names.append(alias)
        elif day is None or (alias.get("since", "") <= day and ("until" not in alias or day < alias["until"])):
            names.append(alias["id"])
    return [name for name in names if name]


def _facts(entry: Entry, theirs: Facts, day: str) -> Iterator[tuple[str, Any, bool]]:
    """Yield field, their value, and whether ours is said by the model itself, for all that both state."""
    for name, says in _limits(entry.facts.get("limits", {}), theirs.get("limits", {})):
        yield f"limits.{name}", says, _says(entry, "limits", name)
    our_price, their_price = (price_in_force(facts.get("prices", ()), day) for facts in (entry.facts, theirs))
    if our_price is not None and their_price is not None:
        is_own = _says(entry, "prices")
        for field, says in _rates(our_price, their_price):
            yield field, says, is_own


def _says(entry: Entry, *pointer: str) -> bool:
    return any(layer.inherited_from is None and layer.says(pointer)[0] for layer in entry.layers)


def _limits(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the limits both state. A catalogue with one size for window and input may mean either, so either will do."""
    sizes = [theirs[name] for name in (_WINDOW, _INPUT) if name in theirs]
    matching = next((name for name in (_WINDOW, _INPUT) if sizes == [ours.get(name)]), None)
    for name, says in theirs.items():
        if name in (_WINDOW, _INPUT) and len(sizes) == 1:
            name = matching or (_WINDOW if _WINDOW in ours else _INPUT)  # noqa: PLW2901  # the name of ours that it is about
        if name in ours:
            yield name, says


def _rates(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """
    Yield the figures both state: those of the price itself, and where one of them differs from those, above a size or at the cheap hours.

    Sizes that are one token apart are one: sources differ in whether the size itself is still below the tier.
    """
    starts = {tier["above_input_tokens"] for price in (ours, theirs) for tier in price.get("tiers", ())}
    sizes = sorted(size for size in starts if size + 1 not in starts)
    hours = ["off_peak."] if "off_peak" in ours and "off_peak" in theirs else []
    for names in _FIGURES:
        mine, other = (next((name for name in names if rate(price, name) is not None), None) for price in (ours, theirs))
        if mine is None or other is None:
            continue
        base = (rate(ours, mine), rate(theirs, other))
        yield mine, base[1]
        for where in (*(f"tiers.{size}." for size in sizes), *hours):
            special = (rate(ours, where + mine), rate(theirs, where + other))
            if special != base and None not in special:
                yield where + mine, special[1]
