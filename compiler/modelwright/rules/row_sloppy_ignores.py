"""
row-sloppy-ignores

What it checks
    All rows of a provider in a sloppy.json have the same key and the same address.

Why it matters
    Sloppy uses those of the first row for all of them; here each row has its own. The same file would send other keys.

Bad
    [{"title": "openai-work", "apiKey": "<one key>", …}, {"title": "openai-home", "apiKey": "<another key>", …}]

Good
    [{"title": "openai-work", "apiKey": "<one key>", …}, {"title": "openai-too", "apiKey": "", …}]

Seen
    Sloppy: `buildAPIProvider` takes key and address of the first row that has the prefix; only rows of OpenRouter are kept apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV733"
NAME = "row-sloppy-ignores"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per row whose key or address is not the first row's."""
    return remarked(catalog, NAME)
