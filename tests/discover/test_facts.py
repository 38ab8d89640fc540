"""What a single value, price or level of a listing means, and what it must not be taken for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from modelwright.discover import all_adapters, values
from modelwright.discover.adapter import Listing, MalformedListingError
from modelwright.discover.ollama_tags import parse_show

PER_TOKEN, PER_MTOK = Decimal(1_000_000), Decimal(1)


def seen(entry: dict[str, Any], usd_per_mtok: Decimal | None = PER_MTOK, adapter: str = "openai-models") -> dict[str, Any]:
    """Return the sighting of a model `m` with what *entry* says."""
    listing = Listing(source="acme", provider="acme", adapter=adapter, url="https://api.acme.example/models", usd_per_mtok=usd_per_mtok)
    return all_adapters()[adapter].parse(listing, {"data": [{"id": "m", **entry}]}).models[0]


@pytest.mark.parametrize(
    ("stated", "tokens"),
    [
        (8192, 8192),
        ("8192", 8192),
        (" 8192 ", 8192),
        (8192.0, 8192),
        ("1e6", 1_000_000),
        (10**9, 10**9),
        (10**9 + 1, None),
        (0, None),
        (-1, None),
        ("-1", None),
        (0.5, None),
        (True, None),
        ("", None),
        ("128k", None),
        (None, None),
        ([8192], None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        ("9" * 60, None),
    ],
)
def test_a_limit_is_a_whole_number_of_tokens_that_can_be(stated: Any, tokens: int | None) -> None:
    assert seen({"context_length": stated}).get("limits", {}).get("context_tokens") == tokens


@pytest.mark.parametrize(
    "key", ["contextWindow", "context_window", "context_length", "max_model_len", "max_context_length", "max_input_tokens", "inputTokenLimit", "max_prompt_length"]
)
def test_the_window_goes_by_many_names(key: str) -> None:
    assert seen({key: "4096"})["limits"] == {"context_tokens": 4096}


@pytest.mark.parametrize("key", ["max_tokens", "maxTokens", "max_output_tokens", "max_output_length", "outputTokenLimit", "max_completion_tokens"])
def test_the_largest_output_goes_by_many_names(key: str) -> None:
    assert seen({key: 4096})["limits"] == {"output_tokens": 4096}


def test_a_name_that_says_nothing_leaves_the_word_to_the_next() -> None:
    assert seen({"context_window": 0, "context_length": None, "max_model_len": 4096})["limits"] == {"context_tokens": 4096}


@pytest.mark.parametrize(
    ("unit", "prompt", "usd"),
    [
        (PER_TOKEN, "0.000003", 3),
        (PER_TOKEN, 3e-06, 3),
        (PER_TOKEN, "0.00000007", 0.07),
        (PER_TOKEN, "1.4e-07", 0.14),
        (PER_TOKEN, "$0.00000055", 0.55),
        (Decimal("0.0001"), 12500, 1.25),
        (PER_MTOK, 0.1 + 0.2, 0.3),
        (PER_MTOK, "0.1234567890123", 0.123456789012),
        (PER_MTOK, "1000000", 1_000_000),
        (PER_MTOK, {"usd": 0.2, "diem": 9}, 0.2),
    ],
)
def test_a_price_is_exact_in_usd_a_million_tokens(unit: Decimal, prompt: Any, usd: float) -> None:
    found = seen({"pricing": {"prompt": prompt}}, unit)["price"]["input_usd_per_mtok"]
    assert (found, type(found)) == (usd, type(usd))


@pytest.mark.parametrize("prompt", [None, "", "free", "0.1 USD", "NaN", "Infinity", True, [3], {"eur": 3}, 1e7, "1e99", 10**400, "1_000", float("nan"), "1e-30"])
def test_a_price_that_is_none_is_left_out(prompt: Any) -> None:
    assert seen({"pricing": {"prompt": prompt, "completion": "2"}})["price"] == {"output_usd_per_mtok": 2}
    assert "price" not in seen({"pricing": {"prompt": prompt, "completion": "0"}})


@pytest.mark.parametrize(
    ("pricing", "price"),
    [
        ({"prompt": "0", "completion": "0"}, {"state": "free"}),
        ({"prompt": 0, "completion": 0.0, "request": "0", "image": "0"}, {"state": "free"}),
        ({"prompt": "0"}, None),
        ({"prompt": "0", "completion": None}, None),
        ({"prompt": "-1", "completion": "-1"}, {"state": "varies"}),
        ({"prompt": -1}, {"state": "varies"}),
        ({"prompt": "1", "completion": "2", "input_cache_read": "-1", "input_cache_write": "0"}, {"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}),
        ({"prompt": "0", "completion": "0", "input_tiers": [{"cost": "0", "min": 0}, {"cost": "1", "min": 10001}]}, None),
        ({}, None),
    ],
)
def test_zero_is_free_and_less_than_zero_varies_only_where_it_is_said(pricing: dict[str, Any], price: dict[str, Any] | None) -> None:
    assert seen({"pricing": pricing}).get("price") == price


def test_what_gives_no_text_is_not_free_for_a_price_of_zero_a_token() -> None:
    assert "price" not in seen({"type": "image", "pricing": {"input": 0, "output": 0}})


def test_a_listing_without_a_unit_has_no_prices() -> None:
    assert seen({"pricing": {"prompt": "1", "completion": "2"}, "input_cost_per_token": 1}, None) == {"id": "m"}


def test_prices_of_requests_and_searches_are_read_where_they_are_those_of_one() -> None:
    pricing = {"prompt": "0.000001", "request": "0.005", "web_search": "10", "image": "0.04"}
    assert seen({"pricing": pricing}, PER_TOKEN)["price"] == {"input_usd_per_mtok": 1}
    assert seen({"pricing": pricing}, PER_TOKEN, "openrouter-models")["price"] == {"input_usd_per_mtok": 1, "usd_per_request": 0.005, "usd_per_search": 10}


@pytest.mark.parametrize(
    ("pricing", "tiers"),
    [
        ({"input_tiers": [{"cost": 1, "max": 32001}, {"cost": 2, "min": 32001}]}, [{"above_input_tokens": 32000, "input_usd_per_mtok": 2}]),
        ({"input": 1, "input_tiers": [{"cost": 2, "min": 200_000}]}, [{"above_input_tokens": 200_000, "input_usd_per_mtok": 2}]),
        (
            {"input": 1, "output": 3, "input_tiers": [{"cost": 2, "min": 1001}, {"cost": 4, "min": 5001}], "output_tiers": [{"cost": 6, "min": 1001}]},
            [{"above_input_tokens": 1000, "input_usd_per_mtok": 2, "output_usd_per_mtok": 6}, {"above_input_tokens": 5000, "input_usd_per_mtok": 4, "output_usd_per_mtok": 6}],
        ),
        ({"input": 1, "input_tiers": [{"cost": 2, "min": "soon"}, {"cost": "?", "min": 9}, 7, None]}, None),
        ({"input": 1, "input_tiers": "none"}, None),
        ({"input": 1, "extended": {"input": {"usd": 2}}}, None),
        ({"input": 1, "extended": {"context_token_threshold": 200_000, "input": {"usd": 2}}}, [{"above_input_tokens": 200_000, "input_usd_per_mtok": 2}]),
    ],
)
def test_a_tier_begins_above_a_size_and_keeps_what_held_below(pricing: dict[str, Any], tiers: list[dict[str, Any]] | None) -> None:
    price = seen({"pricing": pricing})["price"]
    assert price["input_usd_per_mtok"] == 1
    assert price.get("tiers") == tiers


@pytest.mark.parametrize("word", ["tools", "tool-use", "tool_use", "function_calling", "Tool_Calling"])
def test_a_feature_goes_by_many_names(word: str) -> None:
    assert seen({"supported_features": [word]})["capabilities"] == {"tools": True}
    assert seen({"capabilities": {word: False}})["capabilities"] == {"tools": False}
    assert seen({f"supports_{word}": {"supported": True}})["capabilities"] == {"tools": True}


def test_a_feature_that_is_not_listed_is_unknown_and_one_without_a_word_is_left_out() -> None:
    assert seen({"supported_features": ["telepathy", "x" * 99, 7, None]}) == {"id": "m"}
    assert seen({"capabilities": {"telepathy": True, "x" * 99: True}}) == {"id": "m"}


@pytest.mark.parametrize(
    ("entry", "takes", "gives"),
    [
        ({"input_modalities": ["file", "TEXT", "smell", "image"], "output_modalities": ["text"]}, ["text", "image", "pdf"], ["text"]),
        ({"architecture": {"input_modalities": ["text"], "output_modalities": ["embeddings"]}}, ["text"], ["embedding"]),
        ({"input_modalities": ["embedding"], "output_modalities": []}, None, None),
        ({"supports_vision": True, "supports_audio_input": False}, ["text", "image"], None),
        ({"supports_vision": False}, None, None),
        ({"supports_vision": False, "supportsAudioInput": False, "supports_video_in": False}, ["text"], None),
        ({"type": "embedding"}, None, ["embedding"]),
        ({"type": "transcription"}, ["audio"], ["text"]),
        ({"type": "model", "mode": "chat"}, None, ["text"]),
        ({"type": "rerank", "mode": "chat"}, None, None),
    ],
)
def test_modalities_are_those_that_are_stated(entry: dict[str, Any], takes: list[str] | None, gives: list[str] | None) -> None:
    model = seen(entry)
    assert (model.get("input"), model.get("output")) == (takes, gives)


@pytest.mark.parametrize(
    ("entry", "thinking"),
    [
        ({"reasoning": {"mandatory": True}}, {"mode": "always"}),
        ({"reasoning": {"mandatory": False}}, {"mode": "unspecified"}),
        ({"reasoning": {"mandatory": "yes"}}, None),
        ({"reasoning": {"supports_max_tokens": True}}, {"mode": "budget"}),
        ({"reasoning": {"supported_efforts": ["max", "low", "ultra"], "default_effort": "ultra"}}, {"mode": "levels", "levels": ["low", "max"]}),
        ({"reasoning": {"allowed_options": ["on", "off"]}}, {"mode": "toggle"}),
        ({"reasoning": {"allowed_options": ["on"]}}, {"mode": "always"}),
        ({"reasoning": {"allowed_options": ["off"]}}, None),
        ({"reasoning": True, "reasoning_effort": ["low", "high"]}, {"mode": "levels", "levels": ["low", "high"]}),
        ({"supports_reasoning": False, "reasoning_effort": ["low"]}, {"mode": "none"}),
        ({"supports_reasoning": True}, {"mode": "unspecified"}),
        ({"min_thinking_budget": 2048, "max_thinking_budget": 1024}, {"mode": "budget", "min_tokens": 2048}),
        ({"tags": ["reasoning"]}, {"mode": "unspecified"}),
        ({"reasoning": None}, None),
    ],
)
def test_thinking_is_no_more_than_what_is_stated(entry: dict[str, Any], thinking: dict[str, Any] | None) -> None:
    assert seen(entry).get("thinking") == thinking


@pytest.mark.parametrize(
    ("entry", "facts"),
    [
        ({"created": 1754408224, "created_at": "2026-01-01"}, {}),
        ({"released": 1759104000}, {"released_on": "2025-09-29"}),
        ({"released": "1759104000"}, {"released_on": "2025-09-29"}),
        ({"released": 0}, {}),
        ({"released": 1e14}, {}),
        ({"released": -1e15}, {}),
        ({"expiration_date": "2026-12-31"}, {"retires_on": "2026-12-31"}),
        ({"expiration_date": "2026-02-30"}, {}),
        ({"expiration_date": "1999-12-31"}, {}),
        ({"expiration_date": "never"}, {}),
        ({"expiration_date": True}, {}),
        ({"is_deprecated": True, "preview": True}, {"status": "deprecated"}),
        ({"preview": True}, {"status": "preview"}),
        ({"is_deprecated": False}, {}),
    ],
)
def test_days_are_those_that_can_be_and_a_listing_is_not_a_release(entry: dict[str, Any], facts: dict[str, Any]) -> None:
    assert seen(entry) == {"id": "m", **facts}


@pytest.mark.parametrize("power", [16, 5000])
def test_a_number_out_of_all_bounds_is_none(power: int) -> None:
    assert (values.number(10**power), values.tokens(-(10**power)), values.day(10**power)) == (None, None, None)
    assert (values.number(float("inf")), values.number(float("nan")), values.number("1e16"), values.number("1e-99")) == (None, None, Decimal("1e16"), Decimal("1e-99"))


def test_a_part_is_found_through_objects_only() -> None:
    assert values.part({"a": {"b": 1}}, "a", "b") == 1
    assert values.part({"a": [1]}, "a", "b") is None


SHOWN = {
    "license": "…",
    "details": {"parent_model": "", "format": "gguf", "family": "qwen3", "parameter_size": "8.2B"},
    "model_info": {"general.architecture": "qwen3", "general.parameter_count": 8190735360, "qwen3.context_length": 40960, "qwen3.embedding_length": 4096},
    "capabilities": ["completion", "tools", "thinking"],
    "modified_at": "2026-05-04T17:37:44.706015396-07:00",
}


@pytest.mark.parametrize(
    ("reply", "facts"),
    [
        (
            SHOWN,
            {"limits": {"context_tokens": 40960}, "input": ["text"], "output": ["text"], "capabilities": {"tools": True}, "thinking": {"mode": "unspecified"}},
        ),
        ({"capabilities": ["completion", "vision"]}, {"input": ["text", "image"], "output": ["text"], "capabilities": {"tools": False}, "thinking": {"mode": "none"}}),
        ({"model_info": {"bert.context_length": 512}, "capabilities": ["embedding"]}, {"limits": {"context_tokens": 512}, "input": ["text"], "output": ["embedding"]}),
        ({"model_info": {"a.context_length": 512, "b.context_length": 1024}}, {}),
        ({"model_info": {"general.architecture": "b", "a.context_length": 512, "b.context_length": 1024}}, {"limits": {"context_tokens": 1024}}),
        ({"model_info": {}, "capabilities": None}, {}),
    ],
)
def test_details_of_a_local_model_are_its_window_and_all_it_can_do(reply: dict[str, Any], facts: dict[str, Any]) -> None:
    assert parse_show(reply) == facts


@pytest.mark.parametrize(
    ("reply", "said"), [("<html>", "a web page"), ({"error": "model 'x' not found"}, "model 'x' not found"), ({}, "an object without `model_info`"), (None, "null")]
)
def test_a_reply_without_details_is_said_to_be_none(reply: Any, said: str) -> None:
    with pytest.raises(MalformedListingError, match=said):
        parse_show(reply)
