"""
impossible-day

What it checks
    Every day is one the calendar has: no 30 February, and a 29 February only in leap years.

Why it matters
    Software that reads it as a day fails or silently takes another one.

Bad
    knowledge_until: 2025-02-31

Good
    knowledge_until: 2025-02-28

Seen
    models.dev@f3fc69229: 2 models with 2025-02-31; models.dev#420 and models.dev#3876 removed others.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from .figures import is_own, price_place, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry

CODE = "PV506"
NAME = "impossible-day"
SEVERITY = "error"

_FIELDS = ("released_on", "updated_on", "knowledge_until", "deprecated_on", "retires_on")
_LISTS = ("prices", "aliases", "earlier_limits")
_LENGTH = len("2026-01-31")


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per day that does not exist."""
    real: set[str] = set()
    for model in catalog.models.values():
        facts = model.facts
        for field in _FIELDS:
            if field in facts and facts[field] not in real and not _is_real(facts[field], real) and is_own(model, field):
                yield _finding(model.place(field), field, facts[field], f" of `{model.ref}`")
        if "aliases" in facts or "earlier_limits" in facts:
            yield from _listed(model, real)
            continue
        for price in facts.get("prices", ()):
            if "since" in price or "until" in price:
                yield from _listed(model, real)
                break
    for document, pointer, source, _ in sources(catalog):
        day = source["read_on"]
        if day not in real and not _is_real(day, real):
            yield _finding(Place(document, (*pointer, "read_on")), "read_on", day, "")


def _listed(model: Entry, real: set[str]) -> Iterator[Finding]:
    for name in _LISTS:
        for index, part in enumerate(model.facts.get(name, ())):
            for key in ("since", "until"):
                if part.__class__ is dict and key in part and part[key] not in real and not _is_real(part[key], real) and is_own(model, name):
                    place = price_place(model, part, key) if name == "prices" else model.place(name, index, key)
                    yield _finding(place, key, part[key], f" of `{model.ref}`")


def _is_real(day: str, real: set[str]) -> bool:
    """Tell whether the calendar has *day*, and remember it in *real* when it does; a month is always real."""
    try:
        date.fromisoformat(day if len(day) == _LENGTH else f"{day}-01")
    except ValueError:
        return False
    real.add(day)
    return True


def _finding(place: Place, field: str, day: str, of: str) -> Finding:
    return Finding(place, f"`{field}`{of} is {day}, a day the calendar does not have", "write the day that was meant; where only the month is known and allowed, write the month")
