"""A user of Sophon's drops in models.json: acceptance/sophon.md 1-9, 15, 17, 18, 20, 23, 24 and 27, by number."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from aws_world import answering, authorization
from modelwright import CredentialError, StoredSecretError, load
from modelwright.runtime.credentials import chain
from modelwright.runtime.credentials.vault import Vault
from runtime.dispatch.loopback import serving

if TYPE_CHECKING:
    from command_line import Drop, Run

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
TYPES: dict[str, dict[str, str]] = yaml.safe_load((FIXTURES / "seeds.yaml").read_text())["sophon"]
NEEDED: dict[str, dict[str, str]] = {
    "custom-openai": {"baseUrl": "http://10.0.0.9:4000/v1"},
    "azure-openai": {"endpoint": "https://mine.openai.azure.com", "deployment": "gpt5-prod"},
    "cloudflare": {"accountId": "0123456789abcdef"},
    "sophon-forge": {"baseUrl": "https://forge.example/v1"},
}
"""What a type cannot be reached without; where Sophon's own service is, nobody says in public."""
PROTOCOLS = {
    "anthropic": "anthropic-messages",
    "gemini": "google-generative",
    "azure-openai": "azure-openai",
    "bedrock": "bedrock-converse",
    "minimax": "anthropic-messages",
    "perplexity": "openai-responses",
    "ollama": "ollama-chat",
    "anthropic-subscription": "anthropic-messages",
    "claude-code": "anthropic-messages",
    "openai-codex": "openai-codex-responses",
}
"""Of the types that speak another than OpenAI's Chat Completions."""
KINDS = {"key": {"bearer", "api-key", "aws-sigv4"}, "none": {"bearer"}, "optional": {"bearer"}, "sync": {"cli-sync"}, "oauth": {"oauth-pkce", "oauth-device"}}
SECRET = "k9-4f1c77e2-canary-of-sophon"  # a made-up key


def one(identity: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "providerType": kind, **NEEDED.get(kind, {}), **more}


def providers(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"providers": list(entries), **more}


def errors(run: Run, file: Path) -> list[dict[str, Any]]:
    report = run("lint", file, "--json", code=1).json
    return [finding for finding in report["findings"] if finding["severity"] == "error"]


def shown(run: Run, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = run("models", "show", ref, "--json", "-q").json["models"][0]
    return found


def test_sophon_01_its_example_compiles_as_it_stands(use: Drop, run: Run) -> None:
    """M sophon.txt's example file compiles; provider `anthropic-primary`, adapter anthropic, model claude-sonnet-4-5 is default."""
    use((FIXTURES / "dialects" / "sophon" / "seed.json").read_text())
    account = load().account("anthropic-primary")
    assert (account["provider"], account["name"], account["rank"], account["default"]) == ("anthropic", "Anthropic", 1, True)
    assert account["models"] == [{"id": "claude-sonnet-4-5", "default": True}]
    found = run("resolve", "anthropic-primary/claude-sonnet-4-5", "--json", "-q").json
    assert (found["account"], found["protocol"], found["url"]) == ("anthropic-primary", "anthropic-messages", "https://api.anthropic.com/v1/messages")


def test_sophon_02_every_one_of_its_types_is_accepted(use: Drop) -> None:
    """M every one of the 29 ids is accepted as providerType; `providerType: "gemeni"` → lint error with nearest id suggestion, exit ≠0."""
    use(providers(*(one(f"my-{kind}", kind) for kind in TYPES)))
    assert len(TYPES) == 29
    assert {account["id"]: account["provider"] for account in load().accounts()} == {f"my-{kind}": facts["provider"] for kind, facts in TYPES.items()}


def test_sophon_02_a_misspelt_type_is_found_with_the_nearest(drop: Drop, run: Run) -> None:
    """M `providerType: "gemeni"` → lint error with nearest id suggestion, exit ≠0."""
    (found,) = errors(run, drop(providers({"id": "g", "providerType": "gemeni"})))
    assert (found["name"], found["line"], found["column"]) == ("unknown-provider-type", 5, 23)
    assert found["help"].startswith("did you mean `gemini`?")


def test_sophon_03_a_type_means_a_protocol_and_a_way_to_sign_in(use: Drop, run: Run) -> None:
    """M ids map to the right protocol/auth: 22 cloud=ApiKey; ollama, lmstudio=None; anthropic-subscription, claude-code=CliSync; openai-codex, github-copilot=OAuth; custom-openai=ApiKey optional."""
    use(providers(*(one(f"my-{kind}", kind, models=[{"id": "some-model"}]) for kind in TYPES)))
    asked = {kind: run("resolve", f"my-{kind}/some-model", "--json", "-q").json for kind in TYPES}
    assert {kind: found["protocol"] for kind, found in asked.items()} == {kind: PROTOCOLS.get(kind, "openai-chat") for kind in TYPES}
    assert [kind for kind, found in asked.items() if found["auth"]["kind"] not in KINDS[TYPES[kind]["auth"]]] == []
    assert {kind for kind, found in asked.items() if found["auth"]["source"] == "none"} == {"ollama", "lmstudio", "custom-openai"}
    assert [sum(facts["auth"] == word for facts in TYPES.values()) for word in ("key", "none", "sync", "oauth", "optional")] == [22, 2, 2, 2, 1]


def test_sophon_04_a_custom_endpoint_has_to_be_given(drop: Drop, run: Run) -> None:
    """M `custom-openai` without base endpoint → error; with endpoint and no key → usable, no Authorization header sent."""
    (found,) = errors(run, drop(providers({"id": "own", "providerType": "custom-openai"})))
    assert (found["name"], found["line"]) == ("missing-setting", 3)
    assert "`baseUrl`" in found["message"]


@pytest.mark.parametrize("key", ["baseUrl", "endpoint"])
def test_sophon_04_with_an_endpoint_and_without_a_key_it_is_usable(key: str, use: Drop, run: Run) -> None:
    """M with endpoint and no key → usable, no Authorization header sent."""
    use(providers({"id": "own", "providerType": "custom-openai", key: "https://gateway.example/v1", "models": [{"id": "m"}]}))
    found = run("resolve", "own/m", "--json", "-q").json
    assert (found["url"], found["auth"]["source"]) == ("https://gateway.example/v1/chat/completions", "none")
    assert load().credential("own").headers() == {}


@pytest.mark.parametrize(("missing", "said"), [("endpoint", {"deployment": "gpt5-prod"}), ("deployment", {"endpoint": "https://mine.openai.azure.com"})])
def test_sophon_05_what_azure_needs_is_named(missing: str, said: dict[str, str], drop: Drop, run: Run) -> None:
    """M `azure-openai` missing resource endpoint or deployment → error naming the missing field; api-version absent → registry default."""
    (found,) = errors(run, drop(providers({"id": "az", "providerType": "azure-openai", **said})))
    assert found["name"] == "missing-setting"
    assert f"`{missing}`" in found["message"]
    assert "nothing was written" in run("compile", code=1).err


@pytest.mark.parametrize(("said", "version"), [({}, "2024-10-21"), ({"apiVersion": "2025-01-01-preview"}, "2025-01-01-preview")])
def test_sophon_05_azure_has_the_registrys_version_unless_another_is_given(said: dict[str, str], version: str, use: Drop, run: Run) -> None:
    """M api-version absent → registry default."""
    use(providers(one("az", "azure-openai", models=[{"id": "gpt-5"}], **said)))
    found = run("resolve", "az/gpt-5", "--json", "-q").json
    assert found["url"] == f"https://mine.openai.azure.com/openai/deployments/gpt5-prod/chat/completions?api-version={version}"
    assert found["upstream_model"] == "gpt5-prod"


def test_sophon_05_without_models_the_deployment_is_the_model(use: Drop, run: Run) -> None:
    """M `azure-openai` … deployment."""
    use(providers(one("az", "azure-openai")))
    assert "/deployments/gpt5-prod/" in run("resolve", "az/gpt5-prod", "--json", "-q").json["url"]


@pytest.mark.parametrize(("region", "host"), [({}, "us-east-1"), ({"region": "eu-west-1"}, "eu-west-1")])
def test_sophon_06_bedrock_is_in_its_region_and_needs_both_parts_of_the_key(region: dict[str, str], host: str, use: Drop, run: Run, tmp_path: Path) -> None:
    """M `bedrock` without region → us-east-1; missing secret access key → credential error; request is SigV4-signed to Converse."""
    models, empty = [{"id": "anthropic.claude-sonnet-4-5-20250929-v1:0"}], {"HOME": str(tmp_path)}
    use(providers(one("aws", "bedrock", accessKeyId="AKIAEXAMPLE", models=models, **region)))
    with pytest.raises(CredentialError, match="none of its routes takes access_key_id alone"):
        load().credential("aws", environ=empty)
    use(providers(one("aws", "bedrock", accessKeyId="AKIAEXAMPLE", secretAccessKey=SECRET, models=models, **region)))
    found = run("resolve", f"aws/{models[0]['id']}", "--json", "-q").json
    assert (found["protocol"], found["auth"]["kind"], found["base_url"]) == ("bedrock-converse", "aws-sigv4", f"https://bedrock-runtime.{host}.amazonaws.com")
    assert found["url"].endswith("/converse")
    assert load().credential("aws", environ=empty).parts() == {"access_key_id": "AKIAEXAMPLE", "secret_access_key": SECRET}
    with serving(answering) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        patch.setenv("NO_PROXY", "127.0.0.1")
        assert run("call", f"aws/{models[0]['id']}", "Hello?", "--json").json["text"] == "Hello"
        assert run("call", f"aws/{models[0]['id']}", "Hello?", "--stream").out.strip() == "Hello"
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == ["converse", "converse-stream"]
    assert [asked.headers["authorization"] for asked in server.asked] == [authorization(asked, host, SECRET) for asked in server.asked]


def test_sophon_07_cloudflares_address_has_the_account(use: Drop, run: Run) -> None:
    """M `cloudflare` base URL contains account id; missing account id → error before any request."""
    written = {"baseUrl": "https://api.cloudflare.com/client/v4/accounts/4711/ai/v1"}
    models = [{"id": "@cf/meta/llama-3.1-8b-instruct"}]
    use(providers(one("cf", "cloudflare", models=models), {"id": "cf2", "providerType": "cloudflare", "models": models, **written}))
    urls = [run("resolve", f"{account}/{models[0]['id']}", "--json", "-q").json["url"] for account in ("cf", "cf2")]
    assert urls == [f"https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1/chat/completions" for account in ("0123456789abcdef", "4711")]


def test_sophon_07_a_missing_account_is_an_error_before_any_request(drop: Drop, run: Run) -> None:
    """M missing account id → error before any request."""
    (found,) = errors(run, drop(providers({"id": "cf", "providerType": "cloudflare", "apiKey": "a-made-up-token"})))
    assert found["name"] == "missing-setting"
    assert "`accountId`" in found["message"]
    assert "nothing was written" in run("compile", code=1).err


def test_sophon_08_local_servers_are_where_they_usually_are(use: Drop, run: Run) -> None:
    """M `ollama` without baseUrl → http://localhost:11434; `lmstudio` without baseUrl → its default `/v1`."""
    use(providers(one("o", "ollama"), one("l", "lmstudio"), one("far", "ollama", baseUrl="http://gpu-box:11434", models=[{"id": "mine"}])))
    urls = [run("resolve", ref, "--json", "-q").json["url"] for ref in ("o/llama3.2", "l/any", "far/mine")]
    assert urls == ["http://localhost:11434/api/chat", "http://127.0.0.1:1234/v1/chat/completions", "http://gpu-box:11434/api/chat"]


def test_sophon_09_no_providers_compile_and_nothing_is_offered(use: Drop, run: Run) -> None:
    """M empty providers list → compile OK with zero routable models (BYOK: catalog does not create providers)."""
    use(providers())
    assert load().accounts() == []
    refused = run("resolve", "anthropic/claude-sonnet-4-5", "--available", code=1).err
    assert "not among the models that your files offer: none" in refused


def test_sophon_15_two_defaults_are_an_error(drop: Drop, run: Run) -> None:
    """M two `isDefault:true` providers (or two models in one provider) → lint error; none → lowest priority / first model."""
    models = [{"id": "gpt-5", "isDefault": True}, {"id": "gpt-5-mini", "isDefault": True}]
    found = errors(run, drop(providers(one("a", "openai", isDefault=True, models=models), one("b", "xai", isDefault=True))))
    assert [(finding["name"], finding["line"]) for finding in found] == [("several-defaults", 14), ("several-defaults", 21)]


def test_sophon_15_without_a_default_it_is_the_lowest_priority_and_its_first_model(use: Drop, run: Run) -> None:
    """M none → lowest priority / first model."""
    use(providers(one("late", "openai", priority=5), one("soon", "openai", priority=2, models=[{"id": "gpt-5-mini"}, {"id": "gpt-5"}]), one("usual", "xai")))
    assert [(account["id"], account["rank"]) for account in load().accounts()] == [("usual", 1), ("soon", 2), ("late", 5)]
    assert run("resolve", "openai/gpt-5", "--json", "-q").json["account"] == "soon"
    found = run("resolve", "", "--json", "-q").json
    assert (found["account"], found["model"]) == ("soon", "gpt-5-mini")


def test_sophon_15_the_default_is_used_where_nothing_says_which(use: Drop, run: Run) -> None:
    """M two `isDefault:true` …: one is used before those of lower priority."""
    use(providers(one("first", "openai", priority=1), one("usual", "openai", priority=9, isDefault=True), one("off", "openai", priority=0, status="Inactive")))
    assert run("resolve", "openai/gpt-5", "--json", "-q").json["account"] == "usual"


def test_sophon_20_what_claude_code_renews_is_picked_up_and_how_to_sign_in_is_said(use: Drop, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M CliSync: editing the external token file is picked up once the cached token is within the expiry margin; missing file → "run claude auth login" hint."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("HOME", str(tmp_path))
    use(providers(one("mine", "claude-code")))
    assert "sign in with: claude auth login" in run("why", "mine", "credential").out
    with pytest.raises(CredentialError, match="claude auth login"):
        load().credential("mine")
    registry, file = load(), tmp_path / "claude" / ".credentials.json"
    file.parent.mkdir()
    for token, seconds, is_good in (("first", 3600, True), ("renewed", 7200, True), ("ends soon", 30, False), ("renewed again", 7200, True)):
        file.write_text(json.dumps({"claudeAiOauth": {"accessToken": f"{token}-{SECRET}", "expiresAt": (time.time() + seconds) * 1000}}))
        if is_good:
            assert registry.credential("mine").parts() == {"key": f"{token}-{SECRET}"}
        else:
            with pytest.raises(CredentialError, match="has ended; sign in with: claude auth login"):
                registry.credential("mine")


def test_sophon_23_an_entry_of_the_catalogue_changes_what_it_names_and_no_more(use: Drop, run: Run) -> None:
    """M catalog override: user entry for known model replaces context/price field by field; new entry adds a model only to an existing provider."""
    use(providers())
    before = shown(run, "anthropic/claude-haiku-4-5")
    use(providers(modelCatalog=[{"id": "claude-haiku-4-5", "provider": "anthropic", "contextWindow": 150_000, "inputPrice": 0.9}]))
    after = shown(run, "anthropic/claude-haiku-4-5")
    assert after["limits"] == {**before["limits"], "context_tokens": 150_000}
    assert {key: value for key, value in after["price"].items() if value != before["price"][key]} == {"input_usd_per_mtok": "0.9"}
    assert {key for key in after if after[key] != before[key]} == {"limits", "price", "origins"}
    words = run("why", "anthropic/claude-haiku-4-5", "limits.context_tokens", "--json").json["origins"]
    assert [(word["layer"], word["value"], word["wins"]) for word in words] == [("registry", before["limits"]["context_tokens"], False), ("user", 150_000, True)]
    assert (words[1]["line"], words[1]["column"]) == (7, 24)


def test_sophon_23_a_new_entry_adds_a_model_to_a_provider_that_is_there(use: Drop, run: Run) -> None:
    """M new entry adds a model only to an existing provider."""
    use(
        providers(
            modelCatalog=[
                {"id": "claude-next", "provider": "anthropic", "displayName": "Claude Next", "maxOutputTokens": 32_000, "capabilities": {"vision": True, "streaming": False}}
            ]
        )
    )
    found = shown(run, "anthropic/claude-next")
    assert (found["name"], found["limits"]["output_tokens"], found["limits"]["context_tokens"]) == ("Claude Next", 32_000, None)
    assert (found["capabilities"]["vision"], found["capabilities"]["streaming"], found["capabilities"]["tools"]) == (True, False, None)


def test_sophon_23_and_to_no_other(drop: Drop, run: Run) -> None:
    """M new entry adds a model only to an existing provider."""
    (found,) = errors(run, drop(providers(modelCatalog=[{"id": "m", "provider": "nobody"}])))
    assert (found["name"], found["line"], found["column"]) == ("unknown-provider-type", 6, 19)


def test_sophon_24_of_a_model_nobody_knows_nothing_is_assumed(use: Drop, run: Run) -> None:
    """M model not in catalog and no live info → capabilities `unknown`, never assumed true."""
    use(providers(one("work", "anthropic", models=[{"id": "claude-nobody-knows"}])))
    found = shown(run, "work/claude-nobody-knows")
    assert set(found["capabilities"].values()) == {None}
    assert set(found["limits"].values()) == {None}
    assert (found["input"], found["output"], found["thinking"], found["price"]["state"]) == (None, None, None, "unknown")


def test_sophon_27_lists_are_tables_json_or_csv(use: Drop, run: Run) -> None:
    """S `models list --format table|json|csv`."""
    use(providers())
    table, rows = (run("models", "list", "--provider", "groq", "--format", name, "-q").out for name in ("table", "csv"))
    assert table == run("models", "list", "--provider", "groq", "-q").out
    listed = run("models", "list", "--provider", "groq", "--format", "json", "-q").json["models"]
    assert [row["ref"] for row in csv.DictReader(io.StringIO(rows))] == [model["ref"] for model in listed] != []


@pytest.mark.parametrize(("word", "begins"), [("json", "{"), ("csv", "ref,"), ("table", "ref  ")])
def test_sophon_27_its_variable_names_the_format(word: str, begins: str, use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """S `SOPHON_FORMAT` honoured, where the command has that format."""
    use(providers())
    monkeypatch.setenv("SOPHON_FORMAT", word)
    assert run("models", "list", "--provider", "groq", "-q").out.startswith(begins)
    assert run("models", "list", "--provider", "groq", "-q", "--format", "csv").out.startswith("ref,")
    monkeypatch.setenv("PROVIDERS_FORMAT", "csv")
    assert run("models", "list", "--provider", "groq", "-q").out.startswith("ref,")
    assert run("lint", "-q").out == ""


def test_sophon_27_colours_are_off_where_no_color_says_so(drop: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """S NO_COLOR honoured."""
    file = drop(providers({"id": "g", "providerType": "gemeni"}))
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("lint", file, code=1).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("lint", file, code=1).out


def test_sophon_27_results_go_to_standard_output_and_all_else_to_standard_error(use: Drop, run: Run) -> None:
    """S JSON to stdout, diagnostics to stderr; corrupt CLI config → defaults with warning: this program has no file of its own settings, so there is none that could be corrupt."""
    file = use(providers(one("a", "openai", apiKey=SECRET)))
    compiled = run("compile")
    assert compiled.out == ""
    assert "plain-secret" in compiled.err
    file.touch()
    listed = run("models", "list", "--provider", "groq", "--json")
    assert listed.json["version"] == 1
    assert listed.err == "" or "newer than the compiled registry" in listed.err


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("lint", "--json"),
    ("lint", "--format", "sarif"),
    ("compile",),
    ("compile", "--target", "json", "-o", "-"),
    ("list", "--json"),
    ("list", "--all"),
    ("models", "list", "--json"),
    ("models", "list", "--format", "csv"),
    ("accounts", "list", "--json"),
    ("auth", "status", "--json"),
    ("resolve", "work/gpt-5", "--json"),
    ("why", "work", "credential"),
    ("refresh", "--no-network"),
    ("refresh", "--no-network", "--write-review"),
    ("refresh", "--no-network", "--format", "markdown"),
)


@pytest.fixture
def stored(drop: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a compiled file whose key was moved into the vault; there is no keyring."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    file = drop(providers(one("work", "openai", apiKey=SECRET)))
    run("accounts", "import", file, "-q")
    run("compile", "-q")
    return file


def test_sophon_17_a_key_is_taken_and_shown_nowhere(use: Drop, run: Run, home: Path) -> None:
    """M plaintext `apiKey` accepted by importer, never present in compiled output, review diff, logs, `list --json`; at rest it is encrypted or a reference."""
    use(providers(one("work", "openai", apiKey=SECRET)))
    for command in COMMANDS:
        printed = run(*command)
        assert SECRET not in printed.out + printed.err, command
    assert run("resolve", "work/gpt-5", "--json", "-q").json["auth"]["source"] == "inline:models.json#/providers/0/apiKey"
    assert [file.name for file in home.rglob("*") if file.is_file() and SECRET in file.read_text(errors="replace")] == ["models.json"]
    assert SECRET not in Path("review.yaml").read_text()


def test_sophon_17_moved_into_the_vault_it_is_encrypted(stored: Path, run: Run, home: Path) -> None:
    """M at rest it is encrypted or a reference."""
    assert json.loads(stored.read_text())["providers"][0]["apiKey"] == ""
    assert [file.name for file in home.rglob("*") if file.is_file() and SECRET in file.read_text(errors="replace")] == []
    assert run("resolve", "work/gpt-5", "--json", "-q").json["auth"]["source"] == "vault:work"
    assert headers(home) == {"Authorization": f"Bearer {SECRET}"}


def headers(home: Path) -> dict[str, str]:
    """Return what would be sent for the account, as a program that starts anew finds it."""
    registry = load()
    return chain.first(chain.search(registry, registry.account("work"), None, {"PROVIDERS_HOME": str(home)})).headers()


def test_sophon_18_what_is_stored_comes_back_with_the_same_key(stored: Path, run: Run, home: Path) -> None:
    """M encrypted round trip: `models add` then reload with same key file works; key file 0600; wrong/missing key file → clear error, not garbage."""
    run("models", "add", "--provider", "openai", "--model", "gpt-next", "--name", "GPT Next", "-q")
    assert json.loads(stored.read_text())["modelCatalog"] == [{"id": "gpt-next", "provider": "openai", "displayName": "GPT Next"}]
    run("compile", "-q")
    assert run("resolve", "work/gpt-next", "--json", "-q").json["auth"]["source"] == "vault:work"
    assert headers(home) == {"Authorization": f"Bearer {SECRET}"}
    if os.name != "nt":
        assert stat.S_IMODE((home / "vault.key").stat().st_mode) == 0o600


def test_sophon_18_without_the_key_or_with_another_it_is_an_error_that_says_so(stored: Path, run: Run, home: Path) -> None:
    """M wrong/missing key file → clear error, not garbage."""
    key = home / "vault.key"
    first = key.read_bytes()
    key.unlink()
    for reason in ("there is no key", "another key is there"):
        shown = run("why", "work", "credential")
        assert reason in shown.out
        assert SECRET not in shown.out + shown.err
        run("auth", "status", "--check", code=1)
        with pytest.raises(StoredSecretError, match=reason):
            headers(home)
        if not key.exists():  # a new one is made for what is stored from now on
            Vault({"PROVIDERS_HOME": str(home)}).store("other", "openai", {"key": "another-made-up-key"})
    key.write_bytes(first)
    assert headers(home) == {"Authorization": f"Bearer {SECRET}"}
