"""From what was said on the command line to what is to stand in the user's file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ..dialects.entries import entries_of
from ..dialects.entries.wish import Meant, Wish
from ..dialects.names import is_own, plain
from ..passes.translate import known
from ..runtime.urls import is_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal

    from ..dialects.dialect import Known
    from .user_layer import UserLayer

_PRICES = {"input_price": "input_usd_per_mtok", "output_price": "output_usd_per_mtok", "cache_price": "cache_read_usd_per_mtok", "cache_write_price": "cache_write_usd_per_mtok"}
_TIER = {
    "above": "above_input_tokens",
    "inputPerMillion": "input_usd_per_mtok",
    "outputPerMillion": "output_usd_per_mtok",
    "cachePerMillion": "cache_read_usd_per_mtok",
    "cacheWritePerMillion": "cache_write_usd_per_mtok",
}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000}
_SHARED = ("limits", "input", "output", "capabilities", "thinking")
"""What a model shares with the one it is cloned from."""


def target(layer: UserLayer, said: Mapping[str, Any]) -> tuple[str, str]:
    """Return provider and model as they were called; raises UsageError without."""
    provider, model = said["provider"], said["model"]
    if provider is None and model is not None and "/" in model:
        provider, _, model = model.partition("/")
    for name, value in (("--provider", provider), ("--model", model)):
        if not value or not value.strip():
            raise click.UsageError(f"Missing option '{name}'.")
    return provider.strip(), model.strip()


def meant(layer: UserLayer) -> Meant:
    """Return what gives the id of the provider that a name, in the file's dialect, means."""
    return Meant(known(layer.catalog, layer.dialect), frozenset(entry.id for entry in layer.catalog.providers.values() if entry.layers[0].name != "registry"))


def wish(layer: UserLayer, said: Mapping[str, Any]) -> Wish:
    """Return what is to stand in the file; raises UsageError for what cannot."""
    like = _like(layer, said)
    if like is not None and said["provider"] is None and "/" not in (said["model"] or ""):
        said = {**said, "provider": like.partition("/")[0]}
    key, model = target(layer, said)
    catalog, words = layer.catalog, known(layer.catalog, layer.dialect)
    may_be_new = entries_of(layer.dialect).HAS_OWN_PROVIDERS and is_own(words, key, has_address=True) and plain(key) not in catalog.providers
    provider = plain(key) if may_be_new else meant(layer)(key)
    entry = catalog.providers.get(provider)
    if entry is None and (said["base_url"] is None or not may_be_new):
        cure = "To define one of your own, say where it is with --base-url." if may_be_new else f"A file of {layer.dialect}'s cannot define one."
        raise click.UsageError(f"There is no provider {key!r}. {words.nearest(key)}{cure}")
    route = {} if entry is None else entry.facts["routes"][0]
    protocol = None if said["api"] is None else _protocol(layer, words, said["api"])
    spelled = next((one.id for one in catalog.models_of(provider) if one.id.lower() == model.lower()), model)
    curated = next((one for one in catalog.models_of(provider) if one.id == spelled and one.layers[0].name == "registry"), None)
    base_url = _address(layer, said["base_url"], protocol or route.get("protocol", "openai-chat"))
    return Wish(
        provider=provider,
        key=key,
        model=spelled if curated is not None else model,
        facts=dict(_facts(said, None if curated is None else curated.facts, is_clone=like is not None)),
        base_url=base_url,
        protocol=protocol,
        usual={name: route[name] for name in ("base_url", "protocol") if name in route},
        is_new=entry is None,
        is_private=base_url is not None and is_private(base_url),
        known=None if curated is None else curated.facts,
        like=like,
        like_facts={} if like is None else {name: value for name, value in catalog.models[like].facts.items() if name in _SHARED},
        budgets=list(_budgets(said)),
        policy=layer.policy(),
        meant=meant(layer),
    )


def _like(layer: UserLayer, said: Mapping[str, Any]) -> str | None:
    ref = said["clone_from"]
    if ref is None:
        return None
    provider, _, model = ref.partition("/")
    found = f"{meant(layer)(provider)}/{model}"
    if found not in layer.catalog.models:
        from ..rules.nearest import did_you_mean_ref

        raise click.UsageError(f"There is no model {ref!r} to clone. {did_you_mean_ref(found, layer.catalog)}Name it as provider/model.")
    return found


def _protocol(layer: UserLayer, words: Known, name: str) -> str:
    """Return the protocol that *name* is in the file's dialect, or by our word, or in any dialect."""
    own = layer.policy().get("protocols", {})
    others = [entry.get("protocols", {}) for entry in layer.words().values()]
    for spelled in (own, {word: word for word in words.protocols}, *others):
        if name.lower() in spelled:
            return str(spelled[name.lower()])
    raise click.UsageError(f"There is no wire protocol {name!r}; there are {', '.join(own or words.protocols)}.")


def _address(layer: UserLayer, base_url: str | None, protocol: str) -> str | None:
    """Return the base URL without a version that the protocol does without."""
    if base_url is None:
        return None
    ending = layer.catalog.words("protocols").get(protocol, {}).get("drop", "")
    return base_url.rstrip("/").removesuffix(ending) if ending else base_url


def _facts(said: Mapping[str, Any], curated: Mapping[str, Any] | None, *, is_clone: bool) -> Iterator[tuple[str, Any]]:
    """Yield the facts of the model that were said, by our names."""
    if said["name"] is not None:
        yield "name", said["name"]
    elif curated is None:
        yield "name", target_name(said)
    limits = {"context_tokens": said["context_window"], "output_tokens": said["max_tokens"]}
    if given := {name: value for name, value in limits.items() if value is not None}:
        yield "limits", given
    yield from _modalities(said, curated, is_clone=is_clone)
    if capabilities := {name: said[name] for name in ("tools", "json") if said[name] is not None}:
        yield "capabilities", capabilities
    if said["reasoning"] is not None:
        mode = (curated or {}).get("thinking", {}).get("mode", "none")
        if not said["reasoning"] or mode == "none":
            yield "thinking", {"mode": "unspecified" if said["reasoning"] else "none"}
    if price := _price(said):
        yield "price", price


def target_name(said: Mapping[str, Any]) -> str:
    """Return the name of a model nobody named: its id."""
    return str(said["model"] if said["provider"] is not None else said["model"].partition("/")[2])


def _modalities(said: Mapping[str, Any], curated: Mapping[str, Any] | None, *, is_clone: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield input and output where they are not what is known; a new model takes text."""
    known = curated or {}
    asked = {"image": said["vision"], "audio": said["audio"], "video": said["video"]}
    before = known.get("input", ["text"])
    input_ = [word for word in before if asked.get(word) is not False] + [word for word, value in asked.items() if value and word not in before]
    if input_ != known.get("input", ["text"] if is_clone else None) and (not known or any(value is not None for value in asked.values())):
        yield "input", input_
    if said["speech"] is not None:
        output = [word for word in known.get("output", ["text"]) if word != "audio"] + ["audio"] * said["speech"]
        if output != known.get("output"):
            yield "output", output


def _price(said: Mapping[str, Any]) -> dict[str, Any]:
    figures: dict[str, Any] = {ours: _number(said[option]) for option, ours in _PRICES.items() if said[option] is not None}
    if said["pricing_tiers_json"] is None and figures.get("input_usd_per_mtok") == figures.get("output_usd_per_mtok") == 0 and not any(figures.values()):
        return {"state": "free"}
    tiers = sorted(_listed(said["pricing_tiers_json"], "--pricing-tiers-json", _tier), key=lambda tier: tier["above_input_tokens"])
    return figures | ({"tiers": tiers} if tiers else {})


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _listed(text: str | None, option: str, read: Callable[[dict[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the JSON of *option* lists, each as *read* has it."""
    if text is None:
        return []
    try:
        found = json.loads(text)
        return [read(one) for one in found]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise click.UsageError(f"{option} is not a list as Routerly has it: {error!s}.") from error


def _tier(said: dict[str, Any]) -> dict[str, Any]:
    return {_TIER.get(name, name): value for name, value in said.items() if name != "metric"} | {"above_input_tokens": said.get("above", said.get("above_input_tokens")) or 0}


def _limit(said: dict[str, Any]) -> dict[str, Any]:
    window = {"rolling_seconds": said["rollingAmount"] * _SECONDS[said["rollingUnit"]]} if said.get("windowType") == "rolling" else {"period": said["period"]}
    return {"metric": said["metric"], "value": said["value"], **window}


def _budgets(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _listed(said["limits_json"], "--limits-json", _limit)
    for period in ("daily", "monthly"):
        if said[f"{period}_budget"] is not None:
            yield {"metric": "cost", "value": _number(said[f"{period}_budget"]), "period": period}
