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

from ipaddress import ip_address, ip_network
from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .places import route_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Place

CODE = "PV405"
NAME = "insecure-base-url"
SEVERITY = "error"

_HTTP = "http://"
_LOCAL_DOMAINS = (".localhost", ".local", ".internal")
_PRIVATE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "0.0.0.0/32", "::1/128", "fe80::/10", "fc00::/7", "::/128")
"""This machine, RFC 1918, link-local and unique local addresses."""


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per address that sends keys in the clear over public networks."""
    seen = set()
    for place, url in chain(_providers(catalog), _models(catalog)):
        host = _host(url)
        if not _is_local(host) and (place.document.shown, place.pointer) not in seen:
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


def _host(url: str) -> str:
    """
    Return the host *url* really names.

    >>> _host("http://localhost@api.acme.example:8080/v1")
    'api.acme.example'
    """
    authority = url.removeprefix(_HTTP)
    for mark in "/?#\\":
        authority = authority.partition(mark)[0]
    host = authority.rpartition("@")[2]
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return host.rstrip(".").lower()


def _is_local(host: str) -> bool:
    """
    Tell whether *host* is in a private network, or only known once a variable is set.

    >>> [_is_local(host) for host in ("localhost", "gpu-box", "10.1.2.3", "8.8.8.8", "134744072", "acme.example")]
    [True, True, True, False, False, False]
    """
    if "${" in host or host.endswith(_LOCAL_DOMAINS):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        # A number without dots is an address, too: 134744072 is 8.8.8.8.
        return "." not in host and ":" not in host and not host[:1].isdigit()
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in ip_network(network) for network in _PRIVATE)
