"""zot's auth.json as a place of credentials: a key, a program that prints one, or the token of a sign-in until it ends."""

from ..errors import StoredSecretError
from . import auth_json
from .answer import KEY, Found, Missing
from .command import line_of
from .files import seconds

MEND = "mend it, or remove it and log in anew"
_MARGIN_SECONDS = 60


def seek(step: "Mapping[str, Any]", search: "Search") -> "Found | Missing":
    """Return what auth.json has for the account; raises StoredSecretError when the file cannot be read."""
    key = step.get("id", search.account["provider"])
    try:
        secret, program, sign_in = auth_json.read(search.environ, key), auth_json.command(search.environ, key), auth_json.sign_in(search.environ, key)
    except (OSError, ValueError) as error:
        problem = str(error)
    else:
        return _of(key, secret, program, sign_in, search)
    raise StoredSecretError(problem, MEND)


def _of(key: str, secret: "str | None", program: "tuple[list[str], int] | None", sign_in: "dict[str, str]", search: "Search") -> "Found | Missing":
    source, path = f"auth-json:{key}", auth_json.path(search.environ)
    token = None if search.keys_only else sign_in.get("access_token")
    is_token = not secret and program is None and token is not None
    route = (search.but(routes=[route for route in search.routes if search.takes_tokens(route)]) if is_token else search).route_for(secret or token)
    if route is None:
        return Missing("none of its routes sends it", applies=False)
    if secret:
        return Found(source, f"a key in {path}", route, lambda: {KEY: secret})
    if program is not None:
        argv, timeout_ms = program
        return Found(source, f"{path} names a program that is run when a key is needed", route, lambda: {KEY: line_of(argv, timeout_ms / 1000, search.run, search.environ)})
    if not token:
        return Missing(f"{path} has nothing for {key}")
    ends = seconds(sign_in.get("expiry", ""))
    if ends is not None and ends - _MARGIN_SECONDS <= search.now():
        return Missing(f"the sign-in in {path} has ended", ends)
    return Found(source, f"a sign-in in {path}", route, lambda: {KEY: token}, expires_at=ends)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .search import Search
