"""
thinking-budget-out-of-bounds

What it checks
    The smallest thinking budget is not above the largest, and neither is above the largest output.

Why it matters
    Thinking is part of the output, so a budget beyond it is refused or leaves nothing for the answer.

Bad
    {limits: {output_tokens: 64000}, thinking: {mode: budget, max_tokens: 262144}}

Good
    {limits: {output_tokens: 64000}, thinking: {mode: budget, max_tokens: 63999}}

Seen
    models.dev@f3fc69229: 114 models with a budget above their output limit. litellm#9001: such a request is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import own_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV306"
NAME = "thinking-budget-out-of-bounds"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per model whose budgets do not fit one another or its output."""
    for model in catalog.models.values():
        thinking = model.facts.get("thinking")
        if thinking is None or ("min_tokens" not in thinking and "max_tokens" not in thinking):
            continue
        least, most, output = thinking.get("min_tokens", 0), thinking.get("max_tokens"), model.facts.get("limits", {}).get("output_tokens")
        if most is not None and least > most:
            place = own_place(model, ("thinking", "min_tokens"), ("thinking", "max_tokens"))
            message = f"the thinking budget of `{model.ref}` is at least {least:,} and at most {most:,} tokens"
            help_ = "correct `min_tokens` or `max_tokens`; leave out the one that is not known"
        elif output and max(least, most or 0) > output:
            key = "min_tokens" if least > output else "max_tokens"
            place = own_place(model, ("thinking", key), ("limits", "output_tokens"))
            message = f"`{key}` of the thinking budget of `{model.ref}` is {thinking[key]:,}, more than its largest output of {output:,}"
            help_ = f"correct `thinking.{key}` or `limits.output_tokens`; leave out the one that is not known"
        else:
            continue
        if place is not None:
            yield Finding(place, message, help_)
