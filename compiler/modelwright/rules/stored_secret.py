"""
stored-secret

What it checks
    A models.json of zot holds no key of a provider, wherever it stands.

Why it matters
    zot never reads it there, so calls fail for want of a key, while everybody who gets the file has one.

Bad
    {"providers": {"my-company": {"baseUrl": "https://llm.my-company.example/v1", "apiKey": "<the key itself>"}}}

Good
    {"providers": {"my-company": {"baseUrl": "https://llm.my-company.example/v1"}}}, and MY_COMPANY_API_KEY, or `providers login my-company`

Seen
    zot's documentation of providers: "`models.json` never stores secrets".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV720"
NAME = "stored-secret"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per secret."""
    return remarked(catalog, NAME)
