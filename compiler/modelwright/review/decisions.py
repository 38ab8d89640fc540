"""What was judged and declined before: `registry/decisions.yaml`. It stays quiet until the source says something else, or its day comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..ir.catalog import Catalog
    from .plan import Change

PATH = "decisions.yaml"


@dataclass(slots=True)
class Decisions:
    """The decisions of one registry on one day."""

    today: str
    declined: dict[tuple[str, str], list[Mapping[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog) -> Decisions:
        """Return the decisions of the registry; those whose day has come are none any more."""
        found = cls(catalog.today)
        for _, _, said in catalog.decisions:
            if said.get("until", "9") > catalog.today:
                found.declined.setdefault((said["ref"], said["field"]), []).append(said)
        return found

    def is_declined(self, change: Change) -> bool:
        """Tell whether just what *change* would do was declined."""
        return any(facts.is_equal(change.field, said["says"], said_by(change)) for said in self.declined.get((change.ref, change.field), ()))


def said_by(change: Change) -> Any:
    """Return what a decision remembers of *change*: the value, or for a model as a whole that it is so."""
    return change.new if change.field not in ("added", "missing", "returned", "renamed", "provider") else True


def recorded(changes: Iterable[tuple[Change, str, str | None]], today: str) -> list[dict[str, Any]]:
    """Return the entries that remember each of *changes*, a change with its reason and the day until which it stays quiet."""
    entries = []
    for change, reason, until in changes:
        entry = {"ref": change.ref, "field": change.field, "says": said_by(change), "source": change.source, **change.origin, "decided_on": today, "because": reason}
        entries.append(entry | ({"until": until} if until else {}))
    return entries
