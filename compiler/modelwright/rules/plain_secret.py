"""
plain-secret

What it checks
    No secret stands as it is in a user's file of a dialect that allows it.

Why it matters
    Who can read the file can use the key: backups, synced folders, and whoever helps with the configuration.

Bad
    {"providers": [{"id": "a", "providerType": "anthropic", "apiKey": "<the key itself>"}]}

Good
    {"providers": [{"id": "a", "providerType": "anthropic"}]}, and `providers login a`

Seen
    Sloppy and Routerly keep keys as they are; Sophon encrypts them when its own app writes the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV703"
NAME = "plain-secret"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per secret."""
    return remarked(catalog, NAME)
