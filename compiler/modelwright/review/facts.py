"""
Facts as a refresh compares them: one flat mapping a model, a dotted name to a value; None stands for what is not said.

Prices are one fact, `price`: the price in force, itself flat, so that one day's price list is one change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..passes.disagreements import is_same
from ..passes.prices import exact, is_figure, price_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Flat = dict[str, Any]

_GROUPS = {
    "name": "name",
    "released_on": "released_on",
    "updated_on": "released_on",
    "knowledge_until": "released_on",
    "input": "modalities",
    "output": "modalities",
    "thinking": "thinking",
    "status": "lifecycle",
    "deprecated_on": "lifecycle",
    "retires_on": "lifecycle",
    "protocol": "endpoint",
    "base_url": "endpoint",
    "path": "endpoint",
    "price": "prices",
}
"""Facts a refresh compares, to the group a source speaks for; the words are those of `authoritative` in the provider schema."""
IDENTITY = frozenset({"name", "released_on"})
"""Groups of facts that tell what a model is called and when it came, on which sources need not agree."""
_MOST_DIGITS = 12
_WRITE, _WRITE_FOR_MINUTES = "cache_write_usd_per_mtok", "cache_write_5m_usd_per_mtok"


def group_of(field: str) -> str:
    """
    Return the group of facts that *field* belongs to.

    >>> group_of("limits.context_tokens"), group_of("updated_on"), group_of("price")
    ('limits', 'released_on', 'prices')
    """
    return _GROUPS.get(field) or field.partition(".")[0]


def flat(facts: Mapping[str, Any], day: str) -> Flat:
    """
    Return what *facts*, of a model of the registry, a catalogue or a sighting, say on *day*; what stands in for unknown says nothing.

    >>> flat({"limits": {"context_tokens": 0, "output_tokens": 8192}, "thinking": {"mode": "levels", "levels": []}}, "2026-11-20")
    {'thinking': {'mode': 'unspecified'}, 'limits.output_tokens': 8192}
    """
    found = {name: facts[name] for name in _GROUPS if name in facts}
    if "thinking" in found:
        found["thinking"] = _thinking(found["thinking"])
    if "limits" in facts:
        found |= {f"limits.{name}": tokens for name, tokens in facts["limits"].items() if tokens != 0}
    if "capabilities" in facts:
        found |= {f"capabilities.{name}": value for name, value in facts["capabilities"].items()}
    price = price_in_force(facts["prices"], day) if "prices" in facts else facts.get("price")
    if price is not None and (figures := flat_price(price)):
        found["price"] = figures
    return found


def _thinking(said: Mapping[str, Any]) -> Flat:
    """Return *said* without an empty list of levels, and without a budget below zero, by which some mean that the model decides."""
    found = {name: value for name, value in said.items() if value != [] and not (isinstance(value, int) and value < 0)}
    return found | {"mode": "unspecified"} if found["mode"] == "levels" and "levels" not in found else found


def flat_price(price: Mapping[str, Any]) -> Flat:
    """
    Return the figures of a price under dotted names; a price of nothing but zeros is free, and an unknown one empty.

    >>> flat_price({"since": "2026-01-01", "input_usd_per_mtok": 3, "tiers": [{"above_input_tokens": 200000, "input_usd_per_mtok": 6}]})
    {'input_usd_per_mtok': 3, 'tiers.200000.input_usd_per_mtok': 6}
    >>> flat_price({"input_usd_per_mtok": 0.39949999999999997, "output_usd_per_mtok": 2.0})
    {'input_usd_per_mtok': 0.3995, 'output_usd_per_mtok': 2}
    >>> flat_price({"input_usd_per_mtok": 0, "output_usd_per_mtok": 0}), flat_price({"state": "unknown"})
    ({'state': 'free'}, {})
    """
    state = price.get("state", "priced")
    if state != "priced":
        return {} if state == "unknown" else {"state": state}
    found = _figures(price, "")
    for name, variant in price.get("variants", {}).items():
        found |= _figures(variant, f"variants.{name}.")
    for window in price.get("off_peak", ()):
        found |= {f"off_peak.{window['hours_utc']}.{key}": value for key, value in window.items() if key != "hours_utc"}
    return {"state": "free"} if found and not any(found.values()) else found


def _figures(block: Mapping[str, Any], prefix: str) -> Flat:
    found = {prefix + key: _figure(value) for key, value in block.items() if is_figure(key)}
    for tier in block.get("tiers", ()):
        found |= {f"{prefix}tiers.{tier['above_input_tokens']}.{key}": _figure(value) for key, value in tier.items() if key != "above_input_tokens"}
    return found


def _figure(value: Any) -> Any:
    """Return *value* as the registry writes it, without the noise that a binary fraction has behind the digits of a price."""
    if not isinstance(value, float):
        return value
    number = exact(value) if len(repr(value)) > _MOST_DIGITS else None
    figure = value if number is None else float(number)
    return int(figure) if figure.is_integer() else figure


def price_entry(figures: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the price that *figures* are the flat form of.

    >>> price_entry({"input_usd_per_mtok": 3, "variants.batch.tiers.200000.input_usd_per_mtok": 3})
    {'input_usd_per_mtok': 3, 'variants': {'batch': {'tiers': [{'above_input_tokens': 200000, 'input_usd_per_mtok': 3}]}}}
    """
    price: dict[str, Any] = {}
    for name, value in sorted(figures.items(), key=lambda item: item[0].count(".")):
        *where, figure = name.split(".")
        _block(price, where)[figure] = value
    _sort_tiers(price)
    return price


def _block(price: dict[str, Any], where: list[str]) -> dict[str, Any]:
    """Return the part of *price* that *where* names, made when it is not there."""
    block = price
    for group, which in zip(where[::2], where[1::2], strict=True):
        if group == "variants":
            block = block.setdefault("variants", {}).setdefault(which, {})
            continue
        key, value = ("above_input_tokens", int(which)) if group == "tiers" else ("hours_utc", which)
        blocks = block.setdefault(group, [])
        found = next((one for one in blocks if one[key] == value), None)
        if found is None:
            blocks.append(found := {key: value})
        block = found
    return block


def _sort_tiers(price: dict[str, Any]) -> None:
    for block in (price, *price.get("variants", {}).values()):
        if "tiers" in block:
            block["tiers"].sort(key=lambda tier: tier["above_input_tokens"])


def is_equal(field: str, left: Any, right: Any) -> bool:
    """Tell whether two values of *field* are the same fact: numbers as decimals, modalities in any order."""
    if left == right:
        return True
    if left is None or right is None:
        return False
    if field == "price":
        return left.keys() == right.keys() and all(is_same(left[key], right[key]) for key in left)
    if group_of(field) == "modalities":
        return sorted(left) == sorted(right)
    return is_same(left, right)


def in_words_of(ours: Flat | None, theirs: Flat | None) -> Flat | None:
    """Return *theirs*, a price, with the cache write under the name that *ours* has for it."""
    if not ours or not theirs or _WRITE in ours or _WRITE_FOR_MINUTES not in ours:
        return theirs
    return {(f"{head}{dot}{_WRITE_FOR_MINUTES}" if name == _WRITE else key): value for key, value in theirs.items() for head, dot, name in [key.rpartition(".")]}


def part_of(ours: Flat | None, said: Iterable[str]) -> Flat | None:
    """Return what *ours*, a price, says of the figures *said*; all of it where it is a state, None where nothing is left."""
    if not ours or "state" in ours:
        return ours or None
    names = set(said)
    if "state" in names:
        return ours
    return {name: value for name, value in ours.items() if name in names} or None


def shown(value: Any) -> str:
    """
    Return *value* for a person: one line, no exponent, `-` for what is not said.

    >>> shown(None), shown(0.0000003), shown(["text", "image"]), shown({"input_usd_per_mtok": 3})
    ('-', '0.0000003', 'text, image', 'input_usd_per_mtok 3')
    """
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) or hasattr(value, "as_tuple"):
        number = exact(value) if isinstance(value, (int, float)) else value
        return f"{number:,f}" if isinstance(value, int) and value >= _THOUSANDS else f"{number:f}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {shown(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value))
    return str(value)


_THOUSANDS = 10_000
