"""Build the plan: what every source proposes, made into one change a fact, without what was judged before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..passes.disagreements import find
from . import facts
from .classify import hold_of, moved, risk_of, word_of
from .compare import Ours, Proposal, compare, registry_models
from .fitting import unfit
from .impact import Touched, takes
from .plan import ADDED, MISSING, RENAMED, RETURNED, Base, Change, Filled, Plan, SourceState
from .witnesses import is_gainsaid, otherwise, still_there, witnesses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..ir.catalog import Catalog
    from .decisions import Decisions
    from .plan import Upstream
    from .witnesses import Witness

_WHOLE = (ADDED, MISSING, RENAMED, RETURNED)


def build(
    catalog: Catalog,
    upstreams: Sequence[Upstream],
    bases: Mapping[str, Base],
    decisions: Decisions,
    users: Catalog | None = None,
    *,
    allow_shrink: Iterable[str] = (),
) -> Plan:
    """
    Return what *upstreams* would change in *catalog*, the registry alone, in the registry's order.

    *bases* are what was last accepted, by source; *users* is the registry with the user's files over it, which changes may touch. A
    source that lists far less than it is known for is left out and named as shrunk, unless *allow_shrink* names it.
    """
    plan = Plan()
    models = registry_models(catalog)
    found: dict[tuple[str, str], list[Proposal]] = {}
    others: dict[str, list[Witness]] = defaultdict(list)
    for upstream in sorted(upstreams, key=lambda one: (one.rank, one.source)):
        base = bases.get(upstream.source, Base())
        proposals = list(compare(catalog, upstream, base, models))
        if upstream.source not in allow_shrink and (shrunk := _shrunk(catalog, upstream, base, models, _gone(proposals))) is not None:
            plan.sources.append(shrunk)
            continue
        for proposal in (still_there(proposal, others[proposal.provider]) for proposal in proposals):
            found.setdefault((proposal.ref, _slot(proposal.field)), []).append(proposal)
        for provider, witness in witnesses(upstream, base, models):
            others[provider].append(witness)
        for news in _providers(upstream, base):
            _add(plan, news, is_quiet=decisions.is_declined(news))
    touched = Touched(catalog, users)
    for proposals in _fitting((one for one in found.values() if not is_gainsaid(one, others[one[0].provider])), plan):
        change = _change(catalog, proposals, others[proposals[0].provider], touched)
        _add(plan, change, is_quiet=decisions.is_declined(change) or _is_settled(proposals[0], change))
    became = {f"{change.provider}/{change.new['id']}#{ADDED}" for change in plan.changes if change.field == RENAMED}
    plan.changes = _followed(catalog, _sorted(catalog, [change for change in plan.changes if change.id not in became]))
    return plan


def _add(plan: Plan, change: Change, *, is_quiet: bool) -> None:
    """Add *change* to *plan*; one that was judged before is only counted."""
    if is_quiet:
        plan.declined += 1
    else:
        plan.changes.append(change)


def _fitting(found: Iterable[list[Proposal]], plan: Plan) -> Iterator[list[Proposal]]:
    """Yield the proposals without the facts that the registry has no room for; these are counted."""
    rivals = list(found)
    said: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
    for proposal in (one for proposals in rivals for one in proposals if one.new is not None):
        identity = proposal.new["id"] if proposal.field in (ADDED, RENAMED) else proposal.listed_as
        facts_ = {name: value for name, value in proposal.new.items() if name != "id"} if proposal.field in (ADDED, RENAMED) else {proposal.field: proposal.new}
        if proposal.field not in (MISSING, RETURNED):
            said.setdefault(proposal.upstream.source, {}).setdefault(proposal.provider, {}).setdefault(identity, {}).update(facts_)
    bad = {source: unfit(models) for source, models in said.items()}
    for proposals in rivals:
        kept = [one for proposal in proposals if (one := _without(proposal, bad.get(proposal.upstream.source, {}))) is not None]
        plan.unfit += len(proposals) - len(kept)
        if kept:
            yield kept


def _without(proposal: Proposal, bad: Mapping[str, set[str]]) -> Proposal | None:
    if proposal.field in (ADDED, RENAMED):
        names = bad.get(f"{proposal.provider}/{proposal.new['id']}", set())
        if not names:
            return proposal
        left = {name: value for name, value in proposal.new.items() if name not in names}
        return replace(proposal, new=left) if left.keys() > {"id"} else None
    return None if proposal.field in bad.get(f"{proposal.provider}/{proposal.listed_as}", ()) else proposal


def _slot(field: str) -> str:
    """Return what two proposals are rivals about: a field, or a model's being there."""
    return "" if field in _WHOLE else field


def _gone(proposals: Iterable[Proposal]) -> int:
    return sum(proposal.field in (MISSING, RENAMED) for proposal in proposals)


def _shrunk(catalog: Catalog, upstream: Upstream, base: Base, models: Mapping[str, Ours], gone: int) -> SourceState | None:
    """Return the state of a source that lists far less than it is known for, by what was accepted or by the registry; None when it does not."""
    policy = catalog.words("policies").get(upstream.policy, {})
    listed = sum(map(len, upstream.models.values()))
    before = {provider: said for provider, said in base.models.items() if not upstream.about or provider in upstream.about}
    accepted = sum(map(len, before.values()))
    accepted_still = sum(identity in upstream.models.get(provider, ()) for provider, said in before.items() for identity in said)
    held = sum(models[provider].find(identity) is not None for provider, said in upstream.models.items() for identity in said)
    for known, still in ((accepted, accepted_still), (held + gone, held)):
        if known >= policy.get("shrunk_from_models", 1) and still * 100 < known * policy.get("shrunk_below_percent", 0):
            detail = f"lists {still} of {known} models it is known for; when that is right, name it with --allow-shrink {upstream.source}"
            return SourceState(id=upstream.source, state="shrunk", detail=detail, models=listed, is_missing=True)
    return None


def _providers(upstream: Upstream, base: Base) -> list[Change]:
    if base.others is None or upstream.others is None:
        return []
    new, gone = set(upstream.others) - set(base.others), set(base.models) - set(upstream.models)
    return [_provider_change(upstream, name, "provider-added", None, name) for name in sorted(new)] + [
        _provider_change(upstream, name, "provider-missing", name, None) for name in sorted(gone)
    ]


def _provider_change(upstream: Upstream, name: str, word: str, old: str | None, new: str | None) -> Change:
    identity = f"{upstream.source}:{name}#{word.partition('-')[2]}"
    return Change(
        id=identity,
        word=word,
        risk="notable",
        provider=name,
        ref=name,
        field="provider",
        old=old,
        new=new,
        base=old,
        source=upstream.source,
        origin=upstream.origin,
        listed_as=name,
    )


def _change(catalog: Catalog, proposals: list[Proposal], others: Sequence[Witness], touched: Touched) -> Change:
    """Return the change that the first of *proposals*, by rank, would make."""
    first = proposals[0]
    words, policies = catalog.words("changes"), catalog.words("policies")
    policy = policies.get(first.upstream.policy, {})
    new, filled = _filled(proposals) if first.field == ADDED else (first.new, ())
    word = word_of(first.field, first.old, new)
    rivals = [other for other in proposals[1:] if other.field == first.field]
    against = (*_against(first.field, rivals, new), *otherwise(proposals, new, others))
    held = hold_of(word, words, first.upstream.policy, policy, first.old, new)
    if any(first.field != ADDED or not facts.IDENTITY.issuperset(map(facts.group_of, says)) for _, says in against):
        held = "sources disagree: " + ", ".join(f"{source} {_told(value)}" for source, value in against)
    elif first.is_conflict:
        held = "both moved: the registry and the source each left what was last accepted"
    return Change(
        id=f"{first.ref}#{first.field}",
        word=word,
        risk=risk_of(word, words, policy, first.old, new),
        provider=first.provider,
        ref=first.ref,
        field=first.field,
        old=first.old,
        new=new,
        base=first.base,
        source=first.upstream.source,
        origin=first.upstream.origin,
        listed_as=first.listed_as,
        also=tuple(other.upstream.source for other in rivals if other.upstream.source not in {source for source, _ in against}),
        against=against,
        filled=filled,
        held=held,
        details=_details(first.old, new) if first.field not in _WHOLE else (),
        impact=touched.by(first.entry, first.ref, first.field),
    )


def _told(value: Any) -> str:
    return "does not list it" if value == {MISSING: True} else "no longer says anything" if value is None else f"says {facts.shown(value)}"


def _against(field: str, rivals: Iterable[Proposal], new: Any) -> Iterator[tuple[str, Any]]:
    """Yield the sources that propose something else than *new*, and what: of a new model the facts that differ, None where one says nothing any more."""
    for rival in rivals:
        if field == ADDED:
            differs = {name: value for name, value in rival.new.items() if not facts.is_equal(name, value, new[name])}
            if differs:
                yield rival.upstream.source, differs
        elif field not in _WHOLE and not facts.is_equal(field, rival.new, new):
            yield rival.upstream.source, rival.new


def _filled(proposals: list[Proposal]) -> tuple[dict[str, Any], tuple[Filled, ...]]:
    """Return a new model's facts, each from the first source, by rank, that states it, and what is not from the very first."""
    new, filled = dict(proposals[0].new), []
    for proposal in proposals[1:]:
        missing = {name: value for name, value in proposal.new.items() if name not in new} if proposal.field == ADDED else {}
        if missing:
            filled.append(Filled(source=proposal.upstream.source, origin=proposal.upstream.origin, facts=tuple(missing)))
            new |= missing
    return new, tuple(filled)


def _details(old: Any, new: Any) -> tuple[str, ...]:
    """Return what changed inside a value that has parts, a line each."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ()
    from deepdiff import DeepDiff

    found = DeepDiff(old, new, ignore_numeric_type_changes=True, threshold_to_diff_deeper=0, view="tree")
    lines = []
    for kind in ("values_changed", "type_changes", "dictionary_item_added", "dictionary_item_removed", "iterable_item_added", "iterable_item_removed"):
        for change in found.get(kind, ()):
            before, after = (None if "added" in kind else change.t1), (None if "removed" in kind else change.t2)
            lines.append(f"{'.'.join(map(str, change.path(output_format='list')))}: {facts.shown(before)} → {facts.shown(after)}")
    return tuple(sorted(lines))


def _is_settled(proposal: Proposal, change: Change) -> bool:
    """Tell whether the registry records, with a reason, that this source's value is not ours."""
    entry = proposal.entry
    if entry is None or change.field in _WHOLE or "disagreements" not in entry.facts:
        return False
    told = [(name, float(after)) for name, _, after in moved(change.old, change.new)] if change.field == "price" and change.old and change.new else [(change.field, change.new)]
    return bool(told) and all("because" in (find(entry, name, says) or {}) for name, says in told)


def _sorted(catalog: Catalog, changes: list[Change]) -> list[Change]:
    """Return *changes* by provider in display order, then by model in the registry's; what is new comes last, by id."""
    providers = {provider: index for index, provider in enumerate(sorted(catalog.providers, key=lambda name: (catalog.providers[name].facts["order"], name)))}
    models = {ref: index for index, ref in enumerate(catalog.models)}
    return sorted(changes, key=lambda change: (providers.get(change.provider, len(providers)), change.provider, models.get(change.ref, len(models)), change.ref.lower(), change.id))


def _followed(catalog: Catalog, changes: list[Change]) -> list[Change]:
    """Return *changes* with `follows` where the model it inherits from changes in the same way."""
    known = {change.id: change for change in changes}
    result = []
    for change in changes:
        entry = catalog.models.get(change.ref)
        if entry is not None and entry.inherits is not None and change.field not in _WHOLE:
            base = known.get(f"{entry.inherits}#{change.field}")
            if base is not None and facts.is_equal(change.field, base.new, change.new) and facts.is_equal(change.field, base.old, change.old) and takes(entry, change.field):
                change = replace(change, follows=base.id)  # noqa: PLW2901  # the same change, told apart
        result.append(change)
    return result
