"""
output-above-context

What it checks
    The largest output is not above the context window, now and in earlier limits; a user's file that gives one of the two may narrow it.

Why it matters
    The output is part of the window, so one of the two is wrong, and a request for the full output is refused.

Bad
    limits: {context_tokens: 131072, output_tokens: 262144}

Good
    limits: {context_tokens: 262144, output_tokens: 131072}

Seen
    models.dev@f3fc69229: 84 models; catwalk@64dad50: 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import all_limits, is_narrowed, own_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV301"
NAME = "output-above-context"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per set of limits whose output is above its window."""
    for model in catalog.models.values():
        facts = model.facts
        if "limits" not in facts:
            continue
        limits = facts["limits"]
        if "earlier_limits" not in facts and limits.get("output_tokens", 0) <= limits.get("context_tokens", 0):
            continue
        for pointer, said, whole in all_limits(facts):
            most, window = whole.get("output_tokens"), whole.get("context_tokens")
            if most and window and most > window and not is_narrowed(model, "output_tokens", "context_tokens"):
                keys = ("output_tokens", "context_tokens") if "output_tokens" in said else ("context_tokens", "output_tokens")
                place = own_place(model, *((*(pointer if key in said else ("limits",)), key) for key in keys))
                if place is not None:
                    when = f" until {said['until']}" if "until" in said else ""
                    message = f"`{model.ref}` may write {most:,} tokens{when}, more than its window of {window:,}"
                    yield Finding(place, message, "correct `output_tokens` or `context_tokens`; leave out the one that is not known")
