"""
missing-setting

What it checks
    An account of a user's file says what its provider cannot be reached without: an address, a deployment, the id of an account.

Why it matters
    The first call fails, or goes to a host that nobody chose.

Bad
    {"providers": [{"id": "mine", "providerType": "custom-openai", "apiKey": "…"}]}

Good
    {"providers": [{"id": "mine", "providerType": "custom-openai", "baseUrl": "http://127.0.0.1:8000/v1"}]}

Seen
    Sophon: custom-openai "requires a base endpoint", Azure "a resource endpoint and a deployment name", Cloudflare an account id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV706"
NAME = "missing-setting"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per setting that is missing."""
    return remarked(catalog, NAME)
