"""What the registry says of a field beside what another source says, and whether anybody has decided which is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..ir.catalog import at
from .fields import model_fields
from .origins import sources_of
from .prices import exact, is_figure, price_in_force, rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Catalog, Entry, Facts

EQUAL, GONE, OPEN, SETTLED, UNRECORDED = "equal", "gone", "open", "settled", "unrecorded"
"""Both say the same; a recorded one that no longer differs; recorded without a reason; with one; not recorded."""
UNDECIDED = (OPEN, UNRECORDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One fact of one model, ours and another source's."""

    entry: Entry
    field: str
    ours: Any
    """None when it is unknown."""
    theirs: Any
    source: Mapping[str, Any]
    """What was read there, and the day."""
    our_source: Mapping[str, Any]
    """The same of ours; empty when nothing says."""
    name: str | None = None
    """What the other source calls the model, where that is known."""
    recorded: Mapping[str, Any] | None = None
    """The registry's disagreement about just this value."""

    @property
    def state(self) -> str:
        """Where the two stand."""
        if is_same(self.ours, self.theirs):
            return EQUAL if self.recorded is None else GONE
        if self.recorded is None:
            return UNRECORDED
        return SETTLED if "because" in self.recorded else OPEN


def is_same(ours: Any, theirs: Any) -> bool:
    """Tell whether two values are the same; numbers as decimals."""
    left, right = _number(ours), _number(theirs)
    return bool(ours == theirs) if left is None or right is None else left == right


def _number(value: Any) -> Any:
    return exact(value) if isinstance(value, (int, float)) else value if hasattr(value, "as_tuple") else None


def recorded(catalog: Catalog) -> Iterator[Comparison]:
    """Yield every disagreement the registry holds, in the catalogue's order, with what holds today beside it."""
    for entry in catalog.models.values():
        for said in entry.facts.get("disagreements", ()):
            field = said["field"]
            yield Comparison(
                entry=entry,
                field=field,
                ours=value_of(entry, field, catalog.today),
                theirs=said["says"],
                source={key: said[key] for key in ("from", "read_on")},
                our_source=source_of(entry, field, catalog.today),
                recorded=said,
            )


def find(entry: Entry, field: str, says: Any) -> Facts | None:
    """Return the disagreement of *entry* about *field* with a source that says *says*; None when there is none."""
    return next((said for said in entry.facts.get("disagreements", ()) if said["field"] == field and is_same(said["says"], says)), None)


def value_of(entry: Entry, field: str, day: str) -> Any:
    """Return what holds on *day*; None when it is unknown. Figures are decimals."""
    if is_figure(field):
        return rate(price_in_force(entry.facts.get("prices", ()), day), field)
    return at(entry.facts, tuple(field.split(".")))[1]


def source_of(entry: Entry, field: str, day: str) -> Mapping[str, Any]:
    """Return where the registry read *field*; empty when nothing says."""
    fields = model_fields()
    group = "prices" if is_figure(field) else fields[head].group if (head := field.partition(".")[0]) in fields else None
    price = price_in_force(entry.facts.get("prices", ()), day) if group == "prices" else None
    sources = sources_of(entry)
    found: Mapping[str, Any] = (price or {}).get("source") or sources.get(str(group)) or sources.get("default") or {}
    return found
