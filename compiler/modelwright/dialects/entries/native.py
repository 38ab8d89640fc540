"""Models in a file of the native form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wish import part, same_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .wish import Wish

HAS_OWN_PROVIDERS = True
_VERSION = 1


def add(data: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Return *data* with what is wished for."""
    providers = part(data, "providers", dict)
    entry = part(providers, wish.provider, dict)
    models = part(entry, "models", dict)
    before = next((identity for identity in models if same_id(identity, wish.model)), wish.model)
    address, own = wish.address(entry, has_others=bool(models.keys() - {before}))
    new = _facts(wish) | own
    models = {wish.model if identity == before else identity: new if identity == before else facts for identity, facts in (models | {before: new}).items()}
    providers[wish.provider] = entry | address | {"models": models}
    result = (data or {"version": _VERSION}) | {"providers": providers}
    if wish.budgets:
        ref = f"{wish.provider}/{wish.model}"
        result["budgets"] = [*_budgets_but(result, f"{wish.provider}/{before}"), *({"scope": "model", "of": ref, **budget} for budget in wish.budgets)]
    return result


def _facts(wish: Wish) -> dict[str, Any]:
    facts: dict[str, Any] = {} if wish.like is None else {"inherit": wish.like if "price" in wish.facts else {"model": wish.like, "with": ["prices"]}}
    facts |= {key: value for key, value in wish.facts.items() if key != "price"}
    if "price" in wish.facts:
        facts |= {"prices": [wish.facts["price"]]} if wish.known is None else {"price": wish.facts["price"]}
    return facts


def remove(data: dict[str, Any], provider: str, model: str, meant: Callable[[str], str]) -> dict[str, Any]:
    """Return *data* without the model of *provider*; what then says nothing goes, too."""
    providers = part(data, "providers", dict)
    key = next((key for key in providers if meant(key) == provider), None)
    if key is None:
        raise LookupError(f"the file says nothing of the provider `{provider}`")
    entry = part(providers, key, dict)
    models = part(entry, "models", dict)
    identity = next((identity for identity in models if same_id(identity, model)), None)
    if identity is None:
        raise LookupError(f"the file has no model `{provider}/{model}`")
    del models[identity]
    entry = _with(entry, "models", models)
    result = _with(data, "providers", _with(providers, key, entry))
    return _with(result, "budgets", _budgets_but(data, f"{provider}/{identity}")) if "budgets" in data else result


def _budgets_but(data: Mapping[str, Any], ref: str) -> list[Any]:
    return [budget for budget in part(data, "budgets", list) if not isinstance(budget, dict) or (budget.get("scope"), budget.get("of")) != ("model", ref)]


def _with(data: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Return *data* with *value* at *key*, or without the key where that is empty."""
    return {name: value if name == key else item for name, item in data.items() if name != key or value}
