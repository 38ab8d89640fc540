"""
past-retirement

What it checks
    A model has status `retired` exactly from the day it retires.

Why it matters
    A retired model that looks usable is still offered and every request to it fails; one called retired too early is missed.

Bad
    {status: deprecated, retires_on: 2026-06-30} in November 2026

Good
    {status: retired, retires_on: 2026-06-30} in November 2026

Seen
    litellm 1.109.1 wheel: 206 models listed past their own deprecation date. n8n#33631: such models are still offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import own_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV503"
NAME = "past-retirement"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per model whose status and day of retirement tell different stories today."""
    today = catalog.today
    for model in catalog.models.values():
        facts = model.facts
        if "retires_on" not in facts:
            continue
        day, status = facts["retires_on"], facts.get("status", "active")
        if (day <= today) == (status == "retired"):
            continue
        if day <= today:
            place = own_place(model, ("retires_on",), ("status",))
            message = f"`{model.ref}` retired on {day}, but its status is `{status}`"
            help_ = "check that it no longer answers, then write `status: retired`; if its end was put off, correct `retires_on`"
        else:
            place = own_place(model, ("status",), ("retires_on",))
            message = f"the status of `{model.ref}` is `retired`, but it retires on {day}, a day to come"
            help_ = "write `status: deprecated` until that day, or correct `retires_on`"
        if place is not None:
            yield Finding(place, message, help_)
