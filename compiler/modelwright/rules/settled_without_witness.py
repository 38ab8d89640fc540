"""
settled-without-witness

What it checks
    A disagreement that is settled by a third witness names one that is neither side, and one that is settled by a change on a
    day has that day in the model's prices or earlier limits.

Why it matters
    A reason nobody can check settles nothing: the choice outlives its cause, and the next refresh asks again or trusts it blindly.

Bad
    disagreements: [{field: limits.output_tokens, says: 64000, from: litellm 1.109.1 wheel, read_on: 2026-11-20, because: third-witness}]

Good
    the same with `witness: models.dev@f3fc69229`

Seen
    pi-mono@83378aa: 21 values of its upstream overwritten in its generator, for reasons such as "models.dev has 3x the correct
    pricing" that name no page and no day; genai-prices@47df840: its check for conflicts is switched off because settled ones
    "will 'reappear' every 30 days".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..passes.disagreements import source_of
from ..passes.prices import is_figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Facts

CODE = "PV507"
NAME = "settled-without-witness"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per settled disagreement whose reason has nothing behind it."""
    for model in catalog.models.values():
        if "disagreements" not in model.facts:
            continue
        for index, said in enumerate(model.facts["disagreements"]):
            because, what = said.get("because"), f"the disagreement about `{said['field']}` of `{model.ref}`"
            if because == "third-witness" and "witness" not in said:
                yield Finding(
                    model.place("disagreements", index, "because"),
                    f"{what} is settled by a third witness, and none is named",
                    "name who says the same under `witness`, or remove `because` while nobody is found",
                )
            elif because == "third-witness" and (side := _side(catalog, model, said)) is not None:
                yield Finding(
                    model.place("disagreements", index, "witness"),
                    f"{what} is settled by a third witness, but `{said['witness']}` is {side}",
                    "name a source that is neither ours nor theirs, or remove `because` while nobody is found",
                )
            elif because == "dated-change" and not _has_days(model, said["field"]):
                yield Finding(
                    model.place("disagreements", index, "because"),
                    f"{what} is settled by a change on a day, and there is no such day",
                    "write the price with `since` and `until`, or the limit under `earlier_limits`, that the other source still has, or settle it otherwise",
                )


def _side(catalog: Catalog, model: Entry, said: Facts) -> str | None:
    """Return whose source the witness of *said* is; None when it is a third."""
    if said["witness"] == said["from"]:
        return "the source that disagrees"
    return "where ours was read" if said["witness"] == source_of(model, said["field"], catalog.today).get("from") else None


def _has_days(model: Entry, field: str) -> bool:
    if is_figure(field):
        return any("since" in price or "until" in price for price in model.facts.get("prices", ()))
    return field.startswith("limits.") and "earlier_limits" in model.facts
