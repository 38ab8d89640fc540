"""A user of Routerly's drops in models.json: acceptance/routerly.md 1-12, 24-26, 28 and 31, by number."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelwright import Usage, cost, load

if TYPE_CHECKING:
    from command_line import Drop, Run

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "dialects" / "routerly"
TABLES: dict[str, list[list[Any]]] = yaml.safe_load((FIXTURES / "tables.yaml").read_text())
SEED_DAY = "2026-03-01"
SIZES = {"128k": (128_000, 131_072), "200k": (200_000, 204_800), "1M": (1_000_000, 1_048_576), "2M": (2_000_000, 2_097_152)}
"""What the tables round to, and the next rounder number of the same name."""


def row(identity: str, provider: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "provider": provider, **more}


def custom(**more: Any) -> list[dict[str, Any]]:
    return [row("my-custom-model", "custom", endpoint="http://192.168.1.50:8000/v1", **more)]


def usd(run: Run, ref: str, *options: str) -> str | None:
    found: str | None = run("cost", ref, *options, "--json", "-q").json["usd"]
    return found


def findings(run: Run, file: Path, code: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("lint", file, "--json", code=code).json["findings"]
    return found


@pytest.mark.parametrize(
    ("provider", "protocol", "url"),
    [
        ("openai", "openai-chat", "https://api.openai.com/v1/chat/completions"),
        ("anthropic", "anthropic-messages", "https://api.anthropic.com/v1/messages"),
        ("gemini", "openai-chat", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"),
        ("mistral", "openai-chat", "https://api.mistral.ai/v1/chat/completions"),
        ("cohere", "openai-chat", "https://api.cohere.ai/compatibility/v1/chat/completions"),
        ("xai", "openai-chat", "https://api.x.ai/v1/chat/completions"),
        ("ollama", "openai-chat", "http://localhost:11434/v1/chat/completions"),
        ("custom", "openai-chat", "http://192.168.1.50:8000/v1/chat/completions"),
    ],
)
def test_routerly_01_every_provider_id_resolves_to_a_working_protocol(provider: str, protocol: str, url: str, use: Drop, run: Run) -> None:
    """M every seed provider id (openai anthropic gemini mistral cohere xai ollama custom) resolves to a working protocol; gemini/mistral/cohere/xai = OpenAI-compatible."""
    model = TABLES[provider][0][0] if provider in TABLES else "my-custom-model"
    use([row(model, provider, **({"endpoint": "http://192.168.1.50:8000/v1"} if provider == "custom" else {}))])
    found = run("resolve", model, "--json", "-q").json
    assert (found["protocol"], found["url"]) == (protocol, url)
    assert found["account"] == ("custom-192-168-1-50-8000" if provider == "custom" else provider)


def test_routerly_02_ollama_is_on_this_machine_without_auth_and_a_model_may_be_elsewhere(use: Drop, run: Run) -> None:
    """M `ollama` default base http://localhost:11434, no auth; model-level base overrides."""
    use([row("ollama/llama3.2", "ollama"), row("ollama/mistral", "ollama", endpoint="http://gpu-box:11434")])
    here, there = (run("resolve", ref, "--json", "-q").json for ref in ("ollama/llama3.2", "ollama/mistral"))
    assert here["base_url"] == "http://localhost:11434"
    assert there["base_url"] == "http://gpu-box:11434"
    assert {here["auth"]["source"], there["auth"]["source"]} == {"none"}


def test_routerly_03_a_custom_model_in_the_own_network_needs_no_key_and_costs_nothing(use: Drop, run: Run) -> None:
    """M custom `--base-url http://192.168.1.50:8000/v1 --input-price 0 --output-price 0` registers, no key, cost 0."""
    use(custom(cost={"inputPerMillion": 0, "outputPerMillion": 0}))
    found = run("resolve", "my-custom-model", "--json", "-q").json
    assert (found["url"], found["auth"]["source"]) == ("http://192.168.1.50:8000/v1/chat/completions", "none")
    assert run("cost", "my-custom-model", "--input", "1000", "--output", "1000", "--json", "-q").json["state"] == "free"
    assert usd(run, "my-custom-model", "--input", "1000", "--output", "1000") == "0"
    price = run("models", "show", "my-custom-model", "--json", "-q").json["models"][0]["price"]
    assert (price["input_usd_per_mtok"], price["output_usd_per_mtok"], price["cache_read_usd_per_mtok"]) == ("0", "0", None)


def test_routerly_03_the_command_of_its_documentation_registers_it(drop: Drop, run: Run) -> None:
    """M custom `--base-url http://192.168.1.50:8000/v1 --input-price 0 --output-price 0` registers, no key, cost 0."""
    file = drop([])
    command = "models add --id my-custom-model --provider custom --base-url http://192.168.1.50:8000/v1 --input-price 0 --output-price 0"
    run(*command.split(), "-q")
    assert json.loads(file.read_text()) == custom(name="my-custom-model", cost={"inputPerMillion": 0, "outputPerMillion": 0})
    run("compile", "-q")
    assert run("resolve", "my-custom-model", "--json", "-q").json["auth"]["source"] == "none"
    assert usd(run, "my-custom-model", "--input", "1000", "--output", "1000") == "0"


@pytest.mark.parametrize(
    ("provider", "facts"), [(provider, facts) for provider, rows in TABLES.items() for facts in rows], ids=lambda value: value[0] if isinstance(value, list) else value
)
def test_routerly_04_every_model_of_its_tables_is_there_with_its_price_and_context(provider: str, facts: list[Any], artifact: Path, run: Run) -> None:
    """M every model of the routerly.txt tables is in the registry with the seed's price & context; conflicting sources are recorded with per-field provenance."""
    identity, size, *prices = facts if len(facts) > 1 else [*facts, None]
    ref = identity if "/" in identity else f"{provider}/{identity}"
    found = run("models", "show", ref, "--on", SEED_DAY, "--json", "-q", "--artifact", artifact).json["models"][0]
    if size is not None:
        assert SIZES[size][0] <= found["limits"]["context_tokens"] <= SIZES[size][1]
    base, dearer = prices[:2], prices[2:]
    if base:
        assert [Decimal(found["price"][key]) for key in ("input_usd_per_mtok", "output_usd_per_mtok")] == [Decimal(str(price)) for price in base]
    if dearer:
        (tier,) = found["price"]["tiers"]
        assert (tier["above_input_tokens"], *(Decimal(tier[key]) for key in ("input_usd_per_mtok", "output_usd_per_mtok"))) == (200_000, *(Decimal(str(price)) for price in dearer))


def test_routerly_04_where_sources_differ_each_figure_says_which_it_is_from(run: Run) -> None:
    """M conflicting sources are recorded with per-field provenance."""
    now = run("why", "google/gemini-2.5-pro", "limits.context_tokens", "--json").json
    then = run("why", "google/gemini-2.5-pro", "earlier_limits", "--json").json
    assert now["value"] != then["value"][0]["context_tokens"] == 2_000_000
    assert (now["origins"][0]["source"], then["value"][0]["source"]["from"]) == ("models.dev@f3fc69229", "Routerly documentation, provider tables")


TIERED = [("anthropic/claude-opus-4-6", 10, "37.5"), ("google/gemini-2.5-pro", "2.5", 15), ("google/gemini-3.1-pro-preview", 4, 18)]


def test_routerly_05_above_the_size_all_tokens_cost_more(run: Run, artifact: Path) -> None:
    """M tier: sonnet-4-5, 200 000 prompt tokens → 3/15; 200 001 → 6/22.5 on ALL tokens (seed ">200k"); tiers sorted, highest exceeded wins."""
    ask = ("anthropic/claude-sonnet-4-5", "--output", "1000000", "--on", SEED_DAY, "--artifact", str(artifact))
    assert usd(run, *ask, "--input", "200000") == "15.6"
    assert usd(run, *ask, "--input", "200001") == "23.700006"


def test_routerly_05_tiers_of_a_file_are_sorted_and_the_highest_that_is_exceeded_wins(use: Drop, run: Run) -> None:
    """M tiers sorted, highest exceeded wins."""
    tiers = [{"metric": "context_tokens", "above": above, "inputPerMillion": price} for above, price in ((200_000, 4), (100_000, 2))]
    use(custom(cost={"inputPerMillion": 1, "outputPerMillion": 9, "pricingTiers": tiers}))
    asked = {size: run("cost", "my-custom-model", "--input", str(size), "--json", "-q").json for size in (100_000, 100_001, 200_000, 200_001)}
    assert [(found["usd"], found["tier"]) for found in asked.values()] == [("0.1", None), ("0.200002", 100_000), ("0.4", 100_000), ("0.800004", 200_000)]


@pytest.mark.parametrize(("ref", "input_price", "output_price"), TIERED)
def test_routerly_06_the_same_tier_holds_for_the_others(ref: str, input_price: Any, output_price: Any, run: Run, artifact: Path) -> None:
    """M same tier for opus-4-6 (10/37.5), gemini-2.5-pro (2.5/15), gemini-3.1-pro-preview (4/18)."""
    ask = (ref, "--on", SEED_DAY, "--artifact", str(artifact))
    above = Decimal(usd(run, *ask, "--input", "200001", "--output", "1000000") or 0)
    assert above == 200_001 * Decimal(input_price) / 1_000_000 + Decimal(output_price)
    assert Decimal(usd(run, *ask, "--input", "200000", "--output", "1000000") or 0) < above


@pytest.mark.parametrize(
    ("figures", "usage", "expected"),
    [
        ({}, {"input_tokens": 1_000_000, "output_tokens": 1_000_000}, "3"),
        ({"cachePerMillion": 0.1}, {"input_tokens": 1_000_000, "output_tokens": 1_000_000, "cache_read_tokens": 1_000_000}, "2.1"),
        ({}, {"input_tokens": 1_000_000, "cache_read_tokens": 400_000}, "1"),
        ({}, {"input_tokens": 2_000_000, "cache_read_tokens": 500_000, "cache_write_tokens": 500_000}, "2"),
        ({}, {"input_tokens": 1, "output_tokens": 1}, "0.000003"),
    ],
)
def test_routerly_07_costs_are_counted_as_routerly_counts_them(figures: dict[str, Any], usage: dict[str, int], expected: str, use: Drop, run: Run) -> None:
    """M in=1M,out=1M @1/2 → 3.0; +cachePerMillion 0.1 with 1M cached → 2.1; cached without cache price → input price; 2M in with 500k cached+500k write, no prices → 2.0; 1 in/1 out → 0.000003."""
    use(custom(cost={"inputPerMillion": 1, "outputPerMillion": 2, **figures}))
    options = [part for name, number in usage.items() for part in (f"--{name.removesuffix('_tokens').replace('_', '-')}", str(number))]
    assert usd(run, "my-custom-model", *options) == expected
    assert cost(load().resolve("my-custom-model"), Usage(**usage)).usd == Decimal(expected)


@pytest.mark.parametrize(("cached", "expected"), [({"cachePerMillion": 0.3}, "1.23"), ({}, "1.8")], ids=["the base cache price", "none: the tier's input price"])
def test_routerly_08_a_tier_without_a_cache_price_has_the_base_one(cached: dict[str, Any], expected: str, use: Drop, run: Run) -> None:
    """M tier with a missing cache price falls back to the tier's input price or base cache price — defined and tested (docs/decisions/0016-sophon-and-routerly-files.md)."""
    use(custom(cost={"inputPerMillion": 3, "outputPerMillion": 15, **cached, "pricingTiers": [{"above": 200_000, "inputPerMillion": 6}]}))
    assert usd(run, "my-custom-model", "--input", "300000", "--cache-read", "100000") == expected


def test_routerly_09_an_unpriced_model_costs_nobody_knows_what(use: Drop, run: Run, artifact: Path) -> None:
    """M unpriced model (gemini-3-pro "Experimental" in routerly.txt) → cost `unknown`, not 0; not counted as free by cheapest."""
    found = run("cost", "google/gemini-3-pro-preview", "--input", "1000", "--on", SEED_DAY, "--json", "-q", "--artifact", artifact).json
    assert (found["usd"], found["state"]) == (None, "unknown")
    use(custom(cost={}))
    found = run("cost", "my-custom-model", "--input", "1000", "--json", "-q").json
    assert (found["usd"], found["state"]) == (None, "unknown")
    assert run("models", "show", "my-custom-model", "--json", "-q").json["models"][0]["price"]["state"] == "unknown"


def test_routerly_10_two_models_of_one_id_are_an_error(drop: Drop, run: Run) -> None:
    """M duplicate model id → error (409); delete unknown → 404/exit 1."""
    file = drop([row("gpt-4o", "openai"), row("gpt-4o", "openai", apiKey="another-made-up-key")])
    (found,) = [finding for finding in findings(run, file, code=1) if finding["severity"] == "error"]
    assert (found["name"], found["line"], found["column"]) == ("duplicate-row", 7, 11)
    assert run("compile", code=1).err.rstrip().endswith("nothing was written: there are errors")
    before = file.read_bytes()
    assert "Error: " in run("models", "remove", "--model", "openai/gpt-9", code=1).err
    assert file.read_bytes() == before


def test_routerly_11_an_unknown_provider_is_an_error_before_any_call(drop: Drop, run: Run) -> None:
    """M unknown provider id → error at compile, not at first call."""
    file = drop([row("gpt-4o", "opanai")])
    (found,) = findings(run, file, code=1)
    assert (found["name"], found["line"], found["column"]) == ("unknown-provider-type", 4, 17)
    assert "`openai`" in found["help"]
    assert "there is no provider `opanai`" in run("compile", code=1).err


@pytest.mark.parametrize(
    ("said", "ref", "sent"),
    [
        (row("openai/gpt-4o", "openai"), "openai/gpt-4o", "gpt-4o"),
        (row("openai/gpt-4o", "openai", upstreamModelId="gpt-4o-2024-11-20"), "openai/gpt-4o", "gpt-4o-2024-11-20"),
        (row("quick", "openai", upstreamModelId="gpt-4o-mini"), "quick", "gpt-4o-mini"),
        (row("ollama/llama3.1:8b", "ollama"), "ollama/llama3.1:8b", "llama3.1:8b"),
        (row("anthropic/claude-sonnet-4.5", "openrouter"), "openrouter/anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5"),
        (row("meta-llama/llama-4", "custom", endpoint="https://openrouter.ai/api/v1"), "custom-openrouter-ai/meta-llama/llama-4", "meta-llama/llama-4"),
        (row("custom/mine", "custom", endpoint="http://gpu-box/v1"), "custom-gpu-box/mine", "mine"),
    ],
)
def test_routerly_12_a_providers_name_before_an_id_is_not_sent(said: dict[str, Any], ref: str, sent: str, use: Drop, run: Run) -> None:
    """M `openai/gpt-4o` → upstream id `gpt-4o`; `upstreamModelId` wins; `ollama/llama3.1:8b` → `llama3.1:8b`; openrouter-style ids keep their slash."""
    use([said])
    assert run("resolve", ref, "--json", "-q").json["upstream_model"] == sent


def test_routerly_12_a_model_of_the_users_own_that_is_sent_as_another_has_the_others_facts(use: Drop, run: Run) -> None:
    """M `upstreamModelId` wins."""
    use([row("quick", "openai", upstreamModelId="gpt-4o-mini", cost={"inputPerMillion": 0.1}), row("gpt-4o-mini", "openai")])
    quick, other = (run("models", "show", ref, "--json", "-q").json["models"][0] for ref in ("quick", "openai/gpt-4o-mini"))
    assert quick["limits"] == other["limits"] != {}
    assert (quick["price"]["input_usd_per_mtok"], other["price"]["input_usd_per_mtok"]) == ("0.1", "0.15")


def test_routerly_24_older_thresholds_become_limits_of_cost(use: Drop) -> None:
    """M legacy `globalThresholds {daily,weekly,monthly}` migrate to cost limits."""
    use({"globalThresholds": {"daily": 5, "weekly": 20.5, "monthly": 60}, "models": custom(globalThresholds={"daily": 1})})
    local = {"metric": "cost", "timezone": "local"}
    assert load().setting("budgets") == [
        {**local, "scope": "model", "of": "custom-openai/my-custom-model", "period": "daily", "value": 1},
        {**local, "scope": "global", "period": "daily", "value": 5},
        {**local, "scope": "global", "period": "weekly", "value": "20.5"},
        {**local, "scope": "global", "period": "monthly", "value": 60},
    ]


def test_routerly_24_limits_are_kept_with_their_windows(use: Drop) -> None:
    """M legacy … migrate to cost limits: what newer files have in their place."""
    limits = [
        {"metric": "cost", "windowType": "period", "period": "daily", "value": 5},
        {"metric": "calls", "windowType": "rolling", "rollingAmount": 2, "rollingUnit": "month", "value": 100},
    ]
    use(custom(limits=limits))
    of = {"scope": "model", "of": "custom-openai/my-custom-model", "timezone": "local"}
    assert load().setting("budgets") == [{**of, "metric": "cost", "period": "daily", "value": 5}, {**of, "metric": "calls", "rolling_seconds": 5_184_000, "value": 100}]


def test_routerly_25_a_key_is_in_no_list(use: Drop, run: Run, home: Path) -> None:
    """M apiKey never in list output; S encrypted at rest (docs' promise)."""
    secret = "k9-4f1c77e2-canary-of-routerly"  # a made-up key
    use(custom(apiKey=secret))
    commands = (("models", "list"), ("models", "list", "--format", "csv"), ("list", "--all"), ("list", "--json"), ("models", "list", "--json"), ("resolve", "my-custom-model"))
    for command in (*commands, ("lint",), ("why", "custom-openai/my-custom-model")):
        printed = run(*command)
        assert secret not in printed.out + printed.err
    assert secret not in (home / "registry.artifact").read_text()
    assert load().account("custom-192-168-1-50-8000")["credentials"][1] == {"step": "inline", "pointers": {"key": "/0/apiKey"}, "file": "user/models.json"}
    (found,) = [finding for finding in findings(run, home / "models.json") if finding["name"] == "plain-secret"]
    assert (found["line"], found["column"], found["severity"]) == (6, 15, "warning")


def test_routerly_25_moved_into_the_vault_keys_are_encrypted(use: Drop, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S encrypted at rest (docs' promise)."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    secret = "k9-4f1c77e2-canary-of-routerly"  # a made-up key
    file = use(
        [*custom(apiKey=secret), row("mine", "custom", endpoint="http://192.168.1.50:8000/v1"), row("slow", "custom", endpoint="http://192.168.1.50:8000/v1", timeout=90_000)]
    )
    run("accounts", "import", file, "-q")
    run("compile", "-q")
    assert [found.name for found in home.rglob("*") if found.is_file() and secret in found.read_text(errors="replace")] == []
    assert {run("resolve", ref, "--json", "-q").json["auth"]["source"] for ref in ("my-custom-model", "mine", "slow")} == {"vault:custom-192-168-1-50-8000"}


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("ä" * 400, 100)])
def test_routerly_26_tokens_nobody_counted_are_estimated_and_marked(text: str, tokens: int) -> None:
    """S tokens estimated ceil(chars/4) when provider gives none, flagged `estimated`."""
    guess = Usage.estimate(text, text)
    assert (guess.input_tokens, guess.output_tokens, guess.estimated) == (tokens, tokens, True)
    assert not Usage(tokens, tokens).estimated


@pytest.mark.parametrize(
    ("said", "warnings"),
    [
        ({"cost": {"inputPerMillion": 2.5, "outputPerMillion": 10}}, 0),
        ({"inputPerMillion": 2.5, "outputPerMillion": 10}, 0),
        ({"inputPrice": 0.0025, "outputPrice": 0.01}, 2),
        ({"cost": {"inputPrice": 0.0025, "outputPerMillion": 10}}, 1),
    ],
    ids=["nested", "flat", "a thousand", "both"],
)
def test_routerly_28_prices_may_be_nested_flat_or_for_a_thousand_tokens(said: dict[str, Any], warnings: int, use: Drop, run: Run) -> None:
    """S `cost` nested and flat (`inputPerMillion` top-level) both accepted by importer, per-1k `inputPrice` converted ×1000 with warning."""  # noqa: RUF002  # as it is written there
    file = use(custom(**said))
    price = run("models", "show", "my-custom-model", "--json", "-q").json["models"][0]["price"]
    assert (price["input_usd_per_mtok"], price["output_usd_per_mtok"]) == ("2.5", "10")
    assert [(finding["name"], finding["severity"]) for finding in findings(run, file) if finding["name"] != "unnamed-addition"] == [("price-per-thousand", "warning")] * warnings


def test_routerly_30_a_clone_has_a_new_id_and_refers_to_the_key(use: Drop, run: Run) -> None:
    """S cloneFrom copies config with a new id, key by reference."""
    tiers = [{"metric": "context_tokens", "above": 100_000, "inputPerMillion": 4}]
    cost_of = {"inputPerMillion": 2, "outputPerMillion": 7, "pricingTiers": tiers}
    file = use([row("gpt-4o", "openai", apiKey="a-made-up-key", cost=cost_of, timeout=90_000, limits=[{"metric": "calls", "period": "daily", "value": 7}])])
    run("models", "add", "--model", "openai/mini", "--clone-from", "openai/gpt-4o", "-q")
    run("compile", "-q")
    original, clone = json.loads(file.read_text())
    assert clone == {**clone, "id": "mini", "cost": cost_of, "timeout": 90_000, "limits": original["limits"]}
    assert "apiKey" not in clone
    asked = [run("resolve", ref, "--json", "-q").json for ref in ("openai/gpt-4o", "openai/mini")]
    assert [(found["upstream_model"], found["auth"]["source"]) for found in asked] == [("gpt-4o", "inline:models.json#/0/apiKey"), ("mini", "inline:models.json#/0/apiKey")]
    assert [budget["of"] for budget in load().setting("budgets")] == ["openai/gpt-4o", "openai/mini"]


def test_routerly_30_a_row_without_a_key_has_the_one_of_its_address_and_no_other(use: Drop) -> None:
    """S key by reference."""
    here, there = {"endpoint": "http://gpu-box/v1"}, {"endpoint": "http://other-box/v1"}
    use([row("slow", "custom", timeout=1, **here), row("a", "custom", apiKey="a-made-up-key", **here), row("b", "custom", **here), row("c", "custom", **there)])
    accounts = {account["id"]: account for account in load().accounts()}
    steps = {name: {step["step"]: step for step in account["credentials"]} for name, account in accounts.items()}
    assert {name: [model["id"] for model in account["models"]] for name, account in accounts.items()} == {
        "custom-gpu-box": ["slow"],
        "custom-gpu-box-2": ["a", "b"],
        "custom-other-box": ["c"],
    }
    assert [steps[name].get("inline", {}).get("pointers") for name in accounts] == [{"key": "/1/apiKey"}, {"key": "/1/apiKey"}, None]
    assert [steps[name]["vault"]["id"] for name in accounts] == ["custom-gpu-box", "custom-gpu-box", "custom-other-box"]


def test_routerly_31_a_call_may_take_a_minute_unless_its_model_says_otherwise(use: Drop) -> None:
    """S timeout default 60 000 ms, model-level override."""
    use([row("gpt-4o", "openai"), row("o3", "openai", timeout=300_000), row("gpt-5", "openai", timeout=1500)])
    registry = load()
    asked = [registry.account_for(registry.resolve(ref)) for ref in ("gpt-4o", "o3", "gpt-5")]
    assert [account["timeout_seconds"] for account in asked] == [60, 300, "1.5"]


def test_the_example_of_its_source_compiles_as_it_stands(use: Drop, run: Run) -> None:
    use((FIXTURES / "example.json").read_text())
    assert run("resolve", "claude-sonnet-4-5", "--json", "-q").json["account"] == "anthropic"
    assert run("models", "show", "claude-sonnet-4-5", "--json", "-q").json["models"][0]["name"] == "Sonnet 4.5"


def test_what_is_said_of_a_capability_is_kept_and_what_is_not_said_is_unknown(use: Drop, run: Run) -> None:
    use(custom(capabilities={"vision": False, "functionCalling": True, "json": False, "thinking": False}))
    can = run("models", "show", "my-custom-model", "--json", "-q").json["models"][0]["capabilities"]
    assert (can["vision"], can["tools"], can["json"], can["thinking"], can["streaming"]) == (False, True, False, False, None)


def test_a_file_is_told_from_others_by_its_rows_and_may_be_named(drop: Drop, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"models": []}))
    run("compile", "--config", file, "--dialect", "routerly", "-o", tmp_path / "a.artifact", "-q")
    assert load(tmp_path / "a.artifact").setting("policy")["dialect"] == "routerly"
