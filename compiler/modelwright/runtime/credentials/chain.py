"""
Walk the steps of an account until one gives a credential; or only look, and read no secret.

Which steps there are and in which order is data of the account; what a step does is in the module of its name.
"""

from importlib import import_module
from time import time

from ..endpoint import in_order, variables_of
from ..errors import CredentialError, StoredSecretError
from . import command
from .answer import ALSO, KEY, Credential, Found, Granted, Look, Missing, UnreadableError
from .claims import end_of, headers_of
from .none import NONE
from .profile import ordered
from .search import Search, routes_of, usable

_MODULES = {"chain": "cloud", "auth-json": "auth_json_step"}
"""Modules of steps, where they are not called like the step."""


def find(registry: "Registry", account: "str | Mapping[str, Any]", route: "str | None", environ: "Mapping[str, str]", **more: "Any") -> Credential:
    """
    Return the credential of *account*, an id or a record, for *route*, the id of one of the provider's; None takes the first that has one.

    *more* are fields of `Search`: `explicit`, a key for this call; `base_url`, where the call goes; `profile`, the only one that may
    be used; `now` and `run`, in place of the clock and of programs.

    Raises CredentialError, which lists each step with its reason.
    """
    return first(search(registry, account, route, environ, **more))


def look(registry: "Registry", account: "str | Mapping[str, Any]", route: "str | None", environ: "Mapping[str, str]", **more: "Any") -> "tuple[Look, ...]":
    """Return what each step of *account* has to say, in their order, reading no secret and running nothing; the arguments are those of `find`."""
    return looks(search(registry, account, route, environ, **more))


def has_credential(registry: "Registry", account: "str | Mapping[str, Any]", environ: "Mapping[str, str]") -> bool:
    """Tell whether *account* has a credential, as far as can be told without reading it; that it needs none is none."""
    return any(found.found and found.source != NONE for found in look(registry, account, None, environ))


def for_model(registry: "Registry", model: "Model", environ: "Mapping[str, str]", route: "str | None" = None, **more: "Any") -> Search:
    """Return the search for the credential of a call to *model*, by its account and over the routes that offer it; *route* is the only one that may be used."""
    account = registry.account_for(model)
    offered, wanted = model._facts.get("routes"), route or account.get("route")
    ids = [one["id"] for one in registry.provider(model.provider)["routes"] if wanted in (None, one["id"]) and (offered is None or one["id"] in offered)]
    found = search(registry, account, ids, environ, **{"base_url": model._facts.get("base_url"), **more})
    return found.but(routes=in_order(found.routes, variables_of(found.provider, account, environ)))


def search(registry: "Registry", account: "str | Mapping[str, Any]", route: "str | Sequence[str] | None", environ: "Mapping[str, str]", **more: "Any") -> Search:
    """Return the search for a credential of *account* in what *registry* says, for one *route* or several, None for all; raises UnknownRefError when there is no such account."""
    from .paths import locator

    record = registry.account(account) if isinstance(account, str) else account
    provider = registry.provider(record["provider"])
    return Search(
        **{
            "account": record,
            "provider": provider,
            "routes": routes_of(provider, record, (route,) if isinstance(route, str) else route),
            "kinds": registry.words("auth"),
            "stores": registry.words("cli-stores"),
            "environ": environ,
            "now": time,
            "run": command.run,
            "locate": locator(registry),
            **more,
        }
    )


def first(search: Search, before: "Callable[[Mapping[str, Any]], object]" = bool) -> Credential:
    """
    Return the credential that *search* leads to; raises CredentialError. Where a program should have given one, going without is none.

    *before* is called with the route that a credential is for, before that is read, which may ask a service for it; what it raises ends the search.
    """
    tried, cures = [], []
    broken: list[str] = []
    has_failed = False
    for word, profile, step, narrowed in _steps(search):
        answer = _seek(word, step, narrowed)
        if isinstance(answer, Found) and answer.source == NONE and has_failed:
            answer = Missing("none is needed, but a program was to give one")
        if isinstance(answer, Found):
            before(answer.route)
            try:
                answer, parts = _read(answer)
            except UnreadableError as error:
                answer, has_failed = Missing(str(error)), True
            else:
                if all(map(usable, parts.values())):
                    return Credential(_told(answer, parts), str(search.account["id"]), profile, _auth(search, answer, parts), {**parts, **_beside(search, answer)})
                answer = Missing(f"{answer.source} has characters that no key has")
            broken.append(answer.reason)
        if answer.applies:
            tried.append((f"{word} {profile}" if profile else word, answer.reason))
            cures += [answer.cure] if answer.cure else []
    raise CredentialError(str(search.account["id"]), tuple(tried), cure(search, cures), tuple(broken))


def _read(found: Found) -> "tuple[Found, Mapping[str, str]]":
    """Return *found* as it turned out to be, and its secret; raises UnreadableError."""
    given = found.read()
    if not isinstance(given, Granted):
        return found, given
    return Found(found.source, found.reason, found.route, found.read, expires_at=given.expires_at, extra=given.extra), given.parts


def looks(search: Search) -> "tuple[Look, ...]":
    """Return what each step of *search* has to say, in their order."""
    told = []
    for word, profile, step, narrowed in _steps(search):
        try:
            answer = _seek(word, step, narrowed)
        except StoredSecretError as error:
            answer = Missing(str(error))
        about = {"step": word, "profile": profile, "reason": answer.reason}
        if isinstance(answer, Found):
            told.append(Look(**about, found=True, source=answer.source, route=answer.route["id"], expires_at=answer.expires_at))
        else:
            told.append(Look(**about, found=False, expired_at=answer.expired_at))
    return tuple(told)


def cure(search: Search, before: "Iterable[str]" = ()) -> str:
    """Return what gives the account of *search* a credential; what is known to help comes *before* the rest."""
    account = search.account
    steps = [(word, profile, step) for word, profile, step, _ in _steps(search)]
    names = [name for word, _, step in steps if word == "env" for name in step.get("names") or search.key_variables()]
    ways = [*dict.fromkeys(before), *([f"set {' or '.join(dict.fromkeys(names))}"] if names else [])]
    stored = [profile for word, profile, _ in steps if word in ("vault", "auth-json")] if any(search.carries(route, (KEY,)) for route in search.routes) else []
    if stored:
        ways.append(f"run `providers login {account['id']}{'' if None in stored else f' --profile {stored[0]}'}`")
    return ", or ".join(ways) or f"see `providers why {account['id']} credential`"


def _steps(search: Search) -> "Iterator[tuple[str, str | None, Mapping[str, Any], Search]]":
    """Yield word, profile, step and search of every step, those of profiles in the place of the step `profile`; a key that is given comes first where no step says when."""
    if search.explicit and all(step["step"] != "explicit" for step in search.account["credentials"]):
        yield "explicit", None, {}, search
    for step in search.account["credentials"]:
        if step["step"] != "profile":
            if not search.profile or step["step"] == "explicit":
                yield step["step"], None, step, search
            continue
        for name in ordered(search.account, search.profile):
            profile = search.account["profiles"][name]
            narrowed = search.but(profile=name, routes=[route for route in search.routes if profile.get("route") in (None, route["id"])])
            for inner in profile["credentials"]:
                yield inner["step"], name, inner, narrowed


def _seek(word: str, step: "Mapping[str, Any]", search: Search) -> "Found | Missing":
    if not search.routes:
        return Missing("its route is not there")
    module = import_module(f"{__package__}.{_MODULES.get(word, word.replace('-', '_'))}")
    answer: Found | Missing = module.seek(step, search)
    return answer


def _auth(search: Search, found: Found, parts: "Mapping[str, str]") -> "dict[str, str]":
    """Return how the credential is sent: `header` and `scheme`, or `query`; empty for what signs a request, or for nothing."""
    auth = found.route["auth"]
    kind = search.kinds.get(auth["kind"], {})
    also = {f"also_{name}": auth["also"][name] for name in ("header", "scheme") if name in auth.get("also", ())}
    if "query" in auth:
        return {"query": auth["query"], **also}
    if KEY not in parts:
        return also
    header = auth.get("header", kind.get("header", "Authorization"))
    return {"header": header, **({"scheme": kind["scheme"]} if "scheme" in kind else {}), **also}


def _told(found: Found, parts: "Mapping[str, str]") -> Found:
    """Return *found* with what its token says of itself: when it ends, and the claims that the route sends as headers."""
    token = parts.get(KEY, "")
    ends = end_of(token) if found.expires_at is None else found.expires_at
    return found.but(expires_at=ends, extra={**headers_of(token, found.route["auth"].get("claims", {})), **found.extra})


def _beside(search: Search, found: Found) -> "dict[str, str]":
    """Return the second secret that the route takes beside its own; empty where no variable has one."""
    values = (search.environ.get(name, "").strip() for name in found.route["auth"].get("also", {}).get("env", ()))
    value = next((value for value in values if usable(value) and not search.is_placeholder(value)), None)
    return {} if value is None else {ALSO: value}


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ...ir.resolved import Model
    from ..registry import Registry
