"""A user of Fased's drops in fased.json, and adds models: acceptance/fased.md 1-7, 24-29, 39, 40 and 42, by number."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from discover.servers import as_json, serving
from modelwright import NotAllowedError, load
from modelwright.runtime.credentials.chain import find
from modelwright.runtime.endpoint import endpoint
from modelwright.runtime.errors import CredentialError

if TYPE_CHECKING:
    from command_line import Drop, Outcome, Run

ROOT = Path(__file__).parent.parent.parent
SEEDS: dict[str, Any] = yaml.safe_load((ROOT / "fixtures" / "seeds.yaml").read_text())
SEED = (ROOT / "fixtures" / "dialects" / "fased" / "seed.json").read_text()
SECRET = "canary-of-fased-41"
THE_SEEDS_LINE = (
    *("models", "add", "--provider", "custom", "--model", "my-local-model", "--base-url", "http://127.0.0.1:8000/v1", "--api", "openai-completions"),
    *("--context-window", "128000", "--max-tokens", "4096", "--reasoning", "--tools", "--json"),
)


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine the tests run on may have."""
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_TOKEN", "_BASE_URL", "_HOST", "_KEY"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def provider(key: str, **said: Any) -> dict[str, Any]:
    """Return a fased.json with one provider."""
    return {"models": {"providers": {key: said}}}


def codes(lint: Outcome) -> list[str]:
    return [finding["code"] for finding in lint.json["findings"]]


def shown(run: Run, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = run("models", "show", ref, "--json", "-q").json["models"][0]
    return found


def store(run: Run, monkeypatch: pytest.MonkeyPatch, profile: str, secret: str) -> None:
    """Store *secret* for a profile of the account with OpenAI."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    run("login", "openai", "--profile", profile, "--stdin", "-q")


def test_fased_01_the_list_begins_with_its_28_providers_in_its_order(use: Drop, run: Run) -> None:
    """M registry lists the 28 providers in fased.txt order; each with ≥1 method of fased.txt's kinds and the same labels."""
    use({})
    listed = [entry["id"] for entry in run("list", "--json", "-q").json["providers"]]
    assert listed[:28] == [identity for identity, _ in SEEDS["fased"]]
    registry = load()
    for identity, labels in SEEDS["fased"]:
        methods = [method for method in registry.provider(identity)["setup"] if method["kind"] != "instructions"]
        assert [method["label"] for method in methods] == labels
        assert {method["kind"] for method in methods} <= {"api-key", "oauth", "token", "device", "manual"}


def test_fased_02_a_model_is_offered_on_its_routes_only(use: Drop, run: Run) -> None:
    """M route/method/model compatibility: a model is offered only for routes matched by routeRules."""
    use({})
    assert run("resolve", "minimax/MiniMax-M3", "--route", "openai", "--json", "-q").json["route"] == "openai"
    assert "has no route 'highspeed'; it has: anthropic, openai, coding-plan" in run("resolve", "minimax/MiniMax-M3", "--route", "highspeed", code=1).err
    registry = load()
    for model in registry.models():
        offered = model.facts.get("routes")
        assert offered is None or set(offered) <= {route["id"] for route in registry.provider(model.provider)["routes"]}


def test_fased_03_a_ref_is_split_at_the_first_slash(use: Drop, run: Run) -> None:
    """M `openai/gpt-5.5` splits at first '/', `openrouter/anthropic/x` → provider openrouter, model `anthropic/x`; model case kept, provider lowercased."""
    own = {**provider("custom", baseUrl="https://h.example/v1", models=[{"id": "MyModel", "name": "MyModel"}])}
    use(own | {"agents": {"defaults": {"model": {"primary": "OpenAI/gpt-5.5", "fallbacks": ["openrouter/anthropic/x", "CUSTOM/MyModel"]}}}})
    assert load().setting("agents")["defaults"] == {"primary": "openai/gpt-5.5", "fallbacks": ["openrouter/anthropic/x", "custom/MyModel"]}
    for ref, parts in (("OpenAI/gpt-5.5", ("openai", "gpt-5.5")), ("openrouter/anthropic/x", ("openrouter", "anthropic/x")), ("Custom/MyModel", ("custom", "MyModel"))):
        found = run("resolve", ref, "--json", "-q").json
        assert (found["provider"], found["model"]) == parts
    assert "unknown model 'custom/mymodel'; nearest: custom/MyModel" in run("resolve", "custom/mymodel", "-q", code=1).err


@pytest.mark.parametrize(("alias", "identity"), [("z.ai", "zai"), ("z-ai", "zai"), ("opencode-zen", "opencode"), ("kimi-code", "kimi-coding"), ("moonshotai", "moonshot")])
def test_fased_04_an_alias_is_its_provider(alias: str, identity: str, use: Drop, run: Run) -> None:
    """M aliases z.ai, z-ai, opencode-zen, kimi-code, moonshotai, bytedance/doubao."""
    use(provider(alias, models=[{"id": "new", "name": "New"}]))
    assert run("list", alias.upper(), "--json", "-q").json["providers"][0]["id"] == identity
    assert shown(run, f"{alias}/new")["ref"] == f"{identity}/new"


@pytest.mark.parametrize("alias", ["bytedance", "doubao", "ByteDance"])
def test_fased_04_bytedance_and_doubao_are_the_volcano_engine(alias: str, use: Drop, run: Run) -> None:
    """M aliases …, bytedance/doubao."""
    use({**provider(alias, models=[{"id": "new", "name": "New"}]), "agents": {"defaults": {"model": f"{alias}/new"}}})
    assert load().setting("agents")["defaults"]["primary"] == "volcengine/new"


ALLOWED = {"agents": {"defaults": {"model": "anthropic/claude-opus-4-6", "models": {"openai/gpt-5.5": {"alias": "gpt"}}}}}


def test_fased_05_a_model_that_is_not_on_the_list_is_refused_by_name_with_the_cure(use: Drop, run: Run) -> None:
    """M allowlist set and model absent → error text names ref and how to allow."""
    use(ALLOWED)
    said = run("resolve", "openai/gpt-5.4", "-q", code=1).err
    assert "model 'openai/gpt-5.4' is not allowed" in said
    assert "add 'openai/gpt-5.4' to `allowed_models` (in a file of Fased's: `agents.defaults.models`)" in said
    registry = load()
    with pytest.raises(NotAllowedError) as caught:
        endpoint(registry, registry.resolve("openai/gpt-5.4"), {})
    assert caught.value.ref == "openai/gpt-5.4"
    assert shown(run, "openai/gpt-5.4")["ref"] == "openai/gpt-5.4"


@pytest.mark.parametrize("ref", ["openai/gpt-5.5", "gpt", "OPENAI/gpt-5.5", "anthropic/claude-opus-4-6"])
def test_fased_05_what_is_on_the_list_and_what_agents_use_is_allowed_by_any_name(ref: str, use: Drop, run: Run) -> None:
    """M allowlist set and model absent → error …: a model that is there, and an agent's own, are none of that."""
    use(ALLOWED)
    run("resolve", ref, "-q")


def test_fased_05_an_empty_list_allows_everything(use: Drop, run: Run) -> None:
    """M allowlist set …: an empty one is not."""
    use({"agents": {"defaults": {"models": {}}}})
    run("resolve", "openai/gpt-5.4", "-q")


def test_fased_06_unknown_stays_unknown(use: Drop, run: Run) -> None:
    """M unknown capability stays `unknown` (3-valued) through compile, list, and lint; never rendered as supported."""
    file = use(provider("custom", baseUrl="https://h.example/v1", models=[{"id": "m", "name": "m", "capabilities": {"tools": True, "json": False}}]))
    model = shown(run, "custom/m")
    can = model["capabilities"]
    assert (can["tools"], can["json"]) == (True, False)
    assert {name for name, known in can.items() if known is None} == can.keys() - {"tools", "json"}
    assert (model["input"], model["output"], model["thinking"], model["price"]["state"]) == (None, None, None, "unknown")
    assert set(model["limits"].values()) == {None}
    text = run("models", "show", "custom/m", "-q").out
    assert [line.split()[1:] for line in text.splitlines() if line.startswith("can  ")] == [["tools"]]
    row = run("models", "list", "--provider", "custom", "-q").out.splitlines()[1].split()
    assert (row[0], row[-2:]) == ("custom/m", ["yes", "?"])
    assert codes(run("lint", file, "--json", "-q")) == []


def test_fased_07_each_fact_of_a_model_has_its_field(use: Drop, run: Run) -> None:
    """M per-model capability fields: context, max output, input modes, output modes, tools, JSON, thinking mode/levels/default, private-network flag, auth hints."""
    said = {"tools": True, "json": True, "audio": True, "speech": True, "thinkingMode": "openai-reasoning-effort", "thinkingLevels": ["low", "high"], "defaultThinkingLevel": "low"}
    model = {"id": "m", "name": "M", "input": ["text", "image"], "contextWindow": 9000, "maxTokens": 900, "capabilities": said}
    use(provider("custom", baseUrl="http://10.0.0.5/v1", auth="token", api="anthropic-messages", request={"allowPrivateNetwork": True}, models=[model]))
    found = shown(run, "custom/m")
    assert found["limits"] == {"context_tokens": 9000, "input_tokens": None, "output_tokens": 900}
    assert (found["input"], found["output"]) == (["text", "image", "audio"], ["text", "audio"])
    assert (found["capabilities"]["tools"], found["capabilities"]["json"]) == (True, True)
    assert found["thinking"] == {"mode": "levels", "levels": ["low", "high"], "default_level": "low"}
    assert load().account("custom")["private_network"] is True
    assert run("resolve", "custom/m", "--json", "-q").json["auth"]["kind"] == "bearer"


def test_fased_07_the_catalogue_has_the_word_on_widths_unless_they_are_pinned(use: Drop, run: Run) -> None:
    """M per-model capability fields …: context and max output come from the catalogue when known; `pin` keeps the user's."""
    use({})
    known = shown(run, "openai/gpt-5.5")
    said = {"name": "Mine", "contextWindow": 1000, "maxTokens": 999, "input": ["text"]}
    use(provider("openai", models=[{"id": "gpt-5.5", **said}, {"id": "gpt-5.4", **said, "pin": True}, {"id": "new", **said}]))
    deferred = shown(run, "openai/gpt-5.5")
    assert (deferred["name"], deferred["limits"], deferred["input"]) == ("Mine", known["limits"], known["input"])
    for ref in ("openai/gpt-5.4", "openai/new"):
        found = shown(run, ref)
        assert (found["limits"]["context_tokens"], found["limits"]["output_tokens"], found["input"]) == (1000, 999, ["text"])


def test_fased_24_the_seeds_line_creates_the_seeds_model(run: Run, home: Path) -> None:
    """M models add of fased.txt's exact command line creates custom/my-local-model, ctx 128000, max 4096, reasoning, tools, json true, input [text]."""
    run(*THE_SEEDS_LINE)
    run("compile", "-q")
    assert run("models", "list", "--provider", "custom", "--json", "-q").json["models"][0]["ref"] == "custom/my-local-model"
    found = shown(run, "custom/my-local-model")
    assert (found["limits"]["context_tokens"], found["limits"]["output_tokens"], found["input"]) == (128000, 4096, ["text"])
    assert [found["capabilities"][name] for name in ("thinking", "tools", "json")] == [True, True, True]
    assert found["price"]["state"] == "unknown"
    call = run("resolve", "custom/my-local-model", "--json", "-q").json
    assert (call["protocol"], call["url"], call["auth"]["source"]) == ("openai-chat", "http://127.0.0.1:8000/v1/chat/completions", "none")
    assert codes(run("lint", home / "models.json", "--json", "-q")) == []


def test_fased_24_in_a_file_of_fased_s_it_stands_as_fased_writes_it(run: Run, drop: Drop) -> None:
    """M models add of fased.txt's exact command line …, in the user's own dialect."""
    file = drop({"models": {"providers": {}}, "channels": {"telegram": {}}})
    run(*THE_SEEDS_LINE)
    said = json.loads(file.read_text())
    assert said["channels"] == {"telegram": {}}
    assert said["models"]["providers"] == {
        "custom": {
            "baseUrl": "http://127.0.0.1:8000/v1",
            "api": "openai-completions",
            "request": {"allowPrivateNetwork": True},
            "models": [
                {
                    "id": "my-local-model",
                    "name": "my-local-model",
                    "contextWindow": 128000,
                    "maxTokens": 4096,
                    "input": ["text"],
                    "capabilities": {"tools": True, "json": True},
                    "reasoning": True,
                }
            ],
        }
    }
    run("compile", "-q")
    assert shown(run, "custom/my-local-model")["capabilities"]["thinking"] is True
    assert codes(run("lint", file, "--json", "-q")) == []


def test_fased_25_a_new_provider_needs_a_base_url(run: Run, drop: Drop, home: Path) -> None:
    """M add without --base-url for new provider → error; for existing → OK; …"""
    said = run("models", "add", "--provider", "custom", "--model", "m", code=2).err
    assert "There is no provider 'custom'" in said
    assert "--base-url" in said
    assert not (home / "models.json").exists()
    run("models", "add", "--provider", "custom", "--model", "m", "--base-url", "https://h.example/v1")
    run("models", "add", "--provider", "custom", "--model", "n")
    run("models", "add", "--provider", "openai", "--model", "mine")
    run("compile", "-q")
    assert shown(run, "custom/n")["ref"] == "custom/n"
    assert run("resolve", "custom/n", "--json", "-q").json["base_url"] == "https://h.example/v1"


@pytest.mark.parametrize("option", ["--context-window", "--max-tokens"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", ""])
def test_fased_25_a_width_is_a_positive_whole_number(option: str, value: str, run: Run, home: Path) -> None:
    """M … non-positive int → error."""
    assert option in run("models", "add", "--provider", "openai", "--model", "m", f"{option}={value}", code=2).err
    assert not (home / "models.json").exists()


@pytest.mark.parametrize("start", [{}, {"models": {"providers": {}}}], ids=["native", "fased"])
def test_fased_25_a_model_of_the_same_id_in_any_case_is_replaced(start: dict[str, Any], run: Run, drop: Drop) -> None:
    """M … duplicate (case-insens.) → replaces."""
    drop(start)
    run("models", "add", "--provider", "custom", "--model", "My-Model", "--base-url", "https://h.example/v1", "--tools", "--context-window", "1000")
    run("models", "add", "--provider", "CUSTOM", "--model", "my-model", "--json")
    run("compile", "-q")
    assert [model["ref"] for model in run("models", "list", "--provider", "custom", "--json", "-q").json["models"]] == ["custom/my-model"]
    found = shown(run, "custom/my-model")
    assert (found["limits"]["context_tokens"], found["capabilities"]["tools"], found["capabilities"]["json"]) == (None, None, True)


@pytest.mark.parametrize("start", [{}, {"models": {"providers": {}}}], ids=["native", "fased"])
def test_fased_26_a_model_is_removed_and_its_provider_stays(start: dict[str, Any], run: Run, drop: Drop) -> None:
    """M models remove existing → gone (provider kept), absent model/provider → error exit ≠0."""
    file = drop(start)
    run(*THE_SEEDS_LINE)
    for absent in (("custom", "other"), ("nobody", "my-local-model"), ("openai", "gpt-5.5")):
        before = file.read_bytes()
        assert run("models", "remove", "--provider", absent[0], "--model", absent[1], code=1).err.startswith("Error: ")
        assert file.read_bytes() == before
    run("models", "remove", "--provider", "custom", "--model", "MY-local-model")
    run("compile", "-q")
    assert run("models", "list", "--provider", "custom", "--json", "-q").json["models"] == []
    assert run("list", "custom", "--json", "-q").json["providers"][0]["routes"][0]["base_url"] == "http://127.0.0.1:8000/v1"
    run("models", "remove", "--provider", "custom", "--model", "my-local-model", code=1)


def test_fased_27_the_registry_is_never_changed(run: Run, tmp_path: Path, home: Path) -> None:
    """M models add/remove edit the user layer only; never the curated registry."""
    import shutil

    registry = tmp_path / "registry"
    shutil.copytree(ROOT / "registry", registry)
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in registry.rglob("*.yaml")}
    for arguments in (THE_SEEDS_LINE, ("models", "add", "--provider", "openai", "--model", "gpt-5.5", "--context-window", "1000")):
        run(*arguments, "--registry", registry)
    run("models", "remove", "--provider", "openai", "--model", "gpt-5.5", "--registry", registry)
    said = run("models", "remove", "--provider", "openai", "--model", "gpt-5.5", "--registry", registry, code=1).err
    assert "the registry has it, and keeps it" in said
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in registry.rglob("*.yaml")} == before
    assert sorted(path.name for path in home.iterdir()) == ["models.json", "models.json.backup.1", "models.json.backup.2"]


def test_fased_28_models_are_listed_by_provider_and_sorted(use: Drop, run: Run) -> None:
    """M list --provider filter; sorted."""
    use(provider("custom", baseUrl="https://h.example/v1", models=[{"id": name, "name": name} for name in ("b", "c", "a")]))
    assert [line.split()[0] for line in run("models", "list", "--provider", "custom", "-q").out.splitlines()[1:]] == ["custom/a", "custom/b", "custom/c"]
    refs = [model["ref"] for model in run("models", "list", "--json", "-q").json["models"]]
    assert refs == sorted(refs)
    assert "unknown provider 'nobody'" in run("models", "list", "--provider", "nobody", "-q", code=1).err


def test_fased_29_ollama_is_spoken_to_natively_without_a_version(drop: Drop, run: Run) -> None:
    """M Ollama: base `http://127.0.0.1:11434/v1` → stripped + lint hint; chat path /api/chat; …"""
    file = drop(provider("ollama", baseUrl="http://127.0.0.1:11434/v1", models=[{"id": "qwen3:8b", "name": "Qwen 3"}]))
    (hint,) = run("lint", file, "--json", "-q").json["findings"]
    assert (hint["code"], hint["severity"], hint["line"], hint["help"]) == ("PV751", "warning", 5, "write `http://127.0.0.1:11434`")
    run("compile", "-q")
    call = run("resolve", "ollama/qwen3:8b", "--json", "-q").json
    assert (call["base_url"], call["url"]) == ("http://127.0.0.1:11434", "http://127.0.0.1:11434/api/chat")


def test_fased_29_lm_studio_and_sglang_are_reached_as_fased_says(use: Drop, run: Run) -> None:
    """M … LM Studio 127.0.0.1:1234/v1; SGLang via custom/vllm."""
    sglang = {"baseUrl": "http://127.0.0.1:30000/v1", "request": {"allowPrivateNetwork": True}, "models": [{"id": "m", "name": "m"}]}
    use({"models": {"providers": {"custom": sglang, "vllm": sglang}}})
    assert run("resolve", "lmstudio/any", "--json", "-q").json["url"] == "http://127.0.0.1:1234/v1/chat/completions"
    for ref in ("custom/m", "vllm/m"):
        assert run("resolve", ref, "--json", "-q").json["url"] == "http://127.0.0.1:30000/v1/chat/completions"


@pytest.mark.parametrize(("key", "placeholder"), [("ollama", "ollama-local"), ("lmstudio", "lmstudio-local"), ("vllm", "n/a"), ("custom", " n/a ")])
def test_fased_39_a_placeholder_is_not_sent(key: str, placeholder: str, use: Drop, run: Run) -> None:
    """M placeholder tokens not sent; …"""
    file = use(provider(key, baseUrl="http://127.0.0.1:9/v1", apiKey=placeholder, request={"allowPrivateNetwork": True}, models=[{"id": "m", "name": "m"}]))
    assert run("resolve", f"{key}/m", "--json", "-q").json["auth"]["source"] == "none"
    account = load().account_for(load().resolve(f"{key}/m"))
    assert find(load(), account, None, {}).headers() == {}
    assert "inline" not in [step["step"] for step in account["credentials"]]
    assert "PV703" not in codes(run("lint", file, "--json", "-q"))


def test_fased_39_a_private_address_has_to_be_declared(drop: Drop, run: Run) -> None:
    """M … private-network base URL needs allowPrivateNetwork or lint warning."""
    file = drop(provider("custom", baseUrl="http://192.168.1.50:8000/v1", models=[]))
    (found,) = run("lint", file, "--json", "-q").json["findings"]
    assert (found["code"], found["severity"], found["line"]) == ("PV752", "warning", 5)
    assert "allowPrivateNetwork" in found["help"]
    for said in ({"baseUrl": "http://192.168.1.50:8000/v1", "request": {"allowPrivateNetwork": True}}, {"baseUrl": "https://public.example/v1"}):
        assert codes(run("lint", drop(provider("custom", **said)), "--json", "-q")) == []


def test_fased_40_a_reference_to_a_variable_gives_what_that_holds(use: Drop, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M SecretRef {source:env,id} resolves env; missing → error names the variable; compiled output keeps the ref only."""
    monkeypatch.setenv("CUSTOM_KEY", SECRET)
    use(SEED)
    assert find(load(), "custom", None, os.environ).parts()["key"] == SECRET
    artifact = (home / "registry.artifact").read_text()
    assert "CUSTOM_KEY" in artifact
    assert SECRET not in artifact
    with pytest.raises(CredentialError, match="CUSTOM_KEY is not set") as caught:
        find(load(), "custom", None, {})
    assert "set CUSTOM_KEY" in str(caught.value)
    monkeypatch.delenv("CUSTOM_KEY")
    said = run("why", "custom", "credential", "-q").out
    assert "CUSTOM_KEY is not set" in said


@pytest.mark.parametrize("said", ["${CUSTOM_KEY}", {"source": "env", "id": "CUSTOM_KEY"}], ids=["text", "without provider"])
def test_fased_40_its_other_spellings_mean_the_same(said: Any, use: Drop, run: Run) -> None:
    """M SecretRef {source:env,id} resolves env."""
    file = use(provider("custom", baseUrl="https://h.example/v1", apiKey=said))
    assert find(load(), "custom", None, {"CUSTOM_KEY": SECRET}).parts()["key"] == SECRET
    assert codes(run("lint", file, "--json", "-q")) == []


def test_fased_42_a_variable_stands_in_for_profiles_and_gives_way_to_them(use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """S single env var backs a credential when no profile exists; profile wins over env in normal use, …"""
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    use(SEED)
    assert find(load(), "openai", None, os.environ).source == "env:OPENAI_API_KEY"
    store(run, monkeypatch, "home", "from-home")
    assert find(load(), "openai", None, os.environ).parts()["key"] == "from-home"
    store(run, monkeypatch, "work", "from-work")
    found = find(load(), "openai", None, os.environ)
    assert (found.profile, found.parts()["key"]) == ("work", "from-work")
    (account,) = run("auth", "status", "openai", "--json").json["accounts"]
    assert account["ok"] is True
    assert [step["found"] for step in account["steps"] if step["step"] == "env"] == [True]


def test_fased_42_in_a_refresh_the_variable_comes_first(drop: Drop, use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """S … env wins in refresh - configurable chain."""
    use(SEED)
    store(run, monkeypatch, "work", "from-work")
    with serving(lambda _: as_json({"data": [{"id": "gpt-5.5"}]})) as server:

        def asked_with() -> str:
            run("probe", "openai", "--base-url", f"{server.url}/v1", "-q")
            return str(server.calls[-1].headers["authorization"])

        assert asked_with() == "Bearer from-work"
        monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
        assert asked_with() == "Bearer from-the-environment"
