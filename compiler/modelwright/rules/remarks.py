"""What a dialect met while it was brought into the native form, for the rule of that name to report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog


def remarked(catalog: Catalog, rule: str) -> Iterator[Finding]:
    """Yield the findings that dialects left for *rule*."""
    for note in catalog.notes:
        if note.kind == rule:
            message, help_ = note.about
            yield Finding(note.place, message, help_)
