"""zot's auth.json is read and written in its own shape, and nothing of it gets into an error."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from modelwright.runtime.credentials import auth_json

SECRET = "canary-5e1f"
DEDICATED = ("anthropic", "openai", "kimi", "google", "deepseek", "github-copilot")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"ZOT_HOME": str(tmp_path / "zot"), "HOME": str(tmp_path)}


def written(environ: dict[str, str], data: Any) -> Path:
    """Write *data* as auth.json and return where it is."""
    return written_text(environ, json.dumps(data))


def written_text(environ: dict[str, str], text: str) -> Path:
    file = Path(auth_json.path(environ))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("latin-1"))
    return file


@pytest.mark.parametrize(
    ("environ", "platform", "place"),
    [
        ({"ZOT_HOME": "/z", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "linux", "/z/auth.json"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "linux", "/x/zot/auth.json"),
        ({"XDG_STATE_HOME": "", "HOME": "/h"}, "linux", "/h/.local/state/zot/auth.json"),
        ({"ZOT_HOME": "/z", "HOME": "/h"}, "darwin", "/z/auth.json"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "darwin", "/h/Library/Application Support/zot/auth.json"),
        ({"LOCALAPPDATA": "/l", "HOME": "/h"}, "win32", "/l/zot/auth.json"),
        ({"HOME": "/h"}, "win32", "/h/.local/state/zot/auth.json"),
    ],
)
def test_it_lies_where_zot_keeps_it(environ: dict[str, str], platform: str, place: str) -> None:
    assert auth_json.path(environ, platform) == place


@pytest.mark.parametrize("key", DEDICATED)
def test_six_providers_have_a_place_of_their_own(key: str, environ: dict[str, str]) -> None:
    auth_json.store(environ, key, SECRET)
    assert json.loads(written_file(environ)) == {key.replace("-", "_"): {"api_key": SECRET}}
    assert auth_json.read(environ, key) == SECRET


def written_file(environ: dict[str, str]) -> str:
    return Path(auth_json.path(environ)).read_text()


@pytest.mark.parametrize("key", ["openrouter", "my-company", "openai-responses", "openai-codex", "moonshotai-cn"])
def test_the_others_stand_together(key: str, environ: dict[str, str]) -> None:
    auth_json.store(environ, key, SECRET)
    assert json.loads(written_file(environ)) == {"additional_api_key_creds": {key: {"api_key": SECRET}}}
    assert auth_json.read(environ, key) == SECRET
    assert auth_json.read(environ, "openai") is None


def test_the_file_is_for_the_user_alone_and_its_folder_is_made(environ: dict[str, str], tmp_path: Path) -> None:
    auth_json.store(environ, "openai", SECRET)
    assert stat.S_IMODE((tmp_path / "zot" / "auth.json").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "zot").iterdir()] == ["auth.json"]


def test_a_file_that_others_could_read_no_longer_can_after_a_change(environ: dict[str, str]) -> None:
    file = written(environ, {"kimi": {"api_key": "other"}})
    file.chmod(0o644)
    auth_json.store(environ, "openai", SECRET)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_not_ours_stays(environ: dict[str, str]) -> None:
    file = written(
        environ, {"future": [1], "openai": {"note": "mine"}, "additional_api_key_creds": {"groq": {"api_key": "g", "label": "work"}}, "kimi": {"oauth": {"access_token": "t"}}}
    )
    auth_json.store(environ, "openai", SECRET)
    auth_json.store(environ, "groq", SECRET)
    assert json.loads(file.read_text()) == {
        "future": [1],
        "openai": {"note": "mine", "api_key": SECRET},
        "additional_api_key_creds": {"groq": {"api_key": SECRET, "label": "work"}},
        "kimi": {"oauth": {"access_token": "t"}},
    }
    assert auth_json.remove(environ, "groq")
    assert auth_json.remove(environ, "kimi")
    assert json.loads(file.read_text()) == {"future": [1], "openai": {"note": "mine", "api_key": SECRET}, "additional_api_key_creds": {"groq": {"label": "work"}}}


def test_a_key_takes_the_place_of_a_program_and_of_a_sign_in(environ: dict[str, str]) -> None:
    file = written(environ, {"openai": {"api_key_command": {"program": "op"}, "oauth": {"access_token": "t"}}})
    auth_json.store(environ, "openai", SECRET)
    assert json.loads(file.read_text()) == {"openai": {"api_key": SECRET}}


def test_removing_takes_all_that_is_there_and_says_whether_there_was_anything(environ: dict[str, str]) -> None:
    assert not auth_json.remove(environ, "openai")
    written(environ, {"openai": {"oauth": {"access_token": "t"}}, "additional_api_key_creds": {"groq": {"api_key": "g"}}})
    before = written_file(environ)
    assert not auth_json.remove(environ, "mistral")
    assert written_file(environ) == before
    assert auth_json.remove(environ, "openai")
    assert auth_json.remove(environ, "groq")
    assert json.loads(written_file(environ)) == {}


def test_what_is_no_key_is_none(environ: dict[str, str]) -> None:
    written(environ, {"openai": {"api_key": "  "}, "kimi": {"api_key": 5}, "google": {}, "deepseek": {"api_key": f" {SECRET}\n"}})
    assert [auth_json.look(environ, key) for key in ("openai", "kimi", "google", "anthropic", "groq", "deepseek")] == [False, False, False, False, False, True]
    assert auth_json.read(environ, "deepseek") == SECRET


def test_no_file_is_no_error(environ: dict[str, str]) -> None:
    assert auth_json.read(environ, "openai") is None
    assert not auth_json.look(environ, "openai")
    assert auth_json.command(environ, "openai") is None
    assert auth_json.sign_in(environ, "openai") == {}


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ({"program": "op", "args": ["read", "x y"], "timeout_ms": 5}, (["op", "read", "x y"], 5)),
        ({"program": "op"}, (["op"], 120_000)),
        ({"program": "op", "timeout_ms": -1}, (["op"], 120_000)),
        ({"program": ""}, None),
        ({"args": ["a"]}, None),
        ({"program": "op", "args": [1]}, None),
        ("op read", None),
    ],
)
def test_a_program_is_told_and_not_run(said: Any, command: Any, environ: dict[str, str]) -> None:
    written(environ, {"openai": {"api_key_command": said}})
    assert auth_json.command(environ, "openai") == command
    assert not auth_json.look(environ, "openai")


def test_a_sign_in_is_told(environ: dict[str, str]) -> None:
    written(environ, {"kimi": {"oauth": {"access_token": "t", "refresh_token": "r", "expiry": "2026-12-01T00:00:00Z", "account_id": None}}})
    assert auth_json.sign_in(environ, "kimi") == {"access_token": "t", "refresh_token": "r", "expiry": "2026-12-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f'{{"openai": {{"api_key": "{SECRET}"', "openai"),
        (f'["{SECRET}"]', "openai"),
        (f'{{"openai": "{SECRET}"}}', "openai"),
        (f'{{"openai": {{"api_key": "{SECRET}"}}, "additional_api_key_creds": "{SECRET}"}}', "groq"),
        (f'{{"additional_api_key_creds": {{"groq": ["{SECRET}"]}}}}', "groq"),
        ("[" * 100_000 + SECRET, "openai"),
        (f"\xff{SECRET}", "openai"),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("name", ["look", "read", "command", "sign_in", "remove", "store"])
def test_a_damaged_file_is_a_clear_error_that_holds_nothing_of_it_and_the_file_stays(name: str, text: str, key: str, environ: dict[str, str]) -> None:
    file = written_text(environ, text)
    call = getattr(auth_json, name)
    with pytest.raises(ValueError, match=re.escape(str(file))) as caught:
        call(environ, key, *(["new"] if name == "store" else []))
    found: BaseException | None = caught.value
    while found is not None:
        assert SECRET not in f"{found!s}{found!r}{vars(found)}"
        found = found.__cause__ or found.__context__
    assert file.read_bytes() == text.encode("latin-1")


def test_a_folder_in_its_place_is_an_error(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "zot" / "auth.json").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"auth\.json: is a directory"):
        auth_json.read(environ, "openai")
