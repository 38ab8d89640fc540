"""
endpoint-in-base-url

What it checks
    A base URL ends before the protocol's own path: not in /chat/completions, /responses or /messages, and for Ollama's own protocol not in /api or /v1.

Why it matters
    The path is appended to it, so requests go to …/chat/completions/chat/completions and get 404.

Bad
    base_url: https://api.acme.example/v1/chat/completions

Good
    base_url: https://api.acme.example/v1

Seen
    models.dev@f3fc69229: 1 provider (bailing); harry0703/MoneyPrinterTurbo#57 and feiskyer/chatgpt-copilot#659 (Ollama with /v1).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .places import route_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Place

    Wrong = tuple[Place, str, str, str, str]

CODE = "PV407"
NAME = "endpoint-in-base-url"
SEVERITY = "error"

_OLLAMA = "ollama-chat"
_PATHS = ("/chat/completions", "/responses", "/messages", "/api/chat", ":generateContent", ":streamGenerateContent", "/converse")
"""Ends of the paths of all protocols; one in the base URL of another protocol is as wrong."""


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per base URL that holds what is appended to it."""
    seen = set()
    for place, url, protocol, path, end in chain(_routes(catalog), _models(catalog)):
        if (place.document.shown, place.pointer) not in seen:
            seen.add((place.document.shown, place.pointer))
            shorter = url.rstrip("/").removesuffix(end)
            if protocol == _OLLAMA and end == "/v1":
                help_ = f"write `{shorter}`; /v1 belongs to the protocol `openai-chat`, which Ollama speaks too"
            else:
                help_ = f"write `{shorter}`; `{path}` is appended to it"
            yield Finding(place, f"the base URL ends in `{end}`, but the protocol `{protocol}` appends its path to it", help_)


def _routes(catalog: Catalog) -> Iterator[Wrong]:
    paths = _paths(catalog)
    for entry in catalog.providers.values():
        for index, route in enumerate(entry.facts["routes"]):
            if "base_url" in route:
                protocol = route["protocol"]
                path = route.get("path", paths.get(protocol, ""))
                if end := _end(route["base_url"], protocol, path):
                    yield route_place(entry, index, "base_url"), route["base_url"], protocol, path, end


def _models(catalog: Catalog) -> Iterator[Wrong]:
    paths = _paths(catalog)
    for entry in catalog.models.values():
        facts = entry.facts
        if "base_url" in facts and entry.provider in catalog.providers:
            routes = catalog.providers[entry.provider].facts["routes"]
            route = next((route for route in routes if route["id"] in facts.get("routes", (route["id"],))), routes[0] if routes else {})
            protocol = facts.get("protocol", route.get("protocol", ""))
            path = facts.get("path", route.get("path") if protocol == route.get("protocol") else None) or paths.get(protocol, "")
            if end := _end(facts["base_url"], protocol, path):
                yield entry.place("base_url"), facts["base_url"], protocol, path, end


def _paths(catalog: Catalog) -> dict[str, str]:
    return {word: str(entry.get("path", "")) for word, entry in catalog.words("protocols").items()}


def _end(url: str, protocol: str, path: str) -> str:
    """Return what *url* must not end in; empty when it is sound."""
    ends = (*((path,) if path else ()), *_PATHS, *(("/api", "/v1") if protocol == _OLLAMA else ()))
    return next((end for end in ends if url.rstrip("/").endswith(end)), "")
