"""
Fased: a map of providers with their models, agents with their models, and the order of several credentials.

Facts: Fased's documentation of providers and models, and fased-ai/fased@b0d6a8f, src/config, read on 2026-11-28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fased_accounts import account
from .fased_agents import agents
from .fased_names import Names
from .fased_providers import provider

if TYPE_CHECKING:
    from .dialect import Draft

NAME = "fased"
ENTRIES = (
    ("models", "providers", None, "models", None),
    ("models", "providers", None),
    ("models", None),
    ("agents", "list", None),
    ("agents", "defaults", "models", None),
    ("agents", "defaults", None),
    ("agents", None),
    ("auth", "profiles", None),
    ("auth", "order", None),
    ("auth", None),
    ("secrets", "providers", None),
    (None,),
)

_COOLDOWNS = {"billingBackoffHours": "billing_hours", "billingMaxHours": "billing_max_hours", "failureWindowHours": "window_hours"}
_BY_PROVIDER = "billingBackoffHoursByProvider"


def recognises(data: Any) -> bool:
    """Tell whether *data* has its models in a mapping, or else agents or credentials as Fased has them."""
    if not isinstance(data, dict):
        return False
    if "models" in data or "providers" in data:
        return isinstance(data.get("models"), dict)
    found, auth = ({} if not isinstance(data.get(name), dict) else data[name] for name in ("agents", "auth"))
    defaults = found.get("defaults")
    has_agents = isinstance(found.get("list"), list) or (isinstance(defaults, dict) and not {"model", "models"}.isdisjoint(defaults))
    return has_agents or not {"order", "profiles", "cooldowns"}.isdisjoint(auth)


def translate(data: Any, draft: Draft) -> None:
    """Put what *data* says into *draft*."""
    names = Names(data, draft.known)
    for key in names.providers:
        provider(draft, names, key)
    for identity in names.with_credentials():
        account(draft, names, identity)
    agents(draft, names, data.get("agents", {}))
    if data.get("models", {}).get("mode") == "replace":
        draft.put(("policy", "visible"), "configured", ("models", "mode"))
    _cooldowns(draft, names, data.get("auth", {}).get("cooldowns", {}))


def _cooldowns(draft: Draft, names: Names, said: dict[str, Any]) -> None:
    to, at = ("policy", "cooldowns"), ("auth", "cooldowns")
    for theirs, ours in _COOLDOWNS.items():
        if theirs in said:
            draft.put((*to, ours), said[theirs], (*at, theirs))
    for key, hours in said.get(_BY_PROVIDER, {}).items():
        draft.put((*to, "billing_hours_by_provider", names.provider(key)), hours, (*at, _BY_PROVIDER, key))
