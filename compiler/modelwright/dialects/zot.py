"""
zot: a map of providers with models, over a catalogue that stays as it is.

Facts: zot's docs/providers.md and packages/provider/usermodels.go, as of 2026-09. What zot takes for not given because Go has no
other zero (a price of 0, `reasoning` left out, an empty name) is told apart here: 0 is free, what is left out stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .dialect import Part
from .facts import put_price, put_thinking

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..ir.catalog import Pointer
    from .dialect import Draft

NAME = "zot"
ENTRIES: tuple[tuple[str | None, ...], ...] = (("providers", None, "models", None), ("providers", None))

_TELLING = ("baseUrl", "api")
_SECRETS = ("apiKey", "api_key")
_LIMITS = {"contextWindow": "context_tokens", "maxTokens": "output_tokens"}
_PRICES = {
    "priceInput": "input_usd_per_mtok",
    "priceOutput": "output_usd_per_mtok",
    "priceCacheRead": "cache_read_usd_per_mtok",
    "priceCacheWrite": "cache_write_usd_per_mtok",
}
_LEVELS = {"min": "minimal", "minimal": "minimal", "minimum": "minimal", "low": "low", "med": "medium", "medium": "medium"}
_LEVELS |= {"hi": "high", "high": "high", "xhigh": "xhigh", "maximum": "xhigh", "max": "max"}
"""Its levels of thinking, lowest first, to ours."""
_NAMES = ("minimum", "low", "medium", "high", "xhigh", "max")
_OFF = ("", "off", "none", "no", "false", "disabled")
_OFFERED = ("low", "medium", "high")
"""Levels it offers of every model that thinks, whatever the API."""
_OUTPUT = {"image": ["image", "text"]}
"""What a model of a type writes where it does not say."""


def recognises(data: Any) -> bool:
    """Tell whether *data* has a map of providers, one of which has a list of models or is where zot's keys say it is."""
    found = data.get("providers") if isinstance(data, dict) else None
    return isinstance(found, dict) and any(isinstance(one, dict) and (isinstance(one.get("models"), list) or any(key in one for key in _TELLING)) for one in found.values())


def translate(data: Any, draft: Draft) -> None:
    """Put what *data* says into *draft*."""
    _forbid(draft, data, ())
    keys: dict[str, list[str]] = {}
    for key in sorted(data["providers"]):
        identity = draft.known.provider(key) or _identity(key)
        if identity:
            keys.setdefault(identity, []).append(key)
        else:
            what = f"`{key}` is no name of a provider" if key.strip() else "the name of the provider is empty"
            draft.say("empty-id", ("providers", key), f"{what}; it is skipped", "name it, or remove it", on_key=True)
    for identity, names in keys.items():
        names.sort(key=lambda name: (name != identity, name))
        for name in names[1:]:
            message = f"`{name}` and `{names[0]}` are one provider, `{identity}`; where both say something `{names[0]}` counts"
            draft.say("merged-entries", ("providers", name), message, f"put all of it under `{names[0]}`", on_key=True)
        for name in reversed(names):  # what is put later counts
            _provider(draft, identity, name, data["providers"][name])


def _identity(key: str) -> str:
    """
    Return *key* as an id.

    >>> _identity("My_Company.v2"), _identity("-")
    ('my-company-v2', '')
    """
    return re.sub("[^a-z0-9]+", "-", key.lower()).strip("-")


def _forbid(draft: Draft, said: Mapping[str, Any], at: Pointer) -> None:
    """Remark on a secret of *said*; it is read no further."""
    for key in _SECRETS:
        if key in said:
            where = f" of `{at[1]}`" if at else ""
            help_ = "revoke it if others have seen it, remove it here, and run `providers login`, or set the provider's variable"
            draft.say("stored-secret", (*at, key), f"models.json never stores secrets: `{key}`{where}", help_, on_key=True)


def _provider(draft: Draft, identity: str, key: str, said: Mapping[str, Any]) -> None:
    at, to = ("providers", key), ("providers", identity)
    models = [(index, model) for index, model in enumerate(said.get("models", ())) if model is not None]
    own_address = next(((*at, "models", index, "baseUrl") for index, model in models if model.get("baseUrl")), None)
    is_own = identity not in draft.known.providers
    _forbid(draft, said, at)
    if identity not in draft.data.get("providers", {}):
        draft.put(to, {}, at)
    api = _api(draft, said, at, is_own=is_own)
    if said.get("baseUrl"):
        draft.put((*to, "base_url"), said["baseUrl"], (*at, "baseUrl"))
    elif is_own and (api or own_address):
        # It is there, although only its models may say where.
        protocol = api or _usual(draft)
        draft.put((*to, "routes"), {"default": {"protocol": protocol} if protocol else {"label": "Default"}}, own_address or (*at, "api"))
    if api and (said.get("baseUrl") or not is_own):
        draft.put((*to, "protocol"), api, (*at, "api"))
    if is_own:
        draft.put((*to, "open_ids"), True, at)
        if identity != key:
            draft.put((*to, "name"), key, at)
    _auth(draft, said, at, to, has_address=bool(said.get("baseUrl") or (is_own and own_address)))
    if "discover" in said:
        draft.put((*to, "discover"), said["discover"], (*at, "discover"))
    _models(draft, identity, models, at)


def _api(draft: Draft, said: Mapping[str, Any], at: Pointer, *, is_own: bool) -> str | None:
    """Return the protocol that *said* names; one nobody knows is the usual one for a provider of the user's own."""
    named = said.get("api", "")
    protocols: Mapping[str, str] = draft.known.policy.get("protocols", {})
    found = protocols.get(named.strip().lower())
    if found is not None or not named.strip():
        return found
    taken = f"`{draft.known.policy.get('usual_protocol')}` is taken for it" if is_own else "the provider's own is taken"
    draft.say("unknown-api", (*at, "api"), f"there is no API `{named}`; {taken}", f"write one of {', '.join(protocols)}")
    return _usual(draft) if is_own else None


def _usual(draft: Draft) -> str | None:
    """Return the protocol that is taken for none; None: the native form's."""
    policy = draft.known.policy
    protocol: str | None = policy.get("protocols", {}).get(policy.get("usual_protocol"))
    return protocol


def _auth(draft: Draft, said: Mapping[str, Any], at: Pointer, to: Pointer, *, has_address: bool) -> None:
    word = said.get("auth", "").strip().lower()
    if word == "none" and has_address:
        draft.put((*to, "auth"), {"kind": "none"}, (*at, "auth"))
    elif word == "none":
        draft.say("setting-without-effect", (*at, "auth"), "`auth` has no effect without a `baseUrl`", "give the provider a `baseUrl`, or remove `auth`", on_key=True)
    elif word:
        draft.say("setting-without-effect", (*at, "auth"), f"`auth` may be `none` and nothing else; `{said['auth']}` has no effect", "write `none`, or remove it")


def _models(draft: Draft, provider: str, models: Iterable[tuple[int, Mapping[str, Any]]], at: Pointer) -> None:
    seen: dict[str, int] = {}
    for index, said in models:
        place = (*at, "models", index)
        identity = draft.known.model(provider, said["id"]) or said["id"]
        _forbid(draft, said, place)
        if not identity:
            draft.say("empty-id", (*place, "id"), "the `id` of the model is empty; it is skipped", "write the id as the provider spells it, or remove the model")
            continue
        if identity in seen:
            message = f"`{provider}/{identity}` is there twice; where both say something this one counts"
            draft.say("merged-entries", (*place, "id"), message, "put all of it into one entry")
        seen[identity] = index
        _model(draft, provider, identity, said, place)


def _model(draft: Draft, provider: str, identity: str, said: Mapping[str, Any], at: Pointer) -> None:
    to: Pointer = ("providers", provider, "models", identity)
    known = draft.known.models.get(f"{provider}/{identity}", {})
    part = draft.parts.get(to)
    if part is None:
        part = Part()
        draft.add(to, part, at, (*at, "id"))
    for theirs, ours in (("name", "name"), ("baseUrl", "base_url"), ("input", "input"), ("output", "output")):
        if said.get(theirs):
            part.put((ours,), said[theirs], (*at, theirs))
    if said.get("type") in _OUTPUT and not said.get("output"):
        part.put(("output",), _OUTPUT[said["type"]], (*at, "type"))
    for theirs, ours in _LIMITS.items():
        width = int(said.get(theirs, 0))
        if width > 0:
            part.put(("limits", ours), width, (*at, theirs))
        elif width < 0:
            message = f"`{theirs}` of `{provider}/{identity}` is {width:,}; it is taken as not given"
            draft.say("negative-limit", (*at, theirs), message, "write how many tokens it is, or leave it out")
    prices = {ours: (said[theirs], (*at, theirs)) for theirs, ours in _PRICES.items() if theirs in said}
    put_price(part, prices)
    if prices and "prices" not in known and not any(value for value, _ in prices.values()):
        part.put(("price", "state"), "free", next(iter(prices.values()))[1])
    _thinking(draft, part, known, said, at)


def _thinking(draft: Draft, part: Part, known: Mapping[str, Any], said: Mapping[str, Any], at: Pointer) -> None:
    levels = _levels(draft, known, said, at) if "reasoningLevelMap" in said else []
    if levels:
        before = known.get("thinking", {})
        if before.keys() - {"mode", "levels"}:
            part.put(("$unset",), ["thinking"], (*at, "reasoningLevelMap"))
        part.put(("thinking",), {"mode": "levels", "levels": levels}, (*at, "reasoningLevelMap"))
    elif "reasoning" in said:
        put_thinking(part, known, said["reasoning"], (*at, "reasoning"))


def _levels(draft: Draft, known: Mapping[str, Any], said: Mapping[str, Any], at: Pointer) -> list[str]:
    """Return the levels that are left when those of the model are sent as the map says, lowest first."""
    place = (*at, "reasoningLevelMap")
    if said.get("reasoning") is False:
        draft.say("setting-without-effect", place, "`reasoningLevelMap` has no effect where `reasoning` is false", "remove one of the two", on_key=True)
        return []
    sent = {level: level for level in known.get("thinking", {}).get("levels") or _OFFERED}
    for level, target in said["reasoningLevelMap"].items():
        from_, to = (_LEVELS.get(text.strip().lower()) for text in (level, target))
        if from_ is None or (to is None and target.strip().lower() not in _OFF):
            unknown = target if from_ else level
            draft.say("setting-without-effect", (*place, level), f"there is no level `{unknown}`, so this is of no effect", f"the levels are {', '.join(_NAMES)}", on_key=not from_)
        else:
            sent[from_] = to or ""
    ranks = list(_LEVELS.values())
    return sorted({level for level in sent.values() if level}, key=lambda level: ranks.index(level) if level in ranks else 0)
