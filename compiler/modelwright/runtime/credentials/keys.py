"""
The key of the vault: in the system's keyring where there is one, else in a file for the user alone.

Both hold the same: `{"version": 1, "current": ID, "keys": {ID: KEY}}`. More than one key is there only while the vault is
encrypted anew, so that a rotation that breaks off half way leaves nothing unreadable. An id is made from its key, so a key that
was exchanged is noticed before it is used.
"""

import os

from .. import home
from ..errors import StoredSecretError
from .answer import UnreadableError
from .files import decode, read, write_private

FILE = "vault.key"
_SERVICE, _USER = "modelwright", "vault"
_KEY_BYTES = 32
_LEAST_PRIORITY = 1
"""Backends of the keyring below it keep nothing, or keep it unprotected."""
_CURE = "put the key back from a backup, or remove {vault} and store the secrets anew with `providers login`"


class Keys:
    """The keys of this user's vault. Raises StoredSecretError where what holds them is damaged."""

    __slots__ = ("_cure", "_file", "_found")

    def __init__(self, environ: "Mapping[str, str]", vault: str) -> None:
        self._file = _File(os.path.join(home.folder("state", environ), FILE))
        self._found: list[_Place] | None = None
        self._cure = _CURE.format(vault=vault)

    @property
    def _places(self) -> "list[_Place]":
        """Where keys may be, the place for new ones first; the keyring is asked for when a key is."""
        if self._found is None:
            keyring = _keyring()
            self._found = [self._file] if keyring is None else [_Keyring(keyring), self._file]
        return self._found

    def current(self) -> "tuple[str, bytes]":
        """Return id and key that new secrets are encrypted with; one is made where there is none."""
        for place in self._places:
            keys, current = self._read(place)
            if current is not None:
                return current, keys[current]
        return self.make()

    def get(self, identity: str) -> "bytes | None":
        """Return the key called *identity*; None when it is not there."""
        return next((keys[identity] for place in self._places if identity in (keys := self._read(place)[0])), None)

    def key(self, identity: str) -> bytes:
        """Return the key called *identity*; raises StoredSecretError when it is not there."""
        key = self.get(identity)
        if key is None:
            names = " and ".join(place.name for place in self._places)
            what = "another key is there than the one" if any(self._read(place)[0] for place in self._places) else "there is no key, and there was one"
            raise StoredSecretError(f"{names}: {what} that the vault is encrypted with ({identity})", self._cure)
        return key

    def make(self) -> "tuple[str, bytes]":
        """Make a key beside those there are and return its id and itself; new secrets are encrypted with it from now on."""
        key = os.urandom(_KEY_BYTES)
        place = self._places[0]
        place.write(_encoded({**self._read(place)[0], id_of(key): key}, id_of(key)))
        return id_of(key), key

    def keep_only(self, identity: str) -> None:
        """Forget all keys but *identity*."""
        for place in self._places:
            keys, _ = self._read(place)
            if keys.keys() - {identity}:
                place.write(_encoded({identity: keys[identity]}, identity) if identity in keys else None)

    def _read(self, place: "_Place") -> "tuple[dict[str, bytes], str | None]":
        """Return the keys that *place* holds, and the id of the current one; none when nothing is there."""
        content = place.read()
        if content is None:
            return {}, None
        try:
            said = decode(content, place.name)
        except UnreadableError:
            said = None
        keys = _decoded(said.get("keys")) if isinstance(said, dict) else {}
        if not keys or said.get("current") not in keys:
            raise StoredSecretError(f"{place.name} is damaged: it holds no key of the vault", self._cure)
        return keys, said["current"]


class _File:
    """A file for the user alone."""

    def __init__(self, path: str) -> None:
        self.name = path

    def read(self) -> "bytes | None":
        if not os.path.exists(self.name):
            return None
        try:
            return read(self.name)
        except UnreadableError as error:
            problem = str(error)
        raise StoredSecretError(problem, "make it readable for you")

    def write(self, content: "bytes | None") -> None:
        if content is None:
            os.unlink(self.name)
        else:
            write_private(self.name, content)


class _Keyring:
    """The system's keyring."""

    name = "the system's keyring"

    def __init__(self, keyring: "Any") -> None:
        self._keyring = keyring

    def read(self) -> "bytes | None":
        text = self._asked("get_password")
        return None if text is None else str(text).encode()

    def write(self, content: "bytes | None") -> None:
        if content is None:
            self._asked("delete_password")
        else:
            self._asked("set_password", content.decode())

    def _asked(self, what: str, *more: str) -> "Any":
        try:
            return getattr(self._keyring, what)(_SERVICE, _USER, *more)
        except Exception as error:  # noqa: BLE001  # its backends raise what they please; only the kind is told
            kind = type(error).__name__
        raise StoredSecretError(f"{self.name} does not answer ({kind})", "unlock it, or name another with PYTHON_KEYRING_BACKEND")


def _encoded(keys: "Mapping[str, bytes]", current: str) -> bytes:
    import json
    from base64 import b64encode

    return (json.dumps({"version": 1, "current": current, "keys": {identity: b64encode(key).decode() for identity, key in keys.items()}}) + "\n").encode()


def _decoded(said: "Any") -> "dict[str, bytes]":
    """Return the keys of *said* that are what their ids say."""
    from base64 import b64decode

    keys = {}
    for identity, text in said.items() if isinstance(said, dict) else ():
        try:
            key = b64decode(text, validate=True)
        except (ValueError, TypeError):
            continue
        if len(key) == _KEY_BYTES and id_of(key) == identity:
            keys[identity] = key
    return keys


def id_of(key: bytes) -> str:
    """Return the id of *key*, which tells nothing about it."""
    from hashlib import sha256

    return sha256(b"id of a key of modelwright's vault\0" + key).hexdigest()[:16]


def _keyring() -> "Any":
    """Return the system's keyring; None where there is none, or the package `keyring` is not installed."""
    try:
        import keyring
    except ImportError:
        return None
    return keyring if getattr(keyring.get_keyring(), "priority", 0) >= _LEAST_PRIORITY else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    class _Place(Protocol):
        name: str

        def read(self) -> "bytes | None": ...

        def write(self, content: "bytes | None") -> None: ...
