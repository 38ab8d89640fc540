"""The vault: what is stored is encrypted and bound to its place, and a key that is lost or another is an error and never garbage."""

from __future__ import annotations

import json
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, strategies as st

from credential_searches import NOW, search
from modelwright import CredentialError, StoredSecretError
from modelwright.runtime.credentials import chain, keys
from modelwright.runtime.credentials.files import write_private
from modelwright.runtime.credentials.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "sk-marked-0123456789"
IN_VAULT = {"step": "vault", "id": "work"}


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the keyring of whoever runs the tests out of them."""
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    return {"PROVIDERS_HOME": str(home)}


@pytest.fixture
def vault(environ: dict[str, str]) -> Vault:
    return Vault(environ)


@pytest.mark.skipif(os.name == "nt", reason="files have no modes there")
def test_what_is_stored_comes_back_and_stands_nowhere_in_plain(vault: Vault, environ: dict[str, str], home: Path) -> None:
    """Sophon 18: an encrypted round trip, the key file for the user alone."""
    vault.store("work", "acme", {"key": SECRET})
    assert Vault(environ).open("work", "acme") == {"key": SECRET}
    assert chain.first(search(IN_VAULT, environ=environ)).headers() == {"Authorization": f"Bearer {SECRET}"}
    for file in ("vault.json", "vault.key"):
        assert SECRET not in (home / file).read_text()
        assert stat.S_IMODE((home / file).stat().st_mode) == 0o600


def test_encryption_is_aes_256_gcm_bound_to_version_provider_entry_and_part(vault: Vault, home: Path) -> None:
    vault.store("work", "acme", {"key": SECRET})
    from base64 import b64decode

    part = json.loads((home / "vault.json").read_text())["entries"]["work"]["parts"]["key"]
    known = json.loads((home / "vault.key").read_text())
    key, nonce, ciphertext = (b64decode(text) for text in (known["keys"][part["key_id"]], part["nonce"], part["ciphertext"]))
    bound = json.dumps(["modelwright vault", 1, "acme", "work", "key", None, None]).encode()
    assert (len(key), len(nonce), known["current"]) == (32, 12, part["key_id"])
    assert AESGCM(key).decrypt(nonce, ciphertext, bound) == SECRET.encode()


@given(
    parts=st.dictionaries(st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1), st.text(st.characters(codec="utf-8")), min_size=1, max_size=3),
    name=st.text(st.characters(codec="utf-8"), min_size=1),
)
def test_any_text_under_any_name_comes_back(parts: dict[str, str], name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    vault = Vault({"PROVIDERS_HOME": str(tmp_path_factory.mktemp("vault"))})
    vault.store(name, "acme", parts)
    vault.store(f"{name} other", "acme", {"key": "x"})
    assert vault.open(name, "acme") == parts
    assert vault.remove(name)
    assert vault.ids() == [f"{name} other"]


def test_equal_secrets_are_encrypted_differently(vault: Vault, home: Path) -> None:
    vault.store("a", "acme", {"key": SECRET})
    vault.store("b", "acme", {"key": SECRET})
    entries = json.loads((home / "vault.json").read_text())["entries"]
    assert entries["a"]["parts"]["key"]["ciphertext"] != entries["b"]["parts"]["key"]["ciphertext"]
    assert entries["a"]["parts"]["key"]["nonce"] != entries["b"]["parts"]["key"]["nonce"]


def edited(home: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads((home / "vault.json").read_text())
    change(data)
    (home / "vault.json").write_text(json.dumps(data))


def flip(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]


TAMPERINGS: dict[str, Callable[[dict[str, Any]], object]] = {
    "moved to another entry": lambda data: data["entries"].update(work=data["entries"]["other"]),
    "moved to another part": lambda data: data["entries"]["work"]["parts"].update(key=data["entries"]["two"]["parts"]["more"]),
    "another nonce": lambda data: data["entries"]["work"]["parts"]["key"].update(nonce=flip(data["entries"]["work"]["parts"]["key"]["nonce"])),
    "another ciphertext": lambda data: data["entries"]["work"]["parts"]["key"].update(ciphertext=flip(data["entries"]["work"]["parts"]["key"]["ciphertext"])),
    "no base64": lambda data: data["entries"]["work"]["parts"]["key"].update(ciphertext="%%%"),
    "a number": lambda data: data["entries"]["work"]["parts"]["key"].update(nonce=3),
    "no ciphertext": lambda data: data["entries"]["work"]["parts"]["key"].pop("ciphertext"),
    "a nonce of another length": lambda data: data["entries"]["work"]["parts"]["key"].update(nonce="AAAA"),
    "another route": lambda data: data["entries"]["work"].update(route="other"),
    "an end that is later": lambda data: data["entries"]["work"].update(expires_at=NOW * 2),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_was_tampered_with_does_not_decrypt(tampering: str, vault: Vault, environ: dict[str, str], home: Path) -> None:
    for name, part in (("work", "key"), ("other", "key"), ("two", "more")):
        vault.store(name, "acme", {part: SECRET + name})
    edited(home, TAMPERINGS[tampering])
    with pytest.raises(StoredSecretError, match=r"is damaged at 'work': its key does not decrypt; store it anew with `providers login work`") as raised:
        chain.first(search(IN_VAULT, "env", environ={**environ, "ACME_KEY": "another"}))
    assert SECRET not in str(raised.value) + repr(raised.value.__context__)
    assert vault.open("two", "acme") == {"more": f"{SECRET}two"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "3",
        '{"version": 1}',
        '{"version": 1, "entries": []}',
        '{"version": 1, "entries": {"work": 3}}',
        '{"version": 1, "entries": {"work": {"parts": {"key": 1}}}}',
        '{"version": 1, "entries": {"work": {"provider": "acme", "parts": {"key": 1}}}}',
        '{"version": 1, "entries": {"work": {"parts": {}}}}',
        '{"version": 1, "entries": {"work": {"provider": "acme", "parts": {}, "expires_at": "soon"}}}',
        '{"version": 1, "entries": {"work": {"provider": "acme", "parts": {}, "route": 3}}}',
        "\ud800".encode("utf-16", "surrogatepass").decode("latin-1"),
    ],
)
def test_a_damaged_vault_is_an_error_that_names_the_file(content: str, vault: Vault, environ: dict[str, str], home: Path) -> None:
    home.mkdir()
    (home / "vault.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(StoredSecretError, match=r"vault\.json is damaged") as raised:
        chain.first(search(IN_VAULT, environ=environ))
    assert raised.value.cure
    (look,) = chain.looks(search(IN_VAULT, environ=environ))
    assert not look.found
    assert str(home / "vault.json") in look.reason
    if "work" not in content:
        with pytest.raises(StoredSecretError):
            vault.store("x", "acme", {"key": "y"})
        assert (home / "vault.json").read_bytes() == content.encode("latin-1")


def test_a_rotation_of_a_damaged_vault_changes_nothing(vault: Vault, home: Path) -> None:
    vault.store("work", "acme", {"key": SECRET})
    edited(home, lambda data: data["entries"].update(bad={"parts": {}}))
    before = (home / "vault.key").read_text()
    with pytest.raises(StoredSecretError, match="is damaged at 'bad'"):
        vault.rotate()
    assert (home / "vault.key").read_text() == before


def test_a_vault_that_another_program_changes_is_waited_for_and_then_said(vault: Vault, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    vault.store("work", "acme", {"key": SECRET})
    monkeypatch.setattr("modelwright.runtime.credentials.vault._PATIENCE_SECONDS", 0.1)
    with FileLock(home / "vault.json.lock"), pytest.raises(StoredSecretError, match="is being changed by another program; try again"):
        vault.store("work", "acme", {"key": "x"})
    vault.store("work", "acme", {"key": "x"})
    assert vault.open("work", "acme") == {"key": "x"}


def test_a_format_of_tomorrow_is_not_touched(vault: Vault, home: Path) -> None:
    home.mkdir()
    (home / "vault.json").write_text('{"version": 2, "entries": {}}')
    with pytest.raises(StoredSecretError, match="has format 2; this modelwright reads 1; upgrade modelwright"):
        vault.store("work", "acme", {"key": SECRET})


def test_a_missing_key_is_an_error_and_nothing_else_takes_its_place(vault: Vault, environ: dict[str, str], home: Path) -> None:
    """Sophon 18: a missing key file is a clear error, not garbage."""
    vault.store("work", "acme", {"key": SECRET})
    (home / "vault.key").unlink()
    with pytest.raises(StoredSecretError) as raised:
        chain.first(search(IN_VAULT, "env", environ={**environ, "ACME_KEY": "another"}))
    assert str(raised.value).startswith(f"{home / 'vault.key'}: there is no key")
    assert raised.value.cure == f"put the key back from a backup, or remove {home / 'vault.json'} and store the secrets anew with `providers login`"
    assert isinstance(raised.value, CredentialError)


def test_another_key_is_an_error_that_says_so(vault: Vault, environ: dict[str, str], home: Path) -> None:
    """Sophon 18: a wrong key file is a clear error, not garbage."""
    vault.store("work", "acme", {"key": SECRET})
    first = (home / "vault.key").read_text()
    (home / "vault.key").unlink()
    Vault(environ).store("later", "acme", {"key": "z"})
    with pytest.raises(StoredSecretError, match="another key is there than the one that the vault is encrypted with"):
        vault.open("work", "acme")
    assert vault.open("later", "acme") == {"key": "z"}
    (home / "vault.key").write_text(first)
    assert vault.open("work", "acme") == {"key": SECRET}


@pytest.mark.parametrize("damage", ["", "{", '{"version": 1, "current": "x", "keys": {"x": "AAAA"}}', '{"keys": {}}', "[]"])
def test_a_damaged_key_is_an_error_and_is_not_overwritten(damage: str, vault: Vault, home: Path) -> None:
    vault.store("work", "acme", {"key": SECRET})
    (home / "vault.key").write_text(damage)
    for act in (lambda: vault.open("work", "acme"), lambda: vault.store("more", "acme", {"key": "x"}), vault.rotate):
        with pytest.raises(StoredSecretError, match=r"vault\.key is damaged: it holds no key of the vault"):
            act()
    assert (home / "vault.key").read_text() == damage


def test_a_key_under_the_name_of_another_is_not_used(vault: Vault, home: Path) -> None:
    vault.store("work", "acme", {"key": SECRET})
    known = json.loads((home / "vault.key").read_text())
    known["keys"] = {known["current"]: "A" * 43 + "="}
    (home / "vault.key").write_text(json.dumps(known))
    with pytest.raises(StoredSecretError, match=r"vault\.key is damaged"):
        vault.open("work", "acme")


def test_a_secret_of_another_provider_is_not_sent_to_this_one(vault: Vault, environ: dict[str, str]) -> None:
    """An account that was given another provider would send the old one's key there."""
    vault.store("work", "old", {"key": SECRET})
    with pytest.raises(StoredSecretError, match=r"has as 'work' was stored for 'old'; store it for 'acme' with `providers login work`"):
        chain.first(search(IN_VAULT, environ=environ))


def test_keys_of_others_stay_in_the_file(vault: Vault, home: Path) -> None:
    vault.store("work", "acme", {"key": SECRET})
    edited(home, lambda data: data.update(mine={"a": 1}))
    vault.store("more", "acme", {"key": "x"})
    vault.rotate()
    assert json.loads((home / "vault.json").read_text())["mine"] == {"a": 1}


def test_rotation_encrypts_everything_anew_and_forgets_the_old_key(vault: Vault, home: Path) -> None:
    vault.store("work", "acme", {"key": SECRET}, route="api", expires_at=NOW)
    vault.store("more", "zenith", {"access_key_id": "a", "secret_access_key": "b"})
    before, key = json.loads((home / "vault.json").read_text()), json.loads((home / "vault.key").read_text())
    assert vault.rotate() == 2
    after, new = json.loads((home / "vault.json").read_text()), json.loads((home / "vault.key").read_text())
    assert len(new["keys"]) == 1
    assert new["keys"].keys().isdisjoint(key["keys"])
    assert after["entries"]["work"]["parts"]["key"]["ciphertext"] != before["entries"]["work"]["parts"]["key"]["ciphertext"]
    assert (vault.open("work", "acme"), vault.open("more", "zenith")) == ({"key": SECRET}, {"access_key_id": "a", "secret_access_key": "b"})
    assert (after["entries"]["work"]["route"], after["entries"]["work"]["expires_at"]) == ("api", NOW)


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_a_rotation_that_breaks_off_leaves_everything_readable(fails: int, vault: Vault, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes three times: both keys, the vault, the new key alone."""
    vault.store("work", "acme", {"key": SECRET})
    writes = []

    def write(path: str, content: bytes) -> None:
        writes.append(path)
        if len(writes) == fails:
            raise OSError("the power failed")
        write_private(path, content)

    monkeypatch.setattr("modelwright.runtime.credentials.vault.write_private", write)
    monkeypatch.setattr("modelwright.runtime.credentials.keys.write_private", write)
    with pytest.raises(OSError, match="the power failed"):
        vault.rotate()
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert Vault(environ).open("work", "acme") == {"key": SECRET}
    assert Vault(environ).rotate() == 1
    assert Vault(environ).open("work", "acme") == {"key": SECRET}


def test_a_rotation_that_cannot_read_everything_changes_nothing(vault: Vault, home: Path) -> None:
    vault.store("work", "acme", {"key": SECRET})
    vault.store("more", "acme", {"key": "x"})
    edited(home, TAMPERINGS["another nonce"])
    before = {name: (home / name).read_bytes() for name in ("vault.json", "vault.key")}
    with pytest.raises(StoredSecretError):
        vault.rotate()
    assert {name: (home / name).read_bytes() for name in before} == before


def test_many_may_store_at_once(environ: dict[str, str]) -> None:
    Vault(environ).store("first", "acme", {"key": "0"})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: Vault(environ).store(f"n{number}", "acme", {"key": str(number)}), range(24)))
    assert len(Vault(environ).ids()) == 25
    assert Vault(environ).open("n7", "acme") == {"key": "7"}


def test_what_has_ended_is_expired_and_what_ends_says_when(vault: Vault, environ: dict[str, str]) -> None:
    vault.store("work", "acme", {"key": SECRET}, expires_at=NOW - 1)
    (look,) = chain.looks(search(IN_VAULT, environ=environ))
    assert (look.found, look.expired_at) == (False, NOW - 1)
    vault.store("work", "acme", {"key": SECRET}, expires_at=NOW + 1)
    assert chain.first(search(IN_VAULT, environ=environ)).expires_at == NOW + 1


def test_a_sign_in_is_an_entry_of_its_own(vault: Vault, environ: dict[str, str]) -> None:
    route = {"id": "in", "auth": {"kind": "oauth-pkce"}}
    found = search("oauth", routes=[route], environ=environ)
    assert [look.reason for look in chain.looks(found)] == ["nobody signed in"]
    vault.store("work sign-in", "acme", {"key": SECRET}, expires_at=NOW + 60)
    assert (chain.first(found).source, chain.first(found).expires_at) == ("oauth:work sign-in", NOW + 60)


def test_the_route_that_a_key_told_is_kept_with_it(vault: Vault, environ: dict[str, str]) -> None:
    routes = [{"id": "a", "auth": {"kind": "api-key"}}, {"id": "b", "auth": {"kind": "bearer"}}]
    vault.store("work", "acme", {"key": SECRET}, route="b")
    assert chain.first(search(IN_VAULT, routes=routes, environ=environ)).route == "b"
    assert chain.first(search(IN_VAULT, routes=routes[:1], environ=environ)).route == "a"


def test_without_cryptography_it_says_what_to_install(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(StoredSecretError, match="the package cryptography is not installed; install it: pip install cryptography"):
        vault.store("work", "acme", {"key": SECRET})


class Keyring:
    """A keyring of the system, as the package `keyring` gives it."""

    def __init__(self, priority: float = 5) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.priority = priority
        self.is_locked = False

    def get_keyring(self) -> Any:
        return SimpleNamespace(priority=self.priority)

    def get_password(self, service: str, user: str) -> str | None:
        if self.is_locked:
            raise RuntimeError(f"locked {SECRET}")
        return self.kept.get((service, user))

    def set_password(self, service: str, user: str, text: str) -> None:
        self.kept[service, user] = text

    def delete_password(self, service: str, user: str) -> None:
        del self.kept[service, user]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    found = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", found)
    return found


def test_the_key_is_in_the_keyring_where_there_is_one(keyring: Keyring, environ: dict[str, str], home: Path) -> None:
    Vault(environ).store("work", "acme", {"key": SECRET})
    assert not (home / "vault.key").exists()
    assert list(keyring.kept) == [("modelwright", "vault")]
    assert Vault(environ).rotate() == 1
    assert Vault(environ).open("work", "acme") == {"key": SECRET}
    keyring.is_locked = True
    with pytest.raises(StoredSecretError, match=r"the system's keyring does not answer \(RuntimeError\); unlock it") as raised:
        Vault(environ).open("work", "acme")
    assert SECRET not in repr(raised.value.__context__) + str(raised.value)


def test_a_keyring_that_keeps_nothing_is_none(keyring: Keyring, environ: dict[str, str], home: Path) -> None:
    keyring.priority = 0
    Vault(environ).store("work", "acme", {"key": SECRET})
    assert (home / "vault.key").exists()
    assert not keyring.kept


def test_a_key_in_a_file_stays_good_when_a_keyring_comes_and_moves_there_with_a_rotation(environ: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Vault(environ).store("work", "acme", {"key": SECRET})
    ring = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert Vault(environ).open("work", "acme") == {"key": SECRET}
    Vault(environ).store("more", "acme", {"key": "x"})
    assert not ring.kept
    assert Vault(environ).rotate() == 2
    assert not (home / "vault.key").exists()
    assert Vault(environ).open("more", "acme") == {"key": "x"}


def test_where_the_keyring_is_out_of_reach_what_is_stored_there_and_here_can_both_be_read_later(keyring: Keyring, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As over SSH, where nobody unlocks it."""
    Vault(environ).store("work", "acme", {"key": SECRET})
    monkeypatch.setitem(sys.modules, "keyring", None)
    Vault(environ).store("remote", "acme", {"key": "x"})
    with pytest.raises(StoredSecretError):
        Vault(environ).open("work", "acme")
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert (Vault(environ).open("work", "acme"), Vault(environ).open("remote", "acme")) == ({"key": SECRET}, {"key": "x"})


def test_the_id_of_a_key_tells_nothing_of_it() -> None:
    key = os.urandom(32)
    assert keys.id_of(key) not in key.hex()
    assert keys.id_of(key) == keys.id_of(key) != keys.id_of(os.urandom(32))
