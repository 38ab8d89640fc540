"""What the other sources know of a model that one would change: that it is there, or is not, and what they say of the fact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .compare import worth_telling
from .plan import ADDED, MISSING, RENAMED, RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .compare import Ours, Proposal
    from .facts import Flat
    from .plan import Base, Upstream


@dataclass(frozen=True, slots=True)
class Witness:
    """What one source lists of one provider."""

    upstream: Upstream
    said: Mapping[str, Flat]
    base: Mapping[str, Flat]
    """What was last accepted of it."""
    spelled: Mapping[str, str]
    """The registry's models that it lists, to its spelling of them."""


def witnesses(upstream: Upstream, base: Base, models: Mapping[str, Ours]) -> Iterator[tuple[str, Witness]]:
    """Yield what *upstream* lists, by provider."""
    for provider, said in upstream.models.items():
        spelled: dict[str, str] = {}
        for identity in said:
            entry = models[provider].find(identity)
            if entry is not None and (entry.ref not in spelled or entry.id == identity):
                spelled[entry.ref] = identity
        yield provider, Witness(upstream, said, base.models.get(provider, {}), spelled)


def still_there(proposal: Proposal, others: Iterable[Witness]) -> Proposal:
    """Return *proposal*; a renaming of what the provider itself lists under the old id too is a model more."""
    if proposal.field != RENAMED or not any(other.upstream.tells_missing and proposal.ref in other.spelled for other in others):
        return proposal
    return replace(proposal, field=ADDED, ref=f"{proposal.provider}/{proposal.new['id']}", listed_as=proposal.new["id"], old=None, entry=None)


def is_gainsaid(proposals: Sequence[Proposal], others: Sequence[Witness]) -> bool:
    """Tell whether others know better that a model is there, or is not: the provider's own listings, or where none is, any."""
    first = proposals[0]
    own = [other for other in others if other.upstream.tells_missing]
    if first.field == MISSING:
        is_told = any(proposal.upstream.tells_missing for proposal in proposals)
        return any(first.ref in other.spelled for other in (own if is_told else others))
    if first.field == RETURNED:
        return bool(own) and not any(first.ref in other.spelled for other in own)
    return first.field == ADDED and not any(proposal.may_add for proposal in proposals)


def otherwise(proposals: Sequence[Proposal], new: Any, others: Iterable[Witness]) -> Iterator[tuple[str, Any]]:
    """Yield the sources that propose nothing now, and would once the registry says *new*; and what they say."""
    first, silent = proposals[0], {proposal.upstream.source for proposal in proposals}
    if first.field == ADDED and not any(proposal.upstream.tells_missing for proposal in proposals):
        yield from ((other.upstream.source, {MISSING: True}) for other in others if other.upstream.tells_missing)
    if first.field in (ADDED, MISSING, RENAMED, RETURNED):
        return
    for other in others:
        identity = other.spelled.get(first.ref)
        if identity is None or other.upstream.source in silent or other.said[identity] == other.base.get(identity):
            continue
        theirs, before = other.said[identity].get(first.field), other.base.get(identity, {}).get(first.field)
        if (theirs, before) != (None, None) and (told := worth_telling(other.upstream, first.field, theirs, before, new)) is not None:
            yield other.upstream.source, told[0]
