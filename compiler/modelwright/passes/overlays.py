"""Lay the user's and the project's files over the registry: single facts, new models, providers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import REGISTRY, Catalog, Entry, Layer, Note, Overlay, Place
from .fields import inherited_fields, model_fields, provider_fields
from .inherit import take
from .merge import patched, without

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.catalog import Facts, Pointer
    from .fields import Field

_ENDPOINT = ("protocol", "base_url", "path", "auth", "headers")
_MERGED = ("auth", "headers", "query")
"""What a route keeps of them where a change names other parts."""
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
    for entry in catalog.providers.values():
        if entry.layers[-1].name != REGISTRY:
            entry.facts = entry.facts | {"routes": _with_auth(entry)}
    for overlay in catalog.overlays:
        providers = ((identity, patch) for identity, patch in overlay.data.get("providers", {}).items() if identity in catalog.providers)
        pending = {f"{identity}/{model}": (identity, model, facts) for identity, patch in providers for model, facts in patch.get("models", {}).items()}
        for ref in sorted(pending):
            _models(catalog, overlay, pending, (ref,))


def env_name(provider: str) -> str:
    """Return the variable that holds the key of a provider of the user's own: `my-company` reads `MY_COMPANY_API_KEY`."""
    return provider.upper().replace("-", "_") + "_API_KEY"


def _allowed(catalog: Catalog, overlay: Overlay, pointer: Pointer, patch: Mapping[str, Any], fields: Mapping[str, Field]) -> Facts:
    """Return *patch* without what a file nobody trusts may not say, and may not remove either."""
    if overlay.trusted:
        return dict(patch)
    trusted_only = {key for key, field in fields.items() if field.trusted_only}
    unset = patch.get("$unset", ())
    forbidden = [(key, (*pointer, key)) for key in patch if key in trusted_only]
    forbidden += [(name, (*pointer, "$unset", index)) for index, name in enumerate(unset) if name.partition(".")[0] in trusted_only]
    for name, place in forbidden:
        catalog.notes.append(Note("untrusted-key", Place(overlay.document, place, on_key=True), (name, overlay.document.shown)))
    allowed = {key: value for key, value in patch.items() if key not in (*trusted_only, "$unset")}
    left = [name for name in unset if name.partition(".")[0] not in trusted_only]
    return allowed | ({"$unset": left} if left else {})


def _provider(catalog: Catalog, overlay: Overlay, identity: str, patch: Facts) -> None:
    pointer = ("providers", identity)
    entry = catalog.providers.get(identity)
    own = _allowed(catalog, overlay, pointer, patch, provider_fields())
    own.pop("models", None)
    if entry is None:
        if "base_url" not in own and "routes" not in own:
            catalog.notes.append(Note("unknown-provider", Place(overlay.document, pointer, on_key=True), (identity,)))
            return
        default = _new_route("default", "Default") if "base_url" in own else _new_route(min(own["routes"]))
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
    return {**route, **changes, **{key: {**route.get(key, {}), **changes[key]} for key in _MERGED if key in changes}}


def _with_auth(entry: Entry) -> list[Facts]:
    """Return the routes of a provider; those of the user's own with the auth they have when no layer names it."""
    lowest = entry.layers[0]
    known = {route["id"] for route in lowest.facts["routes"]} if lowest.name == REGISTRY else set()
    return [route if route["id"] in known else {**route, "auth": _auth(entry.id, route)} for route in entry.facts["routes"]]


def _auth(provider: str, route: Facts) -> Facts:
    named: Facts = route["auth"]
    auth = named if "kind" in named else {"kind": _DEFAULT_AUTH.get(route["protocol"], "bearer"), "required": "if_public_host", **named}
    return auth if auth["kind"] == "none" or "env" in auth else {**auth, "env": [env_name(provider)]}


def _models(catalog: Catalog, overlay: Overlay, pending: dict[str, tuple[str, str, Facts]], path: tuple[str, ...]) -> None:
    """Apply what *overlay* says of the last model of *path*, after the model it inherits from, wherever that stands in the file."""
    if path[-1] not in pending:
        return
    provider, identity, patch = pending.pop(path[-1])
    if "inherit" in patch:
        target = _rule(patch)[0]
        if target in path[:-1]:
            place = Place(overlay.document, ("providers", provider, "models", identity, "inherit"))
            catalog.notes.append(Note("inherit-cycle", place, (" → ".join((*path, target)),)))
            patch = {key: value for key, value in patch.items() if key != "inherit"}
        else:
            _models(catalog, overlay, pending, (*path, target))
    _model(catalog, overlay, provider, identity, patch)


def _rule(patch: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the model to inherit from, and what is inherited besides its facts."""
    rule = patch["inherit"]
    return (rule, ()) if isinstance(rule, str) else (rule["model"], tuple(rule.get("with", ())))


def _model(catalog: Catalog, overlay: Overlay, provider: str, identity: str, patch: Facts) -> None:
    pointer = ("providers", provider, "models", identity)
    own = _allowed(catalog, overlay, pointer, patch, model_fields())
    ref = f"{provider}/{identity}"
    entry = catalog.models.get(ref)
    if entry is None:
        entry = catalog.models[ref] = Entry(ref, provider, identity, {"id": identity}, [])
    if "inherit" in own:
        target, extra = _rule(own)
        if target in catalog.models and target != ref:
            take(entry, catalog.models[target], inherited_fields(extra))
        else:
            catalog.notes.append(Note("dangling-inherit", Place(overlay.document, (*pointer, "inherit")), (target,)))
    entry.facts = patched(entry.facts, own)
    entry.layers.append(Layer(overlay.name, overlay.document, pointer, own))
