"""What Fased says of credentials, as accounts: one a provider, with its profiles, and references to where secrets are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .dialect import inline, plain_secrets
from .fased_providers import address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Pointer
    from .dialect import Draft
    from .fased_names import Names

_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_KINDS = {"api_key": "api-key", "oauth": "oauth", "token": "token"}
_DEFAULT = "default"


def account(draft: Draft, names: Names, identity: str) -> None:
    """Put the account with the provider *identity* into *draft*, where the file says anything of it."""
    key = names.key_of(identity)
    said, at = ({}, ()) if key is None else (names.providers[key], ("models", "providers", key))
    profiles, order = names.profiles(identity), names.order(identity)
    secret = list(_secret(draft, names, identity, said, at))
    parts = [*_own(draft, names, identity, said, at), *(() if profiles else _route(names, identity, said, at)), *_profiles(profiles)]
    if order is not None:
        parts.append((("profile_order",), order[1], order[0]))
    if not parts and not secret:
        return
    place = at or (order[0] if order is not None else next(iter(profiles.values()))[0])
    to: Pointer = ("accounts", identity)
    draft.put(to, {}, place)
    draft.put((*to, "provider"), identity, place)
    for way, value, where in parts:
        draft.put((*to, *way), value, where, is_copy=way == ("headers",))
    draft.put((*to, "credentials"), list(_steps(names, identity, secret, has_profiles=bool(profiles))), (*at, "apiKey") if "apiKey" in said else place)


def _own(draft: Draft, names: Names, identity: str, said: Mapping[str, Any], at: Pointer) -> Iterator[tuple[Pointer, Any, Pointer]]:
    """Yield what the account does otherwise than its provider."""
    if "allowPrivateNetwork" in said.get("request", {}):
        yield ("private_network",), said["request"]["allowPrivateNetwork"], (*at, "request", "allowPrivateNetwork")
    if not names.is_own(identity) and identity in names.known.providers:
        protocol = names.known.providers[identity]["routes"][0]["protocol"]
        yield from (((name,), value, place) for name, value, place in address(draft, said, at, protocol, remark=False))


def _route(names: Names, identity: str, said: Mapping[str, Any], at: Pointer) -> Iterator[tuple[Pointer, Any, Pointer]]:
    """Yield the route that `auth` means, where that is not the provider's first; profiles find theirs by what they are."""
    if names.is_own(identity) or identity not in names.known.providers:
        return
    routes, kinds = names.known.providers[identity]["routes"], names.known.policy["auth_kinds"].get(said.get("auth"), ())
    meant = next((route for route in routes if route["auth"]["kind"] in kinds), None)
    if meant is not None and routes[0]["auth"]["kind"] not in kinds:
        yield ("route",), meant["id"], (*at, "auth")


def _profiles(profiles: Mapping[str, tuple[Pointer, str | None]]) -> Iterator[tuple[Pointer, Any, Pointer]]:
    for name, (place, mode) in profiles.items():
        profile = {} if mode is None else {"kind": _KINDS[mode]}
        yield ("profiles", name), profile | ({"credentials": ["oauth", "vault"]} if mode == "oauth" else {}), place


def _steps(names: Names, identity: str, secret: list[Any], *, has_profiles: bool) -> Iterator[Any]:
    """
    Yield where the account's credential is looked for.

    Where the file says where the key is, nothing is sent without one, and a provider of the user's own has no other variable.
    """
    left_out = {*(() if has_profiles else ("profile",)), *(("none",) if secret else ()), *(("env",) if secret and names.is_own(identity) else ())}
    for word in names.known.policy["credentials"]:
        if word == "inline":
            yield from secret
        elif word not in left_out:
            yield word


def _secret(draft: Draft, names: Names, identity: str, said: Mapping[str, Any], at: Pointer) -> Iterator[Any]:
    """Yield the step that gives what `apiKey` says, if that can be had."""
    found = said.get("apiKey", "")
    if isinstance(found, str):
        variable = _VARIABLE.fullmatch(found.strip())
        secrets = {} if variable else plain_secrets(draft, said, at, {"apiKey": "key"}, identity)
        if variable or secrets:
            yield {"env": variable[1]} if variable else inline(secrets)
    elif found["source"] == "env":
        yield {"env": found["id"]}
    else:
        source = names.secrets.get(found.get("provider", _DEFAULT), {})
        if found["source"] == "exec" == source.get("source") and source.get("jsonOnly") is False and "command" in source:
            limit = {"timeout_ms": source["timeoutMs"]} if "timeoutMs" in source else {}
            yield {"command": [source["command"], *source.get("args", ())], **limit}
            return
        what = "a secret in a file" if found["source"] == "file" else "a program that answers in JSON"
        help_ = f"run `providers login {identity}`, or have a program print the secret as it is: `jsonOnly: false` in `secrets.providers`"
        draft.say("secret-out-of-reach", (*at, "apiKey"), f"`apiKey` of `{identity}` leads to {what}, which is not read here", help_)
