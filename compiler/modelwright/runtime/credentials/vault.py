"""
The vault: secrets at rest, encrypted with AES-256-GCM, in a file for the user alone.

    {"version": 1,
     "entries": {"work": {"provider": "openai", "parts": {"key": {"nonce": …, "ciphertext": …, "key_id": …}}}}}

What is encrypted is bound to the version, the provider, the entry's id, the part's name and the time at which it ends: text that is
moved to another entry does not decrypt. Keys of the file that are not ours stay as they are.
"""

import os

from .. import home
from ..errors import StoredSecretError
from .answer import Found, Missing, UnreadableError
from .files import decode, read, write_private
from .keys import Keys

FILE = "vault.json"
VERSION = 1
_NONCE_BYTES = 12
_NEEDED = "cryptography"
_PATIENCE_SECONDS = 30


def seek(step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return what `providers login` stored for the account; raises StoredSecretError when it is there and cannot be had."""
    identity = step.get("id", search.account["id"])
    return seek_entry(identity, "vault", search, "nothing is stored")


def seek_entry(identity: str, word: str, search: "Search", otherwise: str) -> "Found | Missing":
    """Return the entry *identity* as found by the step *word*; where there is none the reason is *otherwise*."""
    vault = Vault(search.environ)
    entry = vault.entry(identity)
    if entry is None:
        return Missing(otherwise)
    vault.check(identity, search.account["provider"])
    ends = entry.get("expires_at")
    if ends is not None and ends <= search.now():
        return Missing("what is stored has ended", ends)
    parts = entry["parts"].keys()
    routes = {route["id"]: route for route in search.routes if search.carries(route, parts)}
    route = routes.get(entry.get("route")) or search.route_for(None, parts)
    if route is None:
        return Missing(f"none of its routes takes {' and '.join(sorted(parts))}")
    return Found(f"{word}:{identity}", f"stored as {identity}", route, lambda: vault.open(identity, search.account["provider"]), expires_at=ends)


class Vault:
    """The vault of this user. Raises StoredSecretError where it is damaged."""

    __slots__ = ("_keys", "path")

    path: str

    def __init__(self, environ: "Mapping[str, str]") -> None:
        self.path = os.path.join(home.folder("data", environ), FILE)
        self._keys = Keys(environ, self.path)

    def ids(self) -> "list[str]":
        """Return the ids of what is stored."""
        return sorted(self._load()["entries"])

    def entry(self, identity: str) -> "dict[str, Any] | None":
        """Return the entry *identity*, encrypted; None when there is none."""
        entry: Any = self._load()["entries"].get(identity)
        if entry is None or _is_entry(entry):
            return entry  # type: ignore[no-any-return]  # what it is was just looked at
        raise StoredSecretError(f"{self.path} is damaged at {identity!r}", f"store it anew with `providers login {identity}`")

    def check(self, identity: str, provider: str) -> None:
        """Raise StoredSecretError when the entry *identity* is of another provider, or its key is not there."""
        entry = self._there(identity)
        if entry["provider"] != provider:
            cure = f"store it for {provider!r} with `providers login {identity}`"
            raise StoredSecretError(f"what {self.path} has as {identity!r} was stored for {entry['provider']!r}", cure)
        for part in entry["parts"].values():
            self._keys.key(str(part.get("key_id")))

    def open(self, identity: str, provider: str) -> "dict[str, str]":
        """Return the parts of the secret *identity*; raises StoredSecretError when they cannot be decrypted."""
        entry = self._there(identity)
        opened = {name: self._opened(part, self._bound(identity, provider, name, entry)) for name, part in entry["parts"].items()}
        missing = next((name for name, value in opened.items() if value is None), None)
        if missing is not None:
            raise StoredSecretError(f"{self.path} is damaged at {identity!r}: its {missing} does not decrypt", f"store it anew with `providers login {identity}`")
        return {name: value for name, value in opened.items() if value is not None}

    def store(self, identity: str, provider: str, parts: "Mapping[str, str]", *, route: "str | None" = None, expires_at: "float | None" = None) -> None:
        """Encrypt *parts* and put them in as *identity*, in place of what is there."""
        with self._locked():
            data = self._load()
            entry: dict[str, Any] = {"provider": provider, **({"route": route} if route else {}), **({"expires_at": expires_at} if expires_at is not None else {})}
            entry["parts"] = self._closed(identity, provider, parts, entry, self._keys.current())
            data["entries"][identity] = entry
            self._write(data)

    def remove(self, identity: str) -> bool:
        """Take *identity* out and return whether it was there."""
        with self._locked():
            data = self._load()
            was_there = data["entries"].pop(identity, None) is not None
            if was_there:
                self._write(data)
            return was_there

    def rotate(self) -> int:
        """Encrypt everything anew with a new key, forget the old one, and return how many entries there are; all of them must be readable."""
        with self._locked():
            data = self._load()
            opened = {identity: self.open(identity, self._there(identity)["provider"]) for identity in data["entries"]}
            current = self._keys.make()  # both keys are known until the file is the new one
            for identity, parts in opened.items():
                entry = data["entries"][identity]
                entry["parts"] = self._closed(identity, entry["provider"], parts, entry, current)
            self._write(data)
            self._keys.keep_only(current[0])
            return len(opened)

    def _there(self, identity: str) -> "dict[str, Any]":
        entry = self.entry(identity)
        if entry is None:  # somebody else took it out just now
            raise StoredSecretError(f"{self.path} has nothing as {identity!r} any more", f"store it with `providers login {identity}`")
        return entry

    def _load(self) -> "dict[str, Any]":
        if not os.path.exists(self.path):
            return {"version": VERSION, "entries": {}}
        try:
            data = decode(read(self.path), self.path)
        except UnreadableError as error:
            problem, data = str(error), None
        else:
            problem = f"{self.path} is damaged: it holds no entries"
        if isinstance(data, dict) and data.get("version", VERSION) != VERSION:
            raise StoredSecretError(f"{self.path} has format {data['version']}; this modelwright reads {VERSION}", "upgrade modelwright")
        if not isinstance(data, dict) or not isinstance(data.get("entries"), dict):
            raise StoredSecretError(problem, "put it back from a backup, or remove it and store the secrets anew with `providers login`")
        return data

    def _write(self, data: "Mapping[str, Any]") -> None:
        import json

        write_private(self.path, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())

    def _locked(self) -> "AbstractContextManager[object]":
        """Return the lock for a change, taken; raises StoredSecretError when somebody else does not give it back."""
        from filelock import FileLock, Timeout

        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        try:
            return FileLock(f"{self.path}.lock").acquire(timeout=_PATIENCE_SECONDS)
        except Timeout:
            pass
        raise StoredSecretError(f"{self.path} is being changed by another program", "try again when that is done")

    @staticmethod
    def _bound(identity: str, provider: str, name: str, entry: "Mapping[str, Any]") -> bytes:
        """Return what the part *name* is bound to."""
        import json

        return json.dumps(["modelwright vault", VERSION, provider, identity, name, entry.get("route"), entry.get("expires_at")]).encode()

    def _closed(self, identity: str, provider: str, parts: "Mapping[str, str]", entry: "Mapping[str, Any]", current: "tuple[str, bytes]") -> "dict[str, Any]":
        from base64 import b64encode

        key_id, key = current
        closed = {}
        for name, value in parts.items():
            nonce = os.urandom(_NONCE_BYTES)
            ciphertext = _cipher(key).encrypt(nonce, value.encode(), self._bound(identity, provider, name, entry))
            closed[name] = {"nonce": b64encode(nonce).decode(), "ciphertext": b64encode(ciphertext).decode(), "version": VERSION, "key_id": key_id}
        return closed

    def _opened(self, part: "Mapping[str, Any]", bound: bytes) -> "str | None":
        """Return what *part* holds; None when it does not decrypt."""
        from base64 import b64decode

        cipher = _cipher(self._keys.key(str(part.get("key_id"))))
        try:
            return cipher.decrypt(b64decode(part["nonce"], validate=True), b64decode(part["ciphertext"], validate=True), bound).decode()
        except Exception:  # noqa: BLE001  # a wrong tag, a nonce that is none, no text: all the same damage, and no detail is worth telling
            return None


def _is_entry(said: "Any") -> bool:
    """Tell whether *said* has the form of an entry."""
    if not isinstance(said, dict) or not isinstance(said.get("provider"), str) or not isinstance(said.get("parts"), dict):
        return False
    is_end = said.get("expires_at") is None or isinstance(said["expires_at"], (int, float))
    return is_end and isinstance(said.get("route", ""), str) and all(isinstance(part, dict) for part in said["parts"].values())


def _cipher(key: bytes) -> "AESGCM":
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        pass
    else:
        return AESGCM(key)
    raise StoredSecretError(f"the package {_NEEDED} is not installed", f"install it: pip install {_NEEDED}")


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from typing import Any

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from .search import Search
