"""
discover-without-base-url

What it checks
    A provider whose models are to be discovered has a base URL, its own or the registry's.

Why it matters
    There is nothing to ask: discovery stays off, and none of its models is ever seen.

Bad
    {"providers": {"my-company": {"discover": true}}}

Good
    {"providers": {"my-company": {"base_url": "https://llm.my-company.example/v1", "discover": true}}}

Seen
    zot's documentation: `discover` needs a `baseUrl`; without one it warns and leaves discovery off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from ..passes.providers import has_address
from .places import overlaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV408"
NAME = "discover-without-base-url"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per wish to discover where there is no address."""
    for overlay, identity, patch in overlaid(catalog):
        entry = catalog.providers.get(identity)
        # Where the file is not trusted the wish is ignored, and untrusted-key says so.
        if patch.get("discover") and overlay.trusted and identity not in catalog.incomplete and (entry is None or not has_address(entry.facts)):
            yield Finding(
                Place(overlay.document, ("providers", identity, "discover")),
                f"the models of `{identity}` cannot be discovered: it has no base URL",
                "give it the base URL of its API, as in `https://llm.example.com/v1`, or leave `discover` out",
            )
