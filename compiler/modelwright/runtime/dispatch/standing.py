"""What is known of routes now: for calls of one project and token, and of those that may be taken which cool or have spent their budget."""

from ..errors import CredentialError, UsageError
from ..routing.candidate import COOLING, Routing
from ..routing.router import within
from .prepare import CHAT, EMBEDDING, why


class StandingOf:
    """As the core is a `Standing` for calls of nobody in particular."""

    __slots__ = ("_core", "_project", "_token", "outcomes")

    def __init__(self, core: "Core", project: "str | None", token: "str | None") -> None:
        self._core, self._project, self._token = core, project, token
        self.outcomes = core.outcomes

    def left(self, candidates: "Iterable[Candidate]") -> "list[Left]":
        return self._core.left(candidates, self._project, self._token)


def as_is(core: "Core", routing: Routing, standing: "Standing") -> Routing:
    """Return *routing* as things are: what has no credential, cools, or has spent its budget, is skipped."""
    return rested(core, routing, [_keys(core, one) for one in routing.kept], standing)


def rested(core: "Core", routing: Routing, keys: "Sequence[Sequence[str] | str]", standing: "Standing") -> Routing:
    """
    Return *routing* with those skipped that cool, or have spent their budget; the store is asked of all at once.

    *keys* are for each that is kept what it would be cooled by, or why it is skipped anyway.
    """
    cooled = core.cooldowns.look([key for own in keys if not isinstance(own, str) for key in own])
    found = [_rested(core, one, own, cooled) for one, own in zip(routing.kept, keys, strict=True)]
    kept = [one for one in found if one.is_kept]
    checked = iter(within(kept, standing.left(kept)))
    return Routing([*(next(checked) if one.is_kept else one for one in found), *routing.skipped], routing.warning)


def _keys(core: "Core", candidate: "Candidate") -> "Sequence[str] | str":
    """Return what *candidate* would be cooled by, or why it cannot be called."""
    asks = EMBEDDING if candidate.model.output == (EMBEDDING,) else CHAT
    try:
        return (core.ways.kept(candidate, is_stream=False, asks=asks) or core.ways.find(candidate, is_stream=False, asks=asks)).keys
    except (CredentialError, UsageError) as error:
        return why(error)


def _rested(core: "Core", candidate: "Candidate", keys: "Sequence[str] | str", cooled: "Mapping[str, Cooled]") -> "Candidate":
    if isinstance(keys, str):
        return candidate.skipped(keys)
    against = [cooled[key] for key in keys if key in cooled]
    return candidate.skipped(core.cooling(max(against, key=lambda one: one.until)), COOLING) if against else candidate


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..cooldown import Cooled
    from ..routing.candidate import Candidate
    from ..routing.router import Standing
    from ..spending import Left
    from .core import Core
