"""Lay the user's and the project's files over the registry: single facts, new models, providers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import Catalog, Entry, Layer, Note, Overlay, Place
from .fields import inherited_fields, model_fields, provider_fields
from .inherit import take
from .merge import patched, without

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Facts, Pointer

_ENDPOINT = ("protocol", "base_url", "path", "auth", "headers")
_FIRST_CUSTOM_ORDER = 10_000
_DEFAULT_PROTOCOL = "openai-chat"
_DEFAULT_AUTH = {"anthropic-messages": "api-key"}
"""Auth kind of a provider of the user's own, by protocol; bearer where none is named."""


def overlays(catalog: Catalog) -> None:
    """Apply every overlay, lowest layer first."""
    for overlay in catalog.overlays:
        for name, ref in overlay.data.get("aliases", {}).items():
            catalog.aliases[name] = (ref, Place(overlay.document, ("aliases", name)))
        for identity, patch in overlay.data.get("providers", {}).items():
            _provider(catalog, overlay, identity, patch)
    for overlay in catalog.overlays:
        for identity, patch in overlay.data.get("providers", {}).items():
            if identity in catalog.providers:
                for model, facts in patch.get("models", {}).items():
                    _model(catalog, overlay, identity, model, facts)


def env_name(provider: str) -> str:
    """Return the variable that holds the key of a provider of the user's own: `my-company` reads `MY_COMPANY_API_KEY`."""
    return provider.upper().replace("-", "_") + "_API_KEY"


def _allowed(catalog: Catalog, overlay: Overlay, pointer: Pointer, patch: Mapping[str, Any], trusted_only: Iterator[str]) -> Facts:
    """Return *patch* without what a file nobody trusts may not say."""
    forbidden = set() if overlay.trusted else {key for key in trusted_only if key in patch}
    for key in forbidden:
        catalog.notes.append(Note("untrusted-key", Place(overlay.document, (*pointer, key), on_key=True), (key, overlay.document.shown)))
    return {key: value for key, value in patch.items() if key not in forbidden}


def _provider(catalog: Catalog, overlay: Overlay, identity: str, patch: Facts) -> None:
    pointer = ("providers", identity)
    entry = catalog.providers.get(identity)
    own = _allowed(catalog, overlay, pointer, patch, (key for key, field in provider_fields().items() if field.trusted_only))
    own.pop("models", None)
    if entry is None:
        if "base_url" not in own and "routes" not in own:
            catalog.notes.append(Note("unknown-provider", Place(overlay.document, pointer, on_key=True), (identity,)))
            return
        facts: Facts = {"id": identity, "name": identity, "kind": "custom", "order": _FIRST_CUSTOM_ORDER, "billing": "upstream", "routes": []}
        entry = catalog.providers[identity] = Entry(identity, identity, identity, facts, [])
        if "base_url" in own:
            facts["routes"] = [{"id": "default", "label": "Default", "protocol": _DEFAULT_PROTOCOL, "auth": {}}]
    elif not own:
        return
    entry.facts = _patched(entry, own)
    entry.layers.append(Layer(overlay.name, overlay.document, pointer, own))


def _patched(entry: Entry, patch: Facts) -> Facts:
    facts = without(entry.facts, patch.get("$unset", ()))
    facts = facts | {key: value for key, value in patch.items() if key not in (*_ENDPOINT, "routes", "aliases", "$unset")}
    if "aliases" in patch:
        facts["aliases"] = [*facts.get("aliases", ()), *patch["aliases"]]
    changes = {key: patch[key] for key in _ENDPOINT if key in patch}
    routes = [dict(route) for route in facts["routes"]]
    if changes and routes:
        routes[0] = _route(routes[0], changes)
    for name, change in patch.get("routes", {}).items():
        index = next((index for index, route in enumerate(routes) if route["id"] == name), None)
        if index is None:
            routes.append(_route({"id": name, "label": name, "protocol": _DEFAULT_PROTOCOL, "auth": {}}, change))
        else:
            routes[index] = _route(routes[index], change)
    facts["routes"] = [_with_auth(entry.id, route) for route in routes]
    return facts


def _route(route: Facts, changes: Facts) -> Facts:
    auth = {"auth": {**route.get("auth", {}), **changes["auth"]}} if "auth" in changes else {}
    return {**route, **changes, **auth}


def _with_auth(provider: str, route: Facts) -> Facts:
    """Return *route* with the auth a provider of the user's own has when it names none."""
    auth = route["auth"] if "kind" in route["auth"] else {"kind": _DEFAULT_AUTH.get(route["protocol"], "bearer"), "required": "if_public_host", **route["auth"]}
    if auth["kind"] != "none" and "env" not in auth:
        auth = {**auth, "env": [env_name(provider)]}
    return {**route, "auth": auth}


def _model(catalog: Catalog, overlay: Overlay, provider: str, identity: str, patch: Facts) -> None:
    pointer = ("providers", provider, "models", identity)
    own = _allowed(catalog, overlay, pointer, patch, (key for key, field in model_fields().items() if field.trusted_only))
    ref = f"{provider}/{identity}"
    entry = catalog.models.get(ref)
    if entry is None:
        entry = catalog.models[ref] = Entry(ref, provider, identity, {"id": identity, "name": identity}, [])
    if "inherit" in own:
        rule = own["inherit"]
        target, extra = (rule, ()) if isinstance(rule, str) else (rule["model"], tuple(rule.get("with", ())))
        if target in catalog.models and target != ref:
            take(entry, catalog.models[target], inherited_fields(extra))
        else:
            catalog.notes.append(Note("dangling-inherit", Place(overlay.document, (*pointer, "inherit")), (target,)))
    entry.facts = patched(entry.facts, own)
    entry.layers.append(Layer(overlay.name, overlay.document, pointer, own))
