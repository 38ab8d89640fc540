"""An approved change as edits of the registry's YAML: dated prices are closed and appended, and what was read is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..passes.fields import model_fields
from ..passes.prices import price_in_force
from ..source.edit import REMOVED, Change as Edit
from . import facts
from .plan import MISSING, RENAMED, RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..ir.catalog import Entry, Facts
    from .plan import Change, Filled

_SPREAD = ("limits", "capabilities")
_NEW_MODEL = (
    "id",
    "name",
    "status",
    "released_on",
    "updated_on",
    "knowledge_until",
    "retires_on",
    "limits",
    "input",
    "output",
    "capabilities",
    "thinking",
    "protocol",
    "base_url",
    "prices",
)


def new_model(said: Mapping[str, Any], origin: Mapping[str, str], filled: Iterable[Filled] = ()) -> Facts:
    """Return the entry of a new model from its flat facts, `id` among them, of which other sources stated those that are *filled*."""
    entry: Facts = {}
    for name, value in said.items():
        head, _, rest = name.partition(".")
        if head in _SPREAD:
            entry.setdefault(head, {})[rest] = value
        elif name == "price":
            entry["prices"] = [facts.price_entry(value)]
        else:
            entry[name] = value
    ordered = {name: entry[name] for name in _NEW_MODEL if name in entry} | entry
    return {**ordered, "sources": {"default": dict(origin), **_other_sources(said, filled)}}


def _other_sources(said: Mapping[str, Any], filled: Iterable[Filled]) -> Facts:
    """Return where the groups of facts were read that are from one other source throughout."""
    found: Facts = {}
    for other in filled:
        groups = {_group(name) for name in other.facts} - {_group(name) for name in said if name != "id" and name not in other.facts}
        found |= {group: dict(other.origin) for group in sorted(groups)}
    return found


def _group(field: str) -> str:
    name = "prices" if field == "price" else field.partition(".")[0]
    return model_fields()[name].group or "default"


def edits_of(changes: Iterable[Change], entry: Entry) -> Iterator[Edit]:
    """Yield what *changes*, all of one model, do to its block in the file; *entry* is the model as it is in the registry now."""
    model, unset = entry.id, dict.fromkeys(_own(entry).get("$unset", ()))
    before = len(unset)
    for change in changes:
        if change.field == MISSING:
            yield Edit(model=model, pointer=("missing_since",), value=change.new)
        elif change.field == RETURNED:
            yield Edit(model=model, pointer=("missing_since",), value=REMOVED)
        elif change.field == RENAMED:
            yield Edit(model=model, pointer=("replaced_by",), value=f"{change.provider}/{change.new['id']}")
            yield Edit(model=model, pointer=("upstream_id",), value=change.new["id"])
        elif change.field == "price":
            yield from _price(change, entry)
        else:
            yield from _field(change, entry)
            unset |= dict.fromkeys(_showing_through(change, entry))
    if len(unset) > before:
        yield Edit(model=model, pointer=("$unset",), value=list(unset))


def _field(change: Change, entry: Entry) -> Iterator[Edit]:
    pointer = tuple(change.field.split("."))
    if pointer[0] == "limits" and change.old is not None and change.base is not None and facts.is_equal(change.field, change.old, change.base):
        yield from _earlier_limit(change, entry, pointer[1])
    yield Edit(model=entry.id, pointer=pointer, value=REMOVED if change.new is None else change.new)
    if change.new is not None:
        yield Edit(model=entry.id, pointer=("sources", _group(change.field)), value=dict(change.origin))


def _showing_through(change: Change, entry: Entry) -> Iterator[str]:
    """Yield the names of what the model inherits and would still have after the change, which takes it out."""
    pointer = tuple(change.field.split("."))
    for value in [value for layer in entry.layers if layer.inherited_from is not None for said, value in [layer.says(pointer)] if said]:
        if change.new is None:
            yield change.field
        elif isinstance(value, dict):
            yield from (f"{change.field}.{name}" for name in value if name not in change.new)


def _earlier_limit(change: Change, entry: Entry, limit: str) -> Iterator[Edit]:
    """Yield the edits that keep the limit that held until the change; all limits that changed on one day stand in one entry."""
    day = change.origin["read_on"]
    earlier = list(entry.facts.get("earlier_limits", ()))
    same_day = earlier.pop() if earlier and earlier[-1]["until"] == day else {}
    for index, said in enumerate([*earlier, {"until": day, limit: change.old} | same_day]):
        for name, value in said.items():
            yield Edit(model=entry.id, pointer=("earlier_limits", index, name), value=value)


def _price(change: Change, entry: Entry) -> Iterator[Edit]:
    """Yield the edits that close the price in force and append the new one; a price of the same day is replaced."""
    day = change.origin["read_on"]
    own = _own(entry).get("prices")
    prices = list(own if own is not None else entry.facts.get("prices", ()))
    current = price_in_force(prices, day)
    index = next((index for index, price in enumerate(prices) if price is current), None)
    new = _new_price(change, current, _dates(prices, current, day))
    is_same_day = current is not None and current.get("since") == day
    if current is not None and index is not None:
        closed = new if is_same_day else {**current, "until": day}
        prices[index : index + 1] = [closed] if closed is not None else []
    if new is not None and not (is_same_day and current is not None):
        later = next((place for place, price in enumerate(prices) if price.get("since", "") > day), len(prices))
        prices.insert(later if index is None else index + 1, new)
    if own is None or not prices or index is None or index != len(own) - 1 or is_same_day:
        yield Edit(model=entry.id, pointer=("prices",), value=prices or REMOVED)
        return
    yield Edit(model=entry.id, pointer=("prices", index, "until"), value=day)
    if new is not None:
        yield Edit(model=entry.id, pointer=("prices", index + 1), value=new)


def _dates(prices: Sequence[Mapping[str, Any]], current: Mapping[str, Any] | None, day: str) -> dict[str, str]:
    """Return the days between which the new price holds: from *day* if there was one before, and until one that is announced."""
    if current is not None:
        return {"since": day} | ({"until": current["until"]} if "until" in current else {})
    later = [price["since"] for price in prices if price.get("since", "") > day]
    return ({"since": day} if len(later) < len(prices) else {}) | ({"until": min(later)} if later else {})


def _new_price(change: Change, current: Mapping[str, Any] | None, dates: Mapping[str, str]) -> Facts | None:
    """Return the entry to append; figures the source says nothing of stay as they are."""
    if change.new is None:
        return None
    figures = change.new
    if current is not None and "state" not in figures:
        said = {*(change.old or ()), *(change.base or ())}
        kept = {name: value for name, value in facts.flat_price(current).items() if name != "state" and name not in said}
        figures = kept | figures
    return {**dates, **facts.price_entry(figures), "source": dict(change.origin)}


def _own(entry: Entry) -> Mapping[str, Any]:
    """Return what the model's own block says."""
    return next((layer.facts for layer in entry.layers if layer.inherited_from is None), {})


def has_block(entry: Entry) -> bool:
    """Tell whether the model has an entry of its own under `models`, and is not just one of `inherit_all`."""
    return any(layer.inherited_from is None and layer.pointer[:1] == ("models",) for layer in entry.layers)
