"""
LiteLLM's map of costs, `model_prices_and_context_window.json`, as registry files.

The file maps a key, mostly `provider/model`, to that model's facts; prices are USD per token, and time-to-live, tier and
service tier stand in their names (`cache_creation_input_token_cost_above_1hr_above_200k_tokens_batches`; wheel 1.109.1, read
2026-11-20). What is said there is turned into our words, and what we have no word for is left out; nothing is corrected.

`max_input_tokens` holds the context window of nearly every model and the largest input of some; it becomes the window.
`deprecation_date` is the day a model stops answering. A capability that is left out may be unknown or absent, so it stays
unknown. A model that stands there with and without its provider's prefix is the one with it, which LiteLLM looks up first.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..diagnostics.render_text import printable
from .shape import items, listed, mapping, number, plain, reading, see, slug, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from . import Catalogue

NAME = "litellm"

_KEY = re.compile(r"(?P<cost>.+?)(?:_above_(?P<size>[0-9]{1,6})k_tokens)?(?:_(?P<variant>batches|flex|priority))?")
_EXAMPLE = "sample_spec"
_WRITE, _WRITE_FOR_AN_HOUR = "cache_creation_input_token_cost", "cache_creation_input_token_cost_above_1hr"
_FIGURES = {
    "input_cost_per_token": ("input_usd_per_mtok", 10**6),
    "output_cost_per_token": ("output_usd_per_mtok", 10**6),
    "cache_read_input_token_cost": ("cache_read_usd_per_mtok", 10**6),
    _WRITE: ("cache_write_usd_per_mtok", 10**6),
    _WRITE_FOR_AN_HOUR: ("cache_write_1h_usd_per_mtok", 10**6),
    "output_cost_per_reasoning_token": ("reasoning_usd_per_mtok", 10**6),
    "input_cost_per_audio_token": ("input_audio_usd_per_mtok", 10**6),
    "output_cost_per_audio_token": ("output_audio_usd_per_mtok", 10**6),
    "input_cost_per_image_token": ("input_image_usd_per_mtok", 10**6),
    "output_cost_per_image_token": ("output_image_usd_per_mtok", 10**6),
    "input_cost_per_request": ("usd_per_request", 1),
    "input_cost_per_query": ("usd_per_request", 1),
    "output_cost_per_image": ("usd_per_image", 1),
}
_ORDER = {name: place for place, (name, _) in enumerate(_FIGURES.values())}
_VARIANTS = {"batches": "batch", "flex": "flex", "priority": "priority"}
_CAPABILITIES = {
    "supports_function_calling": "tools",
    "supports_parallel_function_calling": "parallel_tools",
    "supports_response_schema": "json_schema",
    "supports_native_streaming": "streaming",
    "supports_sampling_params": "temperature",
    "supports_prompt_caching": "caching",
    "supports_web_search": "web_search",
}
_SENSES = {"supports_vision": "image", "supports_audio_input": "audio", "supports_video_input": "video", "supports_pdf_input": "pdf"}
_INPUTS = {"audio_transcription": ["audio"]}
_OUTPUTS = {
    "chat": ["text"],
    "completion": ["text"],
    "responses": ["text"],
    "embedding": ["embedding"],
    "image_generation": ["image"],
    "image_edit": ["image"],
    "audio_speech": ["audio"],
    "audio_transcription": ["text"],
    "video_generation": ["video"],
}
_PROTOCOLS = {"responses": "openai-responses"}
_LEVELS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_USUAL_LEVELS = ("low", "medium", "high")
"""Levels that LiteLLM takes for granted where it names any other."""
_WEEK = range(1, 8)
_WHOLE_DAY = "00:00-00:00"

_Blocks = dict[tuple[str | None, int | None], dict[str, Decimal]]
"""Figures by service tier and by the number of input tokens above which they hold."""


def read(catalogue: Any, skipped: list[str] | None = None) -> Catalogue:
    """
    Return per provider id its provider entry, without order and sources, and its models in the catalogue's order.

    A model's `sources` hold no more than the page LiteLLM names. Raises ShapeError when *catalogue* is no map of
    costs; with *skipped*, models that cannot be read are left out and told there.
    """
    with reading("the whole file"):
        entries = mapping(catalogue, "it")
    found: dict[str, dict[str, tuple[bool, dict[str, Any]]]] = {}
    names: dict[str, str] = {}
    for key, facts in entries.items():
        with reading(key, skipped):
            if "litellm_provider" not in mapping(facts, "it") or key == _EXAMPLE:
                continue
            name = text(facts["litellm_provider"], "`litellm_provider`")
            identity, has_prefix = _identity(key, name)
            models = found.setdefault(slug(name), {})
            names.setdefault(slug(name), name)
            if identity not in models or (has_prefix and not models[identity][0]):
                models[identity] = (has_prefix, _model(identity, facts))
    return {provider: (listed({"id": provider}, names[provider]), [model for _, model in models.values()]) for provider, models in found.items()}


def _identity(key: str, provider: str) -> tuple[str, bool]:
    """Return the provider's own id of a model, and whether the map's *key* had the provider before it."""
    for prefix in (f"{provider}/", f"{provider.partition('-')[0]}/"):
        if key.startswith(prefix) and key != prefix:
            return key.removeprefix(prefix), True
    return text(key, "the key"), False


def _model(identity: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": identity}
    mode = facts.get("mode")
    sizes = {"context_tokens": facts.get("max_input_tokens"), "output_tokens": facts.get("max_output_tokens")}
    parts: dict[str, Any] = {
        "retires_on": facts.get("deprecation_date"),
        "limits": {name: plain(number(size, f"`{name}`")) for name, size in sizes.items() if size is not None},
        "input": _inputs(facts, mode),
        "output": _outputs(facts, mode),
        "capabilities": _capabilities(facts),
        "thinking": _thinking(facts),
        "protocol": _PROTOCOLS.get(mode) if isinstance(mode, str) else None,
        "prices": [price] if (price := _price(facts, mode)) else None,
        "note": _note(facts),
        "sources": see(facts.get("source")),
    }
    return entry | {name: part for name, part in parts.items() if part}


def _note(facts: Mapping[str, Any]) -> str | None:
    """Return what somebody remarked; a remark is no fact to be checked, so what would command a terminal is taken out of it."""
    said = facts.get("comment", mapping(facts.get("metadata", {}), "`metadata`").get("notes"))
    return printable(said) if isinstance(said, str) else None


def _inputs(facts: Mapping[str, Any], mode: Any) -> list[Any]:
    senses = [word for flag, word in _SENSES.items() if facts.get(flag) is True]
    named = facts.get("supported_modalities")
    if named is None:
        named = _INPUTS.get(mode, ["text"] if senses else []) if isinstance(mode, str) else []
    return list(dict.fromkeys([*items(named, "`supported_modalities`"), *(word for word in senses if word == "pdf" or "supported_modalities" not in facts)]))


def _outputs(facts: Mapping[str, Any], mode: Any) -> list[Any]:
    named = facts.get("supported_output_modalities")
    if named is not None:
        return list(dict.fromkeys(items(named, "`supported_output_modalities`")))
    words = _OUTPUTS.get(mode, []) if isinstance(mode, str) else []
    return [*words, "audio"] if words == ["text"] and facts.get("supports_audio_output") is True else list(words)


def _capabilities(facts: Mapping[str, Any]) -> dict[str, Any]:
    found = {ours: facts[theirs] for theirs, ours in _CAPABILITIES.items() if theirs in facts and facts[theirs] is not None}
    return found | ({"batch": True} if "/v1/batch" in (facts.get("supported_endpoints") or ()) else {})


def _thinking(facts: Mapping[str, Any]) -> dict[str, Any]:
    levels = facts.get("reasoning_effort_levels") or _flagged_levels(facts)
    if facts.get("supports_reasoning") is not True and not levels:
        return {"mode": "none"} if facts.get("supports_reasoning") is False else {}
    mode = "adaptive" if facts.get("supports_adaptive_thinking") is True else "levels" if levels else "always" if facts.get("thinking_always_on") is True else "unspecified"
    thinking: dict[str, Any] = {"mode": mode, "levels": levels} if levels else {"mode": mode}
    return thinking | ({"default_level": facts["default_reasoning_effort"]} if levels and facts.get("default_reasoning_effort") else {})


def _flagged_levels(facts: Mapping[str, Any]) -> list[str]:
    flags = {level: facts.get(f"supports_{level}_reasoning_effort") for level in _LEVELS}
    if all(flag is not True for flag in flags.values()):
        return []
    return [level for level in _LEVELS if flags[level] is True or (level in _USUAL_LEVELS and flags[level] is not False)]


def _price(facts: Mapping[str, Any], mode: Any) -> dict[str, Any]:
    blocks: _Blocks = {}
    _add_tiers_of_a_list(blocks, facts)
    _add(blocks, facts)
    base = blocks.setdefault((None, None), {})
    if mode == "audio_transcription" and facts.get("input_cost_per_second") is not None:
        base["usd_per_audio_minute"] = number(facts["input_cost_per_second"], "`input_cost_per_second`") * 60
    search = mapping(facts.get("search_context_cost_per_query") or {}, "`search_context_cost_per_query`").get("search_context_size_medium")
    if search is not None:
        base["usd_per_search"] = number(search, "`search_context_size_medium`")
    faster = mapping(facts.get("provider_specific_entry") or {}, "`provider_specific_entry`").get("fast")
    if faster is not None:
        blocks["fast", None] = {name: cost * number(faster, "`fast`") for name, cost in base.items() if name.endswith("_mtok")}
    return {**_assembled(blocks), **_off_peak(facts)}


def _add(blocks: _Blocks, costs: Mapping[str, Any], above: int | None = None) -> None:
    """Put what *costs* says into *blocks*; without a size in its name a figure holds above *above* tokens."""
    has_hour = _WRITE_FOR_AN_HOUR in costs
    for key, cost in costs.items():
        found = _KEY.fullmatch(key)
        if cost is None or found is None or found["cost"] not in _FIGURES:
            continue
        name, scale = _FIGURES[found["cost"]]
        if has_hour and found["cost"] == _WRITE:
            name = "cache_write_5m_usd_per_mtok"
        size = above if found["size"] is None else int(found["size"]) * 1000
        blocks.setdefault((_VARIANTS.get(found["variant"]), size), {})[name] = number(cost, f"`{key}`") * scale


def _add_tiers_of_a_list(blocks: _Blocks, facts: Mapping[str, Any]) -> None:
    for tier in items(facts.get("tiered_pricing") or [], "`tiered_pricing`"):
        if "range" in mapping(tier, "`tiered_pricing`"):  # others count results of a search
            _add(blocks, tier, int(number(items(tier["range"], "`range`")[0], "`range`")) or None)


def _assembled(blocks: _Blocks) -> dict[str, Any]:
    price = _block(blocks, None)
    variants = {name: block for name in (*_VARIANTS.values(), "fast") if (block := _block(blocks, name))}
    return price | ({"variants": variants} if variants else {})


def _block(blocks: _Blocks, variant: str | None) -> dict[str, Any]:
    tiers = [{"above_input_tokens": above, **_figures(costs)} for (name, above), costs in sorted(blocks.items(), key=lambda pair: pair[0][1] or 0) if name == variant and above]
    return _figures(blocks.get((variant, None), {})) | ({"tiers": tiers} if tiers else {})


def _figures(costs: Mapping[str, Decimal]) -> dict[str, int | float]:
    return {name: plain(cost) for name, cost in sorted(costs.items(), key=lambda pair: _ORDER.get(pair[0].replace("_5m_", "_"), len(_ORDER)))}


def _off_peak(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cheap hours that are the same every day; we have no word for days of the week."""
    cheap = mapping(facts.get("off_peak_pricing") or {}, "`off_peak_pricing`")
    blocks: _Blocks = {}
    _add(blocks, cheap)
    figures = _figures(blocks.get((None, None), {}))
    windows = list(_windows(cheap))
    hours = [span for span, _ in windows if all(any(day in days and other in (span, _WHOLE_DAY) for other, days in windows) for day in _WEEK)]
    return {"off_peak": [{"hours_utc": span, **figures} for span in dict.fromkeys(hours)]} if hours and figures else {}


def _windows(cheap: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each span of hours with the days of the week, 1 to 7, on which it is cheap."""
    for window in items(cheap.get("windows") or [], "`windows`"):
        hours, days = mapping(window, "`windows`")["hours_utc"], items(window.get("weekdays", list(_WEEK)), "`weekdays`")
        yield from ((span, days) for span in ([hours] if isinstance(hours, str) else items(hours, "`hours_utc`")))
