"""
route-without-endpoint

What it checks
    Every route says where requests go: `base_url`, `base_url_env`, or a base URL of each of its models. Exempt are providers of kind `custom`, whose user
    names the endpoint, and `search`, which have no models. No auth kind is exempt: endpoints that depend on a region, a resource or an account are
    templates with variables.

Why it matters
    Nothing can be called on it; worse, many clients then send this provider's key to api.openai.com.

Bad
    routes: [{id: api, label: API key, protocol: openai-chat, auth: {kind: bearer, env: [ACME_API_KEY]}}]

Good
    routes: [{id: api, label: API key, protocol: openai-chat, base_url: "https://api.acme.example/v1", auth: {kind: bearer, env: [ACME_API_KEY]}}]

Seen
    models.dev@f3fc69229: 24 providers leave the address to a JavaScript package. rohitg00/agentmemory#1338 and api7/aisix#1018: without a base URL, one vendor's key goes to another vendor's host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .places import route_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV406"
NAME = "route-without-endpoint"
SEVERITY = "error"

_EXEMPT = ("custom", "search")


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per route that leads nowhere."""
    dead = [
        (entry, index, route)
        for entry in catalog.providers.values()
        if entry.facts["kind"] not in _EXEMPT
        for index, route in enumerate(entry.facts["routes"])
        if "base_url" not in route and "base_url_env" not in route
    ]
    if dead:
        reached = _reached_by_their_models(catalog, {entry.id for entry, _, _ in dead})
        for entry, index, route in dead:
            if entry.facts.get("open_ids") or (entry.id, route["id"]) not in reached:
                yield Finding(
                    route_place(entry, index),
                    f"the route `{route['id']}` of `{entry.id}` has no endpoint",
                    "add `base_url`, with ${variables} where it depends on the user, or `base_url_env` where the user must give it whole",
                )


def _reached_by_their_models(catalog: Catalog, providers: set[str]) -> set[tuple[str, str]]:
    """Return the routes of *providers* all of whose models have a base URL of their own."""
    reached: set[tuple[str, str]] = set()
    missed: set[tuple[str, str]] = set()
    for entry in catalog.models.values():
        if entry.provider in providers and entry.provider in catalog.providers:
            routes = entry.facts.get("routes") or [route["id"] for route in catalog.providers[entry.provider].facts["routes"]]
            (reached if "base_url" in entry.facts else missed).update((entry.provider, route) for route in routes)
    return reached - missed
