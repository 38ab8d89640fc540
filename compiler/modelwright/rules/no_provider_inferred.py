"""
no-provider-inferred

What it checks
    Of every row and every name of a sloppy.json it can be told which provider it is of: by a prefix, or by the title and the address.

Why it matters
    Such a row is dropped in silence: the model is just not offered.

Bad
    {"title": "mine", "apiKey": "", "apiUrl": "https://llm.acme.example/v1", "model": "acme-large"}

Good
    {"title": "mine", "apiKey": "", "apiUrl": "https://llm.acme.example/v1", "model": "openai-api:acme-large"}

Seen
    Sloppy: `resolvedIdentifier` returns nil, and nothing is logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV730"
NAME = "no-provider-inferred"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per row or name."""
    return remarked(catalog, NAME)
