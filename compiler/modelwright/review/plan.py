"""The plan of a refresh: what would change in the registry, and why. Values only; nothing here reads or writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .facts import Flat

SAFE, NOTABLE, BREAKING = "safe", "notable", "breaking"
RISKS = (SAFE, NOTABLE, BREAKING)
ADDED, MISSING, RETURNED, RENAMED = "added", "missing", "returned", "renamed"
"""What takes the place of a field where a change is about a model as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """What one source says now."""

    source: str
    policy: str
    """A word of `registry/vocabulary/policies.yaml`."""
    rank: tuple[int, int]
    """Of two sources that differ, the lower speaks."""
    origin: Mapping[str, str]
    """What was read, and when, as `sources` in the registry have it."""
    models: Mapping[str, Mapping[str, Flat]]
    """Our provider id to what is listed there, by the source's spelling of ids."""
    speaks_for: frozenset[str] | None = None
    """Groups of facts on which it has the last word; None: all. Elsewhere it fills what is unknown."""
    tells_missing: bool = False
    """Whether a model it has never listed before counts as missing when it does not list it."""
    route: str | None = None
    """The route whose models it lists; None: all."""
    about: frozenset[str] = frozenset()
    """The providers that were looked for in it, by our ids; empty: all."""
    others: tuple[str, ...] | None = None
    """Providers it has that the registry does not, by its own ids; None: not all of the source was looked at."""


@dataclass(slots=True, kw_only=True)
class Base:
    """What was last accepted from a source; the same shape as what it says now."""

    models: dict[str, dict[str, Flat]] = field(default_factory=dict)
    others: list[str] | None = None
    """None: what else it has was never accepted, so nothing of it is news."""
    is_known: bool = False
    """False: nothing was accepted from it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Something that a change touches."""

    kind: str
    """alias, inherit, replaced_by, overlay, …"""
    ref: str
    """Who is touched."""
    breaks: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}{' breaks' if self.breaks else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Facts of a new model that another source states."""

    source: str
    origin: Mapping[str, str]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change to one fact of one model, or to its being there at all."""

    id: str
    """`provider/model#field`; stays the same as long as it is about the same fact."""
    word: str
    """A word of `registry/vocabulary/changes.yaml`."""
    risk: str
    provider: str
    ref: str
    field: str
    old: Any
    """What the registry says; None when it says nothing. An apply needs it to be still so."""
    new: Any
    """What the source says; None when it no longer says anything."""
    base: Any
    """What was last accepted from the source; None when nothing was."""
    source: str
    origin: Mapping[str, str]
    listed_as: str
    """The source's spelling of the model."""
    also: tuple[str, ...] = ()
    """Other sources that say the same."""
    against: tuple[tuple[str, Any], ...] = ()
    """Other sources that say something else, and what."""
    filled: tuple[Filled, ...] = ()
    """What of a new model the source does not state, and who does."""
    held: str | None = None
    """Why it has to be approved by itself; None: it may be approved with others."""
    details: tuple[str, ...] = ()
    """What changed inside a value that has parts."""
    impact: tuple[Impact, ...] = ()
    follows: str | None = None
    """The change that brings this one about, when both are approved."""

    @property
    def is_safe(self) -> bool:
        """Whether `--approve safe` approves it."""
        return self.risk == SAFE and self.held is None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How reading a source ended."""

    id: str
    state: str
    detail: str = ""
    models: int | None = None
    provider: str | None = None
    route: str | None = None
    read_at: str | None = None
    is_missing: bool = False
    """Whether facts of the registry could not be compared because of it."""


@dataclass(slots=True, kw_only=True)
class Plan:
    """Everything a refresh found."""

    sources: list[SourceState] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    declined: int = 0
    """Changes that were judged before and are quiet."""
    unfit: int = 0
    """Facts of sources that the registry's schema has no room for."""

    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each risk, and how many are held."""
        found = {risk: sum(change.risk == risk for change in self.changes) for risk in RISKS}
        return {"changes": len(self.changes), **found, "held": sum(change.held is not None for change in self.changes), "declined": self.declined}
