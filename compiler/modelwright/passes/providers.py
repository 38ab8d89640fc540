"""Lay what the user's and the project's files say of providers over the registry's: changes, and providers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir.catalog import REGISTRY, Catalog, Entry, Layer, Note, Overlay, Place
from .fields import provider_fields
from .merge import without
from .trust import allowed

if TYPE_CHECKING:
    from ..ir.catalog import Facts

_ENDPOINT = ("protocol", "base_url", "path", "auth", "headers")
_MERGED = ("auth", "headers", "query")
"""What a route keeps of them where a change names other parts."""
_FIRST_CUSTOM_ORDER = 10_000
_DEFAULT_PROTOCOL = "openai-chat"
_DEFAULT_AUTH = {"anthropic-messages": "api-key"}
"""Auth kind of a provider of the user's own, by protocol; bearer where none is named."""
_LISTING = {"adapter": "openai-models", "auth": "optional", "skip": ["embed"], "authoritative": []}
"""How the models of a provider of the user's own are listed."""


def providers(catalog: Catalog) -> None:
    """Apply what every overlay says of providers, lowest layer first."""
    for overlay in catalog.overlays:
        for identity, patch in overlay.data.get("providers", {}).items():
            _provider(catalog, overlay, identity, patch)
    for entry in catalog.providers.values():
        if entry.layers[-1].name != REGISTRY:
            entry.facts = entry.facts | {"routes": _with_auth(entry)}
            is_wanted = entry.facts.pop("discover", False)
            if is_wanted and "discovery" not in entry.facts and has_address(entry.facts):
                entry.facts["discovery"] = [{**_LISTING, "url": _listed_at(catalog, entry.facts["routes"][0])}]


def has_address(facts: Facts) -> bool:
    """Tell whether it is known, or the environment may say, where the default route of a provider is."""
    return "base_url" in facts["routes"][0] or "base_url_env" in facts["routes"][0]


def env_name(provider: str) -> str:
    """Return the variable that holds the key of a provider of the user's own: `my-company` reads `MY_COMPANY_API_KEY`."""
    return provider.upper().replace("-", "_") + "_API_KEY"


def _provider(catalog: Catalog, overlay: Overlay, identity: str, patch: Facts) -> None:
    pointer = ("providers", identity)
    entry = catalog.providers.get(identity)
    own = allowed(catalog, overlay, pointer, patch, provider_fields())
    own.pop("models", None)
    if entry is None:
        if "base_url" not in own and "routes" not in own:
            catalog.notes.append(Note("unknown-provider", Place(overlay.document, pointer, on_key=True), (identity,)))
            return
        default = _new_route("default", "Default") if "base_url" in own else _new_route(min(own["routes"]))
        if overlay.policy.get("keyless") == "any":
            default["auth"] = {"required": False}
        facts: Facts = {"id": identity, "name": identity, "kind": "custom", "order": _FIRST_CUSTOM_ORDER, "billing": "upstream", "routes": [default]}
        entry = catalog.providers[identity] = Entry(identity, identity, identity, facts, [])
    elif not own:
        return
    entry.facts = _patched(entry, own)
    entry.layers.append(Layer(overlay.name, overlay.document, pointer, own))


def _patched(entry: Entry, patch: Facts) -> Facts:
    facts = dict(without(entry.facts, patch.get("$unset", ())))
    for key, value in patch.items():
        if key not in (*_ENDPOINT, "routes", "aliases", "$unset"):
            facts[key] = {**facts[key], **value} if provider_fields()[key].merges and key in facts else value
    if "aliases" in patch:
        facts["aliases"] = [*facts.get("aliases", ()), *patch["aliases"]]
    changes = {key: patch[key] for key in _ENDPOINT if key in patch}
    routes = [dict(route) for route in facts["routes"]]
    if changes:
        routes[0] = _route(routes[0], changes)
    for name, change in sorted(patch.get("routes", {}).items()):
        index = next((index for index, route in enumerate(routes) if route["id"] == name), None)
        if index is None:
            routes.append(_route(_new_route(name), change))
        else:
            routes[index] = _route(routes[index], change)
    facts["routes"] = routes
    return facts


def _new_route(name: str, label: str | None = None) -> Facts:
    return {"id": name, "label": label or name, "protocol": _DEFAULT_PROTOCOL, "auth": {}}


def _route(route: Facts, changes: Facts) -> Facts:
    kept = {key: value for key, value in route.items() if key != "auth" or changes.get("auth", {}).get("kind") != "none"}
    return {**route, **changes, **{key: {**kept.get(key, {}), **changes[key]} for key in _MERGED if key in changes}}


def _with_auth(entry: Entry) -> list[Facts]:
    """Return the routes of a provider; those of the user's own with the auth they have when no layer names it."""
    lowest = entry.layers[0]
    known = {route["id"] for route in lowest.facts["routes"]} if lowest.name == REGISTRY else set()
    return [route if route["id"] in known else {**route, "auth": _auth(entry.id, route)} for route in entry.facts["routes"]]


def _auth(provider: str, route: Facts) -> Facts:
    named: Facts = route["auth"]
    auth = named if "kind" in named else {"kind": _DEFAULT_AUTH.get(route["protocol"], "bearer"), "required": "if_public_host", **named}
    return auth if auth["kind"] == "none" or "env" in auth else {**auth, "env": [env_name(provider)]}


def _listed_at(catalog: Catalog, route: Facts) -> str:
    """Return where the models of *route* are listed, beside its calls: the protocol's version goes between unless the base URL ends in one."""
    last = route.get("base_url", "").rstrip("/").rpartition("/")[2]
    has_version = last[:1] == "v" and last[1:2].isdigit()
    version = "" if has_version or "path" in route else catalog.words("protocols").get(route["protocol"], {}).get("version", "")
    return f"${{base_url}}{version}/models"
