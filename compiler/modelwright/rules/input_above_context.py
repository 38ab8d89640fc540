"""
input-above-context

What it checks
    The largest input is not above the context window, now and in earlier limits; a user's file that gives one of the two may narrow it.

Why it matters
    The input is part of the window, so one of the two is wrong, and a long prompt is sent where it does not fit.

Bad
    limits: {context_tokens: 128000, input_tokens: 200000}

Good
    limits: {context_tokens: 400000, input_tokens: 272000}

Seen
    models.dev@f3fc69229: 2 models, both of one provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import all_limits, is_narrowed, own_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV302"
NAME = "input-above-context"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per set of limits whose input is above its window."""
    for model in catalog.models.values():
        facts = model.facts
        if "limits" not in facts or ("input_tokens" not in facts["limits"] and "earlier_limits" not in facts):
            continue
        for pointer, said, whole in all_limits(facts):
            most, window = whole.get("input_tokens"), whole.get("context_tokens")
            if most and window and most > window and not is_narrowed(model, "input_tokens", "context_tokens"):
                keys = ("input_tokens", "context_tokens") if "input_tokens" in said else ("context_tokens", "input_tokens")
                place = own_place(model, *((*(pointer if key in said else ("limits",)), key) for key in keys))
                if place is not None:
                    when = f" until {said['until']}" if "until" in said else ""
                    message = f"`{model.ref}` takes {most:,} input tokens{when}, more than its window of {window:,}"
                    yield Finding(place, message, "correct `input_tokens` or `context_tokens`; leave `input_tokens` out where the whole window may be input")
