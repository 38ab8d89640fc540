"""Two registries → what changed between them, one change a fact. Values only; it does not matter where each was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..passes.fields import model_fields
from ..passes.origins import sources_of
from ..passes.prices import price_in_force
from . import facts
from .classify import hold_of, risk_of, word_of
from .impact import Touched
from .plan import MISSING, NOTABLE, RENAMED, Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Catalog, Facts
    from .facts import Flat

MODEL, PROVIDER, ALIAS = "model", "provider", "alias"
"""What takes the place of a field where a change is about a thing as a whole."""
_BY_FIELD = {
    "missing_since": "model-missing",
    "replaced_by": "lifecycle-changed",
    "announced_prices": "price-announced",
    "default_route": "endpoint-changed",
    "label": "name-changed",
    "auth": "auth-changed",
    "base_url_env": "endpoint-changed",
    "query": "endpoint-changed",
}
"""Words for facts that a refresh does not compare; the last part of the field tells."""
_TOLD_APART = ("id", "provider", "aliases", "prices", "limits", "capabilities")
_NOT_TOLD = ("inherit", "inherits", "$unset", "sources", "disagreements", "origins", "seen_on", "catalogues")
_WITHOUT = ("fact-changed", "name-changed", "date-changed")


@dataclass(frozen=True)
class Version:
    """A registry at one time: records of the shape of `schemas/artifact.schema.json`, figures as numbers."""

    providers: Mapping[str, Facts]
    """By id, in display order."""
    models: Mapping[str, Facts]
    """By ref; each has a provider."""
    catalog: Catalog | None = None
    """Where the records are from; None: no more is known than they say."""

    @classmethod
    def of(cls, catalog: Catalog) -> Version:
        """Return the version that a resolved catalogue is."""
        providers = sorted(catalog.providers.values(), key=lambda entry: (entry.facts["order"], entry.id))
        models = {entry.ref: {**entry.facts, "provider": entry.provider, "inherits": entry.inherits} for entry in catalog.models.values() if entry.provider in catalog.providers}
        return cls({entry.id: entry.facts for entry in providers}, models, catalog)

    @cached_property
    def touched(self) -> Touched | None:
        return None if self.catalog is None else Touched(self.catalog)

    def sources(self, ref: str) -> Mapping[str, Any]:
        """Return per group of facts what was read for *ref*, a model or a provider."""
        if self.catalog is not None and ref in self.models:
            return sources_of(self.catalog.models[ref])
        found: Mapping[str, Any] = (self.models.get(ref) or self.providers.get(ref) or {}).get("sources", {})
        return found


def compare(old: Version, new: Version, words: Mapping[str, Any], day: str) -> list[Change]:
    """
    Return what changed from *old* to *new*, as both are on *day*, by provider in display order; *words* are the kinds of change.

    An id that became an alias is renamed, and its facts are compared with those of the model it leads to now. `follows` names
    the change that brings one about: of the model it inherits from, or of its provider.
    """
    return _followed(list(_Comparison(old, new, words, day).changes()), old, new)


class _Names:
    """Where the spellings of one version lead."""

    def __init__(self, version: Version, day: str) -> None:
        self._models = version.models
        self._providers = version.providers
        self.of_models: dict[str, str] = {}
        self.of_providers: dict[str, str] = {}
        for ref, record in version.models.items():
            for alias in record.get("aliases", ()):
                said = {"id": alias} if isinstance(alias, str) else alias
                spelling = f"{record['provider']}/{said['id']}"
                if spelling not in version.models and said.get("since", "") <= day < said.get("until", "~"):
                    self.of_models.setdefault(spelling, ref)
        for identity, record in version.providers.items():
            for alias in record.get("aliases", ()):
                spelling, dialect = (alias, None) if isinstance(alias, str) else (alias["id"], alias.get("dialect"))
                if dialect or spelling not in version.providers:
                    self.of_providers.setdefault(f"{spelling} ({dialect})" if dialect else spelling, identity)

    def model(self, ref: str) -> str | None:
        """Return the model that *ref* leads to."""
        head, _, rest = ref.partition("/")
        for spelling in (ref, f"{self.of_providers.get(head, head)}/{rest}"):
            if spelling in self._models:
                return spelling
            if spelling in self.of_models:
                return self.of_models[spelling]
        return None

    def provider(self, identity: str) -> str | None:
        return identity if identity in self._providers else self.of_providers.get(identity)


class _Comparison:
    def __init__(self, old: Version, new: Version, words: Mapping[str, Any], day: str) -> None:
        self._old, self._new, self._words, self._day = old, new, words, day
        self._old_names, self._new_names = _Names(old, day), _Names(new, day)

    def changes(self) -> Iterator[Change]:
        members: dict[str, dict[str, None]] = {}
        for refs in (self._new.models, self._new_names.of_models, self._old.models, self._old_names.of_models):
            for ref in refs:
                members.setdefault(ref.partition("/")[0], {})[ref] = None
        for provider in dict.fromkeys([*self._new.providers, *self._old.providers]):
            yield from self._provider(provider)
            for ref in members.get(provider, ()):
                yield from self._model(ref)
        for name in dict.fromkeys([*self._new_names.of_providers, *self._old_names.of_providers]):
            if name not in self._old.providers and name not in self._new.providers:
                before, after = self._old_names.provider(name), self._new_names.provider(name)
                yield from self._alias(name, before, after, self._new_names.provider(before or ""))

    def _provider(self, identity: str) -> Iterator[Change]:
        before, after = self._old_names.provider(identity), self._new_names.provider(identity)
        if identity not in self._old.providers:
            yield self._change("provider-added", identity, PROVIDER, None, identity)
        elif after is None:
            yield self._change("provider-removed", identity, PROVIDER, identity, None)
        elif after != identity:
            yield self._change("provider-renamed", identity, PROVIDER, identity, after)
        if before is not None and after is not None and (said := self._old.providers[before]) != (says := self._new.providers[after]):
            yield from self._facts(identity, _flat_provider(said), _flat_provider(says))

    def _model(self, ref: str) -> Iterator[Change]:
        before, after = self._old_names.model(ref), self._new_names.model(ref)
        if ref not in self._old.models and ref not in self._new.models:
            yield from self._alias(ref, before, after, self._new_names.model(before or ""))
            return
        if ref not in self._old.models:
            record = self._new.models[ref]
            yield self._change("model-added", ref, MODEL, None, {"id": record["id"], **facts.flat(record, self._day)})
        elif after is None:
            yield self._change("model-removed", ref, MODEL, ref, None, risk=NOTABLE if self._has_ended(ref) else None)
        elif after != ref:
            yield self._change("model-renamed", ref, MODEL, ref, after)
        if before is not None and after is not None and (said := self._old.models[before]) != (says := self._new.models[after]):
            yield from self._facts(ref, _flat_model(said, self._day), _flat_model(says, self._day))

    def _facts(self, ref: str, old: Flat, new: Flat) -> Iterator[Change]:
        for name in dict.fromkeys([*old, *new]):
            before, after = old.get(name), new.get(name)
            if not facts.is_equal(name, before, after):
                is_wider = name.endswith(".auth") and before is not None and after is not None and _takes_more(before, after)
                yield self._change(_word(name, before, after), ref, name, before, after, risk=NOTABLE if is_wider else None)

    def _alias(self, name: str, before: str | None, after: str | None, now: str | None) -> Iterator[Change]:
        """Yield the change of an alias that led to *before* and leads to *after*; *now* is where *before* leads."""
        if before == after:
            return
        word = "alias-added" if before is None else "alias-removed" if after is None else "alias-retargeted"
        is_harmless = before is not None and (now == after if after is not None else self._has_ended(before))
        yield self._change(word, name, ALIAS, before, after, risk=NOTABLE if is_harmless else None)

    def _has_ended(self, ref: str) -> bool:
        record = self._old.models.get(ref, {})
        return record.get("status") == "retired" or record.get("retires_on", "~") <= self._day

    def _change(self, word: str, ref: str, field: str, old: Any, new: Any, *, risk: str | None = None) -> Change:
        provider, _, model = ref.partition("/")
        origin = self._source(self._new if new is not None else self._old, ref, field)
        is_gone = field == MODEL and word != "model-added"
        side, what = (self._old, RENAMED if new is not None else MISSING) if is_gone else (self._new, field)
        catalog = side.catalog
        return Change(
            id=f"{ref}#{field}",
            word=word,
            risk=risk or risk_of(word, self._words, {}, old, new),
            provider=provider,
            ref=ref,
            field=field,
            old=old,
            new=new,
            base=old,
            source=str(origin.get("from", "")),
            origin=origin,
            listed_as=model or provider,
            held=hold_of(word, self._words, "", {}, old, new),
            impact=() if catalog is None or side.touched is None or not model else side.touched.by(catalog.models.get(ref), ref, what),
        )

    def _source(self, version: Version, ref: str, field: str) -> Mapping[str, Any]:
        sources, head = version.sources(ref), field.partition(".")[0]
        group = "prices" if "price" in head else model_fields()[head].group if head in model_fields() and ref in version.models else head
        price = price_in_force(version.models.get(ref, {}).get("prices", ()), self._day) if field == "price" else None
        found: Mapping[str, Any] = (price or {}).get("source") or sources.get(str(group)) or sources.get("default") or {}
        return found


def _flat_model(record: Facts, day: str) -> Flat:
    found = {"name": record["id"], "status": "active"} | facts.flat(record, day)
    found |= {name: value for name, value in record.items() if name not in found and name not in (*_TOLD_APART, *_NOT_TOLD)}
    for price in record.get("prices", ()):
        since, until = price.get("since", ""), price.get("until", "~")
        if since > day:
            found.setdefault("announced_prices", {})[since] = facts.flat_price(price)
        elif until <= day:
            found.setdefault("earlier_prices", {})[f"until {until}"] = facts.flat_price(price)
    return found


def _flat_provider(record: Facts) -> Flat:
    found: Flat = {}
    for name, value in record.items():
        if name not in ("id", "aliases", "routes", *_NOT_TOLD):
            found |= {f"{name}.{part}": said for part, said in value.items()} if isinstance(value, dict) else {name: value}
    routes = {route["id"]: route for route in record["routes"]}
    found["default_route"] = next(iter(routes), None)
    for identity, route in routes.items():
        found[f"routes.{identity}"] = identity
        found |= {f"routes.{identity}.{name}": value for name, value in route.items() if name != "id"}
    return found


def _word(field: str, old: Any, new: Any) -> str:
    """Return the kind of a change of one fact of a model or a provider."""
    head, _, last = field.rpartition(".")
    if field == "routes" or head == "routes":  # those a model is offered on; None: all
        is_narrower = new is None if head else old is None or (new is not None and not set(old) <= set(new))
        return "route-removed" if is_narrower else "route-added"
    if field == "missing_since" and new is None:
        return "model-returned"
    name = last if head.startswith("routes.") else field
    word = _BY_FIELD.get(name) or word_of(name, old, new)
    return "fact-withdrawn" if new is None and word in _WITHOUT else word


def _takes_more(old: Facts, new: Facts) -> bool:
    """Tell whether a credential is taken as before, from more variables."""
    env = old.get("env", [])
    return {**old, "env": []} == {**new, "env": []} and new.get("env", [])[: len(env)] == env


def _followed(changes: list[Change], old: Version, new: Version) -> list[Change]:
    """Return *changes* without those of a route that is new or gone, and with `follows` where another brings one about."""
    known = {change.id: change for change in changes}
    result = []
    for change in changes:
        head = change.field.rpartition(".")[0]
        if head.startswith("routes.") and f"{change.ref}#{head}" in known:
            continue
        above = [f"{change.provider}#{PROVIDER}"] if change.field == MODEL else []
        if change.field == ALIAS:
            above += [f"{change.old or change.new}#{MODEL}", f"{change.old or change.new}#{PROVIDER}"]
        else:
            above += [f"{version.models[change.ref]['inherits']}#{change.field}" for version in (new, old) if version.models.get(change.ref, {}).get("inherits")]
        found = next((known[one] for one in above if one in known and _brings(known[one], change)), None)
        result.append(change if found is None else replace(change, follows=found.id))
    return result


def _brings(cause: Change, change: Change) -> bool:
    kind = cause.word.partition("-")[2]
    if change.field in (MODEL, ALIAS):
        return kind == change.word.partition("-")[2] or (kind, change.word) == ("renamed", "alias-retargeted")
    return facts.is_equal(change.field, cause.old, change.old) and facts.is_equal(change.field, cause.new, change.new)
