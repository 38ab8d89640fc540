"""
several-providers-inferred

What it checks
    Title and address of a row of a sloppy.json speak of one provider, where no prefix names it.

Why it matters
    The first that fits is taken, in an order that nobody remembers: with it come the protocol, the key and the prices of the wrong one.

Bad
    {"title": "my-openai-gemini", "apiKey": "", "apiUrl": "https://generativelanguage.googleapis.com", "model": "gemini-2.5-flash"}

Good
    {"title": "gemini", "apiKey": "", "apiUrl": "https://generativelanguage.googleapis.com", "model": "gemini-2.5-flash"}

Seen
    Sloppy: Gemini's address for OpenAI clients ends in /v1beta/openai/, Azure's host in openai.azure.com; both are taken for OpenAI.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV731"
NAME = "several-providers-inferred"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per row."""
    return remarked(catalog, NAME)
