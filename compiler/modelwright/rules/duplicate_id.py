"""
duplicate-id

What it checks
    No provider and no model is declared twice.

Why it matters
    Only the first declaration counts; whatever the second says, a corrected price perhaps, is lost.

Bad
    models: [{id: acme-large, name: Acme Large}, {id: acme-large, name: Acme Large 2}]

Good
    models: [{id: acme-large, name: Acme Large}, {id: acme-large-2, name: Acme Large 2}]

Seen
    Portkey-AI/gateway#1796: 10 models listed twice under one provider, and readers silently keep whichever copy came last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV101"
NAME = "duplicate-id"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per declaration that was left out because an earlier one has its id."""
    for note in catalog.notes:
        if note.kind == "duplicate-model":
            ref, first = note.about
            yield Finding(
                note.place, f"the model `{ref}` is declared twice", "keep one of the two entries, with what is right in both", (f"the first, which counts, is at {first}",)
            )
        elif note.kind == "duplicate-provider":
            (identity,) = note.about
            first = str(catalog.providers[identity].place("id").span())
            yield Finding(
                note.place, f"the provider `{identity}` is declared twice", "keep one of the two files, with what is right in both", (f"the first, which counts, is at {first}",)
            )
