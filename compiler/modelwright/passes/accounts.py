"""The user's accounts, agents and budgets, resolved: every account with its provider and where its credential is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..dialects import NATIVE
from ..ir.catalog import Catalog, Entry, Layer, Note, Overlay, Place
from ..ir.credentials import STEPS
from .fields import account_fields, overlay_fields
from .merge import without
from .translate import spellings
from .trust import allowed

if TYPE_CHECKING:
    from ..ir.catalog import Facts

_MERGED = ("headers", "variables", "profiles")
_RANK = 100
_DETAILED = ("inline", "command")
"""Steps that are nothing without what the file says of them."""
_SETTINGS = ("agents", "allowed_models", "policy")
_OF_THE_FILE = (
    "meaning",
    "source",
    "protocols",
    "usual_protocol",
    "base_urls",
    "routes",
    "keyless",
    "timeout_seconds",
    "catalog_over_user",
    "auth_kinds",
    "thinking_modes",
    "private_network",
    "grammar",
    "on_unreadable",
)
"""What of a dialect's policy says how its files are read, and nothing of providers without an account."""


def accounts(catalog: Catalog) -> None:
    """Apply what every overlay says of accounts, agents and budgets, lowest layer first."""
    for overlay in catalog.overlays:
        # Dialects have put ids already; an id is nothing else there, whatever the word means to the dialect.
        known = {**spellings(catalog, overlay.dialect), **{identity: identity for identity in catalog.providers}}
        for identity, patch in overlay.data.get("accounts", {}).items():
            if overlay.trusted:
                _account(catalog, overlay, identity, patch, known)
            elif allowed(catalog, overlay, ("accounts", identity), patch, account_fields()) == patch:
                catalog.notes.append(Note("untrusted-key", Place(overlay.document, ("accounts", identity), on_key=True), (identity, overlay.document.shown)))
        _settings(catalog, overlay)
    foreign = next((overlay for overlay in reversed(catalog.overlays) if overlay.trusted and overlay.dialect != NATIVE), None)
    if foreign is not None or "policy" in catalog.settings:
        catalog.settings["policy"] = _policy(catalog, foreign)
    usual: dict[tuple[str, str], Facts] = {}
    for entry in catalog.accounts.values():
        overlay = next(overlay for overlay in catalog.overlays if overlay.document is entry.layers[0].document)
        known_as = (overlay.document.path, entry.provider)
        if known_as not in usual:
            usual[known_as] = _usual(overlay.policy, catalog.providers[entry.provider])
        entry.facts = _completed(entry, overlay.policy, usual[known_as])


def _account(catalog: Catalog, overlay: Overlay, identity: str, patch: Facts, known: dict[str, str]) -> None:
    pointer = ("accounts", identity)
    entry = catalog.accounts.get(identity)
    if entry is None:
        named = patch.get("provider", identity)
        provider = known.get(named.lower())
        if provider is None:
            at = (*pointer, "provider") if "provider" in patch else pointer
            catalog.notes.append(Note("unknown-account-provider", Place(overlay.document, at, on_key="provider" not in patch), (named, identity)))
            return
        entry = catalog.accounts[identity] = Entry(identity, provider, identity, {"id": identity, "provider": provider, "dialect": overlay.dialect}, [])
    facts = dict(without(entry.facts, patch.get("$unset", ())))
    for key, value in patch.items():
        if key not in ("provider", "$unset"):
            facts[key] = {**facts[key], **value} if key in _MERGED and key in facts else value
    entry.facts = facts
    entry.layers.append(Layer(overlay.name, overlay.document, pointer, patch))


def _settings(catalog: Catalog, overlay: Overlay) -> None:
    own = allowed(catalog, overlay, (), overlay.data, overlay_fields())
    for name in _SETTINGS:
        if name in own:
            before = catalog.settings.get(name)
            catalog.settings[name] = {**before, **own[name]} if isinstance(before, dict) else own[name]
            catalog.setting_places[name] = Place(overlay.document, (name,))
    for index, budget in enumerate(own.get("budgets", ())):
        if budget is not None:  # as one with errors is
            catalog.settings.setdefault("budgets", []).append({"timezone": overlay.policy.get("timezone", "UTC"), **budget})
            catalog.budget_places.append(Place(overlay.document, ("budgets", index)))


def _policy(catalog: Catalog, foreign: Overlay | None) -> Facts:
    """Return what holds where an account says nothing: the policy of *foreign*, the highest trusted file that is not native, with what the files say over it."""
    dialect, usual = (NATIVE, catalog.words("dialects").get(NATIVE, {})) if foreign is None else (foreign.dialect, foreign.policy)
    return {"dialect": dialect, **{key: value for key, value in usual.items() if key not in _OF_THE_FILE}, **catalog.settings.get("policy", {})}


def _completed(entry: Entry, policy: Facts, usual: Facts) -> Facts:
    """Return the account with its rank, its steps, and what is *usual* where the file says nothing."""
    facts = {"rank": _RANK, "status": "active", **usual, **entry.facts}
    steps = facts.get("credentials") or [step for step in policy.get("credentials", STEPS) if step not in _DETAILED and (step != "profile" or facts.get("profiles"))]
    facts["credentials"] = [_step(step, entry, policy) for step in steps]
    if "profiles" in facts:
        facts["profiles"] = {
            name: {**profile, "credentials": [_step(step, entry, policy, name) for step in profile.get("credentials", ["vault"])]} for name, profile in facts["profiles"].items()
        }
    return facts


def _usual(policy: Facts, provider: Entry) -> Facts:
    """Return what accounts with *provider* are by the *policy* of their dialect."""
    usual = {"base_url": policy.get("base_urls", {}).get(provider.id), "route": policy.get("routes", {}).get(provider.id), "timeout_seconds": policy.get("timeout_seconds")}
    is_optional = any(route["auth"].get("required") == "if_public_host" for route in provider.facts["routes"])
    return {key: value for key, value in usual.items() if value is not None} | ({"keyless": True} if is_optional and policy.get("keyless") == "any" else {})


def _step(step: Any, entry: Entry, policy: Facts, profile: str | None = None) -> Facts:
    """Return a step as the runtime reads it: its word, and what it needs."""
    if isinstance(step, str):
        word = step
        detail: Facts = {}
    else:
        word = next(key for key in step if key != "timeout_ms")
        value = step[word]
        detail = {"env": {"names": [value] if isinstance(value, str) else value}, "command": {"argv": value}, "inline": {"pointers": value}}.get(word, {"id": value})
        detail |= {"timeout_ms": step["timeout_ms"]} if "timeout_ms" in step else {}
    if word == "vault" and "id" not in detail:
        detail["id"] = entry.id if profile is None else f"{entry.id} {profile}"
    if word == "auth-json" and "id" not in detail:
        detail["id"] = policy.get("stored_as", {}).get(entry.provider, entry.provider)
    if word == "inline":
        key = "credentials" if profile is None else "profiles"
        detail["file"] = next(layer.document.path for layer in reversed(entry.layers) if key in layer.facts)
    return {"step": word, **detail}
