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
    """Return *routing* as things are: what has no credential, cools, or has spent its budget, is skipped. Of all at once the store is asked."""
    ways = [_way(core, one) for one in routing.kept]
    cooled = core.cooldowns.look([key for way in ways if not isinstance(way, str) for key in way.keys])
    found = [_rested(core, one, way, cooled) for one, way in zip(routing.kept, ways, strict=True)]
    kept = [one for one in found if one.is_kept]
    checked = iter(within(kept, standing.left(kept)))
    return Routing([*(next(checked) if one.is_kept else one for one in found), *routing.skipped], routing.warning)


def _way(core: "Core", candidate: "Candidate") -> "Way | str":
    """Return the way of *candidate*, or why there is none."""
    asks = EMBEDDING if candidate.model.output == (EMBEDDING,) else CHAT
    try:
        return core.ways.kept(candidate, is_stream=False, asks=asks) or core.ways.find(candidate, is_stream=False, asks=asks)
    except (CredentialError, UsageError) as error:
        return why(error)


def _rested(core: "Core", candidate: "Candidate", way: "Way | str", cooled: "Mapping[str, Cooled]") -> "Candidate":
    """Return *candidate*, as skipped where it has no way, or that is left alone."""
    if isinstance(way, str):
        return candidate.skipped(way)
    against = [cooled[key] for key in way.keys if key in cooled]
    return candidate.skipped(core.cooling(max(against, key=lambda one: one.until)), COOLING) if against else candidate


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..cooldown import Cooled
    from ..routing.candidate import Candidate
    from ..routing.router import Standing
    from ..spending import Left
    from .core import Core
    from .prepare import Way
