"""Issue 5, as a user of each system would try it: drop the file in, and lint, list, resolve and why answer rightly; what is wrong is found where it stands."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from checkout import ROOT

if TYPE_CHECKING:
    from command_line import Drop, Run

FIXTURES = ROOT / "fixtures" / "dialects"


class User(NamedTuple):
    """A user's file, codes of what lint says of it, and what is asked afterwards."""

    file: str
    findings: set[str]
    listed: str
    """A model that is the user's, or one of the registry's that they use."""
    asked: str
    """How they call a model."""
    answer: dict[str, Any]
    account: str
    order: list[str]
    """Where the account looks for its credential."""
    why: tuple[str, str, Any, str]
    """A model, a field, its value, and what stands where `why` says that it stands."""


USERS = {
    "sophon": User(
        "seed.json",
        {"PV703"},
        "anthropic/claude-sonnet-4-5",
        "anthropic-primary/claude-sonnet-4-5",
        {"ref": "anthropic/claude-sonnet-4-5", "account": "anthropic-primary", "protocol": "anthropic-messages", "base_url": "https://api.anthropic.com"},
        "anthropic-primary",
        ["explicit", "vault", "inline", "cli-sync", "oauth", "chain", "none"],
        ("anthropic-primary", "rank", 1, "1,"),
    ),
    "sloppy": User(
        "seed.json",
        set(),
        "google/gemini-2.5-flash",
        "gemini:gemini-2.5-flash",
        {"ref": "google/gemini-2.5-flash", "account": "gemini", "protocol": "google-generative", "base_url": "https://generativelanguage.googleapis.com"},
        "openai-api",
        ["explicit", "vault", "env", "oauth", "cli-sync", "none"],
        ("gemini", "provider", "google", '"gemini-2.5-flash"'),
    ),
    "routerly": User(
        "example.json",
        {"PV703", "PV601", "PV208"},
        "custom-openai/my-custom-model",
        "my-custom-model",
        {"ref": "custom-openai/my-custom-model", "account": "custom-192-168-1-50-8000", "protocol": "openai-chat", "base_url": "http://192.168.1.50:8000/v1"},
        "anthropic",
        ["explicit", "inline", "vault", "cli-sync", "oauth", "none"],
        ("custom-openai/my-custom-model", "input_usd_per_mtok", 0, '0, "outputPerMillion"'),
    ),
    "zot": User(
        "seed.json",
        set(),
        "my-company/company-llm-v2",
        "my-company/company-llm-v2",
        {"ref": "my-company/company-llm-v2", "protocol": "openai-chat", "base_url": "https://llm.mycompany.com/v1"},
        "my-company",
        ["explicit", "env", "auth-json", "vault", "oauth", "cli-sync", "chain", "none"],
        ("my-company/company-llm-v2", "name", "Company LLM v2", '"Company LLM v2"'),
    ),
    "fased": User(
        "seed.json",
        set(),
        "custom/my-local-model",
        "gpt",
        {"ref": "openai/gpt-5.5", "account": "openai", "protocol": "openai-chat", "base_url": "https://api.openai.com/v1"},
        "custom",
        ["explicit", "vault", "env", "cli-sync", "oauth", "chain"],
        ("custom/my-local-model", "limits.context_tokens", 128_000, "128000"),
    ),
}


@pytest.mark.parametrize("system", USERS)
def test_a_user_drops_in_the_file_of_their_system_and_gets_right_answers(system: str, drop: Drop, run: Run) -> None:
    user = USERS[system]
    file = drop((FIXTURES / system / user.file).read_text())
    report = run("lint", "--format", "json").json
    assert {finding["code"] for finding in report["findings"]} == user.findings
    run("compile", "--quiet")
    listed = [f"{model['provider']}/{model['id']}" for model in run("models", "list", "--format", "json").json["models"]]
    assert user.listed in listed
    assert len(listed) > 1000, "what comes with the program stays"
    resolved = run("resolve", user.asked, "--format", "json").json
    assert resolved.items() >= user.answer.items()
    assert [step["step"] for step in run("why", user.account, "credential", "--format", "json").json["steps"]] == user.order
    ref, field, value, text = user.why
    answer = run("why", ref, field, "--format", "json").json
    assert answer["value"] == value
    (origin,) = [origin for origin in answer["origins"] if origin["wins"]]
    assert origin["path"].endswith("models.json")
    assert file.read_text().splitlines()[origin["line"] - 1][origin["column"] - 1 :].startswith(text)
    assert run("why", "policy", "--format", "json").json["dialect"] == system


@pytest.mark.parametrize("system", USERS)
def test_the_policy_of_a_file_is_its_dialects_unless_the_user_says_otherwise(system: str, drop: Drop, run: Run) -> None:
    drop((FIXTURES / system / USERS[system].file).read_text())
    usual = run("why", "policy", "on_unknown", "--format", "json").json
    assert usual["origins"][0]["path"].endswith("vocabulary/dialects.yaml")
    over = drop({"version": 1, "policy": {"on_unknown": "drop", "credentials": ["env"]}}, "over.json")
    ours = ("--config", f"{over.with_name('models.json')}", "--config", str(over))
    answer = run("why", "policy", "on_unknown", "--format", "json", *ours).json
    assert (answer["value"], answer["dialect"]) == ("drop", system)
    low, high = answer["origins"]
    assert (low["value"], low["wins"], high["wins"], high["line"]) == (usual["value"], False, True, 4)
    shown = run("why", "policy", *ours).out
    assert re.search(r"^on_unknown +drop  \[command-line\]  \S+over\.json:4:19$", shown, re.MULTILINE)
    assert re.search(r'^credentials +\["env"\]  \[command-line\]', shown, re.MULTILINE)
    assert re.search(r"^failover +\S+  \[registry\]", shown, re.MULTILINE)
    assert "the policy has no 'colour'" in run("why", "policy", "colour", code=1).err


def test_the_order_that_an_account_is_given_in_another_file_is_its_own(drop: Drop, run: Run) -> None:
    file = drop((FIXTURES / "sloppy" / "seed.json").read_text(), "sloppy.json")
    over = drop('{"version": 1,\n "accounts": {"openai-api": {"credentials": ["env", "vault"]}}}', "over.json")
    own, theirs = (run("why", account, "credential", "--config", str(file), "--config", str(over)).out.splitlines() for account in ("openai-api", "gemini"))
    assert own[1].startswith("  the order is the account's own")
    assert own[1].endswith("over.json:2:45")
    assert [line.split()[0] for line in own[2:4]] == ["env", "vault"]
    assert theirs[1].startswith("  the order is that of sloppy")


class Mistake(NamedTuple):
    """A file with `@@` before what is wrong, the code that is found there, and what the cure names."""

    text: str
    code: str
    cure: str


MISTAKES = {
    "a typo'd providerType": Mistake('{"providers": [\n  {"id": "mine", "providerType": @@"antropic", "priority": 1}]}', "PV701", "did you mean `anthropic`"),
    "a key in a zot file": Mistake(
        '{"providers": {"my-company": {"baseUrl": "https://h.example/v1",\n  @@"apiKey": "hunter2", "models": [{"id": "m"}]}}}', "PV720", "providers login"
    ),
    "an ambiguous alias of a provider": Mistake(
        '{"version": 1, "accounts": {\n  "work": {"provider": @@"cloudflare"}}}', "PV754", "say which: cloudflare-ai-gateway, cloudflare-workers-ai"
    ),
    "an ambiguous name for an agent's model": Mistake(
        '{"models": {"providers": {}},\n "agents": {"defaults": {"model": {"primary": @@"kimi-k2.5"}}}}', "PV753", "moonshot-cn/kimi-k2.5, moonshot/kimi-k2.5"
    ),
    "an alias of two models": Mistake(
        '{"agents": {"defaults": {"models": {"openai/gpt-5.5": {"alias": "fast"},\n  "anthropic/claude-opus-4-6": {"alias": @@"Fast"}}}}}', "PV103", "another alias"
    ),
    "an ambiguous name of Sloppy's": Mistake(
        '{"models": [{"title": "a", "apiKey": "", "apiUrl": "", "model": "openai-api:gpt-4.1"},\n'
        '  {"title": "b", "apiKey": "", "apiUrl": "", "model": "openrouter:gpt-4.1"}],\n "modelRouting": {"fast": @@"gpt-4.1"}}',
        "PV730",
        "prefix of its provider",
    ),
    "a duplicate default": Mistake(
        '{"providers": [{"id": "a", "providerType": "anthropic", "isDefault": true},\n  {"id": "b", "providerType": "openai", "isDefault": @@true}]}', "PV704", "on one of them"
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found_with_line_column_and_cure(mistake: Mistake, drop: Drop, run: Run) -> None:
    before = mistake.text.partition("@@")[0]
    drop(mistake.text.replace("@@", ""))
    findings = json.loads(run("lint", "--format", "json", code=1).out)["findings"]
    found = [finding for finding in findings if finding["code"] == mistake.code]
    assert len(found) == 1, findings
    assert (found[0]["line"], found[0]["column"]) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert mistake.cure in found[0]["help"]
