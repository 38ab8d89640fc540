"""Where `providers login` stores what it is given for an account: the vault, or zot's auth.json where that is looked into first."""

from ...ir.resolved import Frozen
from ..errors import StoredSecretError
from . import auth_json, oauth
from .answer import KEY
from .auth_json_step import MEND
from .vault import Vault


class Place(Frozen):
    """An entry of the vault, or of auth.json."""

    __slots__ = ("_environ", "_step", "identity")

    _step: str
    _environ: "Mapping[str, str]"
    identity: str
    """Under which name it is there."""

    def __init__(self, step: str, identity: str, environ: "Mapping[str, str]") -> None:
        for name, value in (("_step", step), ("identity", identity), ("_environ", environ)):
            object.__setattr__(self, name, value)

    @property
    def source(self) -> str:
        """Its name as a credential has it."""
        return f"{self._step}:{self.identity}"

    @property
    def shown(self) -> str:
        """Where it is, for people."""
        file = Vault(self._environ).path if self._step == "vault" else auth_json.path(self._environ)
        return f"{file} as {self.identity}"

    def store(self, key: str, search: "Search") -> None:
        """Store *key*."""
        if self._step == "vault":
            Vault(self._environ).store(self.identity, str(search.account["provider"]), {KEY: key}, route=search.route_told_by({KEY: key}))
        else:
            self._in_auth_json(lambda: auth_json.store(self._environ, self.identity, key))

    def remove(self) -> bool:
        """Remove what is there and tell whether there was anything."""
        if self._step == "vault":
            return Vault(self._environ).remove(self.identity)
        return bool(self._in_auth_json(lambda: auth_json.remove(self._environ, self.identity)))

    def _in_auth_json(self, act: "Callable[[], object]") -> object:
        try:
            return act()
        except ValueError as error:
            problem = str(error)
        raise StoredSecretError(problem, MEND)


def target(account: "Mapping[str, Any]", profile: "str | None", environ: "Mapping[str, str]") -> "Place | None":
    """Return where a key for *account*, or one of its profiles, is stored; None where it looks into no store."""
    return next(iter(_of_steps(_steps(account, profile), environ)), None)


def places(account: "Mapping[str, Any]", profile: "str | None", environ: "Mapping[str, str]") -> "list[Place]":
    """Return everything that may be stored for *account*, sign-ins and profiles included, or for one profile."""
    found = []
    for name in (None, *account.get("profiles", ())) if profile is None else (profile,):
        steps = _steps(account, name)
        found += _of_steps(steps, environ)
        found += [Place("vault", step.get("id") or oauth.identity(account["id"], name), environ) for step in steps if step["step"] == "oauth"]
    return found


def left_over(identity: str, environ: "Mapping[str, str]") -> "list[Place]":
    """Return what the vault has for an account that is no more."""
    return [Place("vault", known, environ) for known in Vault(environ).ids() if known == identity or known.startswith(f"{identity} ")]


def _steps(account: "Mapping[str, Any]", profile: "str | None") -> "Sequence[Mapping[str, Any]]":
    found: Sequence[Mapping[str, Any]] = account["credentials"] if profile is None else account.get("profiles", {}).get(profile, {}).get("credentials", ())
    return found


def _of_steps(steps: "Sequence[Mapping[str, Any]]", environ: "Mapping[str, str]") -> "list[Place]":
    return [Place(step["step"], step["id"], environ) for step in steps if step["step"] in ("vault", "auth-json")]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from .search import Search
