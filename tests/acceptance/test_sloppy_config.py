"""A user of Sloppy's drops in sloppy.json: acceptance/sloppy.md 1-8, 12-16 and 31, by number. Credentials and the rest are beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import AmbiguousRefError, UnavailableModelError, UnknownRefError, load

if TYPE_CHECKING:
    from command_line import Drop, Run

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
OPENAI, GEMINI, OLLAMA = "https://api.openai.com/v1", "https://generativelanguage.googleapis.com", "http://127.0.0.1:11434"


def row(title: str, model: str, url: str = "", key: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title, "apiKey": key, "apiUrl": url, "model": model, **more}


def rows(*models: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"models": list(models), **more}


def refs() -> list[str]:
    """Return what Sloppy would list: the models of the rows, in their order."""
    return [model.ref for model in load().offered({})]


def findings(run: Run, file: Path, *options: str, code: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("lint", "--config", file, *options, "--json", code=code).json["findings"]
    return found


def test_sloppy_01_a_title_tells_the_provider(use: Drop, run: Run) -> None:
    """M `{title:"openai-api",model:"gpt-4.1-mini"}` → ref `openai:gpt-4.1-mini`, protocol openai, base https://api.openai.com/v1."""
    use(rows(row("openai-api", "gpt-4.1-mini", OPENAI)))
    assert refs() == ["openai/gpt-4.1-mini"]
    for ref in ("openai:gpt-4.1-mini", "openai-api:gpt-4.1-mini"):
        found = run("resolve", ref, "--json", "-q").json
        assert (found["ref"], found["account"], found["protocol"], found["base_url"]) == ("openai/gpt-4.1-mini", "openai-api", "openai-chat", OPENAI)


def test_sloppy_02_ollama_is_told_by_its_port(use: Drop, run: Run) -> None:
    """M `{title:"x",apiUrl:"http://10.0.0.5:11434",model:"qwen3"}` → `ollama:qwen3`."""
    use(rows(row("x", "qwen3", "http://10.0.0.5:11434")))
    found = run("resolve", "ollama:qwen3", "--json", "-q").json
    assert (found["ref"], found["account"], found["url"]) == ("ollama/qwen3", "x", "http://10.0.0.5:11434/api/chat")


def test_sloppy_03_gemini_is_told_by_its_address(use: Drop, run: Run) -> None:
    """M `{title:"foo",apiUrl:"https://generativelanguage.googleapis.com",model:"gemini-2.5-flash"}` → `gemini:…`."""
    use(rows(row("foo", "gemini-2.5-flash", GEMINI)))
    found = run("resolve", "gemini:gemini-2.5-flash", "--json", "-q").json
    assert (found["ref"], found["account"], found["protocol"]) == ("google/gemini-2.5-flash", "foo", "google-generative")


def test_sloppy_04_a_prefix_beats_the_title_and_the_title_takes_no_other_provider_away(use: Drop, run: Run) -> None:
    """M explicit prefix beats title: title "gemini", model "anthropic:claude-sonnet-4-20250514" → anthropic."""
    use(rows(row("gemini", "anthropic:claude-sonnet-4-20250514")))
    (account,) = load().accounts()
    assert (account["id"], account["name"], account["provider"]) == ("gemini-anthropic", "gemini", "anthropic")
    assert run("resolve", "gemini:gemini-2.5-flash", "--json", "-q").json["provider"] == "google"


def test_sloppy_05_a_row_of_nobody_knows_which_provider_is_reported_and_dropped(use: Drop, run: Run) -> None:
    """M title/url with no known provider and no prefix → unresolved: lint error naming row index; runtime drops the row."""
    file = use(rows(row("openai-api", "gpt-4.1-mini"), row("mine", "acme-large", "https://llm.acme.example/v1")))
    (found,) = findings(run, file)
    assert (found["code"], found["severity"], found["line"]) == ("PV730", "error", 13)
    assert "`models[1]`" in found["message"]
    assert refs() == ["openai/gpt-4.1-mini"]


@pytest.mark.parametrize(
    ("said", "speaks_of"),
    [
        (row("my-openai-gemini", "gemini-2.5-flash"), "google"),
        (row("gemini", "gemini-2.5-flash", f"{GEMINI}/v1beta/openai/"), "google"),
        (row("azure", "gpt-4o", "https://mine.openai.azure.com"), "azure-openai"),
    ],
    ids=["title", "Gemini for OpenAI clients", "Azure"],
)
def test_sloppy_06_the_first_rule_counts_and_a_second_that_fits_is_a_warning(use: Drop, run: Run, said: dict[str, Any], speaks_of: str) -> None:
    """M precedence: title "my-openai-gemini" → openai (first rule). S lint warns that two rules match; Gemini's `/v1beta/openai/` URL and `*.openai.azure.com` warn."""
    file = use(rows(said))
    assert [account["provider"] for account in load().accounts()] == ["openai"]
    doubt = next(found for found in findings(run, file, code=0) if found["code"] == "PV731")
    assert f"taken for `openai`, though its title and address speak of `{speaks_of}`" in doubt["message"]


def test_sloppy_07_the_first_colon_divides(use: Drop, run: Run) -> None:
    """M first-colon split: `ollama:llama3.1:8b` → model `llama3.1:8b`; `openrouter:deepseek/deepseek-r1:free` → model `deepseek/deepseek-r1:free`."""
    use(rows(row("local", "ollama:llama3.1:8b"), row("router", "openrouter:deepseek/deepseek-r1:free"), row("ollama-too", "mistral:7b", OLLAMA)))
    assert refs() == ["ollama/llama3.1:8b", "openrouter/deepseek/deepseek-r1:free", "ollama/mistral:7b"]
    assert run("resolve", "ollama:llama3.1:8b", "--json", "-q").json["upstream_model"] == "llama3.1:8b"
    assert run("resolve", "openrouter:deepseek/deepseek-r1:free", "--json", "-q").json["upstream_model"] == "deepseek/deepseek-r1:free"


def test_sloppy_08_the_prefix_of_its_documentation_holds_in_that_grammar_and_has_a_successor_in_the_current_one(drop: Drop, run: Run) -> None:
    """M dialect=seed: `openai:gpt-4.1-mini` valid; S dialect=current: `openai:` rejected with hint `openai-api:`; both ids map to one IR provider."""
    file = drop(rows(row("openai-api", "openai:gpt-4.1-mini")))
    assert findings(run, file, "--dialect", "sloppy@seed", code=0) == []
    run("compile", "-q", "--config", file, "--dialect", "sloppy@seed")
    assert refs() == ["openai/gpt-4.1-mini"]
    (found,) = findings(run, file)
    assert (found["code"], found["help"].split(",")[0]) == ("PV732", "write `openai-api:gpt-4.1-mini`")
    file = drop(rows(row("a", "openai-api:gpt-4.1-mini")))
    run("compile", "-q", "--config", file)
    assert refs() == ["openai/gpt-4.1-mini"]


@pytest.mark.parametrize("dialect", ["sloppy", "sloppy@seed"])
def test_sloppy_08_the_oauth_row_is_the_subscription(drop: Drop, run: Run, dialect: str) -> None:
    """M `openai-oauth:` to the subscription route."""
    prefix = "openai-oauth" if dialect == "sloppy" else "openai"
    run("compile", "-q", "--dialect", dialect, "--config", drop(rows(row("openai-oauth", f"{prefix}:gpt-5.4", "https://chatgpt.com/backend-api"))))
    (account,) = load().accounts()
    assert (account["provider"], account.get("base_url")) == ("openai-codex", None)
    assert run("resolve", "openai-oauth:gpt-5.4", "--json", "-q").json["protocol"] == "openai-codex-responses"


def test_sloppy_13_a_row_without_one_of_its_fields_is_an_error_there_and_the_others_work(use: Drop, run: Run) -> None:
    """M missing one of 4 fields → schema error path `/models/0/apiUrl`."""
    file = use(rows({"title": "openai-api", "apiKey": "", "model": "gpt-4.1-mini"}, row("gemini", "gemini-2.5-flash"), row("openai-api", "gpt-4.1")))
    (found,) = findings(run, file)
    assert (found["code"], found["message"], found["line"]) == ("PV011", "`apiUrl` is missing", 3)
    assert refs() == ["google/gemini-2.5-flash", "openai/gpt-4.1"]


def test_sloppy_13_a_disabled_row_is_not_listed(use: Drop, run: Run) -> None:
    """M `disabled:true` → not in resolved list."""
    use(rows(row("openai-api", "gpt-4.1-mini", disabled=True), row("gemini", "gemini-2.5-flash", disabled=False)))
    assert refs() == ["google/gemini-2.5-flash"]
    assert [model["ref"] for model in run("models", "list", "--configured", "--json", "-q").json["models"]] == ["google/gemini-2.5-flash"]
    assert run("resolve", "openai:gpt-4.1-mini", "--json", "-q").json["account"] is None


def test_sloppy_14_a_prefix_never_reaches_another_provider(use: Drop, run: Run) -> None:
    """M models array routes by prefix: `gemini:x` never reaches openai adapter; unknown prefix → unsupported-model error."""
    use(rows(row("openai-api", "gpt-4.1-mini"), row("gemini", "gemini-2.5-flash")))
    for ref in ("gemini:gpt-4.1-mini", "gemini/gpt-4.1-mini", "nobody:gpt-4.1-mini"):
        with pytest.raises(UnknownRefError):
            load().resolve(ref)
        assert "unknown model" in run("resolve", ref, code=1).err
    assert load().resolve("gemini:gemini-2.5-flash").provider == "google"


def test_sloppy_15_nothing_asked_for_is_the_first_row_and_a_bare_id_the_row_that_has_it(use: Drop) -> None:
    """M requested "" → first model; "gpt-4.1-mini" unique → prefixed."""
    use(rows(row("gemini", "gemini-2.5-flash", disabled=True), row("ollama-local", "qwen3", OLLAMA), row("openai-api", "gpt-4.1-mini")))
    registry = load()
    assert [registry.resolve(asked).ref for asked in ("", "  ", "gpt-4.1-mini")] == ["ollama/qwen3", "ollama/qwen3", "openai/gpt-4.1-mini"]
    assert registry.resolve("gpt-4.1-mini").account == "openai-api"


def test_sloppy_15_a_bare_id_of_two_rows_is_ambiguous_and_both_are_named(use: Drop, run: Run) -> None:
    """M suffix on two providers → ambiguous error listing both."""
    use(rows(row("a", "openai-api:gpt-oss"), row("b", "ollama:gpt-oss"), row("c", "gemini:gemini-2.5-flash")))
    with pytest.raises(AmbiguousRefError) as ambiguous:
        load().resolve("gpt-oss")
    assert ambiguous.value.choices == ("ollama/gpt-oss", "openai/gpt-oss")
    assert "ollama/gpt-oss, openai/gpt-oss" in run("resolve", "gpt-oss", code=1).err


def test_sloppy_16_an_agent_gets_no_model_that_no_row_offers(use: Drop, run: Run) -> None:
    """M selectedModel set to unavailable → rejected (`invalid_agent_model`, 400)."""
    use(rows(row("openai-api", "gpt-4.1-mini"), row("gemini", "gemini-2.5-flash")))
    registry = load()
    assert [registry.select(chosen, {}).ref for chosen in ("openai:gpt-4.1-mini", "gemini-2.5-flash")] == ["openai/gpt-4.1-mini", "google/gemini-2.5-flash"]
    with pytest.raises(UnavailableModelError) as unavailable:
        registry.select("openai:gpt-5", {})
    assert (unavailable.value.code, unavailable.value.choices) == ("invalid_agent_model", ("google/gemini-2.5-flash", "openai/gpt-4.1-mini"))
    assert "invalid_agent_model" in run("resolve", "--available", "openai:gpt-5", code=1).err
    assert run("resolve", "--available", "gpt-4.1-mini", "--json", "-q").json["account"] == "openai-api"


def test_sloppy_16_what_is_stored_already_stays_readable(use: Drop, run: Run, tmp_path: Path) -> None:
    """M already stored unavailable value still readable."""
    agents = tmp_path / "agents.json"
    agents.write_text('{"agents": {"main": {"primary": "openai/gpt-5"}}}')
    file = use(rows(row("gemini", "gemini-2.5-flash")))
    run("compile", "-q", "--config", file, "--config", agents)
    assert load().setting("agents")["main"]["primary"] == "openai/gpt-5"
    with pytest.raises(UnavailableModelError):
        load().select("openai/gpt-5", {})


def test_sloppy_31_a_name_of_ones_own_is_followed_before_prefixes_are_read(use: Drop, run: Run) -> None:
    """S `modelRouting` alias → model id resolved before prefix logic."""
    names = {"fast": "quick", "quick": "openai-api:gpt-4.1-mini", "local": "qwen3", "team:heavy": "anthropic:claude-opus-4-6"}
    use(rows(row("openai-api", "gpt-4.1-mini"), row("ollama-local", "qwen3", OLLAMA), modelRouting=names))
    found = {name: run("resolve", name, "--json", "-q").json["ref"] for name in names}
    assert found == {"fast": "openai/gpt-4.1-mini", "quick": "openai/gpt-4.1-mini", "local": "ollama/qwen3", "team:heavy": "anthropic/claude-opus-4-6"}


def test_sloppy_31_names_that_lead_in_a_circle_are_an_error(use: Drop, run: Run) -> None:
    """S alias loop → error."""
    file = use(rows(row("openai-api", "gpt-4.1-mini"), modelRouting={"fast": "quick", "quick": "fast"}))
    assert {(found["code"], found["severity"]) for found in findings(run, file)} == {("PV734", "error")}
    assert "unknown model 'fast'" in run("resolve", "fast", code=1).err


@pytest.mark.parametrize("case", ["seed", "seed@seed", "current"])
def test_its_examples_compile_as_they_stand(drop: Drop, run: Run, case: str) -> None:
    """The five seed examples compile as they stand."""
    file = drop((FIXTURES / "dialects" / "sloppy" / f"{case}.json").read_text())
    run("compile", "-q", "--config", file, "--dialect", "sloppy@seed" if "@" in case else "sloppy")
    assert "openai/gpt-4.1-mini" in refs()
    assert {finding["severity"] for finding in findings(run, file, code=0)} <= {"warning"}
