"""Where keys are kept: lines of acceptance/zot.md and acceptance/sophon.md that are about the vault and about setting up, by number."""

from __future__ import annotations

import io
import json
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from discover.servers import as_json, serving
from modelwright import StoredSecretError, load

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Drop, Run

SECRET = "sk-canary-0123456789abcdefgh"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the keyring of this machine alone."""
    monkeypatch.setitem(sys.modules, "keyring", None)


def login(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{key}\n"))
    return run("login", name, "--stdin", "-q").err


ZOT = {"providers": {"my-company": {"baseUrl": "https://llm.mycompany.com/v1", "api": "openai", "models": [{"id": "m"}]}}}
INSTRUCTED = {
    "amazon-bedrock": "AWS_PROFILE",
    "google-vertex": "GOOGLE_CLOUD_API_KEY",
    "cloudflare-workers-ai": "CLOUDFLARE_ACCOUNT_ID",
    "cloudflare-ai-gateway": "CLOUDFLARE_GATEWAY_ID",
    "azure-openai-responses": "AZURE_OPENAI_API_KEY",
}


@pytest.mark.parametrize(("name", "told"), INSTRUCTED.items())
def test_zot_23_what_takes_more_than_a_key_is_told_how_to_set_up_and_nothing_is_stored(name: str, told: str, use: Drop, run: Run, home: Path) -> None:
    """M setup-instruction providers: login/wizard prints instructions (5 ids) and stores nothing."""
    use(ZOT)
    found = run("login", name)
    assert told in found.out
    assert found.err == "nothing was stored\n"
    assert not [path for path in home.rglob("*") if path.name in ("vault.json", "vault.key", "auth.json")]


def test_zot_23_they_are_just_these_five_of_zots(use: Drop, run: Run, home: Path) -> None:
    """M setup-instruction providers: … (5 ids)"""
    use(ZOT)
    registry = load()
    told = {registry.provider(name)["id"] for name in INSTRUCTED}
    others: tuple[str, ...] = (
        "anthropic",
        "openai",
        "openai-responses",
        "kimi-coding",
        "google",
        "deepseek",
        "moonshot",
        "moonshot-cn",
        "groq",
        "xai",
        "cerebras",
        "together",
        "huggingface",
        "openrouter",
    )
    others += ("mistral", "zai", "xiaomi", "minimax", "minimax-cn", "fireworks", "vercel-ai-gateway", "opencode", "opencode-go")
    for name in others:
        assert name not in told
        assert not [way for way in registry.provider(name)["setup"] if way["kind"] == "instructions"]


def test_zot_25_an_invalid_key_surfaces_when_it_is_first_used(use: Drop, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M custom provider key stored without probe; invalid key surfaces on first call."""
    monkeypatch.setenv("ZOT_HOME", str(home / "zot"))
    with serving(lambda _: as_json({"error": {"message": f"invalid key {SECRET}"}}, 401)) as server:
        use({"providers": {"my-company": {"baseUrl": f"{server.url}/v1", "discover": True, "models": [{"id": "m"}]}}})
        login(run, monkeypatch, "my-company", SECRET)
        assert not server.calls
        assert run("resolve", "my-company/m", "--json").json["auth"]["source"] == "auth-json:my-company"
        found = run("probe", "my-company", code=4)
        assert [call.headers["authorization"] for call in server.calls] == [f"Bearer {SECRET}"]
    assert "unauthorized" in found.out
    assert SECRET not in found.out + found.err


SOPHON = {
    "providers": [
        {"id": "main", "providerType": "openai", "apiKey": SECRET},
        {"id": "aws", "providerType": "bedrock", "accessKeyId": "AKIACANARY000000", "secretAccessKey": SECRET},
    ]
}
SHOWING = (
    ["list", "--json"],
    ["models", "list", "--json"],
    ["accounts", "list", "--json"],
    ["auth", "status", "--json"],
    ["resolve", "main/gpt-5.5", "--json"],
    ["why", "main", "credential"],
    ["why", "openai/gpt-5.5"],
    ["lint"],
    ["lint", "--format", "sarif"],
    ["compile", "--target", "json", "-o", "-"],
)


def test_sophon_17_a_key_in_the_file_is_used_and_is_nowhere_else(use: Drop, run: Run, home: Path) -> None:
    """M plaintext `apiKey` accepted by importer, never present in compiled output, review diff, logs, `list --json`; at rest it is encrypted or a reference."""
    file = use(SOPHON)
    assert load().credential("main").headers() == {"Authorization": f"Bearer {SECRET}"}
    assert load().credential("main").source == "inline:models.json#/providers/0/apiKey"
    for arguments in SHOWING:
        told = run(*arguments)
        assert SECRET not in told.out + told.err, arguments
    written = [path for path in home.rglob("*") if path.is_file() and path != file]
    assert any(path.name == "registry.artifact" for path in written)
    assert not [path for path in written if SECRET.encode() in path.read_bytes() or b"AKIACANARY" in path.read_bytes()]
    told = run("accounts", "import", file)
    assert SECRET not in told.err + file.read_text()
    run("compile", "-q")
    assert load().credential("main").headers() == {"Authorization": f"Bearer {SECRET}"}
    assert load().credential("aws").parts() == {"access_key_id": "AKIACANARY000000", "secret_access_key": SECRET}
    assert not [path for path in home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_sophon_18_what_is_stored_outlives_changes_of_the_file_as_long_as_its_key_is_there(use: Drop, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M encrypted round trip: `models add` then reload with same key file works; key file 0600; wrong/missing key file → clear error, not garbage."""
    use({"providers": [{"id": "main", "providerType": "openai"}]})
    login(run, monkeypatch, "main", SECRET)
    run("models", "add", "--provider", "openai", "--model", "gpt-of-tomorrow", "--context-window", "1000")
    run("compile", "-q")
    assert load().credential("main").parts() == {"key": SECRET}
    key = home / "vault.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    good = key.read_bytes()
    key.unlink()
    with pytest.raises(StoredSecretError, match="there is no key"):
        load().credential("main")
    login(run, monkeypatch, "groq", "another")  # makes another key
    with pytest.raises(StoredSecretError, match=r"another key is there .* put the key back from a backup"):
        load().credential("main")
    shown = json.loads(run("auth", "status", "main", "--json").out)["accounts"][0]
    assert (shown["ok"], next(step["reason"] for step in shown["steps"] if step["step"] == "vault").startswith(str(key))) == (False, True)
    run("auth", "status", "main", "--check", code=1)
    key.write_bytes(good)
    assert load().credential("main").parts() == {"key": SECRET}


def test_where_a_file_is_stands_beside_the_compiled_registry_which_is_the_same_on_every_machine(run: Run, tmp_path: Path) -> None:
    """A credential in a file is found by whoever compiled it, and by nobody else."""
    compiled = []
    for machine in ("one", "other"):
        folder = tmp_path / machine
        folder.mkdir()
        (folder / "sophon.json").write_text(json.dumps(SOPHON))
        run("compile", "--config", folder / "sophon.json", "-o", folder / "registry.artifact", "-q")
        paths = folder / "registry.artifact.paths"
        assert json.loads(paths.read_text()) == {"config/sophon.json": str(folder / "sophon.json")}
        assert stat.S_IMODE(paths.stat().st_mode) == 0o600
        compiled.append((folder / "registry.artifact").read_bytes())
    assert compiled[0] == compiled[1]
    assert load(folder / "registry.artifact").credential("main").parts() == {"key": SECRET}
    (folder / "sophon.json").write_text(json.dumps({"providers": [{"id": "new", "providerType": "groq", "apiKey": "of another"}, *SOPHON["providers"]]}))
    with pytest.raises(StoredSecretError, match=r"sophon\.json changed since it was compiled; run `providers compile`"):
        load(folder / "registry.artifact").credential("main")
    paths.unlink()
    with pytest.raises(StoredSecretError, match=r"nobody knows where config/sophon\.json is on this machine; run `providers compile` here"):
        load(folder / "registry.artifact").credential("main")
    (folder / "sophon.json").write_text(json.dumps({"providers": []}))
    run("compile", "--config", folder / "sophon.json", "-o", folder / "registry.artifact", "-q")
    assert paths.exists()
    run("compile", "-o", folder / "registry.artifact", "-q")
    assert not paths.exists()
