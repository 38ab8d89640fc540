"""
secret-out-of-reach

What it checks
    A reference to a secret leads to what can be read here: an environment variable, or a program that prints the secret as it is.

Why it matters
    The account would be tried without the key that was meant, and would take the next one that is found, or none.

Bad
    {"apiKey": {"source": "file", "provider": "mounted", "id": "/openai"}}

Good
    {"apiKey": {"source": "env", "id": "OPENAI_API_KEY"}}

Seen
    fased-ai/fased@b0d6a8f, src/secrets: files by JSON pointer, and programs that are asked and answer in JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV750"
NAME = "secret-out-of-reach"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per reference that leads nowhere here."""
    return remarked(catalog, NAME)
