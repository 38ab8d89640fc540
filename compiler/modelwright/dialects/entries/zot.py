"""Models in a file of zot's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wish import UnsayableError, part, replaced, same_id, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from .wish import Wish

HAS_OWN_PROVIDERS = True
_SYSTEM = "zot"
_MODALITIES = ("text", "image", "audio", "video", "pdf")
_TABLE = {
    "name": ("name",),
    "thinking": ("reasoning",),
    "limits.context_tokens": ("contextWindow",),
    "limits.output_tokens": ("maxTokens",),
    "price.input_usd_per_mtok": ("priceInput",),
    "price.output_usd_per_mtok": ("priceOutput",),
    "price.cache_read_usd_per_mtok": ("priceCacheRead",),
    "price.cache_write_usd_per_mtok": ("priceCacheWrite",),
    "price.state": ("state",),
    **{f"{way}.{word}": (way, word) for way in ("input", "output") for word in _MODALITIES},
}


def add(data: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Return *data* with what is wished for."""
    providers = part(data, "providers", dict)
    key = next((key for key in providers if wish.meant(key) == wish.provider), wish.key)
    entry = part(providers, key, dict)
    models = part(entry, "models", list)
    own = {"base_url": entry["baseUrl"]} if entry.get("baseUrl") else {}
    protocols = wish.policy["protocols"]
    own |= {"protocol": protocols[api]} if (api := str(entry.get("api"))) in protocols else {}
    address, beside = wish.address(own, has_others=any(not _is(one, wish.model) for one in models))
    if "protocol" in beside or address.get("protocol") not in (None, *protocols.values()):
        raise UnsayableError(f"in zot's form a provider speaks one protocol, one of {', '.join(dict.fromkeys(protocols.values()))}; name another provider")
    entry |= {"baseUrl": address["base_url"]} if "base_url" in address else {}
    entry |= {"api": next(word for word, ours in protocols.items() if ours == address["protocol"])} if "protocol" in address else {}
    entry["models"] = replaced(models, _model(wish) | ({"baseUrl": beside["base_url"]} if beside else {}), lambda one: _is(one, wish.model))
    return data | {"providers": providers | {key: entry}}


def remove(data: dict[str, Any], provider: str, model: str, meant: Callable[[str], str]) -> dict[str, Any]:
    """Return *data* without the model of *provider*, whose list of models stays, if empty."""
    providers = part(data, "providers", dict)
    key = next((key for key in providers if meant(key) == provider), None)
    if key is None:
        raise LookupError(f"the file says nothing of the provider `{provider}`")
    entry = part(providers, key, dict)
    models = part(entry, "models", list)
    left = [one for one in models if not _is(one, model)]
    if len(left) == len(models):
        raise LookupError(f"the file has no model `{provider}/{model}`")
    return data | {"providers": providers | {key: entry | {"models": left}}}


def _is(entry: Any, model: str) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and same_id(entry["id"], model)


def _model(wish: Wish) -> dict[str, Any]:
    entry = {"id": wish.model} | written(wish, _TABLE, _SYSTEM)
    if entry.pop("state", None) == "free":
        entry |= {"priceInput": 0, "priceOutput": 0}
    return {key: list(value) if key in ("input", "output") else value for key, value in entry.items()}
