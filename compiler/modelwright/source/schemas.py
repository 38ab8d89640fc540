"""The JSON Schemas as data: loaded once, references between the files resolved by name."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from .. import resources

if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECTS = ("fased", "routerly", "sloppy", "sophon", "zot")
"""Kinds of users' files that are not native."""
KINDS = ("models", "provider", "vocabulary", "overlay", *DIALECTS, "sightings", "artifact", "diagnostics", "review", "decisions", "upstream")
SHARED = ("models", "provider", "overlay")
"""The kinds whose definitions others refer to."""


@cache
def schema(kind: str) -> dict[str, Any]:
    """Return the schema of documents of *kind*."""
    with open(os.path.join(resources.schema_dir(), f"{kind}.schema.json"), "rb") as stream:
        loaded: dict[str, Any] = json.load(stream)
    return loaded


def resolve(kind: str, reference: str) -> tuple[str, dict[str, Any]]:
    """Return the kind and the subschema that *reference*, as written in the schema of *kind*, points at."""
    file, _, pointer = reference.partition("#")
    kind = file.removesuffix(".schema.json") if file else kind
    found: Any = schema(kind)
    for step in pointer.strip("/").split("/"):
        found = found[step] if step else found
    return kind, found


def properties(kind: str, sub: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property that *sub*, part of the schema of *kind*, names itself or through `$ref`, with its schema."""
    yield from sub.get("properties", {}).items()
    if "$ref" in sub:
        yield from properties(*resolve(kind, sub["$ref"]))
    for branch in ("then", "else"):
        if branch in sub:
            yield from properties(kind, sub[branch])


def bundled(kind: str) -> dict[str, Any]:
    """Return the schema of *kind* with every definition it uses from the others inside it, so that it stands alone."""
    definitions: dict[str, Any] = {}

    def local(home: str, value: Any) -> Any:
        if isinstance(value, list):
            return [local(home, item) for item in value]
        if not isinstance(value, dict):
            return value
        return {key: reference(home, item) if key == "$ref" and isinstance(item, str) else local(home, item) for key, item in value.items()}

    def reference(home: str, target: str) -> str:
        owner, found = resolve(home, target)
        name = f"{owner}-{target.rpartition('/')[2]}"
        if name not in definitions:
            definitions[name] = None
            definitions[name] = local(owner, found)
        return f"#/$defs/{name}"

    top = {key: value for key, value in schema(kind).items() if key != "$defs"}
    result: dict[str, Any] = local(kind, top)
    return result | {"$defs": definitions}
