"""
insecure-base-url

What it checks
    Requests to a public host are encrypted: `http://` is for this machine, private addresses and names without a public domain.

Why it matters
    The key and every prompt travel readable by anybody on the way.

Bad
    base_url: http://api.acme.example/v1

Good
    base_url: https://api.acme.example/v1

Seen
    jamie8johnson/cqs#1340 and steipete/CodexBar#2483: keys sent over http to any host. models.dev@f3fc69229: 0; its 3 http addresses are the user's own machine.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .hosts import host_of, is_private
from .places import route_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Place

CODE = "PV405"
NAME = "insecure-base-url"
SEVERITY = "error"

_HTTP = "http://"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per address that sends keys in the clear over public networks."""
    seen = set()
    for place, url in chain(_providers(catalog), _models(catalog)):
        host = host_of(url)
        if not ("${" in host or is_private(host)) and (place.document.shown, place.pointer) not in seen:
            seen.add((place.document.shown, place.pointer))
            yield Finding(
                place,
                f"requests to `{host}` are not encrypted: the address begins with http://",
                "write https://; where the host is in a private network, use its private address or a name that ends in .internal",
            )


def _providers(catalog: Catalog) -> Iterator[tuple[Place, str]]:
    for entry in catalog.providers.values():
        for index, route in enumerate(entry.facts["routes"]):
            if route.get("base_url", "").startswith(_HTTP):
                yield route_place(entry, index, "base_url"), route["base_url"]
        for index, listing in enumerate(entry.facts.get("discovery", ())):
            if listing["url"].startswith(_HTTP):
                yield entry.place("discovery", index, "url"), listing["url"]


def _models(catalog: Catalog) -> Iterator[tuple[Place, str]]:
    for entry in catalog.models.values():
        if "base_url" in entry.facts and entry.facts["base_url"].startswith(_HTTP):
            yield entry.place("base_url"), entry.facts["base_url"]
