"""Models in the catalogue of a file of Sophon's, and in the lists of its providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wish import UnsayableError, part, replaced, same_id, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from .wish import Wish

HAS_OWN_PROVIDERS = False
_SYSTEM = "Sophon"
_TABLE = {
    "name": ("displayName",),
    "limits.context_tokens": ("contextWindow",),
    "limits.output_tokens": ("maxOutputTokens",),
    "price.input_usd_per_mtok": ("inputPrice",),
    "price.output_usd_per_mtok": ("outputPrice",),
    "price.state": ("state",),
    "input.text": ("text",),
    "input.image": ("capabilities", "vision"),
    "capabilities.tools": ("capabilities", "functionCalling"),
    "capabilities.streaming": ("capabilities", "streaming"),
    "thinking": ("capabilities", "reasoning"),
}


def add(data: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Return *data* with what is wished for, in the lists, too, of the providers that have one."""
    if wish.base_url is not None or wish.protocol is not None:
        raise UnsayableError("in Sophon's form an address is a provider's, not a model's; add a provider with it to the file")
    entry = {"id": wish.model, "provider": wish.key} | written(wish, _TABLE, _SYSTEM)
    entry.pop("text", None)
    if entry.pop("state", None) == "free":
        entry |= {"inputPrice": 0, "outputPrice": 0}
    catalogue = replaced(part(data, "modelCatalog", list), entry, lambda one: _is(one, wish.provider, wish.model, wish.meant))
    providers = [_listing(one, wish) for one in part(data, "providers", list)]
    return data | {"providers": providers, "modelCatalog": catalogue}


def remove(data: dict[str, Any], provider: str, model: str, meant: Callable[[str], str]) -> dict[str, Any]:
    """Return *data* without the model, in the lists of its providers, too; a catalogue that is empty goes."""
    catalogue = part(data, "modelCatalog", list)
    left = [one for one in catalogue if not _is(one, provider, model, meant)]
    if len(left) == len(catalogue):
        raise LookupError(f"the catalogue of the file has no model `{model}` of `{provider}`")
    providers = [_without(one, model) if _is_with(one, provider, meant) else one for one in part(data, "providers", list)]
    return {key: {"providers": providers, "modelCatalog": left}.get(key, value) for key, value in data.items() if key != "modelCatalog" or left}


def _is(entry: Any, provider: str, model: str, meant: Callable[[str], str]) -> bool:
    return _has_id(entry, model) and isinstance(entry.get("provider"), str) and meant(entry["provider"]) == provider


def _is_with(entry: Any, provider: str, meant: Callable[[str], str]) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("providerType"), str) and meant(entry["providerType"]) == provider


def _has_id(entry: Any, model: str) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and same_id(entry["id"], model)


def _listing(entry: Any, wish: Wish) -> Any:
    """Return a provider with the model on its list, where it is of the model's provider and has a list."""
    models = part(entry, "models", list) if _is_with(entry, wish.provider, wish.meant) else []
    return entry if not models or any(_has_id(one, wish.model) for one in models) else entry | {"models": [*models, {"id": wish.model}]}


def _without(entry: dict[str, Any], model: str) -> dict[str, Any]:
    models = part(entry, "models", list)
    return entry | {"models": [one for one in models if not _has_id(one, model)]} if models else entry
