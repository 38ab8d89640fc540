"""One entry of Fased's `models.providers`: where the provider is, and its models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fased_models import model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Pointer
    from .dialect import Draft
    from .fased_names import Names

_DEFAULT = "openai-completions"
_SAYS_NOTHING = ("api-key", "oauth")
"""Ways to sign in from which it does not follow how a request proves it."""


def provider(draft: Draft, names: Names, key: str) -> None:
    """Put the provider that stands under *key*, and its models, into *draft*."""
    identity, said, at = names.provider(key), names.providers[key], ("models", "providers", key)
    if names.key_of(identity) != key:
        draft.say("duplicate-account", at, f"`{names.key_of(identity)}` and `{key}` are both the provider `{identity}`", "say it all under one of them", on_key=True)
        return
    to: Pointer = ("providers", identity)
    draft.put(to, {}, at)
    usual = {} if names.is_own(identity) else names.known.providers[identity]["routes"][0]
    protocol = usual.get("protocol") or names.known.policy["protocols"][_DEFAULT]
    for name, value, place in address(draft, said, at, protocol):
        if usual.get(name) != value:
            draft.put((*to, name), value, place, is_copy=True)
    if names.is_own(identity) and (kind := _proof(names, said)) is not None:
        draft.put((*to, "auth"), {"kind": kind, "required": "if_public_host"}, (*at, "authHeader" if said.get("authHeader") else "auth"))
    for index, entry in enumerate(said.get("models", ())):
        if entry is not None:
            place = (*at, "models", index)
            part = model(draft, identity, entry, place)
            for name, value, where in address(draft, entry, place, names.known.policy["protocols"].get(said.get("api"), protocol)):
                if name != "headers":
                    part.put((name,), value, where)
            draft.add((*to, "models", entry["id"]), part, place, (*place, "id"))


def address(draft: Draft, said: Mapping[str, Any], at: Pointer, protocol: str, *, remark: bool = True) -> Iterator[tuple[str, Any, Pointer]]:
    """Yield what *said* has on where requests go and in which *protocol*, by our names, each with its place; a version that the protocol does without is left off."""
    if "api" in said:
        protocol = draft.known.policy["protocols"][said["api"]]
        yield "protocol", protocol, (*at, "api")
    if "baseUrl" in said:
        ending = draft.known.protocols.get(protocol, {}).get("drop", "")
        url = said["baseUrl"].rstrip("/")
        shorter = url.removesuffix(ending)
        if shorter != url and remark:
            what = f"`{ending}` at the end of the base URL is left off: the protocol `{protocol}` has no version"
            draft.say("version-left-off", (*at, "baseUrl"), what, f"write `{shorter}`")
        yield "base_url", shorter if shorter != url else said["baseUrl"], (*at, "baseUrl")
    if said.get("headers"):
        yield "headers", said["headers"], (*at, "headers")


def _proof(names: Names, said: Mapping[str, Any]) -> str | None:
    """Return the auth kind of a provider of the user's own, where the file says it."""
    way = said.get("auth")
    kinds = names.known.policy["auth_kinds"]
    return str(kinds["token"][0]) if said.get("authHeader") else str(kinds[way][0]) if way is not None and way not in _SAYS_NOTHING else None
