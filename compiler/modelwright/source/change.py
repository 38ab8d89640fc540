"""What a change makes of a model's entry, as data: what lies on the way is made, what became empty goes where the schema wants something in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from . import schemas
from .node import MAX_DEPTH, MAX_DIGITS, Pointer

_LATE = ("tiers", "variants", "off_peak", "prices", "disagreements", "sources", "source", "note", "$unset")
"""Keys that are written behind those the schema names after them."""


class _Removed:
    def __repr__(self) -> str:
        return "REMOVED"


REMOVED: Final = _Removed()
"""The value of a field that is taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one entry of a document's `models`."""

    model: str
    """Its id, exactly."""
    pointer: Pointer
    """The field: keys, and indexes of lists; the index behind the last appends."""
    value: Any
    """What it holds from now on, plain data; REMOVED takes it out."""


def changed(model: Any, change: Change) -> Any:
    """Return *model* after *change*; raises ValueError where that leads nowhere."""
    if not change.pointer:
        raise ValueError("no field is named")
    if change.pointer[0] == "id":
        raise ValueError("the id says which entry it is")
    value = REMOVED if change.value is REMOVED else plain(change.value)
    return _with(model, (), change.pointer, value)


def _with(old: Any, way: Pointer, steps: Pointer, value: Any) -> Any:
    """Return *old*, which lies at the end of *way*, REMOVED where there is nothing, with *value* at *steps*; REMOVED where nothing is left."""
    if not steps:
        return value
    if value is REMOVED and (old is REMOVED or old is None):
        return old
    step, shape = steps[0], _subschema(way)
    new: Any
    if isinstance(step, str):
        old = {} if old is REMOVED or old is None else old
        if not isinstance(old, dict):
            raise ValueError("it lies in what is no mapping")  # noqa: TRY004  # what is wrong is the pointer
        part = _with(old.get(step, REMOVED), (*way, step), steps[1:], value)
        new = {key: item for key, item in old.items() if key != step} if part is REMOVED else old | {step: part}
    else:
        old = [] if old is REMOVED or old is None else old
        if not isinstance(old, list) or not 0 <= step <= len(old):
            raise ValueError("it lies in what is no list, or a shorter one")
        part = _with(old[step] if step < len(old) else REMOVED, (*way, 0), steps[1:], value)
        new = [*old[:step], *([] if part is REMOVED else [part]), *old[step + 1 :]]
    return REMOVED if old and not new and (shape.get("minProperties") or shape.get("minItems")) else new


def plain(value: Any, depth: int = 1) -> Any:
    """Return *value* as the dicts, lists and scalars it reads back as; raises ValueError where it cannot."""
    if isinstance(value, Mapping) and depth < MAX_DEPTH and all(isinstance(key, str) for key in value):
        return {plain(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, str):
        if not value.isascii():
            value.encode()
        return value
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)) and depth < MAX_DEPTH:
        return [plain(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**MAX_DIGITS) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ValueError("it is no plain data")


def _below(shape: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    """Return the schema of what lies at *step* in what *shape* describes; empty where the schema does not say."""
    found = shape.get("items")
    if isinstance(step, str):
        found = dict(schemas.properties("models", dict(shape))).get(step, shape.get("additionalProperties"))
    return _resolved(found) if isinstance(found, dict) else {}


def _resolved(shape: dict[str, Any]) -> dict[str, Any]:
    """Return *shape* with what it refers to behind what it says itself."""
    seen = shape
    while "$ref" in seen:
        _, seen = schemas.resolve("models", seen["$ref"])
        shape = {key: value for key, value in seen.items() if key != "properties"} | shape
    return shape


@cache
def _subschema(pointer: Pointer) -> Mapping[str, Any]:
    return _below(_subschema(pointer[:-1]), pointer[-1]) if pointer else schemas.schema("models")["$defs"]["model"]


def order(pointer: Pointer) -> list[str]:
    """Return the keys of the mapping at *pointer* of an entry in the order they are written."""
    names = [name for name, _ in schemas.properties("models", dict(_subschema(tuple(0 if isinstance(step, int) else step for step in pointer))))]
    return [name for name in names if name not in _LATE] + [name for name in _LATE if name in names]
