"""
several-defaults

What it checks
    Of the providers of a user's file, and of the models of each, at most one is the default.

Why it matters
    Which of them is used would depend on the order of the file.

Bad
    {"providers": [{"id": "a", "providerType": "openai", "isDefault": true}, {"id": "b", "providerType": "xai", "isDefault": true}]}

Good
    {"providers": [{"id": "a", "providerType": "openai", "isDefault": true}, {"id": "b", "providerType": "xai"}]}

Seen
    Sophon's file has the flag on every entry and says nothing of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV704"
NAME = "several-defaults"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per default beside another."""
    return remarked(catalog, NAME)
