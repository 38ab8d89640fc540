"""The vendor's own chain of credentials: what its tools and libraries would use on this machine. Looking asks nobody."""

import os
import sys

from .answer import KEY, Found, Granted, Missing, UnreadableError
from .granting import granted

_SECONDS = 60.0
_EARLY_SECONDS = 300.0
"""How long before it ends a credential is asked for anew."""
_KEPT_SECONDS = 600.0
"""How long one that ends is used before it is asked for anew in any case: it may have been revoked."""
_PARTS = ("access_key_id", "secret_access_key", "session_token")
_PAIR = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_SAID = {"access_key_id": "AccessKeyId", "secret_access_key": "SecretAccessKey", "session_token": "SessionToken"}
"""What the tool calls the parts."""
_PROBLEM = "Problem"
"""What ours says instead, with the reason."""
_AWS_SIGNS = ("AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
"""Variables that say that the chain has something."""
_AWS_FILES = (("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"), ("AWS_CONFIG_FILE", "~/.aws/config"))
_GOOGLE_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
_GOOGLE_FILES = (
    "${CLOUDSDK_CONFIG}/application_default_credentials.json",
    "~/.config/gcloud/application_default_credentials.json",
    "${APPDATA}/gcloud/application_default_credentials.json",
)
_GOOGLE_SIGNS = ("GCE_METADATA_HOST", "K_SERVICE", "GAE_RUNTIME")
"""Variables that are set where Google's metadata server is."""
_GOOGLE_MACHINE = "/sys/class/dmi/id/product_name"


def seek(_step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return what the chain of the first route that has one would use."""
    told = [_CHAINS[kind](search, route) for route in search.routes if (kind := route["auth"]["kind"]) in _CHAINS]
    return next((found for found in told if isinstance(found, Found)), None) or (told[0] if told else Missing("none of its routes has one", applies=False))


def _aws(search: "Search", route: "dict[str, Any]") -> "Found | Missing":
    parts = {part: search.environ.get(f"AWS_{part.upper()}", "").strip() for part in _PARTS}
    if parts["access_key_id"] and parts["secret_access_key"]:
        return Found("aws-sigv4", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set", route, lambda: {name: value for name, value in parts.items() if value})
    if parts["access_key_id"] or parts["secret_access_key"]:
        there, missing = _PAIR if parts["access_key_id"] else _PAIR[::-1]
        return Missing(f"{there} is set without {missing}", cure=f"set {missing}")
    sign = next((f"{name} is set" for name in _AWS_SIGNS if search.environ.get(name)), None)
    sign = sign or next((f"{path} is there" for path in _aws_files(search)), None)
    if sign is None:
        reason = "no AWS variables are set and there is no ~/.aws; a role of this machine is not looked for"
        return Missing(reason, cure=f"set {' and '.join(_PAIR)}, or {_AWS_SIGNS[0]}")
    return Found("aws-sigv4", sign, route, lambda: _from_aws(search))


def _from_aws(search: "Search") -> Granted:
    """Return what AWS's library for Python, or its command-line tool, finds; what ends is asked for anew before it does. Raises UnreadableError."""
    return granted(_seen(search), search.now, lambda: _asked_of_aws(search), early_seconds=_EARLY_SECONDS, most_seconds=_KEPT_SECONDS)


def _asked_of_aws(search: "Search") -> Granted:
    try:
        from . import aws_chain
    except ImportError:
        said = _printed(search, ("aws", "configure", "export-credentials", "--format", "process"))
    else:
        said = aws_chain.printed() if aws_chain.is_own(search.environ) else _printed(search, (sys.executable, "-m", aws_chain.__name__))
    return Granted({part: str(said[name]) for part, name in _SAID.items() if said.get(name)}, _time(said.get("Expiration")))


def _seen(search: "Search") -> "tuple[Any, ...]":
    """Return what the chain's answer depends on, as far as it can be seen."""
    variables = sorted((name, value) for name, value in search.environ.items() if name.startswith("AWS_") or name in ("HOME", "USERPROFILE"))
    return (*variables, *(os.stat(path).st_mtime_ns for path in _aws_files(search)))


def _aws_files(search: "Search") -> "list[str]":
    files = [search.file(search.environ.get(name) or usual) for name, usual in _AWS_FILES]
    return [path for path in files if path and os.path.isfile(path)]


def _printed(search: "Search", argv: "tuple[str, ...]") -> "dict[str, Any]":
    """Return what a program prints of credentials."""
    import json

    name = " ".join((os.path.basename(argv[0]), *argv[1:])).partition(" --")[0]
    code, printed = search.run(argv, _SECONDS, search.environ)
    if code:
        raise UnreadableError(f"{name} ended with exit code {code}")
    try:
        said = json.loads(printed)
        if isinstance(said, dict) and isinstance(problem := said.get(_PROBLEM), str):
            raise UnreadableError(problem)
        if all(isinstance(said[part], str) for part in ("AccessKeyId", "SecretAccessKey")):
            return dict(said)
    except (ValueError, KeyError, TypeError):
        pass
    raise UnreadableError(f"{name} printed something else than credentials")


def _time(written: "Any") -> "float | None":
    from datetime import UTC, datetime

    try:
        time = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _google(search: "Search", route: "dict[str, Any]") -> "Found | Missing":
    named = search.environ.get(_GOOGLE_FILE)
    path = next((path for path in map(search.file, (named,) if named else _GOOGLE_FILES) if path is not None and os.path.isfile(path)), "")
    if path:
        return Found("gcp-adc", f"{_GOOGLE_FILE} names a file" if named else f"{path} is there", route, lambda: _from_google(search, route, path))
    if named:
        return Missing(f"{_GOOGLE_FILE} names {named}, which is not there", cure=f"have {_GOOGLE_FILE} name a file that is there")
    sign = next((f"{name} is set" for name in _GOOGLE_SIGNS if search.environ.get(name)), None) or _says_google()
    if sign is None:
        reason = f"{_GOOGLE_FILE} is not set, {_GOOGLE_FILES[1]} is not there, and this is no machine of Google Cloud's"
        return Missing(reason, cure=f"set {_GOOGLE_FILE} or run `gcloud auth application-default login`")
    return Found("gcp-adc", f"{sign}, so there is a metadata server", route, lambda: _from_machine(search, route))


def _says_google() -> "str | None":
    try:
        with open(_GOOGLE_MACHINE, encoding="ascii", errors="replace") as stream:
            return f"{_GOOGLE_MACHINE} says Google" if stream.readline().startswith("Google") else None
    except OSError:
        return None


def _from_google(search: "Search", route: "dict[str, Any]", path: str) -> "Granted | dict[str, str]":
    """Return a token for the credentials in the file at *path*, of Google's library for Python or its command-line tool; raises UnreadableError."""
    from . import google_tokens
    from .command import line_of

    try:
        return google_tokens.of_file(path, _scopes(search, route), search)
    except ImportError:
        pass
    try:
        return {KEY: line_of(("gcloud", "auth", "application-default", "print-access-token"), _SECONDS, search.run, search.environ)}
    except UnreadableError as error:
        reason = f"google-auth is not installed (pip install 'modelwright[gcp]'), and {error}"
    raise UnreadableError(reason)


def _from_machine(search: "Search", route: "dict[str, Any]") -> Granted:
    from . import google_tokens

    return google_tokens.of_machine(_scopes(search, route), search)


def _scopes(search: "Search", route: "dict[str, Any]") -> "list[str]":
    return list(search.kinds[route["auth"]["kind"]].get("scopes", ()))


def _entra(search: "Search", route: "dict[str, Any]") -> "Found | Missing":
    from . import entra

    return entra.look(search, route, search.kinds[route["auth"]["kind"]])


_CHAINS = {"aws-sigv4": _aws, "azure-entra": _entra, "gcp-adc": _google}
"""Kinds of auth that have one."""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .search import Search
