"""Models in a file of Fased's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wish import UnsayableError, part, replaced, same_id, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .wish import Wish

HAS_OWN_PROVIDERS = True
_SYSTEM = "Fased"
_TABLE = {
    "name": ("name",),
    "thinking": ("reasoning",),
    "input.text": ("input", "text"),
    "input.image": ("input", "image"),
    "price.input_usd_per_mtok": ("cost", "input"),
    "price.output_usd_per_mtok": ("cost", "output"),
    "price.cache_read_usd_per_mtok": ("cost", "cacheRead"),
    "price.cache_write_usd_per_mtok": ("cost", "cacheWrite"),
    "limits.context_tokens": ("contextWindow",),
    "limits.output_tokens": ("maxTokens",),
    "capabilities.tools": ("capabilities", "tools"),
    "capabilities.json": ("capabilities", "json"),
    "capabilities.streaming": ("capabilities", "streaming"),
    "input.audio": ("capabilities", "audio"),
    "input.video": ("capabilities", "video"),
    "output.text": ("output",),
    "output.audio": ("capabilities", "speech"),
}
"""A price of zeros stands there for one that nobody knows, so that a model is free cannot be said."""
_DEFERRED = ("limits", "input")
"""Facts on which Fased has its catalogue speak, unless the entry is pinned."""


def add(data: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """Return *data* with what is wished for."""
    section = part(data, "models", dict)
    providers = part(section, "providers", dict)
    key = next((key for key in providers if wish.meant(key) == wish.provider), wish.key)
    entry = part(providers, key, dict)
    models = part(entry, "models", list)
    protocols = wish.policy["protocols"]
    own = {"base_url": entry["baseUrl"]} if "baseUrl" in entry else {}
    own |= {"protocol": protocols[api]} if (api := str(entry.get("api"))) in protocols else {}
    address, beside = (_address(wish, said) for said in wish.address(own, has_others=any(not _is(one, wish.model) for one in models)))
    entry |= address
    if address and wish.is_private:
        entry["request"] = part(entry, "request", dict) | {"allowPrivateNetwork": True}
    entry["models"] = replaced(models, _model(wish) | beside, lambda one: _is(one, wish.model))
    return data | {"models": section | {"providers": providers | {key: entry}}}


def remove(data: dict[str, Any], provider: str, model: str, meant: Callable[[str], str]) -> dict[str, Any]:
    """Return *data* without the model of *provider*, whose list of models stays, if empty."""
    section = part(data, "models", dict)
    providers = part(section, "providers", dict)
    key = next((key for key in providers if meant(key) == provider), None)
    if key is None:
        raise LookupError(f"the file says nothing of the provider `{provider}`")
    entry = part(providers, key, dict)
    models = part(entry, "models", list)
    left = [one for one in models if not _is(one, model)]
    if len(left) == len(models):
        raise LookupError(f"the file has no model `{provider}/{model}`")
    return data | {"models": section | {"providers": providers | {key: entry | {"models": left}}}}


def _is(entry: Any, model: str) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and same_id(entry["id"], model)


def _address(wish: Wish, said: Mapping[str, str]) -> dict[str, str]:
    """Return a part of an address as Fased writes it."""
    found = {"baseUrl": said["base_url"]} if "base_url" in said else {}
    if "protocol" in said:
        word = next((word for word, ours in wish.policy["protocols"].items() if ours == said["protocol"]), None)
        if word is None:
            raise UnsayableError(f"Fased does not speak `{said['protocol']}`; it speaks {', '.join(wish.policy['protocols'])}")
        found["api"] = word
    return found


def _model(wish: Wish) -> dict[str, Any]:
    entry = {"id": wish.model, "name": wish.model} | written(wish, _TABLE, _SYSTEM)
    entry.pop("output", None)
    if "input" in entry:
        entry["input"] = list(entry["input"])
    return entry | ({"pin": True} if wish.known is not None and any(name in wish.facts for name in _DEFERRED) else {})
