"""
Compare three ways what a source said when it was last accepted, what the registry says, and what the source says now.

Where the source has not moved there is nothing to decide, whatever the registry says: a difference that was accepted is ours.
Where it was never accepted, the registry stands in for the base, so that every difference is shown once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from . import facts
from .plan import ADDED, MISSING, RENAMED, RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..ir.catalog import Catalog, Entry
    from .facts import Flat
    from .plan import Base, Upstream

_ENDED = "retired"
_PART_OF_A_PLAN = {"state": "included"}
"""A price that no other source's figure is comparable with; that it moved may still tell something."""
_PERSONAL = ("local", "proxy", "custom")
"""Kinds of provider whose models are what one user has; what is listed there is no news for a registry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one source would have changed."""

    upstream: Upstream
    provider: str
    ref: str
    field: str
    listed_as: str
    old: Any = None
    new: Any = None
    base: Any = None
    is_conflict: bool = False
    """Whether both the source and the registry left what was last accepted."""
    entry: Entry | None = None
    may_add: bool = True
    """Of a new model: False where that the source lists it is no news, and it only tells facts of what another adds."""


@dataclass(slots=True)
class Ours:
    """The registry's models of one provider, to be found by any spelling."""

    provider: str
    by_id: dict[str, Entry] = field(default_factory=dict)
    by_name: dict[str, Entry] = field(default_factory=dict)

    def find(self, identity: str) -> Entry | None:
        return self.by_id.get(identity) or self.by_name.get(identity.lower())


def registry_models(catalog: Catalog) -> dict[str, Ours]:
    """Return every provider's models; an id wins over another's alias, and an exact one over one in another case."""
    found = {provider: Ours(provider) for provider in catalog.providers}
    for entry in catalog.models.values():
        if entry.provider in found:
            found[entry.provider].by_id[entry.id] = entry
    for ours in found.values():
        for entry in ours.by_id.values():
            for name in (entry.facts.get("upstream_id"), *(alias if isinstance(alias, str) else alias["id"] for alias in entry.facts.get("aliases", ()))):
                if name:
                    ours.by_name.setdefault(name.lower(), entry)
        ours.by_name |= {identity.lower(): entry for identity, entry in ours.by_id.items()}
    return found


def compare(catalog: Catalog, upstream: Upstream, base: Base, models: Mapping[str, Ours]) -> Iterator[Proposal]:
    """Yield what *upstream* would have changed, provider by provider in the registry's order."""
    for provider, ours in models.items():
        if provider in upstream.models and is_news(catalog, provider):
            known = base.models.get(provider) if base.is_known else None
            yield from _Provider(catalog.today, upstream, provider, ours, known).proposals()


def is_news(catalog: Catalog, provider: str) -> bool:
    """Tell whether what is listed of *provider* is the same for everybody, so that the registry may take it."""
    return catalog.providers[provider].facts["kind"] not in _PERSONAL


def worth_telling(upstream: Upstream, name: str, theirs: Any, before: Any, mine: Any) -> tuple[Any, Any, Any] | None:
    """Return what *upstream* says of the fact *name*, said when last accepted, and the registry says; None where nothing is to be changed."""
    if name == "price":
        theirs, before = facts.in_words_of(mine, theirs), facts.in_words_of(mine, before)
        mine = facts.part_of(mine, [*(theirs or ()), *(before or ())])
        if mine == _PART_OF_A_PLAN and before is None:
            return None
    if facts.is_equal(name, theirs, mine) or (before is not None and facts.is_equal(name, theirs, before)):
        return None
    if mine is not None and upstream.speaks_for is not None and facts.group_of(name) not in upstream.speaks_for:
        return None
    return theirs, before, mine


class _Provider:
    """One provider as one source has it."""

    def __init__(self, today: str, upstream: Upstream, provider: str, ours: Ours, base: Mapping[str, Flat] | None) -> None:
        self._today = today
        self._upstream = upstream
        self._ours = ours
        self._now = upstream.models[provider]
        self._base = base
        self._proposal = partial(Proposal, upstream=upstream, provider=provider)
        self._provider = provider

    def proposals(self) -> Iterator[Proposal]:
        held = self._held(self._now)
        ids = {identity for identity, _ in held.values()}
        for ref, (identity, entry) in held.items():
            if "missing_since" in entry.facts:
                yield self._proposal(ref=ref, field=RETURNED, listed_as=identity, old=entry.facts["missing_since"], entry=entry)
            was = None if self._base is None else self._base.get(identity)
            if was is None or was != self._now[identity]:
                yield from self._facts(entry, identity, was)
        gone = dict(self._gone(held.keys()))
        unknown = {identity: said for identity, said in self._now.items() if identity not in ids and self._ours.find(identity) is None}
        if self._upstream.speaks_for is None or "id" in self._upstream.speaks_for:
            new = {identity: said for identity, said in unknown.items() if self._base is None or identity not in self._base}
            yield from self._presence(gone, new)
            unknown = {identity: said for identity, said in unknown.items() if identity not in new}
        yield from (self._added(identity, said, may_add=False) for identity, said in unknown.items())

    def _held(self, listed: Iterable[str]) -> dict[str, tuple[str, Entry]]:
        """Return the registry's models that are *listed*, each with the spelling that fits it best, in the registry's order."""
        found: dict[str, tuple[str, Entry]] = {}
        for identity in listed:
            entry = self._ours.find(identity)
            if entry is not None and (entry.ref not in found or entry.id == identity):
                found[entry.ref] = (identity, entry)
        return {entry.ref: found[entry.ref] for entry in self._ours.by_id.values() if entry.ref in found}

    def _facts(self, entry: Entry, identity: str, was: Flat | None) -> Iterator[Proposal]:
        now, ours = self._now[identity], facts.flat(entry.facts, self._today)
        for name in now if was is None else dict.fromkeys([*now, *was]):
            said = worth_telling(self._upstream, name, now.get(name), None if was is None else was.get(name), ours.get(name))
            if said is None:
                continue
            theirs, before, mine = said
            is_conflict = before is not None and mine is not None and not facts.is_equal(name, mine, before)
            yield self._proposal(ref=entry.ref, field=name, listed_as=identity, old=mine, new=theirs, base=before, is_conflict=is_conflict, entry=entry)

    def _gone(self, held: Iterable[str]) -> Iterator[tuple[str, Entry]]:
        """Yield the models of the registry that the source should list and does not, with its spelling of them."""
        listed, known = set(held), {} if self._base is None else self._held(self._base)
        for entry in self._ours.by_id.values():
            if entry.ref in listed or "missing_since" in entry.facts or self._has_ended(entry) or entry.facts.get("upstream_id") in self._now:
                continue
            if entry.ref in known:
                yield known[entry.ref]
            elif self._upstream.tells_missing and self._is_in_scope(entry):
                yield entry.id, entry

    def _has_ended(self, entry: Entry) -> bool:
        return entry.facts.get("status") == _ENDED or entry.facts.get("retires_on", "9") <= self._today

    def _is_in_scope(self, entry: Entry) -> bool:
        return self._upstream.route is None or self._upstream.route in entry.facts.get("routes", [self._upstream.route])

    def _presence(self, gone: Mapping[str, Entry], new: Mapping[str, Flat]) -> Iterator[Proposal]:
        renamed = _renamed({identity: self._last_said(identity, entry) for identity, entry in gone.items()}, new)
        for identity, entry in gone.items():
            if identity in renamed:
                became = renamed[identity]
                yield self._proposal(ref=entry.ref, field=RENAMED, listed_as=identity, old=entry.id, new={"id": became, **new[became]}, entry=entry)
            else:
                yield self._proposal(ref=entry.ref, field=MISSING, listed_as=identity, new=self._upstream.origin["read_on"], entry=entry)
        for identity in sorted(new.keys() - set(renamed.values()), key=lambda one: (one.lower(), one)):
            yield self._added(identity, new[identity])

    def _added(self, identity: str, said: Flat, *, may_add: bool = True) -> Proposal:
        return self._proposal(ref=f"{self._provider}/{identity}", field=ADDED, listed_as=identity, new={"id": identity, **said}, may_add=may_add)

    def _last_said(self, identity: str, entry: Entry) -> Flat:
        was = None if self._base is None else self._base.get(identity)
        return was if was is not None else facts.flat(entry.facts, self._today)


_TELLING = ("released_on", "limits.context_tokens", "limits.output_tokens", "price", "knowledge_until")
_ENOUGH = 3
_LIKENESS = 0.6
_NOT_COMPARED = ("name", "updated_on", "status")


def _renamed(gone: Mapping[str, Flat], new: Mapping[str, Flat]) -> dict[str, str]:
    """
    Return ids that are gone, to the new one with the same facts; only where it is clear which, and the facts tell models apart.

    The day of release is among the facts: a successor at the same price has another. Of several with the same facts those
    belong together whose ids end alike.
    """
    old, fresh, found = _by_facts(gone), _by_facts(new), {}
    for said, ids in old.items():
        left, right = list(ids), list(fresh.get(said, ()))
        for identity in ids:
            alike = [other for other in right if _tail(other) == _tail(identity)]
            if len(alike) == 1 and sum(_tail(other) == _tail(identity) for other in left) == 1:
                found[identity] = alike[0]
                left.remove(identity)
                right.remove(alike[0])
        if len(left) == 1 and len(right) == 1 and _is_like(left[0], right[0]):
            found[left[0]] = right[0]
    return found


def _tail(identity: str) -> str:
    return identity.rpartition("/")[2].lower()


def _is_like(old: str, new: str) -> bool:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, old.lower(), new.lower()).ratio() >= _LIKENESS


def _by_facts(models: Mapping[str, Flat]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for identity, said in models.items():
        if "released_on" in said and sum(name in said for name in _TELLING) >= _ENOUGH:
            found.setdefault(repr(sorted((name, value) for name, value in said.items() if name not in _NOT_COMPARED)), []).append(identity)
    return found
