"""
outdated-prefix

What it checks
    No model of a sloppy.json has a prefix that the grammar had once and has no more.

Why it matters
    The row is dropped in silence.

Bad
    {"title": "openai-api", "apiKey": "", "apiUrl": "", "model": "openai:gpt-4.1-mini"}

Good
    {"title": "openai-api", "apiKey": "", "apiUrl": "", "model": "openai-api:gpt-4.1-mini"}

Seen
    Sloppy's documentation of 2026-03 writes `openai:`; since 2026-04 it is `openai-api:` and `openai-oauth:`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV732"
NAME = "outdated-prefix"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per such prefix."""
    return remarked(catalog, NAME)
