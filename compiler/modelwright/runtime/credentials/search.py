"""What a step may ask when it looks for a credential: the account, its provider's routes, and this machine, all given."""

import os

from ...ir.resolved import Frozen
from ..endpoint import _address, auth_of
from ..urls import is_private
from .answer import KEY


class Search(Frozen):
    """
    A search for the credential of one account.

    Everything a step reads of this machine comes from here: `environ`, `now`, `run` for programs, and `locate`, which returns
    where the user's file of a logical path is and the SHA-256 it had when it was compiled, or None where that is not known.
    """

    __slots__ = ("account", "base_url", "environ", "explicit", "keys_only", "kinds", "locate", "now", "profile", "provider", "routes", "run", "stores")

    account: "Mapping[str, Any]"
    """As `Registry.account` returns it."""
    provider: "Mapping[str, Any]"
    routes: "list[dict[str, Any]]"
    """Those of the provider that may be used, likeliest first."""
    kinds: "Mapping[str, Any]"
    """The vocabulary of auth."""
    stores: "Mapping[str, Any]"
    """The vocabulary of command-line tools' stores."""
    environ: "Mapping[str, str]"
    now: "Callable[[], float]"
    run: "Run"
    locate: "Callable[[str], tuple[str, str | None] | None]"
    explicit: "str | None"
    """A key given for this call."""
    keys_only: "bool | None"
    """Whether the token of a sign-in will not do."""
    base_url: "str | None"
    """Where the call goes, where that is known; else it is worked out from account and route."""
    profile: "str | None"
    """The profile whose steps these are; to begin with, the only one that may be used; empty: none, but the account's other steps."""

    def __init__(self, **parts: "Any") -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, parts.get(name))

    def but(self, **changes: "Any") -> "Search":
        """Return it with *changes*."""
        return Search(**{**{name: getattr(self, name) for name in self.__slots__}, **changes})

    def carries(self, route: "Mapping[str, Any]", parts: "Collection[str]") -> bool:
        """Tell whether *route* sends a secret that has these *parts*: a key in a header or the query, or what signs a request."""
        kind = self.kinds.get(route["auth"]["kind"], {})
        needed = kind.get("parts", () if kind.get("chain") or not kind.get("secret") else (KEY,))
        return bool(needed) and all(name in parts for name in needed)

    def key_variables(self) -> "list[str]":
        """Return the variables that hold keys for any of the routes, which are sent as they are."""
        return [name for route in self.routes if self.carries(route, (KEY,)) for name in route["auth"].get("env", ())]

    def takes_tokens(self, route: "Mapping[str, Any]") -> bool:
        """Tell whether *route* sends what it sends as a bearer's, so that the token of a sign-in may stand in for a key."""
        return "scheme" in self.kinds.get(route["auth"]["kind"], {})

    def route_for(self, key: "str | None", parts: "Collection[str]" = (KEY,)) -> "dict[str, Any] | None":
        """
        Return the route that a secret with these *parts* is for, which no route names as its own; None: none takes it.

        Keys tell by how they begin; at another host than the provider's own, where they say nothing, it is the first route.
        """
        routes = [route for route in self.routes if self.carries(route, parts)]
        if not routes or key is None or self._host_of(routes[0]) != _host(routes[0].get("base_url", "")):
            return routes[0] if routes else None
        routes = [route for route in routes if _host(route.get("base_url", "")) == _host(routes[0].get("base_url", ""))]
        fitting = [route for route in routes if key.startswith(route["auth"].get("key_prefix", "\0"))]
        free = [route for route in routes if "key_prefix" not in route["auth"]]
        return (fitting or free or routes)[0]

    def route_told_by(self, parts: "Mapping[str, str]") -> "str | None":
        """Return the id of the route that a secret is for where only its key tells that; None where it is the usual one."""
        route, usual = self.route_for(parts.get(KEY), parts), self.route_for(None, parts)
        return None if route is None or usual is None or route["id"] == usual["id"] else str(route["id"])

    def may_go_without(self, route: "Mapping[str, Any]") -> bool:
        """Tell whether *route* works without a credential where the call goes."""
        auth = route["auth"]
        required = auth.get("required", True)
        is_free = auth["kind"] == "none" or required is False
        return is_free or (required == "if_public_host" and (self.account.get("keyless", False) or is_private(self._address_of(route))))

    def file(self, written: str) -> "str | None":
        """Return the path that *written* names, ~ and ${NAME} filled in; None when a variable is not set."""
        head, *more = written.split("${")
        for part in more:
            name, _, rest = part.partition("}")
            if not self.environ.get(name):
                return None
            head += self.environ[name] + rest
        if head.startswith("~"):
            home = self.environ.get("HOME") or self.environ.get("USERPROFILE") or os.path.expanduser("~")
            head = home + head[1:]
        return head

    def is_placeholder(self, value: str) -> bool:
        """Tell whether *value* stands where some systems want a key and there is none."""
        return any(value in kind.get("placeholders", ()) for kind in self.kinds.values())

    def _address_of(self, route: "Mapping[str, Any]") -> str:
        return self.base_url or self.account.get("base_url") or _address(self.environ, dict(route)) or str(route.get("base_url", ""))

    def _host_of(self, route: "Mapping[str, Any]") -> str:
        return _host(self._address_of(route))


def routes_of(provider: "Mapping[str, Any]", account: "Mapping[str, Any]", offered: "Collection[str] | None" = None) -> "list[dict[str, Any]]":
    """Return the routes of *provider* as *account* uses them; *offered* are ids of those that may be, None for all."""
    named = account.get("route")
    wanted = offered if offered is not None else None if named is None else (named,)
    return [{**route, "auth": auth_of(route, account)} for route in provider["routes"] if wanted is None or route["id"] in wanted]


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].lower()


def usable(secret: str) -> bool:
    """Tell whether a header can carry *secret*."""
    return bool(secret) and secret.isascii() and secret.isprintable()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    Run = Callable[[Sequence[str], float, Mapping[str, str]], tuple[int, bytes]]
    """Run a program with arguments, a limit in seconds and an environment; returns its exit code and what it printed, raises UnreadableError."""
