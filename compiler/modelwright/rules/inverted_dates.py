"""
inverted-dates

What it checks
    A model's days follow one another: training data ends before the release, changes and the announced end come after it,
    and the end comes last. An alias ends after it begins. A month is compared as a month.

Why it matters
    One of the two days is wrong, usually copied from another model, and lists sorted by day are wrong with it.

Bad
    {released_on: 2025-11-24, updated_on: 2025-08-01}

Good
    {released_on: 2025-11-24, updated_on: 2025-11-24}

Seen
    models.dev@f3fc69229: 62 models whose training data ends after their release, 47 changed before they were released
    (claude-opus-4-5 among them, noticed in models.dev#329).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import is_own, own_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry

CODE = "PV502"
NAME = "inverted-dates"
SEVERITY = "error"

_ORDER = (
    ("knowledge_until", "released_on", "its training data ends on"),
    ("released_on", "updated_on", "it was released on"),
    ("released_on", "deprecated_on", "it was released on"),
    ("released_on", "retires_on", "it was released on"),
    ("deprecated_on", "retires_on", "its end was announced on"),
)
"""What comes first, what follows, and how to tell the first."""
_THEN = {"released_on": "was released on", "updated_on": "was last changed on", "deprecated_on": "was deprecated on", "retires_on": "retires on"}


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per pair of days in the wrong order."""
    for model in catalog.models.values():
        facts = model.facts
        released = facts.get("released_on", "")
        if (released and (facts.get("knowledge_until", "") > released or facts.get("updated_on", released) < released)) or "deprecated_on" in facts or "retires_on" in facts:
            yield from _days(model)
        if "aliases" in facts:
            for index, alias in enumerate(facts["aliases"]):
                if alias.__class__ is dict and "until" in alias and alias["until"] <= alias.get("since", "") and is_own(model, "aliases"):
                    message = f"the alias `{alias['id']}` of `{model.ref}` ends on {alias['until']}, but begins on {alias['since']}"
                    yield Finding(model.place("aliases", index, "until"), message, "correct one of the two days; `until` is the first day it no longer points here")


def _days(model: Entry) -> Iterator[Finding]:
    facts = model.facts
    for first, then, how in _ORDER:
        one, other = facts.get(first), facts.get(then)
        length = min(len(one or ""), len(other or ""))
        # Another host may release a model after it was last changed, so an inherited `updated_on` says nothing of its own release.
        if one and other and one[:length] > other[:length] and (then != "updated_on" or is_own(model, then)):
            message = f"`{model.ref}` {_THEN[then]} {other}, but {how} {one}"
            place = own_place(model, *(((first,), (then,)) if first == "knowledge_until" else ((then,), (first,))))
            if place is not None:
                yield Finding(place, message, f"correct `{first}` or `{then}`; leave out the one that is not known")
