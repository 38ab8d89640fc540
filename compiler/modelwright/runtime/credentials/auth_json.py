"""
zot's auth.json: keys by provider, in its own shape.

    {"anthropic": {"api_key": "…"}, "additional_api_key_creds": {"openrouter": {"api_key": "…"}}}

Six providers have a place of their own, the rest is under `additional_api_key_creds` (zot's docs/providers.md, as of 2026-09).
An entry may instead say which program prints the key, or hold the tokens of a sign-in; `command` and `sign_in` return those.
What zot or somebody else keeps there besides stays as it is.

Functions raise OSError or ValueError when the file cannot be read or is not what it should be, with its path and never with
what it holds.
"""

import os
import sys

from . import files
from .answer import UnreadableError

_DEDICATED = ("anthropic", "openai", "kimi", "google", "deepseek", "github_copilot")
_REST = "additional_api_key_creds"
_KEY, _COMMAND, _SIGN_IN = "api_key", "api_key_command", "oauth"
_OURS = (_KEY, _COMMAND, _SIGN_IN)
"""What an entry has one of."""
_TIMEOUT_MS = 120_000
"""How long the program may take where the entry does not say."""


def path(environ: "Mapping[str, str]", platform: str = sys.platform) -> str:
    """Return where zot keeps the file."""
    home = environ.get("HOME") or os.path.expanduser("~")
    state = environ.get("XDG_STATE_HOME")
    if environ.get("ZOT_HOME"):
        folder = environ["ZOT_HOME"]
    elif platform == "darwin":
        folder = os.path.join(home, "Library", "Application Support", "zot")
    elif platform == "win32" and environ.get("LOCALAPPDATA"):
        folder = os.path.join(environ["LOCALAPPDATA"], "zot")
    else:
        folder = os.path.join(state or os.path.join(home, ".local", "state"), "zot")
    return os.path.join(folder, "auth.json")


def look(environ: "Mapping[str, str]", key: str) -> bool:
    """Tell whether there is an API key for *key*, zot's id of a provider."""
    return read(environ, key) is not None


def read(environ: "Mapping[str, str]", key: str) -> "str | None":
    """Return the API key that is there for *key*; None when there is none."""
    found = _entry(environ, key).get(_KEY)
    return found.strip() or None if isinstance(found, str) else None


def command(environ: "Mapping[str, str]", key: str) -> "tuple[list[str], int] | None":
    """Return the program with its arguments that prints the API key for *key*, and how many milliseconds it may take; runs nothing."""
    said: Any = _entry(environ, key).get(_COMMAND)
    said = said if isinstance(said, dict) else {}
    argv = [said.get("program"), *(said["args"] if isinstance(said.get("args"), list) else [])]
    if not argv[0] or not all(isinstance(argument, str) for argument in argv):
        return None
    timeout = said.get("timeout_ms")
    return argv, timeout if isinstance(timeout, int) and timeout > 0 else _TIMEOUT_MS


def sign_in(environ: "Mapping[str, str]", key: str) -> "dict[str, str]":
    """Return the texts of the sign-in for *key*: access_token, refresh_token, expiry (RFC 3339), id_token, account_id; empty without one."""
    said = _entry(environ, key).get(_SIGN_IN)
    return {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}


def store(environ: "Mapping[str, str]", key: str, secret: str) -> None:
    """Write *secret* as the API key for *key*; a program or a sign-in that stood there goes."""
    data = _data(environ)
    place, name = _place(environ, data, key, is_made=True)
    place[name] = {**_kept(place.get(name, {})), _KEY: secret}
    _write(environ, data)


def remove(environ: "Mapping[str, str]", key: str) -> bool:
    """Remove what is there for *key* and tell whether there was anything."""
    data = _data(environ)
    place, name = _place(environ, data, key)
    entry = place.get(name, {})
    kept = _kept(entry)
    if len(kept) == len(entry):
        return False
    if kept:
        place[name] = kept
    else:
        del place[name]
        if not data.get(_REST, True):
            del data[_REST]
    _write(environ, data)
    return True


def _kept(entry: "dict[str, Any]") -> "dict[str, Any]":
    return {name: value for name, value in entry.items() if name not in _OURS}


def _entry(environ: "Mapping[str, str]", key: str) -> "dict[str, Any]":
    place, name = _place(environ, _data(environ), key)
    return place.get(name, {})  # type: ignore[no-any-return]  # _place has seen to it


def _place(environ: "Mapping[str, str]", data: "dict[str, Any]", key: str, *, is_made: bool = False) -> "tuple[dict[str, Any], str]":
    """Return the part of *data* that has the entry for *key*, and its name there; with *is_made* the part is made where it is missing."""
    name = key.replace("-", "_")
    place: Any
    if name in _DEDICATED:
        place = data
    else:
        name = key
        place = data.setdefault(_REST, {}) if is_made else data.get(_REST, {})
    if not isinstance(place, dict) or not isinstance(place.get(name, {}), dict):
        raise ValueError(f"{path(environ)}: what stands for {key!r} is no object")  # noqa: TRY004  # no argument is wrong, but the file
    return place, name


def _data(environ: "Mapping[str, str]") -> "dict[str, Any]":
    """Return what the file holds; empty when there is none."""
    file = path(environ)
    if not os.path.lexists(file):
        return {}
    reason = None
    try:
        data = files.read_json(file)
    except UnreadableError as error:
        reason = str(error)
    if reason is not None:
        raise ValueError(reason)
    if not isinstance(data, dict):
        raise ValueError(f"{file}: it is no JSON object")  # noqa: TRY004  # as above
    return data


def _write(environ: "Mapping[str, str]", data: "dict[str, Any]") -> None:
    import json

    files.write_private(path(environ), (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode())


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
