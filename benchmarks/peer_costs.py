"""
What a peer says requests cost: `peer_costs.py genai-prices|litellm`, questions as JSON on standard input, answers on standard output.

It runs in the peer's interpreter. A question names a model (`names`: spellings to try in turn) and `requests`: quantities
under the names modelwright has for them, and perhaps `variant`, `on` and `at`. Its answer is null when the peer has no such
model, else the name it was found by and, per request, the cost in USD and the rates the peer holds, by the name of our unit.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Answer = dict[str, Any] | None

_GENAI_UNITS = {
    "input_usd_per_mtok": ("input_mtok",),
    "output_usd_per_mtok": ("output_mtok",),
    "cache_read_usd_per_mtok": ("cache_read_mtok",),
    "cache_write_5m_usd_per_mtok": ("cache_write_5m_mtok", "cache_write_mtok"),
    "cache_write_1h_usd_per_mtok": ("cache_write_1h_mtok",),
    "input_audio_usd_per_mtok": ("input_audio_mtok",),
}
_GENAI_QUANTITIES = {"searches": "web_searches"}
_LITELLM_UNITS = {
    "input_usd_per_mtok": "input_cost_per_token",
    "output_usd_per_mtok": "output_cost_per_token",
    "cache_read_usd_per_mtok": "cache_read_input_token_cost",
    "cache_write_5m_usd_per_mtok": "cache_creation_input_token_cost",
    "cache_write_1h_usd_per_mtok": "cache_creation_input_token_cost_above_1hr",
    "input_audio_usd_per_mtok": "input_cost_per_audio_token",
}
_LITELLM_SUFFIX = {"batch": "_batches", "flex": "_flex", "priority": "_priority"}


def _genai_prices(question: dict[str, Any]) -> Answer:
    import genai_prices
    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.types import TieredPrices

    def rate(price: object, tokens: int) -> str | None:
        if isinstance(price, TieredPrices):
            reached = [tier.price for tier in price.tiers if tokens > tier.start]
            price = reached[-1] if reached else price.base
        return None if price is None else str(price)

    def answer(name: str, request: dict[str, Any]) -> dict[str, Any]:
        when, variant = _moment(request), request.get("variant")
        context = {"processing": "batch"} if variant == "batch" else {"service_tier": variant, "speed": variant} if variant else None
        quantities = {_GENAI_QUANTITIES.get(key, key): quantity for key, quantity in request["usage"].items()}
        if written := sum(quantities.get(f"cache_write_{ttl}_tokens", 0) for ttl in ("5m", "1h")):
            quantities["cache_write_tokens"] = written  # it asks for the total beside the parts
        found = genai_prices.calc_price(genai_prices.Usage(**quantities), name, provider_id=question["provider"], genai_request_timestamp=when, price_context=context)
        rates = {}
        for ours, theirs in _GENAI_UNITS.items():
            price = next((price for key in theirs if (price := getattr(found.model_price, key)) is not None), None)
            rates[ours] = rate(price, quantities.get("input_tokens", 0))
        searches = found.model_price.web_searches_kcount
        rates["usd_per_search"] = None if searches is None else str(searches / 1000)
        rates["usd_per_request"] = str((found.model_price.requests_kcount or 0) / 1000)
        return {"usd": str(found.total_price), "rates": rates}

    for name in question["names"]:
        try:
            _, model = get_snapshot().find_provider_model(name, None, question["provider"], None)
        except LookupError:
            continue
        by_pattern = model.id.lower() not in [known.lower() for known in question["names"]]
        return {"name": model.id + (" (by pattern)" if by_pattern else ""), "answers": [answer(name, request) for request in question["requests"]]}
    return None


def _litellm(question: dict[str, Any]) -> Answer:
    import litellm
    from litellm.cost_calculator import batch_cost_calculator

    litellm.suppress_debug_info = True

    def answer(name: str, entry: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
        used, variant = _litellm_usage(request["usage"]), request.get("variant")
        tokens = request["usage"].get("input_tokens", 0)
        try:
            if variant == "batch":
                parts = batch_cost_calculator(used, name, entry["litellm_provider"])
            else:
                parts = litellm.cost_per_token(model=name, custom_llm_provider=entry["litellm_provider"], usage_object=used, service_tier=variant)
            usd = str(sum(parts))
        except Exception as error:  # noqa: BLE001  # whatever it raises, it has no cost for it
            usd = type(error).__name__
        suffix = _LITELLM_SUFFIX.get(variant or "", "")
        rates = {ours: _litellm_rate(entry, theirs, suffix, tokens) for ours, theirs in _LITELLM_UNITS.items()}
        return {"usd": usd, "rates": rates | {"usd_per_request": str(Decimal(repr(entry.get("input_cost_per_request", 0))))}}

    for name in question["names"]:
        entry = litellm.model_cost.get(name)
        if entry is not None and entry.get("litellm_provider") in question["providers"]:
            return {"name": name, "answers": [answer(name, entry, request) for request in question["requests"]]}
    return None


def _litellm_usage(usage: dict[str, int]) -> Any:
    from litellm.types.utils import CacheCreationTokenDetails, PromptTokensDetailsWrapper, Usage

    tokens, written = usage.get("input_tokens", 0), usage.get("output_tokens", 0)
    short, long = usage.get("cache_write_5m_tokens", 0), usage.get("cache_write_1h_tokens", 0)
    details = PromptTokensDetailsWrapper(
        cached_tokens=usage.get("cache_read_tokens", 0),
        audio_tokens=usage.get("input_audio_tokens", 0),
        cache_creation_tokens=short + long,
        cache_creation_token_details=CacheCreationTokenDetails(ephemeral_5m_input_tokens=short, ephemeral_1h_input_tokens=long),
    )
    return Usage(prompt_tokens=tokens, completion_tokens=written, total_tokens=tokens + written, prompt_tokens_details=details)


def _litellm_rate(entry: dict[str, Any], key: str, suffix: str, tokens: int) -> str | None:
    """Return the figure of the highest size that *tokens* is above; without one of the variant there is none."""
    size = re.compile(re.escape(key) + r"_above_(\d+)k_tokens" + re.escape(suffix))
    found = entry.get(key + suffix)
    for above, name in sorted((int(match[1]) * 1000, name) for name in entry if (match := size.fullmatch(name))):
        found = entry[name] if tokens > above else found
    return None if found is None else str(Decimal(repr(found)) * 1_000_000)


def _moment(request: dict[str, Any]) -> datetime:
    now = datetime.now(UTC)
    day = datetime.fromisoformat(request["on"]) if "on" in request else now
    hour, minute = map(int, request["at"].split(":")) if "at" in request else (now.hour, now.minute)
    return day.replace(hour=hour, minute=minute, tzinfo=UTC)


if __name__ == "__main__":
    ask = {"genai-prices": _genai_prices, "litellm": _litellm}[sys.argv[1]]
    print("\n" + json.dumps([ask(question) for question in json.load(sys.stdin)]))
