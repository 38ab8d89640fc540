"""
Tokens of Microsoft Entra, as the vendor's own libraries get them: from the environment's client, a federated one, the machine's identity, or the tool.

The order and the variables are those of DefaultAzureCredential (https://learn.microsoft.com/python/api/overview/azure/identity-readme,
as of 2026-11); what it reads besides, users' passwords and other tools, is left to the step `command`. Looking asks nobody.
"""

import os

from .answer import KEY, Found, Granted, Missing, UnreadableError
from .granting import granted
from .search import usable

NAME = "azure-entra"

_SECONDS = 10.0
_TOOL_SECONDS = 60.0
_MARGIN_SECONDS = 300.0
"""How long before its end a token counts as ended."""
_MOST_BYTES = 1_000_000
_CLIENT = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
_SECRET, _CERTIFICATE, _FEDERATED = "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"
_PASSWORD, _CHAIN = "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"
_AUTHORITY = "https://login.microsoftonline.com"
_SERVICE = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")
_METADATA = "AZURE_POD_IDENTITY_AUTHORITY_HOST"
_METADATA_HOST = "http://169.254.169.254"
_CHASSIS, _TAG = "/sys/class/dmi/id/chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77"
"""Where a machine says that it is one of Azure's, and how."""
_JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def look(search: "Search", route: "dict[str, Any]", kind: "Mapping[str, Any]") -> "Found | Missing":
    """Return the first place that may have a token of the `scopes` of *kind*, a word of `registry/vocabulary/auth.yaml`."""
    from functools import partial

    environ, scope = search.environ, " ".join(kind["scopes"])
    for name, ask in ((_SECRET, _of_secret), (_CERTIFICATE, _of_certificate), (_FEDERATED, _of_federation)):
        if not environ.get(name):
            continue
        unset = " and ".join(other for other in _CLIENT if not environ.get(other))
        if unset:
            return Missing(f"{name} is set without {unset}", cure=f"set {unset}")
        if name != _SECRET and not os.path.isfile(environ[name]):
            return Missing(f"{name} names {environ[name]}, which is not there", cure=f"have {name} name a file that is there")
        return _found(f"{name} is set", route, partial(ask, search, scope))
    if all(environ.get(name) for name in _SERVICE):
        return _found(f"{_SERVICE[0]} is set", route, partial(_of_service, search, scope))
    if environ.get(_METADATA) or _is_azures():
        return _found(f"{_METADATA} is set" if environ.get(_METADATA) else "this machine is one of Azure's", route, partial(_of_machine, search, scope))
    folder = next((path for path in map(search.file, kind["folders"]) if path is not None and os.path.isdir(path)), None)
    if folder is not None:
        return _found(f"{folder} is there", route, partial(_of_tool, search, scope))
    reason = f"{_SECRET}, {_CERTIFICATE} and {_FEDERATED} are not set, this is no machine of Azure's, and {kind['folders'][-1]} is not there"
    return Missing(reason, cure="run `az login`")


def _found(reason: str, route: "dict[str, Any]", ask: "Callable[[], Granted]") -> Found:
    return Found(NAME, reason, route, ask)


def _is_azures() -> bool:
    try:
        with open(_CHASSIS, encoding="ascii") as file:
            return file.read(100).strip() == _TAG
    except (OSError, ValueError):
        return False


def _of_secret(search: "Search", scope: str) -> Granted:
    secret = search.environ[_SECRET]
    return _of_client(search, scope, secret, lambda _url: {"client_secret": secret})


def _of_certificate(search: "Search", scope: str) -> Granted:
    from .files import read

    try:
        from .entra_certificate import assertion
    except ImportError:
        raise UnreadableError("a certificate needs cryptography: pip install cryptography") from None
    path, password = search.environ[_CERTIFICATE], search.environ.get(_PASSWORD)
    with_chain = search.environ.get(_CHAIN, "").lower() in ("1", "true")
    content = read(path)

    def prove(url: str) -> "dict[str, str]":
        try:
            return {"client_assertion_type": _JWT, "client_assertion": assertion(content, password, search.environ[_CLIENT[1]], url, search.now(), with_chain=with_chain)}
        except UnreadableError as error:
            reason = f"{path}: {error}"
        raise UnreadableError(reason)

    return _of_client(search, scope, (content, password, with_chain), prove)


def _of_federation(search: "Search", scope: str) -> Granted:
    from .files import read

    assertion = read(search.environ[_FEDERATED]).decode("ascii", "replace").strip()
    return _of_client(search, scope, assertion, lambda _url: {"client_assertion_type": _JWT, "client_assertion": assertion})


def _of_client(search: "Search", scope: str, proof: object, prove: "Callable[[str], dict[str, str]]") -> Granted:
    """Return the token that *prove*, given where that is asked for, has the form for; *proof* is what it depends on."""
    from urllib.parse import urlencode

    authority = search.environ.get("AZURE_AUTHORITY_HOST") or _AUTHORITY
    authority = authority if "://" in authority else f"https://{authority}"
    tenant, client = (search.environ[name] for name in _CLIENT)
    url = f"{authority.rstrip('/')}/{tenant}/oauth2/v2.0/token"

    def ask() -> bytes:
        return _answer(url, {}, urlencode({"client_id": client, "scope": scope, "grant_type": "client_credentials", **prove(url)}).encode())

    return _token(search, (url, client, scope, proof), url, ask)


def _of_service(search: "Search", scope: str) -> Granted:
    address, secret = (search.environ[name] for name in _SERVICE)
    return _of_here(search, address, {"X-IDENTITY-HEADER": secret}, _of_whom(search, scope, "2019-08-01"))


def _of_machine(search: "Search", scope: str) -> Granted:
    host = search.environ.get(_METADATA) or _METADATA_HOST
    return _of_here(search, f"{host.rstrip('/')}/metadata/identity/oauth2/token", {"Metadata": "true"}, _of_whom(search, scope, "2018-02-01"))


def _of_whom(search: "Search", scope: str, version: str) -> "dict[str, str]":
    named = search.environ.get(_CLIENT[1])
    return {"api-version": version, "resource": scope.removesuffix("/.default"), **({"client_id": named} if named else {})}


def _of_here(search: "Search", url: str, headers: "dict[str, str]", fields: "dict[str, str]") -> Granted:
    """Return the token that is given at this machine's own address *url*; raises UnreadableError."""
    from urllib.parse import urlencode

    where = f"{url}?{urlencode(fields)}"
    return _token(search, (where, *headers.values()), url.partition("?")[0], lambda: _answer(where, headers, None))


def _of_tool(search: "Search", scope: str) -> Granted:
    """Return a token of the vendor's command-line tool; raises UnreadableError."""
    argv = ("az", "account", "get-access-token", "--scope", scope, "--output", "json")

    def printed() -> bytes:
        code, said = search.run(argv, _TOOL_SECONDS, search.environ)
        if code:
            raise UnreadableError(f"az account get-access-token ended with exit code {code}; sign in with: az login")
        return said

    return _token(search, (*argv, search.environ.get("AZURE_CONFIG_DIR", ""), search.environ.get("HOME", "")), "az account get-access-token", printed)


def _token(search: "Search", asked: "tuple[object, ...]", where: str, ask: "Callable[[], bytes]") -> Granted:
    """Return the token that is kept for *asked* until it ends, else the one in what *ask* returns; raises UnreadableError with the other side's word for what is wrong, and no more of it."""
    import json

    def granted_now() -> Granted:
        try:
            said = json.loads(ask())
        except (ValueError, RecursionError):
            said = None
        said = said if isinstance(said, dict) else {}
        found, error = said.get("access_token") or said.get("accessToken"), said.get("error")
        if not isinstance(found, str) or not found:
            raise UnreadableError(f"{where} gave no token" + (f" ({error[:100]})" if isinstance(error, str) and usable(error) else ""))
        return Granted({KEY: found}, _end(said, search.now()))

    return granted(asked, search.now, granted_now, early_seconds=_MARGIN_SECONDS)


def _answer(url: str, headers: "dict[str, str]", form: "bytes | None") -> bytes:
    """Return the body of an answer of any status; nothing follows a redirect, and a machine's own address is asked past any proxy."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

    class Nowhere(HTTPRedirectHandler):
        def redirect_request(self, *_: "Any") -> None:
            return None

    opener = build_opener(Nowhere, *([] if form else [ProxyHandler({})]))
    where = url.partition("?")[0]
    try:
        with opener.open(Request(url, form, headers), timeout=_SECONDS) as answer:  # noqa: S310  # the user's environment names it
            return bytes(answer.read(_MOST_BYTES))
    except HTTPError as error:
        with error:
            return error.read(_MOST_BYTES)
    except (HTTPException, OSError, ValueError) as error:
        reason = type(error).__name__
    raise UnreadableError(f"{where} gave nothing ({reason})")


def _end(data: "dict[str, Any]", now: float) -> "float | None":
    """Return when the token of *data* ends; None where it does not say."""
    for name, since in (("expires_on", 0.0), ("expires_in", now)):
        said = data.get(name)
        if isinstance(said, int | float | str):
            try:
                return since + float(said)
            except ValueError:
                continue
    return None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .search import Search
