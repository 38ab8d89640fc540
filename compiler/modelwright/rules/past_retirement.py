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
from .figures import is_own

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
        if (day <= today) == (status == "retired") or not is_own(model, "retires_on", "status"):
            continue
        if day <= today:
            message = f"`{model.ref}` retired on {day}, but its status is `{status}`"
            yield Finding(model.place("retires_on"), message, "check that it no longer answers, then write `status: retired`; if its end was put off, correct `retires_on`")
        else:
            message = f"the status of `{model.ref}` is `retired`, but it retires on {day}, a day to come"
            yield Finding(model.place("status"), message, "write `status: deprecated` until that day, or correct `retires_on`")
