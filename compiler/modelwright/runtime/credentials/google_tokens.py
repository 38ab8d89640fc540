"""Google access tokens, of a file of application default credentials or of the machine's metadata server."""

import json
from hashlib import sha256
from urllib.parse import urlencode

from .answer import KEY, Granted, UnreadableError
from .files import decode, read
from .granting import granted

_METADATA_HOST = "169.254.169.254"
_METADATA = "http://%s/computeMetadata/v1/instance/service-accounts/default/token?%s"
_METADATA_SECONDS = 5.0
_SECONDS = 30.0
_MARGIN_SECONDS = 225.0
"""How long before its end a token is no longer used, as Google's own libraries have it; the metadata server has a new one by then."""
_QUOTA_VARIABLE, _QUOTA_HEADER = "GOOGLE_CLOUD_QUOTA_PROJECT", "x-goog-user-project"


def of_file(path: str, scopes: "Sequence[str]", search: "Search") -> Granted:
    """Return a token for *scopes* of what the file at *path* names; raises ImportError without google-auth, and UnreadableError."""
    from google.auth.exceptions import GoogleAuthError

    content = read(path)
    said = decode(content, path)
    if not isinstance(said, dict):
        raise UnreadableError(f"{path} is damaged: it is no object")
    quota = search.environ.get(_QUOTA_VARIABLE) or said.get("quota_project_id")

    def ask() -> Granted:
        try:
            credentials = _credentials(said, scopes, path)
            credentials.refresh(_sender())
        except (GoogleAuthError, ValueError, TypeError, KeyError, AttributeError) as error:
            reason = f"{path}: google-auth failed with {type(error).__name__}{_code(error)}"
        else:
            return Granted({KEY: credentials.token}, _ends(credentials.expiry), {_QUOTA_HEADER: quota} if isinstance(quota, str) else {})
        raise UnreadableError(reason)

    return granted((sha256(content).hexdigest(), str(quota), *scopes), search.now, ask, early_seconds=_MARGIN_SECONDS)


def of_machine(scopes: "Sequence[str]", search: "Search") -> Granted:
    """Return a token for *scopes* of the account this machine runs as, which its metadata server gives; raises UnreadableError."""
    import httpx

    host = search.environ.get("GCE_METADATA_HOST") or _METADATA_HOST

    def ask() -> Granted:
        try:
            answer = httpx.get(_METADATA % (host, urlencode({"scopes": ",".join(scopes)})), headers={"Metadata-Flavor": "Google"}, timeout=_METADATA_SECONDS, trust_env=False)
            said = answer.raise_for_status().json()
            return Granted({KEY: str(said["access_token"])}, search.now() + float(said["expires_in"]))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, KeyError) as error:
            reason = f"the metadata server at {host} gave nothing: {type(error).__name__}"
        raise UnreadableError(reason)

    return granted((host, *scopes), search.now, ask, early_seconds=_MARGIN_SECONDS)


def _credentials(said: "dict[str, Any]", scopes: "Sequence[str]", path: str) -> "Any":
    """Return the credentials of google-auth that *said*, the content of the file at *path*, describes."""
    from google.auth import aws, external_account_authorized_user, identity_pool, impersonated_credentials, pluggable
    from google.oauth2 import credentials, service_account

    kind, source = said.get("type"), said.get("credential_source") or {}
    if kind == "external_account":
        module: Any = aws if "environment_id" in source else pluggable if "executable" in source else identity_pool
        return module.Credentials.from_info(said, scopes=scopes)
    makers: dict[Any, Any] = {
        "authorized_user": credentials.Credentials.from_authorized_user_info,
        "external_account_authorized_user": external_account_authorized_user.Credentials.from_info,
        "impersonated_service_account": impersonated_credentials.Credentials.from_impersonated_service_account_info,
        "service_account": service_account.Credentials.from_service_account_info,
    }
    if kind not in makers:
        raise UnreadableError(f"{path}: its type is none of external_account, {', '.join(makers)}")
    return makers[kind](said, scopes=scopes)


def _sender() -> "Callable[..., Any]":
    """Return what sends a request for google-auth, which would else want another library."""
    import httpx
    from google.auth.exceptions import TransportError

    def send(url: str, method: str = "GET", body: "bytes | str | None" = None, headers: "Mapping[str, str] | None" = None, timeout: "float | None" = None, **_: "Any") -> "_Reply":
        try:
            return _Reply(httpx.request(method, url, content=body, headers=headers, timeout=timeout or _SECONDS))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            kind = type(error).__name__
        raise TransportError(kind)  # type: ignore[no-untyped-call]

    return send


class _Reply:
    """An answer as google-auth reads it."""

    __slots__ = ("data", "headers", "status")

    def __init__(self, answer: "httpx.Response") -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        self.data = answer.content


def _code(error: Exception) -> str:
    """Return the word with which a token service refused; nothing else of what it said, which may repeat a secret."""
    said = next((one for one in error.args if isinstance(one, (dict, str)) and (isinstance(one, dict) or one[:1] == "{")), {})
    try:
        word = (json.loads(said) if isinstance(said, str) else said).get("error")
    except (ValueError, AttributeError):
        return ""
    return f" ({word})" if isinstance(word, str) and word.replace("_", "").isalpha() else ""


def _ends(expiry: "datetime | None") -> "float | None":
    from datetime import UTC

    return None if expiry is None else expiry.replace(tzinfo=UTC).timestamp()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    import httpx

    from .search import Search
