"""
genai-prices' `prices/data.json`, in its first and second form, as registry files.

The file is a list of providers with their models; a price is one object, or a list of which the last that holds counts, with
days and hours (classes of genai_prices/types.py 0.2.3, read 2026-11-20). What we have no word for is left out; nothing is
corrected. A model without a price may be free there or unknown, so it is unknown here.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .shape import items, listed, mapping, number, plain, reading, slug, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from . import Catalogue

NAME = "genai-prices"

_FIGURES = {
    "input_mtok": ("input_usd_per_mtok", 1),
    "output_mtok": ("output_usd_per_mtok", 1),
    "cache_read_mtok": ("cache_read_usd_per_mtok", 1),
    "cache_write_mtok": ("cache_write_usd_per_mtok", 1),
    "cache_write_5m_mtok": ("cache_write_5m_usd_per_mtok", 1),
    "cache_write_1h_mtok": ("cache_write_1h_usd_per_mtok", 1),
    "output_reasoning_mtok": ("reasoning_usd_per_mtok", 1),
    "input_audio_mtok": ("input_audio_usd_per_mtok", 1),
    "output_audio_mtok": ("output_audio_usd_per_mtok", 1),
    "input_image_mtok": ("input_image_usd_per_mtok", 1),
    "output_image_mtok": ("output_image_usd_per_mtok", 1),
    "requests_kcount": ("usd_per_request", 1000),
    "audio_hours": ("usd_per_audio_minute", 60),
    "input_audio_hours": ("usd_per_audio_minute", 60),
    "web_searches_kcount": ("usd_per_search", 1000),
}
"""Their keys to ours, and how many of our units theirs are."""
_VARIANTS = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "fast",
    ("speed", "fast"): "fast",
}
_TWELVE_DECIMALS = Decimal("1e-12")
"""An hour's price divided by sixty may have no end; the registry holds twelve decimals."""
_ALWAYS = ""
"""The day before all days."""


def read(catalogue: Any, skipped: list[str] | None = None) -> Catalogue:
    """
    Return per provider id its provider entry, without order and sources, and its models in the catalogue's order.

    Raises ShapeError when *catalogue* is not a list of providers as genai-prices has it; with *skipped*, models that are not
    are left out and told there.
    """
    result: Catalogue = {}
    with reading("the whole file"):
        providers = items(catalogue, "it")
    for index, provider in enumerate(providers):
        with reading(f"the provider at {index}"):
            name = text(mapping(provider, "it")["id"], "`id`")
            pages = items(provider.get("pricing_urls") or [None], "`pricing_urls`")
            entry = listed({"id": slug(name)}, text(provider["name"], "`name`"), pages[0] if isinstance(pages[0], str) else None)
            models = items(provider["models"], "`models`")
        result[slug(name)] = (entry, [])
        for place, model in enumerate(models):
            with reading(name, skipped):
                result[slug(name)][1].append(_checked(name, place, model))
    return result


def finder(catalogue: Any) -> Callable[[str, str], str | None]:
    """Return what maps a provider and a spelling to the id of the first model whose `match` accepts it; *catalogue* was read before."""
    rules = {slug(provider["id"]): [(model["id"], model["match"]) for model in provider["models"] if model.get("match")] for provider in catalogue}
    return lambda provider, name: next((identity for identity, clause in rules.get(provider, ()) if _accepts(clause, name.lower())), None)


def _accepts(clause: Any, name: str) -> bool:
    """Tell whether *clause* accepts *name*; every part of it is looked at, so that what is wrong in it comes out when it is read."""
    kind, value = next(iter(mapping(clause, "`match`").items()), ("", ""))
    if kind in ("or", "and"):
        return (any if kind == "or" else all)([_accepts(part, name) for part in items(value, f"`{kind}`")])
    wanted = text(value, f"`{kind}`")
    if kind == "regex":
        return re.search(wanted, name) is not None
    tests: dict[str, Callable[[str], bool]] = {"equals": name.__eq__, "starts_with": name.startswith, "ends_with": name.endswith, "contains": name.__contains__}
    if kind not in tests:
        raise ValueError(f"`match` has no clause `{kind}`")
    return tests[kind](wanted.lower())


def _checked(provider: str, index: int, model: Any) -> dict[str, Any]:
    with reading(f"{provider}.models.{index}"):
        identity = text(mapping(model, "it")["id"], "`id`")
    with reading(f"{provider}.models.{identity}"):
        return _model(identity, model)


def _model(identity: str, model: Mapping[str, Any]) -> dict[str, Any]:
    window = model.get("context_window")
    if model.get("match"):
        _accepts(model["match"], identity)
    parts: dict[str, Any] = {
        "name": model.get("name"),
        "aliases": _aliases(identity, model.get("match")),
        "status": "deprecated" if model.get("deprecated") is True else None,
        "limits": None if window is None else {"context_tokens": plain(number(window, "`context_window`"))},
        "prices": _prices(model),
        "note": model.get("price_comments"),
    }
    return {"id": identity, **{name: part for name, part in parts.items() if part}}


def _aliases(identity: str, clause: Any) -> list[str]:
    """Return the spellings that `match` names one by one."""
    clauses = [clause, *items(clause.get("or", []), "`or`")] if isinstance(clause, dict) else []
    spelled = [part["equals"] for part in clauses if isinstance(part, dict) and isinstance(part.get("equals"), str)]
    return [name for name in dict.fromkeys(spelled) if name != identity]


def _prices(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an entry for every span of days; spans with the same prices are one."""
    said = model["prices"]
    entries = [{"prices": said}] if isinstance(said, dict) else [mapping(entry, "`prices`") for entry in items(said, "`prices`")]
    variants = [mapping(entry, "`price_variants`") for entry in items(model.get("price_variants") or [], "`price_variants`")]
    starts = sorted({_start(entry) for entry in (*entries, *variants)} - {_ALWAYS})
    spans: list[tuple[str, str | None, dict[str, Any]]] = []
    for since, until in pairwise([_ALWAYS, *starts, None]):
        price = _price_on(since or _ALWAYS, entries, variants)
        if spans and spans[-1][2] == price:
            spans[-1] = (spans[-1][0], until, price)
        else:
            spans.append((since or _ALWAYS, until, price))
    return [{**({"since": since} if since else {}), **({"until": until} if until else {}), **price} for since, until, price in spans if price]


def _price_on(day: str, entries: Sequence[Mapping[str, Any]], variants: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    holding = [entry for entry in entries if _hours(entry) is None and _start(entry) <= day] or list(entries[:1])
    if not holding:
        return {}
    standard = holding[-1]
    # Of the entries for hours, those behind the one for days count, the last of them first.
    hourly = [entry for entry in reversed(entries) if _hours(entry) is not None and entry is not standard and _index(entries, entry) > _index(entries, standard)]
    price = _block(standard["prices"])
    if hourly:
        price["off_peak"] = [{"hours_utc": _hours(entry), **_block(entry["prices"])} for entry in hourly]
    named: dict[str, dict[str, Any]] = {}
    for variant in variants:
        name = _variant(variant)
        if name is not None and _hours(variant) is None and _start(variant) <= day:
            named[name] = _block(variant["prices"]) | named.get(name, {})
    return price | ({"variants": {name: block for name, block in named.items() if block}} if any(named.values()) else {})


def _index(entries: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]) -> int:
    return next(index for index, entry in enumerate(entries) if entry is wanted)


def _variant(variant: Mapping[str, Any]) -> str | None:
    when = mapping(variant["when"], "`when`")
    return next((name for (key, value), name in _VARIANTS.items() if when == {key: value}), None)


def _start(entry: Mapping[str, Any]) -> str:
    """Return the day from which *entry* holds."""
    constraint = mapping(entry.get("constraint") or {}, "`constraint`")
    day = constraint.get("start_date", constraint.get("start"))
    return _ALWAYS if day is None else date.fromisoformat(text(day, "`start_date`")[:10]).isoformat()


def _hours(entry: Mapping[str, Any]) -> str | None:
    """Return the hours at which *entry* holds; None when it holds all day."""
    constraint = mapping(entry.get("constraint") or {}, "`constraint`")
    return f"{_utc(constraint['start_time'])}-{_utc(constraint['end_time'])}" if "start_time" in constraint else None


def _utc(said: Any) -> str:
    clock = time.fromisoformat(text(said, "a time of day"))
    if clock.tzinfo is None:
        return clock.strftime("%H:%M")
    return datetime.combine(date(2000, 1, 2), clock).astimezone(UTC).strftime("%H:%M")


def _block(prices: Any) -> dict[str, Any]:
    """Return the figures of one object of prices, with their tiers."""
    known = {key: prices[key] for key in _FIGURES if mapping(prices, "`prices`").get(key) is not None}
    base: dict[str, int | float] = {}
    steps: dict[str, list[tuple[int, int | float]]] = {}
    for key, price in known.items():
        name, per = _FIGURES[key]
        if key == "cache_write_mtok" and "cache_write_1h_mtok" in known and "cache_write_5m_mtok" not in known:
            name = "cache_write_5m_usd_per_mtok"
        if isinstance(price, dict):
            base[name] = _figure(price["base"], key, per)
            steps[name] = sorted((int(number(tier["start"], "`start`")), _figure(tier["price"], key, per)) for tier in items(price["tiers"], "`tiers`"))
        else:
            base[name] = _figure(price, key, per)
    tiers = list(_tiers(steps))
    return base | ({"tiers": tiers} if tiers else {})


def _tiers(steps: Mapping[str, Sequence[tuple[int, int | float]]]) -> Iterator[dict[str, Any]]:
    """Yield a tier for every size at which a figure changes, with all the figures that are not the base ones there."""
    for above in sorted({start for figure in steps.values() for start, _ in figure}):
        reached = {name: [price for start, price in figure if start <= above] for name, figure in steps.items()}
        yield {"above_input_tokens": above} | {name: prices[-1] for name, prices in reached.items() if prices}


def _figure(price: Any, key: str, per: int) -> int | float:
    exact = number(price, f"`{key}`")
    return plain(exact if per == 1 else (exact / per).quantize(_TWELVE_DECIMALS))
