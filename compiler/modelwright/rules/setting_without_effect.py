"""
setting-without-effect

What it checks
    What a user's file says of an account means something to its provider.

Why it matters
    Who wrote it expects something of it: another region, another version, another deployment.

Bad
    {"providers": [{"id": "a", "providerType": "acme", "region": "eu-central-1"}]}

Good
    {"providers": [{"id": "a", "providerType": "acme"}]}

Seen
    Sophon: the region is for Bedrock, the deployment for Azure, the account id for Cloudflare; other types have no use for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV708"
NAME = "setting-without-effect"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per setting."""
    return remarked(catalog, NAME)
