"""Whatever the catalogue, the compiled registry names what a plain reading of the grammar says."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, strategies as st

from modelwright import AmbiguousRefError, Registry, UnknownRefError
from modelwright.emit import artifact
from modelwright.ir.catalog import REGISTRY, USER, Catalog, Entry, Layer

DAYS = ("2026-01-01", "2026-05-01", "2026-09-01")
PROVIDERS = ("a", "b", "a-b", "m")
PROVIDER_ALIASES = ("x", "y", "b", "m")
IDS = ("m", "M", "m:1", "b/m", "x:m", "m/1:free", "a", "x")
NAMES = ("fast", "m", "b/m", "m:1")


@dataclass(frozen=True)
class Alias:
    """Another id of a model."""

    provider: str
    spelling: str
    target: str
    since: str
    until: str
    is_own: bool

    @property
    def ref(self) -> str:
        return f"{self.provider}/{self.target}"


@dataclass(frozen=True)
class Names:
    """What there is, as flat lists."""

    provider_names: tuple[tuple[str, str, bool], ...]
    """Name, provider, and whether it is a dialect's."""
    open_providers: frozenset[str]
    ids: tuple[tuple[str, str], ...]
    aliases: tuple[Alias, ...]
    own_names: dict[str, str]

    def resolve(self, ref: str, day: str) -> tuple[Any, ...]:
        """Return what *ref* names, read by the grammar of acceptance/contradictions.md rows 5 to 7."""
        head, _, rest = re.sub("[:/]", "\0", ref, count=1).partition("\0")
        named = [(provider, dialect) for name, provider, dialect in self.provider_names if name == head.lower()]
        if head and rest and named:
            plain = {provider for provider, dialect in named if not dialect} or {provider for provider, _ in named}
            return self._of(plain.pop(), rest, day) if len(plain) == 1 else ("ambiguous", *sorted(plain))
        if ref in self.own_names:
            return self.resolve(self.own_names[ref], day)
        having = {f"{provider}/{model}" for provider, model in self.ids if model == ref} | {alias.ref for alias in self.aliases if alias.spelling == ref}
        providers = {found.partition("/")[0] for found in having}
        return ("unknown",) if not having else self._of(providers.pop(), ref, day) if len(providers) == 1 else ("ambiguous", *sorted(having))

    def _of(self, provider: str, text: str, day: str) -> tuple[Any, ...]:
        if (provider, text) in self.ids:
            return f"{provider}/{text}", text, True
        same = [alias for alias in self.aliases if (alias.provider, alias.spelling) == (provider, text)]
        for alias in same:
            if alias.since <= day < alias.until:
                return alias.ref, alias.target if alias.is_own else text, True
        return (f"{provider}/{text}", text, False) if provider in self.open_providers and not same else ("unknown",)


@st.composite
def catalogs(draw: st.DrawFn) -> tuple[Catalog, Names]:
    """Return a small catalogue, where every spelling is likely to mean several things, and its names."""
    catalog = Catalog("2026-11-20")
    names: list[tuple[str, str, bool]] = []
    ids: list[tuple[str, str]] = []
    aliases: list[Alias] = []
    providers = draw(st.lists(st.sampled_from(PROVIDERS), min_size=1, max_size=3, unique=True))
    for order, provider in enumerate(providers):
        facts: dict[str, Any] = {"id": provider, "name": provider, "order": order, "routes": [], "open_ids": draw(st.booleans()), "aliases": []}
        names.append((provider, provider, False))
        for spelling in draw(st.lists(st.sampled_from(PROVIDER_ALIASES), max_size=2, unique=True)):
            is_dialects = draw(st.booleans())
            facts["aliases"].append({"id": spelling, "dialect": "zot"} if is_dialects else spelling)
            if spelling not in providers:
                names.append((spelling, provider, is_dialects))
        catalog.providers[provider] = Entry(provider, provider, provider, facts, [_layer(REGISTRY, facts)])
        for model in draw(st.lists(st.sampled_from(IDS), max_size=3, unique=True)):
            ids.append((provider, model))
            curated, own = (draw(st.lists(_aliases(provider, model, is_own=is_own), max_size=2)) for is_own in (False, True))
            aliases += curated + [alias for alias in own if _fact(alias) not in [_fact(other) for other in curated]]
            layers = [_layer(layer, {"id": model, "aliases": [_fact(alias) for alias in some]}) for layer, some in ((REGISTRY, curated), (USER, own)) if some]
            merged = {"id": model, "aliases": [_fact(alias) for alias in curated + own]}
            ref = f"{provider}/{model}"
            catalog.models[ref] = Entry(ref, provider, model, merged, layers or [_layer(REGISTRY, merged)])
    spellings = [f"{provider}/{model}" for provider, model in ids] + [f"{alias.provider}/{alias.spelling}" for alias in aliases]
    own_names = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(spellings), max_size=2)) if spellings else {}
    catalog.aliases = {name: (ref, None) for name, ref in own_names.items()}  # type: ignore[misc]  # where a name was said is not emitted
    opened = frozenset(entry.id for entry in catalog.providers.values() if entry.facts["open_ids"])
    return catalog, Names(tuple(names), opened, tuple(ids), tuple(aliases), own_names)


def _layer(name: str, facts: dict[str, Any]) -> Layer:
    return Layer(name, None, (), facts)  # type: ignore[arg-type]  # no document: nobody asks where it was said


@cache
def _aliases(provider: str, model: str, *, is_own: bool) -> st.SearchStrategy[Alias]:
    spans = st.sampled_from([("", "~"), (DAYS[1], "~"), ("", DAYS[1]), (DAYS[1], DAYS[2])])
    return st.builds(lambda spelling, span: Alias(provider, spelling, model, span[0], span[1], is_own), st.sampled_from(IDS), spans)


def _fact(alias: Alias) -> str | dict[str, str]:
    days = {key: day for key, day in (("since", alias.since), ("until", alias.until)) if day not in ("", "~")}
    return {"id": alias.spelling, **days} if days else alias.spelling


def _outcome(registry: Registry, ref: str, day: str) -> tuple[Any, ...]:
    try:
        model = registry.resolve(ref, day)
    except UnknownRefError:
        return ("unknown",)
    except AmbiguousRefError as error:
        return "ambiguous", *error.choices
    return model.ref, model.asked_id, model.is_listed


@given(catalogs(), st.lists(st.text("amxb:/1M", max_size=6), max_size=8), st.sampled_from(DAYS))
def test_every_name_resolves_as_a_plain_reading_says(built: tuple[Catalog, Names], others: list[str], day: str) -> None:
    catalog, names = built
    heads = [name for name, _, _ in names.provider_names] + ["A", "nobody"]
    spellings = {model for _, model in names.ids} | {alias.spelling for alias in names.aliases} | {"new"}
    refs = {f"{head}{mark}{spelling}" for head in heads for mark in ":/" for spelling in spellings} | spellings | set(names.own_names) | set(heads) | set(others)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "law.artifact"
        path.write_bytes(artifact.emit(catalog, inputs={}, digest="law", compiler="0"))
        registry = Registry(str(path))
        registry.verify()
        assert {ref: _outcome(registry, ref, day) for ref in refs} == {ref: names.resolve(ref, day) for ref in refs}
