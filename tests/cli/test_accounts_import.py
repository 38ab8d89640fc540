"""Moving keys out of a user's file: into the vault, with everything else of the file byte for byte as it was."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import load
from modelwright.resources import registry_dir
from modelwright.runtime.credentials.vault import Vault

if TYPE_CHECKING:
    from command_line import Run

A, B = "sk-marked-AAAAAAAAAA", "AIzamarked-BBBBBBBBBB"

SOPHON = f"""{{
  "providers": [
    {{"id": "first",   "providerType": "openai",  "apiKey": "{A}", "name": "mine"}},
\t{{"providerType": "bedrock", "id": "aws", "accessKeyId": "AKIAMARKED", "secretAccessKey": "{B}"}},
    {{"id": "empty", "providerType": "groq", "apiKey": "  "}}
  ]
}}
"""
SLOPPY = f"""{{"models": [
  {{"title": "openai-api", "apiKey": "{A}", "apiUrl": "https://api.openai.com/v1", "model": "gpt-4.1-mini"}},
  {{"title": "openai-b", "apiKey": "", "apiUrl": "https://api.openai.com/v1", "model": "gpt-4.1"}},
  {{"title": "gemini", "apiKey": "{B}", "apiUrl": "https://generativelanguage.googleapis.com", "model": "gemini-2.5-flash"}}]}}"""
ROUTERLY = f"""[
 {{"id": "gpt-5.5", "name": "a", "provider": "openai", "endpoint": "https://api.openai.com/v1", "apiKey": "{A}", "cost": {{"inputPerMillion": 1, "outputPerMillion": 2}}}},
 {{"id": "gemini-2.5-flash", "name": "b", "provider": "gemini", "endpoint": "https://generativelanguage.googleapis.com", "apiKey": "{B}", "cost": {{"inputPerMillion": 1, "outputPerMillion": 2}}}}
]
"""
FASED = f"""{{"models": {{"mode": "merge", "providers": {{
  "custom": {{"baseUrl": "http://127.0.0.1:8000/v1", "apiKey": "{A}", "api": "openai-completions", "models": [{{"id": "m", "name": "m"}}]}},
  "google": {{"apiKey": "{B}", "baseUrl": "https://generativelanguage.googleapis.com", "models": []}}
}}}}}}
"""


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the real registry, an empty working directory and no key of this machine."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setenv("PROVIDERS_REGISTRY", registry_dir())
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("dialect", "text", "accounts"),
    [
        ("sophon", SOPHON, {"first": {"key": A}, "aws": {"access_key_id": "AKIAMARKED", "secret_access_key": B}}),
        ("sloppy", SLOPPY, {"openai-api": {"key": A}, "openai-b": {"key": A}, "gemini": {"key": B}}),
        ("routerly", ROUTERLY, {"openai": {"key": A}, "gemini": {"key": B}}),
        ("fased", FASED, {"custom": {"key": A}, "google": {"key": B}}),
    ],
)
def test_keys_of_every_dialect_move_into_the_vault_and_nothing_else_changes(
    dialect: str, text: str, accounts: dict[str, dict[str, str]], run: Run, tmp_path: Path, home: Path
) -> None:
    file = tmp_path / "theirs.json"
    file.write_text(text)
    file.chmod(0o640)
    run("compile", "--config", file, "-q")
    before = {name: load().credential(name) for name in accounts}
    told = run("accounts", "import", file)
    emptied = text
    for secret in (A, B, "AKIAMARKED"):
        emptied = emptied.replace(f'"{secret}"', '""')
    assert file.read_text() == emptied
    assert f"moved from {file} to {home / 'vault.json'}: {', '.join(accounts)}" in told.err
    assert not [secret for secret in (A, B) if secret in told.err + (home / "vault.json").read_text()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [other.name for other in tmp_path.iterdir() if other.is_file()] == ["theirs.json"]
    run("compile", "--config", file, "-q")
    assert json.loads((home / "registry.artifact.paths").read_text()) == {"config/theirs.json": str(file)}
    for name, parts in accounts.items():
        after = load().credential(name)
        assert (after.source, after.parts()) == (f"vault:{name}", parts)
        assert before[name].source.startswith("inline:theirs.json#")
        assert (before[name].parts(), before[name].route, before[name].headers()) == (parts, after.route, after.headers())
    assert run("accounts", "import", file).err == f"{file}: no key stands in it\n"


def test_the_route_that_a_key_tells_goes_with_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text(json.dumps({"providers": [{"id": "a", "providerType": "anthropic", "apiKey": "other-token-1"}]}))
    run("accounts", "import", file)
    run("compile", "--config", file, "-q")
    assert load().credential("a").route == "oauth-token"


def test_a_key_that_the_vault_would_hide_is_left_where_it_is(run: Run, tmp_path: Path) -> None:
    """Sophon's accounts look into the vault first, so what stands in the file is not what is used."""
    file = tmp_path / "s.json"
    file.write_text(SOPHON)
    Vault(os.environ).store("first", "openai", {"key": "another"})
    told = run("accounts", "import", file, code=1)
    assert "first is left as it is: the vault has another secret of it, which is what is used; run `providers logout first` first" in told.err
    assert file.read_text() == SOPHON.replace(B, "").replace("AKIAMARKED", "")
    assert Vault(os.environ).open("first", "openai") == {"key": "another"}
    assert Vault(os.environ).ids() == ["aws", "first"]


def test_rows_that_only_their_keys_tell_apart_keep_them(run: Run, tmp_path: Path) -> None:
    row = {"title": "openai-api", "apiUrl": "https://api.openai.com/v1", "model": "gpt-4.1-mini"}
    file = tmp_path / "sloppy.json"
    file.write_text(
        json.dumps(
            {
                "models": [
                    {**row, "apiKey": A},
                    {**row, "apiKey": "sk-other-CCCCCCCCC", "model": "gpt-4.1"},
                    {**row, "title": "gemini", "apiUrl": "", "apiKey": B, "model": "gemini-2.5-pro"},
                ]
            }
        )
    )
    told = run("accounts", "import", file, code=1)
    assert "openai-api-2 is left as it is: without its key it would be one with another account" in told.err
    keys = [one["apiKey"] for one in json.loads(file.read_text())["models"]]
    assert keys[1:] == ["sk-other-CCCCCCCCC", ""]
    run("compile", "--config", file, "-q")
    found = {account["id"]: load().credential(account["id"]).parts()["key"] for account in load().accounts()}
    assert sorted(found.values()) == sorted([A, "sk-other-CCCCCCCCC", B])


def test_a_copy_is_kept_when_it_is_asked_for_and_copies_with_keys_are_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text(SOPHON)
    told = run("accounts", "import", file, "--backup")
    copy = Path(f"{file}.backup.1")
    assert copy.read_text() == SOPHON
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert f"note: they still stand in {copy}" in told.err


def test_a_file_that_cannot_be_written_keeps_its_keys(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s.json"
    file.write_text(SOPHON)

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr("modelwright.source.write.os.replace", fail)
    run("accounts", "import", file, code=1)
    assert file.read_text() == SOPHON


def test_a_file_that_is_not_in_order_is_left_alone(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text(SOPHON + "}")
    assert f"{file} cannot be read; `providers lint {file}` says why" in run("accounts", "import", file, code=1).err
    assert file.read_text() == SOPHON + "}"
    file.write_text(SOPHON.replace('"name": "mine"', '"no-such-key": 1'))
    told = run("accounts", "import", file)
    assert f"note: what is wrong in {file} was left as it is, keys and all" in told.err
    assert file.read_text().count(A) == 1
