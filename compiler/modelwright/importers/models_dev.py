"""
models.dev `api.json` as registry files.

The file maps provider ids to `{id, name, env, npm, api, doc, models: {id: facts}}`; its fields are those of models.dev's
own schema (packages/core/src/schema.ts, read 2026-07-02). Nothing is corrected: what is wrong there is for `lint` to find.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .shape import mapping, number, plain, reading, slug, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from . import Catalogue

NAME = "models-dev"

_PROTOCOLS = {
    "@ai-sdk/anthropic": "anthropic-messages",
    "@ai-sdk/openai": "openai-responses",
    "@ai-sdk/google": "google-generative",
    "@ai-sdk/google-vertex": "google-vertex",
    "@ai-sdk/google-vertex/anthropic": "google-vertex-anthropic",
    "@ai-sdk/amazon-bedrock": "bedrock-converse",
    "@ai-sdk/azure": "azure-openai",
    "@ai-sdk/cohere": "cohere-chat",
}
"""models.dev names the wire protocol by the JavaScript package that speaks it; every other package is OpenAI-compatible."""

_FIGURES = {
    "input": "input_usd_per_mtok",
    "output": "output_usd_per_mtok",
    "cache_read": "cache_read_usd_per_mtok",
    "cache_write": "cache_write_usd_per_mtok",
    "reasoning": "reasoning_usd_per_mtok",
    "input_audio": "input_audio_usd_per_mtok",
    "output_audio": "output_audio_usd_per_mtok",
}
_STATUS = {"alpha": "preview", "beta": "preview", "deprecated": "deprecated"}
_LIMITS = {"context": "context_tokens", "input": "input_tokens", "output": "output_tokens"}
_TIER_OF_LEGACY_PRICE = 200_000


def read(catalogue: Any, skipped: list[str] | None = None) -> Catalogue:
    """
    Return per provider id its provider entry, without order and sources, and its models in the catalogue's order.

    Raises ShapeError when *catalogue* does not have the shape of `api.json`; with *skipped*, models that do not are left out
    and told there.
    """
    result: Catalogue = {}
    with reading("the whole file"):
        providers = mapping(catalogue, "it")
    for key, provider in providers.items():
        with reading(key):
            models = mapping(mapping(provider, "it")["models"], "`models`")
            entry = _provider(key, provider)
        found: list[dict[str, Any]] = []
        for identity, model in models.items():
            with reading(f"{key}.models.{identity}", skipped):
                found.append(_model(mapping(model, "it")))
        result[slug(key)] = (entry, found)
    return result


def _provider(key: str, provider: Mapping[str, Any]) -> dict[str, Any]:
    variables: dict[str, dict[str, Any]] = {}
    template = re.sub(r"\$\{([A-Za-z0-9_]+)\}", lambda m: _variable(variables, m[1]), provider.get("api", ""))
    route: dict[str, Any] = {"id": "api", "label": "API key", "protocol": _PROTOCOLS.get(provider["npm"], "openai-chat")}
    if template:
        route["base_url"] = template.rstrip("/")
    env = [name for name in provider["env"] if re.fullmatch(r"[A-Z][A-Z0-9_]*", name)]
    route["auth"] = {"kind": "bearer", "env": env} if env else {"kind": "bearer"}
    entry: dict[str, Any] = {"id": slug(key), "name": provider["name"], "kind": "hosted", "billing": "unknown"}
    if variables:
        entry["variables"] = variables
    if provider.get("doc", "").startswith("http"):
        entry["docs"] = {"models": provider["doc"]}
    entry["routes"] = [route]
    return entry


def _variable(variables: dict[str, dict[str, Any]], env: str) -> str:
    name = env.lower()
    variables[name] = {"env": [env], "description": f"Value of {env}"}
    return "${" + name + "}"


def _model(model: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": text(model["id"], "`id`")}
    if "name" in model:
        entry["name"] = model["name"]
    if status := _STATUS.get(model.get("status", "")):
        entry["status"] = status
    for theirs, ours in (("release_date", "released_on"), ("last_updated", "updated_on"), ("knowledge", "knowledge_until")):
        if model.get(theirs):
            entry[ours] = model[theirs]
    if limits := {ours: model["limit"][theirs] for theirs, ours in _LIMITS.items() if theirs in model.get("limit", {})}:
        entry["limits"] = limits
    for side in ("input", "output"):
        if words := model.get("modalities", {}).get(side):
            entry[side] = list(dict.fromkeys(words))
    if capabilities := _capabilities(model):
        entry["capabilities"] = capabilities
    if thinking := _thinking(model):
        entry["thinking"] = thinking
    if "cost" in model:
        entry["prices"] = [_price(model["cost"], model.get("experimental", {}).get("modes", {}))]
    override = model.get("provider", {})
    if protocol := _PROTOCOLS.get(override.get("npm", "")):
        entry["protocol"] = "openai-responses" if override.get("shape") == "responses" else protocol
    if "api" in override and "${" not in override["api"]:
        entry["base_url"] = override["api"].rstrip("/")
    return entry


def _capabilities(model: Mapping[str, Any]) -> dict[str, bool]:
    fields = (("tool_call", "tools"), ("structured_output", "json_schema"), ("temperature", "temperature"), ("open_weights", "open_weights"))
    return {ours: model[theirs] for theirs, ours in fields if theirs in model}


def _thinking(model: Mapping[str, Any]) -> dict[str, Any]:
    if "reasoning" not in model:
        return {}
    if not model["reasoning"]:
        return {"mode": "none"}
    if "reasoning_options" not in model:
        return {"mode": "unspecified"}
    options = {option["type"]: option for option in model["reasoning_options"]}
    thinking: dict[str, Any] = {"mode": "levels", "levels": []}
    if "effort" in options:
        thinking["levels"] = [level for level in options["effort"]["values"] if level not in (None, "null")]
    elif "budget_tokens" in options:
        thinking = {"mode": "budget"}
    elif "toggle" in options:
        thinking = {"mode": "toggle"}
    for bound in ("min", "max"):
        if bound in options.get("budget_tokens", {}):
            thinking[f"{bound}_tokens"] = options["budget_tokens"][bound]
    return thinking


def _price(cost: Mapping[str, Any], modes: Mapping[str, Any]) -> dict[str, Any]:
    price = _figures(cost)
    tiers = [{"above_input_tokens": plain(number(tier["tier"]["size"], "`size`")), **_figures(tier)} for tier in cost.get("tiers", [])]
    if not tiers and "context_over_200k" in cost:
        tiers = [{"above_input_tokens": _TIER_OF_LEGACY_PRICE, **_figures(cost["context_over_200k"])}]
    if tiers:
        price["tiers"] = tiers
    variants = {}
    for mode, how in modes.items():
        name = how.get("provider", {}).get("body", {}).get("service_tier", mode)
        if "cost" in how:
            variants[name] = _figures(how["cost"])
    if variants:
        price["variants"] = variants
    return price


def _figures(cost: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures under our names; a key models.dev does not know either keeps its own, so that lint reports it."""
    known = {ours: cost[theirs] for theirs, ours in _FIGURES.items() if theirs in cost}
    rest = cost.keys() - _FIGURES.keys() - {"tiers", "tier", "context_over_200k"}
    return known | {key: cost[key] for key in sorted(rest)}
