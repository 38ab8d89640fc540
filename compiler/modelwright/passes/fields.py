"""What the schema says of each field of a model: its group of facts, and what layers and inheritance may do to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from ..source.schemas import properties, resolve, schema


@dataclass(frozen=True, slots=True)
class Field:
    """The `x-` annotations of one property."""

    name: str
    group: str | None
    inherits: bool
    merges: bool
    sightings: str | None
    """`fill` when unknown, `update` always, None never."""
    trusted_only: bool


@cache
def model_fields() -> dict[str, Field]:
    """Return the fields of a model, by name."""
    return _fields("models", schema("models")["$defs"]["model"])


@cache
def provider_fields() -> dict[str, Field]:
    """Return the fields a user's file may set on a provider, by name."""
    return _fields("overlay", schema("overlay")["$defs"]["provider"])


@cache
def account_fields() -> dict[str, Field]:
    """Return the fields of an account, by name."""
    return _fields("overlay", schema("overlay")["$defs"]["account"])


@cache
def overlay_fields() -> dict[str, Field]:
    """Return the parts of a user's file, by name."""
    return _fields("overlay", schema("overlay"))


@cache
def group_fields(group: str) -> frozenset[str]:
    """Return the names of the model fields that belong to *group*."""
    return frozenset(name for name, field in model_fields().items() if field.group == group)


@cache
def inherited_fields(extra: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the names of the fields that `inherit` brings, with those of *extra* (`prices`, `lifecycle`, `aliases`)."""
    fields = model_fields()
    return frozenset(name for name, field in fields.items() if field.inherits or name in extra or (field.group in extra))


def _fields(kind: str, shape: dict[str, Any]) -> dict[str, Field]:
    found = {}
    for key, sub in properties(kind, shape):
        merge = sub.get("x-merge")
        if merge is None and "$ref" in sub:
            merge = resolve("models" if kind == "models" else kind, sub["$ref"])[1].get("x-merge")
        found[key] = Field(key, sub.get("x-group"), sub.get("x-inherit", False), merge == "merge", sub.get("x-sightings"), sub.get("x-trust", False))
    return found
