"""An approved change as edits of the registry's YAML: dated prices are closed and appended, and what was read is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..passes.fields import model_fields
from ..passes.prices import price_in_force
from ..source.edit import REMOVED, Change as Edit
from . import facts
from .plan import ADDED, MISSING, RENAMED, RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Entry, Facts
    from .plan import Change

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


def new_model(said: Mapping[str, Any], origin: Mapping[str, str]) -> Facts:
    """Return the entry of a new model from its flat facts, `id` among them."""
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
    return {**ordered, "sources": {"default": dict(origin)}}


def edits_of(change: Change, entry: Entry) -> Iterator[Edit]:
    """Yield what *change* does to the block of its model in the file; a change of *entry*, as it is in the registry now."""
    model, day = entry.id, change.origin["read_on"]
    if change.field == MISSING:
        yield Edit(model=model, pointer=("missing_since",), value=change.new)
    elif change.field == RETURNED:
        yield Edit(model=model, pointer=("missing_since",), value=REMOVED)
    elif change.field == RENAMED:
        yield Edit(model=model, pointer=("replaced_by",), value=f"{change.provider}/{change.new['id']}")
        yield Edit(model=model, pointer=("upstream_id",), value=change.new["id"])
    elif change.field == "price":
        yield from _price(change, entry, day)
    else:
        yield from _field(change, entry, day)


def _field(change: Change, entry: Entry, day: str) -> Iterator[Edit]:
    pointer = tuple(change.field.split("."))
    if pointer[0] == "limits" and change.old is not None and change.base is not None and facts.is_equal(change.field, change.old, change.base):
        yield from _earlier_limit(change, entry, pointer[1], day)
    yield Edit(model=entry.id, pointer=pointer, value=REMOVED if change.new is None else change.new)
    if change.new is not None:
        group = model_fields()[pointer[0]].group
        yield Edit(model=entry.id, pointer=("sources", group or "default"), value=dict(change.origin))


def _earlier_limit(change: Change, entry: Entry, limit: str, day: str) -> Iterator[Edit]:
    """Yield the edit that keeps the limit that held until *day*; a second one of the same day goes into the same entry."""
    own = _own(entry).get("earlier_limits")
    earlier = [*(own if own is not None else entry.facts.get("earlier_limits", ()))]
    if earlier and earlier[-1]["until"] == day:
        if own is not None:
            yield Edit(model=entry.id, pointer=("earlier_limits", len(earlier) - 1, limit), value=change.old)
        return
    said = {"until": day, limit: change.old}
    if own is not None:
        yield Edit(model=entry.id, pointer=("earlier_limits", len(earlier)), value=said)
    else:
        yield Edit(model=entry.id, pointer=("earlier_limits",), value=[*earlier, said])


def _price(change: Change, entry: Entry, day: str) -> Iterator[Edit]:
    """Yield the edits that close the price in force and append the new one; a price of the same day is replaced."""
    own = _own(entry).get("prices")
    prices = list(own if own is not None else entry.facts.get("prices", ()))
    current = price_in_force(prices, day)
    index = next((index for index, price in enumerate(prices) if price is current), None)
    new = _new_price(change, current, day)
    is_same_day = current is not None and current.get("since") == day
    if current is not None and index is not None:
        closed = new if is_same_day else {**current, "until": day}
        prices[index : index + 1] = [closed] if closed is not None else []
    if new is not None and not (is_same_day and current is not None):
        prices.insert(len(prices) if index is None else index + 1, new)
    if own is None or not prices or index is None or index != len(own) - 1 or is_same_day:
        yield Edit(model=entry.id, pointer=("prices",), value=prices or REMOVED)
        return
    yield Edit(model=entry.id, pointer=("prices", index, "until"), value=day)
    if new is not None:
        yield Edit(model=entry.id, pointer=("prices", index + 1), value=new)


def _new_price(change: Change, current: Mapping[str, Any] | None, day: str) -> Facts | None:
    """Return the entry to append; figures the source says nothing of stay as they are, and an end that was announced too."""
    if change.new is None:
        return None
    figures = change.new
    if current is not None and "state" not in figures:
        said = {*(change.old or ()), *(change.base or ())}
        kept = {name: value for name, value in facts.flat_price(current).items() if name != "state" and name not in said}
        figures = kept | figures
    dates = {} if current is None else {"since": day} | ({"until": current["until"]} if "until" in current else {})
    return {**dates, **facts.price_entry(figures), "source": dict(change.origin)}


def _own(entry: Entry) -> Mapping[str, Any]:
    """Return what the model's own block says."""
    return next((layer.facts for layer in entry.layers if layer.inherited_from is None), {})


def has_block(entry: Entry) -> bool:
    """Tell whether the model has an entry of its own under `models`, and is not just one of `inherit_all`."""
    return any(layer.inherited_from is None and layer.pointer[:1] == ("models",) for layer in entry.layers)


def is_new(change: Change) -> bool:
    """Tell whether *change* brings a model that the registry does not have."""
    return change.field == ADDED
