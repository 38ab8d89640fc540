"""
unknown-api

What it checks
    What a user's file names as a provider's API is one that its system speaks.

Why it matters
    The system goes on with another one, and the endpoint answers with an error about the request's form.

Bad
    {"providers": {"my-company": {"baseUrl": "https://llm.my-company.example/v1", "api": "grpc"}}}

Good
    {"providers": {"my-company": {"baseUrl": "https://llm.my-company.example/v1", "api": "anthropic"}}}

Seen
    zot takes `openai` for every word it does not know, with a line on standard error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV721"
NAME = "unknown-api"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per name that means no API."""
    return remarked(catalog, NAME)
