"""
unknown-route

What it checks
    Routes and providers that models, setup methods and listings name are there, and no two routes of a provider have one id.

Why it matters
    A model whose only route does not exist cannot be called; requests that ought to fail go to the default instead.

Bad
    {id: acme-large, routes: [responses]} at a provider with the routes `chat` and `api`

Good
    {id: acme-large, routes: [chat]}

Seen
    lidge-jun/opencodex#2709: an unknown provider is dropped and the default one is called and billed; tashfeenahmed/freellmapi#857: a misspelt name looks like no setting at all.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from .nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry

CODE = "PV403"
NAME = "unknown-route"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per name that no route or provider has, and per route whose id another has."""
    return chain(_models(catalog), *(_provider(catalog, entry) for entry in catalog.providers.values()))


def _models(catalog: Catalog) -> Iterator[Finding]:
    for entry in catalog.models.values():
        if "routes" in entry.facts:
            provider = catalog.providers.get(entry.provider)
            known = () if provider is None else _routes(provider)
            for index, route in enumerate(entry.facts["routes"]):
                if known and route not in known:
                    yield Finding(entry.place("routes", index), f"`{entry.ref}` is offered on the route `{route}`, which `{entry.provider}` does not have", _help(route, known))


def _provider(catalog: Catalog, entry: Entry) -> Iterator[Finding]:
    known = _routes(entry)
    for index, method in enumerate(entry.facts.get("setup", ())):
        other = catalog.providers.get(method["provider"]) if "provider" in method else entry
        if other is None:
            if method["provider"] not in catalog.incomplete:
                yield Finding(
                    entry.place("setup", index, "provider"),
                    f"a setup method of `{entry.id}` sets up the provider `{method['provider']}`, which is not there",
                    f"{did_you_mean(method['provider'], catalog.providers)}name a provider of the registry",
                )
        elif "route" in method and method["route"] not in _routes(other):
            message = f"a setup method of `{entry.id}` sets up the route `{method['route']}`, which `{other.id}` does not have"
            yield Finding(entry.place("setup", index, "route"), message, _help(method["route"], _routes(other)))
    for index, listing in enumerate(entry.facts.get("discovery", ())):
        if "route" in listing and listing["route"] not in known:
            yield Finding(
                entry.place("discovery", index, "route"), f"a listing of `{entry.id}` is of the route `{listing['route']}`, which it does not have", _help(listing["route"], known)
            )
    if len(set(known)) < len(known):
        yield from _twice(entry, known)


def _twice(entry: Entry, known: list[str]) -> Iterator[Finding]:
    layer = entry.layers[0]  # only a registry file can have a list with one id twice; overlays name routes by key
    for index, route in enumerate(known):
        if route in known[:index]:
            first = Place(layer.document, (*layer.pointer, "routes", known.index(route), "id")).span()
            place = Place(layer.document, (*layer.pointer, "routes", index, "id"))
            yield Finding(place, f"two routes of `{entry.id}` have the id `{route}`", "give one of them another id", (f"the first is at {first}",))


def _routes(entry: Entry) -> list[str]:
    return [route["id"] for route in entry.facts["routes"]]


def _help(route: str, known: list[str]) -> str:
    return f"{did_you_mean(route, known)}the routes are {', '.join(dict.fromkeys(known))}"
