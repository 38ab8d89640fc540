"""Storing keys, and taking them out again: from a terminal, standard input or a program, and never shown."""

from __future__ import annotations

import io
import json
import os
import shlex
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import load
from modelwright.runtime.credentials.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run

SECRET = "sk-marked-0123456789"


@pytest.fixture(autouse=True)
def _alone(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test the small registry, compiled, and none of the keys of this machine."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    for name in ("ACME_API_KEY", "ZENITH_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what gives a text to standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def key_of(account: str) -> str | None:
    return load().credential(account).parts().get("key")


def kept(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "vault.json").read_text())["entries"]
    return found


def test_a_key_from_standard_input_is_stored_and_found(run: Run, type_in: Any, home: Path) -> None:
    type_in(f"  {SECRET} \nmore\n")
    found = run("login", "acme", "--stdin")
    assert (found.out, found.err) == ("", f"stored in {home / 'vault.json'} as acme\n")
    assert key_of("acme") == SECRET
    assert run("resolve", "acme/acme-small", "--json").json["auth"]["source"] == "vault:acme"
    assert SECRET not in (home / "vault.json").read_text()


def test_a_key_from_a_program_is_the_line_it_prints(run: Run) -> None:
    run("login", "acme", "--command", shlex.join([sys.executable, "-c", f"print('{SECRET}')"]))
    assert key_of("acme") == SECRET


def test_a_program_that_fails_stores_nothing_and_is_not_repeated(run: Run, home: Path) -> None:
    found = run("login", "acme", "--command", shlex.join([sys.executable, "-c", f"print('{SECRET}'); print('{SECRET}')"]), code=1)
    assert "printed 2 lines instead of one; nothing was stored" in found.err
    assert SECRET not in found.out + found.err
    assert not (home / "vault.json").exists()


def test_a_terminal_is_asked_without_showing_what_is_typed(run: Run, home: Path, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    pid, master = pty.fork()
    if pid == 0:  # pragma: no cover - another process
        os.execve(sys.executable, [sys.executable, "-m", "modelwright", "login", "acme"], {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    shown = b""
    while b"API key for acme" not in shown:
        shown += os.read(master, 1024)
    os.write(master, f"{SECRET}\n".encode())
    try:
        while chunk := os.read(master, 1024):
            shown += chunk
    except OSError:  # the terminal of a process that ended
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown
    assert SECRET.encode() not in shown
    assert b"stored in" in shown
    assert key_of("acme") == SECRET


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (["acme"], "", "no terminal to ask for the key; give it with --stdin or --command"),
        (["acme", "--stdin"], "\n", "The key is empty; nothing was stored."),
        (["acme", "--stdin"], "a\x07b\n", "characters that no key has; nothing was stored."),
        (["acme", SECRET], "", "A key is no argument"),
        (["acme", "--stdin", SECRET], "", "A key is no argument"),
        (["acme", "--command", " "], "", "--command wants a program"),
        (["acme", "--command", "pass 'show"], "", "--command cannot be read: no closing quotation."),
        (["acme", "--stdin", "--command", "pass"], "", "--stdin goes without --command"),
        ([], "", "Missing argument"),
    ],
)
def test_what_cannot_be_is_wrong_usage_and_stores_nothing(arguments: list[str], text: str, said: str, run: Run, type_in: Any, home: Path) -> None:
    type_in(text)
    found = run("login", *arguments, code=2)
    assert said in found.err
    assert SECRET not in found.err
    assert not (home / "vault.json").exists()


def test_another_beginning_is_a_warning_and_never_refused(run: Run, type_in: Any, user_file: Path) -> None:
    user_file.write_text('{"providers": {"acme": {"auth": {"kind": "bearer", "key_prefix": "ak-"}}}}')
    run("compile")
    type_in(SECRET)
    assert "warning: keys of Acme begin with ak-, this one does not; it is stored all the same" in run("login", "acme", "--stdin").err
    assert key_of("acme") == SECRET
    type_in("ak-1")
    assert "warning" not in run("login", "acme", "--stdin").err


def test_an_account_has_an_entry_of_its_own_and_so_has_each_profile(run: Run, type_in: Any, user_file: Path, home: Path) -> None:
    account = {"provider": "acme", "credentials": ["profile", "vault"], "profiles": {"home": {}, "away": {"credentials": [{"vault": "elsewhere"}]}}}
    user_file.write_text(json.dumps({"accounts": {"work": account}}))
    run("compile")
    for arguments, key in ((["work"], "w"), (["work", "--profile", "home"], "h"), (["work", "--profile", "away"], "a")):
        type_in(key)
        run("login", *arguments, "--stdin")
    assert set(kept(home)) == {"work", "work home", "elsewhere"}
    registry = load()
    assert [registry.credential("work", profile=profile).parts()["key"] for profile in (None, "home", "away")] == ["a", "h", "a"]  # of the same kind: by name
    assert "work has no profile 'nope'; it has: away, home." in run("login", "work", "--profile", "nope", code=2).err
    run("logout", "work", "--profile", "home")
    assert set(kept(home)) == {"work", "elsewhere"}
    run("logout", "work")
    assert kept(home) == {}


def test_an_account_that_looks_into_no_store_takes_no_key(run: Run, type_in: Any, user_file: Path) -> None:
    user_file.write_text('{"accounts": {"work": {"provider": "acme", "credentials": [{"env": "WORK_KEY"}]}}}')
    run("compile")
    type_in(SECRET)
    assert "work takes its credential from env only; add `vault` to its `credentials`" in run("login", "work", "--stdin", code=1).err


def test_what_comes_first_is_told_when_it_is_not_what_was_stored(run: Run, type_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "other")
    type_in(SECRET)
    assert "note: env:ACME_API_KEY comes first, and is what is used" in run("login", "acme", "--stdin").err
    assert "note: acme has a credential from elsewhere still" in run("logout", "acme").err


def test_logout_removes_what_was_stored_and_says_where(run: Run, type_in: Any, home: Path) -> None:
    type_in(SECRET)
    run("login", "acme", "--stdin")
    assert run("logout", "acme").err == f"removed from {home / 'vault.json'} as acme\n"
    assert run("logout", "acme").err == "nothing was stored for acme\n"
    run("auth", "status", "acme", "--check", code=1)


def test_what_an_account_left_behind_that_is_no_more_can_be_removed(run: Run, home: Path) -> None:
    vault = Vault(os.environ)
    for name in ("gone", "gone home", "goner"):
        vault.store(name, "acme", {"key": SECRET})
    run("logout", "gone")
    assert set(kept(home)) == {"goner"}
    assert "unknown account 'gone'" in run("logout", "gone", code=1).err


def test_an_unknown_name_lists_the_nearest(run: Run, type_in: Any) -> None:
    type_in(SECRET)
    found = run("login", "acne", "--stdin", code=1)
    assert "unknown account 'acne'; nearest: acme" in found.err
    assert SECRET not in found.err


def test_rotate_encrypts_all_anew(run: Run, type_in: Any, home: Path) -> None:
    type_in(SECRET)
    run("login", "acme", "--stdin")
    before = (home / "vault.key").read_text()
    assert run("login", "--rotate").err == "1 secret encrypted anew, with a new key\n"
    assert (home / "vault.key").read_text() != before
    assert key_of("acme") == SECRET
    if os.name != "nt":
        assert stat.S_IMODE((home / "vault.key").stat().st_mode) == 0o600


def test_a_vault_that_cannot_be_read_ends_with_4_and_the_cure(run: Run, type_in: Any, home: Path) -> None:
    type_in(SECRET)
    run("login", "acme", "--stdin")
    (home / "vault.key").unlink()
    found = run("login", "--rotate", code=4)
    assert str(home / "vault.key") in found.err
    assert "put the key back from a backup" in found.err


def test_nothing_of_the_other_commands_needs_the_vault_s_packages(compiled: Path) -> None:
    code = "import sys; sys.argv = ['providers', 'resolve', 'acme/acme-small']\nfrom modelwright.cli import main\ntry: main()\nfinally: print([name for name in ('cryptography', 'keyring', 'filelock', 'subprocess') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.stdout.splitlines()[-1] == "[]"
