"""
repeated-reason

What it checks
    No more than twenty disagreements have the same note.

Why it matters
    A text that stands on everything explains nothing: it was pasted to silence a list, and nobody looked at the single facts.

Bad
    twenty-one disagreements with `note: the catalogue is wrong here`

Good
    a note for what is special about one disagreement, and none where `because` says it all

Seen
    litellm 1.109.1 wheel: one remark on the source of a price stands on 43 models, another on 28; models.dev@f3fc69229: 1,131
    models with the same empty placeholder for their reasoning options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Place

CODE = "PV508"
NAME = "repeated-reason"
SEVERITY = "error"

_MOST = 20


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per note that stands on too many disagreements, at the first that is too many."""
    places: dict[str, list[Place]] = {}
    for model in catalog.models.values():
        if "disagreements" in model.facts:
            for index, said in enumerate(model.facts["disagreements"]):
                if "note" in said:
                    places.setdefault(" ".join(said["note"].lower().split()), []).append(model.place("disagreements", index, "note"))
    for note, found in places.items():
        if len(found) > _MOST:
            yield Finding(
                found[_MOST],
                f"the note `{note if len(note) <= 60 else note[:59] + '…'}` stands on {len(found)} disagreements, {_MOST} are the most",
                "say what is special about each, and leave the note out where `because` says it all",
                (f"the first is at {found[0].span()}",),
            )
