"""
Sophon: an array of providers, each an instance with a key, a priority and models of its own.

Facts: Sophon's documentation of models and providers, as of 2026-06. The spelling of some keys is not public; what is read here
stands in schemas/sophon.schema.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .dialect import chain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Pointer
    from .dialect import Draft

NAME = "sophon"
ENTRIES = (("providers", None, "models", None), ("providers", None), ("modelCatalog", None))

_FIRST = 1
"""The priority of a provider that names none."""
_SECRETS = {"apiKey": "key", "accessKeyId": "access_key_id", "secretAccessKey": "secret_access_key"}
_VARIABLES = {"deployment": "deployment", "deploymentName": "deployment", "apiVersion": "api_version", "region": "region", "accountId": "account_id"}
"""Its keys to variables of our providers."""
_CAPABILITIES = {"functionCalling": "tools", "streaming": "streaming"}


def recognises(data: Any) -> bool:
    """Tell whether *data* has an array of providers that have a type."""
    found = data.get("providers") if isinstance(data, dict) else None
    return isinstance(found, list) and ("modelCatalog" in data or not found or any(isinstance(one, dict) and "providerType" in one for one in found))


def translate(data: Any, draft: Draft) -> None:
    """Put what *data* says into *draft*."""
    for index, said in enumerate(data["providers"]):
        if said is not None:
            _provider(draft, said, ("providers", index))
    _defaults(draft, data["providers"])
    for index, said in enumerate(data.get("modelCatalog", ())):
        if said is not None:
            _entry(draft, said, ("modelCatalog", index))


def _provider(draft: Draft, said: Mapping[str, Any], at: Pointer) -> None:
    identity, named = said["id"], said["providerType"]
    provider = draft.known.provider(named)
    if provider is None:
        draft.say(
            "unknown-provider-type", (*at, "providerType"), f"there is no provider type `{named}`", f"{draft.known.nearest(named)}the types are listed by `providers list --all`"
        )
        return
    if identity in draft.data.get("accounts", {}):
        draft.say("duplicate-account", (*at, "id"), f"two providers have the id `{identity}`", "give one of them another id")
        return
    to: Pointer = ("accounts", identity)
    draft.put(to, {}, at, name=(*at, "id"))
    draft.put((*to, "provider"), provider, (*at, "providerType"))
    draft.put((*to, "rank"), said.get("priority", _FIRST), (*at, "priority"))
    for theirs, ours in (("name", "name"), ("isDefault", "default"), ("baseUrl", "base_url"), ("endpoint", "base_url")):
        if theirs in said:
            draft.put((*to, ours), said[theirs], (*at, theirs))
    if "status" in said:
        draft.put((*to, "status"), said["status"].lower(), (*at, "status"))
    variables = draft.known.providers[provider].get("variables", {})
    for theirs, ours in _VARIABLES.items():
        if theirs in said and ours in variables:
            draft.put((*to, "variables", ours), said[theirs], (*at, theirs))
    if said.get("models"):
        draft.put((*to, "models"), list(_models(said["models"])), (*at, "models"))
    draft.put((*to, "credentials"), chain(draft, {what: (*at, key) for key, what in _SECRETS.items() if said.get(key, "").strip()}), (*at, "apiKey"))
    for key in _SECRETS:
        if said.get(key, "").strip():
            draft.say(
                "plain-secret",
                (*at, key),
                f"`{key}` of `{identity}` stands here as it is",
                f"move it into the vault with `providers accounts import`, or run `providers login {identity}` and remove it here",
            )
    if "budget" in said:
        budget = {"scope": "account", "of": identity, "metric": "cost", "value": said["budget"]["amount"], "period": said["budget"]["period"]}
        draft.put(("budgets", len(draft.data.get("budgets", ()))), budget, (*at, "budget"))


def _models(listed: list[Any]) -> Iterator[dict[str, Any]]:
    for model in listed:
        if model is not None:
            yield {"id": model["id"], **({"default": True} if model.get("isDefault") else {})}


def _defaults(draft: Draft, providers: list[Any]) -> None:
    """Remark on all defaults but the first, of providers and of the models of each."""
    lists = [(("providers",), providers), *((("providers", index, "models"), said.get("models", ())) for index, said in enumerate(providers) if said is not None)]
    for at, entries in lists:
        defaults = [index for index, said in enumerate(entries) if said is not None and said.get("isDefault")]
        for index in defaults[1:]:
            what = f"`{entries[index]['id']}` is a default beside `{entries[defaults[0]]['id']}`"
            draft.say("several-defaults", (*at, index, "isDefault"), what, "leave `isDefault` on one of them")


def _entry(draft: Draft, said: Mapping[str, Any], at: Pointer) -> None:
    provider = draft.known.provider(said["provider"])
    if provider is None:
        help_ = f"{draft.known.nearest(said['provider'])}an entry adds a model to a provider that is there"
        draft.say("unknown-provider-type", (*at, "provider"), f"there is no provider type `{said['provider']}`", help_)
        return
    to: Pointer = ("providers", provider, "models", said["id"])
    draft.put(to, {}, at, name=(*at, "id"))
    limits = {"contextWindow": "context_tokens", "maxOutputTokens": "output_tokens"}
    prices = {"inputPrice": "input_usd_per_mtok", "outputPrice": "output_usd_per_mtok"}
    can = said.get("capabilities", {})
    facts = [
        *(((theirs,), ("limits", ours)) for theirs, ours in limits.items()),
        *(((theirs,), ("price", ours)) for theirs, ours in prices.items()),
        (("displayName",), ("name",)),
        *((("capabilities", theirs), ("capabilities", ours)) for theirs, ours in _CAPABILITIES.items()),
    ]
    for theirs, ours in facts:
        value = said if len(theirs) == 1 else can
        if theirs[-1] in value:
            draft.put((*to, *ours), value[theirs[-1]], (*at, *theirs))
    if "vision" in can:
        draft.put((*to, "input"), ["text", "image"] if can["vision"] else ["text"], (*at, "capabilities", "vision"))
    if "reasoning" in can:
        draft.put((*to, "thinking"), {"mode": "unspecified" if can["reasoning"] else "none"}, (*at, "capabilities", "reasoning"))
