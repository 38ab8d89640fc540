"""The keys and added models of a sloppy.json, and the file itself: acceptance/sloppy.md 9-12, 18, 24, 25, 27, 29 and 30, by number."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from discover.servers import as_json, serving
from modelwright import load
from modelwright.runtime.credentials.chain import find
from modelwright.runtime.errors import CredentialError

if TYPE_CHECKING:
    from command_line import Drop, Outcome, Run

A, B = "key-A-canary-of-the-file", "key-B-canary-of-the-environment"
OPENAI = "https://api.openai.com/v1"
FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "dialects" / "sloppy"


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine the tests run on may have."""
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_TOKEN", "_BASE_URL", "_HOST")) or name == "CODEX_HOME"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def row(title: str, model: str, url: str = "", key: str = "") -> dict[str, str]:
    return {"title": title, "apiKey": key, "apiUrl": url, "model": model}


def key_of(account: str) -> str:
    return find(load(), account, None, os.environ).parts()["key"]


def asked(run: Run, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = run("resolve", ref, "--json", "-q").json
    return found


@pytest.mark.parametrize("key", [A, f"  {A}\t", "", "   "])
def test_sloppy_09_10_the_key_of_the_row_comes_before_the_environment_and_blank_is_none(use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """M config key "A" and env "B" → "A" (config wins); config "" or "   " → "B". M whitespace in key trimmed."""
    monkeypatch.setenv("OPENAI_API_KEY", B)
    use({"models": [row("openai-api", "gpt-4.1-mini", key=key)]})
    assert key_of("openai-api") == (A if key.strip() else B)
    source = "inline:models.json#/models/0/apiKey" if key.strip() else "env:OPENAI_API_KEY"
    assert asked(run, "openai:gpt-4.1-mini")["auth"]["source"] == source


def test_sloppy_09_without_either_there_is_a_credential_error_but_not_for_ollama(use: Drop, run: Run) -> None:
    """M neither → credential error (not for ollama)."""
    use({"models": [row("openai-api", "gpt-4.1-mini"), row("ollama-local", "qwen3", "http://127.0.0.1:11434")]})
    with pytest.raises(CredentialError, match="OPENAI_API_KEY is not set"):
        find(load(), "openai-api", None, os.environ)
    assert find(load(), "ollama-local", None, os.environ).source == "none"
    assert run("auth", "status", "openai-api", "--json", code=0).json["accounts"][0]["ok"] is False
    run("auth", "status", "openai-api", "--check", code=1)


def added(run: Run) -> list[str]:
    return [model["ref"] for model in run("models", "list", "--configured", "--json", "-q").json["models"]]


def test_sloppy_11_without_a_row_of_openai_its_key_adds_a_model(use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M no openai row + OPENAI_API_KEY set → `openai:` default model appended; with an openai row → nothing appended."""
    use({"models": [row("gemini", "gemini-2.5-flash")]})
    assert added(run) == ["google/gemini-2.5-flash"]
    monkeypatch.setenv("OPENAI_API_KEY", B)
    assert added(run) == ["google/gemini-2.5-flash", "openai/gpt-5.4-mini"]
    use({"models": [row("openai-api", "gpt-4.1-mini")]})
    assert added(run) == ["openai/gpt-4.1-mini"]
    use({"models": [row("gemini", "gemini-2.5-flash")], "disableModelInference": True})
    assert added(run) == ["google/gemini-2.5-flash"]


def test_sloppy_11_with_only_a_sign_in_of_codex_its_model_is_added(use: Drop, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M with only Codex OAuth → codex default."""
    store = tmp_path / ".codex" / "auth.json"
    store.parent.mkdir()
    store.write_text(json.dumps({"tokens": {"access_token": A, "account_id": "me"}}))
    os.utime(store, (4_000_000_000, 4_000_000_000))  # written late enough for the token to hold
    use({"models": [row("gemini", "gemini-2.5-flash")]})
    assert added(run) == ["google/gemini-2.5-flash", "openai-codex/gpt-5-codex-mini"]
    monkeypatch.setenv("OPENAI_API_KEY", B)
    assert added(run) == ["google/gemini-2.5-flash", "openai/gpt-5.4-mini"]
    monkeypatch.delenv("OPENAI_API_KEY")
    use({"models": [row("openai-api", "gpt-4.1-mini")]})
    assert added(run) == ["openai/gpt-4.1-mini"]


def test_sloppy_11_the_compiled_file_does_not_depend_on_what_is_set(use: Drop, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M the model that is added is worked out when it is asked for; what is compiled is the same on every machine."""
    said = {"models": [row("gemini", "gemini-2.5-flash")]}
    use(said)
    before = (home / "registry.artifact").read_bytes()
    monkeypatch.setenv("OPENAI_API_KEY", B)
    use(said)
    assert (home / "registry.artifact").read_bytes() == before
    assert load().resolve("openai:gpt-5.4-mini").is_listed


def test_sloppy_12_every_row_has_its_own_key_and_that_sloppy_sees_it_otherwise_is_said(use: Drop, run: Run) -> None:
    """M two rows openai with different keys: seed behaviour = first row's key for all; ours: per-row key, with lint note in compat mode."""
    file = use({"models": [row("openai-work", "gpt-4.1-mini", key=A), row("openai-home", "gpt-4.1", key=B), row("openai-too", "gpt-5")]})
    assert [key_of(account) for account in ("openai-work", "openai-home", "openai-too")] == [A, B, A]
    report = run("lint", "--config", file, "--json")
    (note,) = [found for found in report.json["findings"] if found["code"] == "PV733"]
    assert (note["severity"], note["line"]) == ("warning", 11)
    assert "takes `apiKey` of all rows of `openai` from the first, `openai-work`" in note["message"]
    assert A not in report.out + report.err


@pytest.mark.parametrize("title", ["openai-api", "gemini"])
def test_sloppy_12_a_key_is_not_sent_to_the_address_of_another_row(use: Drop, title: str) -> None:
    """M ours: per-row key. The key of the first row stays with the address of the first row."""
    prefix = {"openai-api": "openai-api", "gemini": "gemini"}[title]
    use({"models": [row(title, f"{prefix}:one", key=A), row(f"{title}-elsewhere", f"{prefix}:two", "https://llm.acme.example/v1")]})
    with pytest.raises(CredentialError):
        find(load(), f"{title}-elsewhere", None, os.environ)


@pytest.mark.parametrize(("url", "source"), [("http://192.168.1.5:8000/v1", "none"), ("http://localhost:1234", "none"), (OPENAI, None), ("https://llm.acme.example/v1", None)])
def test_sloppy_24_a_key_may_be_left_out_in_private_networks_only(use: Drop, run: Run, url: str, source: str | None) -> None:
    """M keyless allowed for http://192.168.1.5:8000/v1, refused for https://api.openai.com/v1."""
    use({"models": [row("openai-box", "acme-small", url)]})
    assert asked(run, "openai:acme-small")["auth"]["source"] == source
    if source is None:
        with pytest.raises(CredentialError):
            find(load(), "openai-box", None, os.environ)
    else:
        assert find(load(), "openai-box", None, os.environ).headers() == {}


BETAS, AGENT = "claude-code-20250219,oauth-2025-04-20", "claude-cli/"
OURS, THEIRS, MINIMAX = "https://api.anthropic.com", "https://llm.acme.example", "https://api.minimax.io/anthropic"


@pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
@pytest.mark.parametrize(
    ("url", "key", "header", "is_client"),
    [
        (OURS, "sk-ant-api03-canary", "x-api-key", False),
        (OURS, "sk-ant-oat01-canary", "Authorization", True),
        (THEIRS, "sk-ant-oat01-canary", "x-api-key", False),
        (THEIRS, "sk-ant-api03-canary", "x-api-key", False),
        (MINIMAX, "sk-ant-api03-canary", "Authorization", False),
        (MINIMAX, "any-canary", "Authorization", False),
    ],
)
def test_sloppy_25_key_and_host_say_how_anthropic_is_asked(
    use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, url: str, key: str, header: str, is_client: bool
) -> None:
    """M Anthropic header choice by key shape/host (4 cases of (h))."""
    monkeypatch.setenv(variable, key)
    use({"models": [row("anthropic", "claude-sonnet-4-5", url)]})
    printed: Outcome = run("resolve", "anthropic:claude-sonnet-4-5", "--json", "-q")
    found = printed.json
    assert (found["auth"]["header"], found["auth"]["source"]) == (header, f"env:{variable}")
    assert found["headers"]["anthropic-version"] == "2023-06-01"
    client = {name: found["headers"].get(name, "") for name in ("anthropic-beta", "user-agent", "x-app")}
    assert (client["anthropic-beta"], client["user-agent"].startswith(AGENT), client["x-app"]) == ((BETAS, True, "cli") if is_client else ("", False, ""))
    assert find(load(), "anthropic", None, os.environ, base_url=url).headers()[header] == (f"Bearer {key}" if header == "Authorization" else key)
    assert "canary" not in printed.out + printed.err


def test_sloppy_27_the_key_of_gemini_comes_before_that_of_google(use: Drop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """S GEMINI_API_KEY beats GOOGLE_API_KEY."""
    use({"models": [row("gemini", "gemini-2.5-flash")]})
    monkeypatch.setenv("GOOGLE_API_KEY", A)
    assert asked(run, "gemini:gemini-2.5-flash")["auth"]["source"] == "env:GOOGLE_API_KEY"
    monkeypatch.setenv("GEMINI_API_KEY", B)
    assert asked(run, "gemini:gemini-2.5-flash")["auth"]["source"] == "env:GEMINI_API_KEY"
    assert key_of("gemini") == B


def test_sloppy_18_a_probe_answers_in_the_shape_of_sloppys(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """M probe result fields exactly as above; `usedEnvironmentKey:true` iff env key was used."""
    with serving(lambda _: as_json({"data": [{"id": identity} for identity in ("gpt-4.1-mini", "gpt-0-nobody-knows")]})) as server:
        options = ("--base-url", f"{server.url}/v1", "--dialect", "sloppy", "--json")
        given = run("probe", "openai-api", "--api-key", A, *options).json
        monkeypatch.setenv("OPENAI_API_KEY", B)
        from_environment = run("probe", "openai-api", *options).json
    assert list(given) == ["providerId", "ok", "usedEnvironmentKey", "message", "models"]
    assert (given["providerId"], given["ok"], given["usedEnvironmentKey"], from_environment["usedEnvironmentKey"]) == ("openai-api", True, False, True)
    unknown, known = given["models"]
    assert unknown == {"id": "gpt-0-nobody-knows", "title": "gpt-0-nobody-knows", "capabilities": []}
    assert list(known) == ["id", "title", "contextWindow", "capabilities"]
    assert (known["id"], known["contextWindow"]) == ("gpt-4.1-mini", "1.0M")
    assert "tools" in known["capabilities"]
    assert not {A, B} & {*json.dumps([given, from_environment]).split('"')}


def test_sloppy_29_a_change_is_written_whole_with_a_copy_of_what_was_there(use: Drop, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M save is atomic with backup."""
    file = use({"models": [row("gemini", "gemini-2.5-flash", key=A)]})
    file.chmod(0o600)
    before = file.read_bytes()
    run("models", "add", "--provider", "ollama", "--model", "llama3:8b", "-q")
    assert [one["model"] for one in json.loads(file.read_text())["models"]] == ["gemini-2.5-flash", "ollama:llama3:8b"]
    copy = home / "models.json.backup.1"
    assert (copy.read_bytes(), copy.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (before, 0o600, 0o600)
    after = file.read_bytes()

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    run("models", "remove", "--provider", "ollama", "--model", "llama3:8b", code=1)
    assert file.read_bytes() == after
    assert not [entry for entry in home.iterdir() if entry.name.startswith(".models.json")]


def test_sloppy_29_a_file_that_cannot_be_read_is_reported_and_put_back_on_request(use: Drop, run: Run, home: Path) -> None:
    """M invalid file on load → restore from backup and report, never silent empty config."""
    from modelwright.source import backup

    file = use({"models": [row("gemini", "gemini-2.5-flash")]})
    sound = file.read_bytes()
    copy = backup.keep(str(file))
    artifact = (home / "registry.artifact").read_bytes()
    file.write_text(file.read_text()[:-20])
    for options in ((), ("--config", file, "--dialect", "sloppy")):
        report = run("compile", *options, code=1)
        assert f"{copy}; `providers restore {file}` puts it back" in report.err
    assert (home / "registry.artifact").read_bytes() == artifact
    run("restore", "-q")
    assert file.read_bytes() == sound
    assert (home / "models.json.broken.1").exists()
    run("compile", "-q")
    assert "can be read, so it stays as it is" in run("restore", code=1).err


def test_sloppy_29_without_a_copy_nothing_is_restored_and_nothing_is_lost(use: Drop, run: Run) -> None:
    """M … else error."""
    file = use({"models": []})
    file.write_text("{")
    assert "there is no copy of" in run("restore", code=1).err
    assert file.read_text() == "{"


def test_sloppy_30_rows_are_added_listed_and_removed(use: Drop, run: Run) -> None:
    """S CLI add/remove/list/probe equivalents; `--format json`."""
    file = use(json.loads((FIXTURES / "seed.json").read_text()))
    run("models", "add", "--provider", "ollama", "--model", "llama3:8b", "--name", "local", "--base-url", "http://10.0.0.7:11434", "-q")
    assert json.loads(file.read_text())["models"][-1] == row("local", "ollama:llama3:8b", "http://10.0.0.7:11434")
    run("compile", "-q")
    assert added(run) == ["openai/gpt-4.1-mini", "google/gemini-2.5-flash", "anthropic/claude-sonnet-4-0", "ollama/llama3:8b"]
    accounts = run("accounts", "list", "--format", "json", "-q").json["accounts"]
    assert [account["id"] for account in accounts] == ["openai-api", "gemini", "anthropic", "local"]
    run("models", "remove", "--provider", "openai-api", "--model", "gpt-4.1-mini", "-q")
    run("compile", "-q")
    assert added(run)[0] == "google/gemini-2.5-flash"


def test_sloppy_30_a_row_that_is_there_already_is_changed_and_keeps_its_key(use: Drop, run: Run) -> None:
    """S `sloppy providers add --title --api-url --api-key --model`; a row is told by what it means, with or without prefix."""
    file = use({"models": [row("openai-api", "gpt-4.1-mini", OPENAI, A) | {"disabled": True}]})
    run("models", "add", "--provider", "openai", "--model", "gpt-4.1-mini", "--name", "work", "-q")
    assert json.loads(file.read_text())["models"] == [row("work", "openai-api:gpt-4.1-mini", OPENAI, A) | {"disabled": True}]


def test_sloppy_30_what_is_not_there_cannot_be_removed(use: Drop, run: Run) -> None:
    """S remove of unknown title exit 1."""
    file = use({"models": [row("gemini", "gemini-2.5-flash")]})
    before = file.read_bytes()
    assert "no row that names `openai:gpt-4.1-mini`" in run("models", "remove", "--provider", "openai", "--model", "gpt-4.1-mini", code=1).err
    assert file.read_bytes() == before
