"""
Routerly: an array of models, each with its provider, address, key, cost and limits; rows that share these are one account.

Facts: Routerly's documentation of providers and its source (Inebrio/Routerly, 2026-06); where they disagree both are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .dialect import Draft, Part, chain, plain_secrets
from .facts import put_price, put_thinking, put_vision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..ir.catalog import Pointer

NAME = "routerly"
ENTRIES: tuple[tuple[str | None, ...], ...] = (("models", None), (None,))

_ADDRESS = ("endpoint", "baseUrl")
_CAPABILITIES = {"functionCalling": "tools", "json": "json"}
_FIGURES = {
    "input_usd_per_mtok": ("inputPerMillion", "inputPrice"),
    "output_usd_per_mtok": ("outputPerMillion", "outputPrice"),
    "cache_read_usd_per_mtok": ("cachePerMillion", "cachePrice"),
    "cache_write_usd_per_mtok": ("cacheWritePerMillion", None),
}
"""Our figures to its keys: a million tokens, a thousand tokens."""
_PRICED = {"pricingTiers", *(key for keys in _FIGURES.values() for key in keys if key)}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000}
_EMBEDDING = "embedding"


def recognises(data: Any) -> bool:
    """Tell whether *data* is an array, or an object with models that have a provider or with the limits of Routerly's settings."""
    if not isinstance(data, dict):
        return isinstance(data, list)
    rows = data.get("models")
    return "globalThresholds" in data or (isinstance(rows, list) and any(isinstance(row, dict) and {"id", "provider"} <= row.keys() for row in rows))


@dataclass(slots=True)
class _Rows:
    """What the rows before have taken."""

    draft: Draft
    ids: set[str] = field(default_factory=set)
    refs: set[str] = field(default_factory=set)
    accounts: dict[tuple[Any, ...], str] = field(default_factory=dict)
    """By provider, address, key and time limit."""
    stores: dict[tuple[Any, ...], str] = field(default_factory=dict)
    """The first account by provider, address and key: the vault has the key under its name."""
    addresses: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """By provider and address as it stands: the address of the account, None where it is the provider's own."""
    keys: dict[tuple[Any, ...], tuple[str, Pointer]] = field(default_factory=dict)
    """The first key by provider and address, with where it stands, for rows that have none."""


def translate(data: Any, draft: Draft) -> None:
    """Put what *data* says into *draft*."""
    at, listed = ((), data) if isinstance(data, list) else (("models",), data.get("models", ()))
    rows = _Rows(draft)
    for index, said in enumerate(listed):
        provider = None if said is None else draft.known.provider(said["provider"])
        if provider is not None and _key(draft, said):
            rows.keys.setdefault((provider, _base_url(rows, provider, said)), (_key(draft, said), (*at, index, "apiKey")))
    for index, said in enumerate(listed):
        if said is not None:
            _row(rows, said, (*at, index))
    if isinstance(data, dict):
        _thresholds(draft, data, (), {"scope": "global"})


def _row(rows: _Rows, said: Mapping[str, Any], at: Pointer) -> None:
    draft, identity, named = rows.draft, said["id"], said["provider"]
    provider = draft.known.provider(named)
    address = draft.one_of([(said[key], (*at, key)) for key in _ADDRESS if key in said])
    if provider is None:
        draft.say("unknown-provider-type", (*at, "provider"), f"there is no provider `{named}`", f"{draft.known.nearest(named)}providers are listed by `providers list --all`")
    elif identity in rows.ids:
        draft.say("duplicate-row", (*at, "id"), f"two models have the id `{identity}`", "give one of them another id, and the one it is sent with as `upstreamModelId`")
    elif address is None and draft.known.is_nowhere(provider):
        draft.say("missing-setting", at, f"`{identity}` has no `endpoint`, without which `{named}` cannot be reached", "write `endpoint`: the address before /chat/completions")
    else:
        rows.ids.add(identity)
        account = _account(rows, provider, said, at, address)
        model, upstream = _ids(rows, provider, said, account)
        draft.put(("accounts", account, "models", len(draft.data["accounts"][account].get("models", ()))), {"id": model}, (*at, "id"))
        if "/" not in identity:
            draft.put(("aliases", identity), f"{provider}/{model}", (*at, "id"))
        _facts(draft, provider, model, upstream, said, at)
        _limits(draft, said, at, {"scope": "model", "of": f"{provider}/{model}"})
        return
    plain_secrets(draft, said, at, {"apiKey": "key"}, identity)


def _ids(rows: _Rows, provider: str, said: Mapping[str, Any], account: str) -> tuple[str, str | None]:
    """
    Return the id of a row's model at *provider*, and the one that is sent where that is another.

    The provider's own name before the id is left off. A second row of one model is a model of its own, named after its *account*.
    """
    known, identity = rows.draft.known, said["id"]
    head, _, rest = identity.partition("/")
    sent = rest if rest and known.provider(head) == provider and known.model(provider, identity) is None else identity
    ref = f"{provider}/{known.model(provider, sent) or sent}"
    model = f"{sent}@{account}" if ref in rows.refs else sent
    rows.refs.add(ref)
    upstream = said.get("upstreamModelId", sent)
    return model, None if upstream == model else upstream


def _account(rows: _Rows, provider: str, said: Mapping[str, Any], at: Pointer, address: tuple[str, Pointer] | None) -> str:
    """Return the account of a row, made for the first of its provider, address, key and time limit. Without a key of its own it has the first that is for there."""
    draft, base_url = rows.draft, _base_url(rows, provider, said)
    own = _key(draft, said)
    key, place = (own, (*at, "apiKey")) if own else rows.keys.get((provider, base_url), ("", None))
    group = (provider, base_url, key, said.get("timeout"))
    name = rows.accounts.get(group)
    if name is None:
        stem = _slug(said["provider"] if base_url is None else f"{said['provider']}-{base_url.partition('://')[2].partition('/')[0]}")
        names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(rows.accounts) + 2))
        name = next(free for free in names if free not in rows.accounts.values())
        rows.accounts[group] = name
        to: Pointer = ("accounts", name)
        draft.put(to, {}, at)
        draft.put((*to, "provider"), provider, (*at, "provider"))
        draft.put((*to, "rank"), len(rows.accounts), at)
        if base_url is not None and address is not None:
            draft.put((*to, "base_url"), base_url, address[1])
        if "timeout" in said:
            draft.put((*to, "timeout_seconds"), _seconds(said["timeout"]), (*at, "timeout"))
        store = rows.stores.setdefault(group[:3], name)
        if place is not None or store != name:
            draft.put((*to, "credentials"), chain(draft, {"key": place} if place else None, **({} if store == name else {"vault": store})), place or at)
    plain_secrets(draft, said, at, {"apiKey": "key"}, name)
    return name


def _key(draft: Draft, said: Mapping[str, Any]) -> str:
    """Return the key that stands in a row; empty where none does."""
    key = str(said.get("apiKey", "")).strip()
    return "" if key in draft.known.placeholders else key


def _base_url(rows: _Rows, provider: str, said: Mapping[str, Any]) -> str | None:
    """Return the address that a row has of its own; None where it is the provider's."""
    address = next((str(said[key]) for key in _ADDRESS if key in said), None)
    if address is None:
        return None
    if (provider, address) not in rows.addresses:
        rows.addresses[provider, address] = None if _is_own(rows.draft, provider, address) else address.rstrip("/")
    return rows.addresses[provider, address]


def _is_own(draft: Draft, provider: str, address: str) -> bool:
    """Tell whether *address* is one that the registry has for *provider*, or the beginning of one."""
    version = draft.known.protocols.get(draft.known.route(provider)["protocol"], {}).get("version", "")
    beginning = address.rstrip("/").removesuffix(version) + "/"
    routes = (draft.known.route(provider), *draft.known.providers[provider]["routes"])
    return any(f"{route.get('base_url', '')}/".startswith(beginning) for route in routes)


def _slug(text: str) -> str:
    """
    Return *text* as an id.

    >>> _slug("custom-192.168.1.50:8000")
    'custom-192-168-1-50-8000'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def _seconds(milliseconds: int) -> float:
    """Return *milliseconds* as seconds."""
    return milliseconds / 1000 if milliseconds % 1000 else milliseconds // 1000


def _facts(draft: Draft, provider: str, model: str, upstream: str | None, said: Mapping[str, Any], at: Pointer) -> None:
    """Put what a row says of its model; one of the user's own that is sent with another's id has the other's facts besides."""
    own = draft.known.model(provider, model)
    to: Pointer = ("providers", provider, "models", own or model)
    part = Part()
    known = draft.known.models.get(f"{provider}/{own}", {})
    if upstream is not None:
        place = (*at, "upstreamModelId" if "upstreamModelId" in said else "id")
        original = draft.known.model(provider, upstream)
        if own is None and original is not None:
            part.put(("inherit",), f"{provider}/{original}", place)
            known = draft.known.models[f"{provider}/{original}"]
        part.put(("upstream_id",), upstream, place)
    if "name" in said:
        part.put(("name",), said["name"], (*at, "name"))
    if "contextWindow" in said:
        part.put(("limits", "context_tokens"), said["contextWindow"], (*at, "contextWindow"))
    if "notes" in said:
        part.put(("note",), said["notes"], (*at, "notes"))
    _cost(draft, part, said, at)
    can, place = said.get("capabilities", {}), (*at, "capabilities")
    for theirs, ours in _CAPABILITIES.items():
        if theirs in can:
            part.put(("capabilities", ours), can[theirs], (*place, theirs))
    if "vision" in can:
        put_vision(part, known, can["vision"], (*place, "vision"))
    if "thinking" in can:
        put_thinking(part, known, can["thinking"], (*place, "thinking"))
    if _EMBEDDING in can and (can[_EMBEDDING] or _EMBEDDING in known.get("output", (_EMBEDDING,))):
        part.put(("output",), [_EMBEDDING if can[_EMBEDDING] else "text"], (*place, _EMBEDDING))
    if own is None or part.facts:
        draft.add(to, part, at, (*at, "id"))


def _cost(draft: Draft, part: Part, said: Mapping[str, Any], at: Pointer) -> None:
    """Put what a row says of prices, in `cost` or beside it."""
    blocks = [(block, place) for block, place in ((said.get("cost", {}), (*at, "cost")), (said, at)) if not _PRICED.isdisjoint(block)]
    put_price(part, {ours: first for ours, words in _figures(draft, blocks).items() if (first := draft.one_of(words)) is not None})
    tiers = draft.one_of([(block["pricingTiers"], (*place, "pricingTiers")) for block, place in blocks if "pricingTiers" in block])
    if tiers is not None and tiers[0]:
        by_size = sorted(enumerate(tiers[0]), key=lambda numbered: numbered[1]["above"])
        rows = [{"above_input_tokens": tier["above"], **{ours: tier[million] for ours, (million, _) in _FIGURES.items() if million in tier}} for _, tier in by_size]
        part.put(("price", "tiers"), rows, (*tiers[1], by_size[0][0]))
        part.places |= {("price", "tiers", number): (*tiers[1], index) for number, (index, _) in enumerate(by_size)}


def _figures(draft: Draft, blocks: Sequence[tuple[Mapping[str, Any], Pointer]]) -> dict[str, list[tuple[Any, Pointer]]]:
    """Return every word of *blocks* on each of our figures, a million tokens each, with where it stands."""
    found: dict[str, list[tuple[Any, Pointer]]] = {}
    for ours, (million, thousand) in _FIGURES.items():
        for block, at in blocks:
            if million in block:
                found.setdefault(ours, []).append((block[million], (*at, million)))
            if thousand is not None and thousand in block:
                found.setdefault(ours, []).append((_a_million(draft, million, block[thousand], (*at, thousand)), (*at, thousand)))
    return found


def _a_million(draft: Draft, million: str, price: float, at: Pointer) -> float:
    """Return the *price* of a thousand tokens as one of a million, and remark on it."""
    figure = Decimal(str(price)) * 1000
    value = int(figure) if figure == figure.to_integral_value() else float(figure)
    help_ = f"write `{million}`: {value}; or, if the price is for 1,000,000 tokens, `{million}`: {price}"
    draft.say("price-per-thousand", at, f"`{at[-1]}` is a price for 1,000 tokens; it is read as {value} USD a million", help_)
    return value


def _limits(draft: Draft, said: Mapping[str, Any], at: Pointer, scope: dict[str, Any]) -> None:
    for index, limit in enumerate(said.get("limits", ())):
        is_rolling = limit.get("windowType") == "rolling"
        window = {"rolling_seconds": limit["rollingAmount"] * _SECONDS[limit["rollingUnit"]]} if is_rolling else {"period": limit["period"]}
        _budget(draft, {**scope, "metric": limit["metric"], "value": limit["value"], **window}, (*at, "limits", index))
    _thresholds(draft, said, at, scope)


def _thresholds(draft: Draft, said: Mapping[str, Any], at: Pointer, scope: dict[str, Any]) -> None:
    for period, value in said.get("globalThresholds", {}).items():
        _budget(draft, {**scope, "metric": "cost", "value": value, "period": period}, (*at, "globalThresholds", period))


def _budget(draft: Draft, budget: dict[str, Any], at: Pointer) -> None:
    draft.put(("budgets", len(draft.data.get("budgets", ()))), budget, at)
