"""
Sophon: an array of providers, each an instance with a key, a priority and models of its own.

Facts: Sophon's documentation of models and providers, as of 2026-06. The spelling of some keys is not public; what is read here
stands in schemas/sophon.schema.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .dialect import Part, chain, plain_secrets, variables_of
from .facts import put_price, put_thinking, put_vision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..ir.catalog import Pointer
    from .dialect import Draft

NAME = "sophon"
ENTRIES = (("providers", None, "models", None), ("providers", None), ("modelCatalog", None))

_FIRST = 1
"""The priority of a provider that names none."""
_SECRETS = {"apiKey": "key", "accessKeyId": "access_key_id", "secretAccessKey": "secret_access_key"}
_ADDRESS = ("baseUrl", "endpoint")
_DEPLOYMENT = ("deployment", "deploymentName")
_VARIABLES = {"region": ("region",), "accountId": ("account_id",), "apiVersion": ("api_version", "deployment_api_version")}
"""Its keys to variables of our providers."""
_LIMITS = {"contextWindow": "context_tokens", "maxOutputTokens": "output_tokens"}
_PRICES = {"inputPrice": "input_usd_per_mtok", "outputPrice": "output_usd_per_mtok"}
_CAPABILITIES = {"functionCalling": "tools", "streaming": "streaming"}
_OWN_NAMES = "upstream_ids_env"
"""What a provider has whose models have names of the user's there: deployments."""
_CURES = {
    "baseUrl": "write `baseUrl`, or `endpoint`: the address before /chat/completions",
    "endpoint": "write `endpoint`, or `baseUrl`: the address of your resource",
    "deployment": "write `deployment`: the name that your deployment of the model has",
    "accountId": "write `accountId`, which is part of the address",
}


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
    secrets = plain_secrets(draft, said, at, _SECRETS, identity)
    provider = draft.known.provider(named)
    if provider is None:
        help_ = f"{draft.known.nearest(named)}the types are listed by `providers list --all`"
        draft.say("unknown-provider-type", (*at, "providerType"), f"there is no provider type `{named}`", help_)
        return
    if identity in draft.data.get("accounts", {}):
        draft.say("duplicate-account", (*at, "id"), f"two providers have the id `{identity}`", "give one of them another id")
        return
    address, deployment = (draft.one_of([(said[key], (*at, key)) for key in keys if key in said]) for keys in (_ADDRESS, _DEPLOYMENT))
    variables = _variables(draft, provider, said, at)
    if _is_incomplete(draft, provider, at, identity, {*variables, *(["deployment"] if deployment else [])}, has_address=address is not None):
        return
    to: Pointer = ("accounts", identity)
    draft.put(to, {}, at, name=(*at, "id"))
    draft.put((*to, "provider"), provider, (*at, "providerType"))
    draft.put((*to, "rank"), said.get("priority", _FIRST), (*at, "priority"))
    for theirs, ours in (("name", "name"), ("isDefault", "default")):
        if theirs in said:
            draft.put((*to, ours), said[theirs], (*at, theirs))
    if address is not None:
        draft.put((*to, "base_url"), *address)
    if "status" in said:
        draft.put((*to, "status"), said["status"].lower(), (*at, "status"))
    for ours, (value, place) in variables.items():
        draft.put((*to, "variables", ours), value, place)
    _models(draft, provider, said.get("models", ()), at, to, deployment)
    if secrets:
        draft.put((*to, "credentials"), chain(draft, secrets), (*at, "apiKey"))
    if "budget" in said:
        budget = {"scope": "account", "of": identity, "metric": "cost", "value": said["budget"]["amount"], "period": said["budget"]["period"]}
        draft.put(("budgets", len(draft.data.get("budgets", ()))), budget, (*at, "budget"))


def _variables(draft: Draft, provider: str, said: Mapping[str, Any], at: Pointer) -> dict[str, tuple[str, Pointer]]:
    """Return what *said* gives for variables of *provider*, by our names, with where; of several for one key those that the route needs."""
    facts, found = draft.known.providers[provider], {}
    used = variables_of(draft.known.route(provider))
    for theirs, names in _VARIABLES.items():
        ours = [name for name in names if name in facts.get("variables", {})]
        for name in [name for name in ours if name in used] or ours:
            if theirs in said:
                found[name] = (said[theirs], (*at, theirs))
    unused = [key for key, names in _VARIABLES.items() if key in said and found.keys().isdisjoint(names)]
    unused += [key for key in _DEPLOYMENT if key in said and _OWN_NAMES not in facts]
    for key in unused:
        draft.say("setting-without-effect", (*at, key), f"`{key}` means nothing to `{provider}`", "remove it, or correct `providerType`", on_key=True)
    return found


def _is_incomplete(draft: Draft, provider: str, at: Pointer, identity: str, given: set[str], *, has_address: bool) -> bool:
    """Tell whether something is missing without which *provider* cannot be reached, and remark on it: what the registry says of its route has no default for it."""
    facts, route = draft.known.providers[provider], draft.known.route(provider)
    missing = ["baseUrl"] if not has_address and draft.known.is_nowhere(provider) else []
    needed = set() if has_address else variables_of({"base_url": route.get("base_url", "")}) - given
    names = [name for name in sorted(needed) if "default" not in facts.get("variables", {}).get(name, {})]
    missing += [next((key for key, ours in _VARIABLES.items() if name in ours), _ADDRESS[1]) for name in names]
    if _OWN_NAMES in facts and "deployment" not in given:
        missing.append("deployment")
    for key in missing:
        draft.say("missing-setting", at, f"`{identity}` has no `{key}`, without which `{provider}` cannot be reached", _CURES.get(key, f"write `{key}`"))
    return bool(missing)


def _models(draft: Draft, provider: str, listed: Sequence[Any], at: Pointer, to: Pointer, deployment: tuple[str, Pointer] | None) -> None:
    """Put the models of an account, which the registry need not have, and what they are called where *deployment* names that."""
    there = {} if deployment is None else {"upstream_id": deployment[0]}
    entries = [({"id": model["id"], **({"default": True} if model.get("isDefault") else {}), **there}, index) for index, model in enumerate(listed) if model is not None]
    for entry, index in entries:
        place = (*at, "models", index, "id")
        if draft.known.model(provider, entry["id"]) is None:
            draft.put(("providers", provider, "models", entry["id"]), {}, (*at, "models", index), name=place)
    if entries:
        draft.put((*to, "models"), [entry for entry, _ in entries], (*at, "models"))
        for number, (_, index) in enumerate(entries):
            draft.stands((*to, "models", number), (*at, "models", index))
    elif deployment is not None:
        draft.put((*to, "models"), [{"id": deployment[0]}], deployment[1])


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
    identity = draft.known.model(provider, said["id"]) or said["id"]
    to: Pointer = ("providers", provider, "models", identity)
    if draft.data.get("providers", {}).get(provider, {}).get("models", {}).get(identity):
        draft.say("duplicate-row", (*at, "id"), f"two entries are about `{provider}/{identity}`", "leave one of them")
        return
    part = Part()
    draft.add(to, part, at, (*at, "id"))
    known = draft.known.models.get(f"{provider}/{identity}", {})
    if "displayName" in said:
        part.put(("name",), said["displayName"], (*at, "displayName"))
    for theirs, ours in _LIMITS.items():
        if theirs in said:
            part.put(("limits", ours), said[theirs], (*at, theirs))
    put_price(part, {ours: (said[theirs], (*at, theirs)) for theirs, ours in _PRICES.items() if theirs in said})
    can, place = said.get("capabilities", {}), (*at, "capabilities")
    for theirs, ours in _CAPABILITIES.items():
        if theirs in can:
            part.put(("capabilities", ours), can[theirs], (*place, theirs))
    if "vision" in can:
        put_vision(part, known, can["vision"], (*place, "vision"))
    if "reasoning" in can:
        put_thinking(part, known, can["reasoning"], (*place, "reasoning"))
