"""What a JSON Schema error says to a person: what is wrong, what is allowed there, and how to mend it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ..diagnostics.secrets import masked_source
from .node import clipped
from .schemas import KINDS, properties, resolve, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .node import Pointer

_TYPES = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "null": "null"}
_CLOSED = ("additionalProperties", "unevaluatedProperties")
_SHOWN_CHOICES = 12
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_NUMERIC = re.compile(r"[-+]?[0-9][0-9_,]*(\.[0-9]+)?\Z")


def rule(error: Any) -> str:
    """Return what is allowed where *error* stands."""
    value = error.validator_value
    match error.validator:
        case "type":
            return f"it must be {_types(value)}"
        case "enum" | "const":
            choices = value if error.validator == "enum" else [value]
            return f"it must be {'one of ' if len(choices) > 1 else ''}{_choices(choices)}"
        case "minimum" | "maximum":
            return f"it must be at {'least' if error.validator == 'minimum' else 'most'} {value:,}"
        case "pattern":
            unseen = _UNSEEN.search(str(error.instance))
            return f"it holds the character U+{ord(unseen[0]):04X}" if unseen else "its form is invalid"
        case "minItems" | "minProperties" | "minLength":
            what = {"minItems": "entries", "minProperties": "keys", "minLength": "characters"}[error.validator]
            return "it may not be empty" if value == 1 else f"it must have at least {value} {what}"
        case "maxLength":
            return f"it may have at most {value:,} characters"
        case "uniqueItems":
            return f"{error.message} stands there twice"
        case _:
            return str(error.message)


def cure(error: Any) -> str:
    """Return how to mend *error*: what to write, what the place is for, and an example."""
    step, described = _step(error), _description(error.schema)
    if described and not step.endswith("?") and tuple(error.absolute_path):
        return (f"{step}. " if step else "") + described + _example(error.schema)
    return step or f"write what fits: {rule(error)}"


def unknown_keys(sub: dict[str, Any], instance: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield every key of *instance* that the closed schema *sub* does not know, with the nearest that it does, and all of those; what is deprecated is known, but not told."""
    if not any(sub.get(word) is False for word in _CLOSED):
        return
    from difflib import get_close_matches

    known = dict(properties(_home(sub), sub))
    told = [key for key, found in known.items() if not found.get("deprecated")]
    for key in instance:
        if key not in known:
            yield key, next(iter(get_close_matches(str(key), told, n=1, cutoff=0.5)), ""), sorted(told)


def missing(sub: dict[str, Any], key: str) -> str:
    """Return how to mend that *key*, which the schema *sub* requires, is missing."""
    found = next((found for name, found in properties(_home(sub), sub) if name == key), {})
    return ": ".join(filter(None, (f"add `{key}`", _description(found)))) + _example(found)


def name(pointer: Pointer) -> str:
    """Return the node at *pointer* as a message names it: by its key, in a list by key and index."""
    steps = [str(step) for step in pointer[-2:]] if pointer and isinstance(pointer[-1], int) else [str(step) for step in pointer[-1:]]
    return f"`{clipped('.'.join(steps))}`" if steps else "the document"


def show(value: Any) -> str:
    """Return *value* as JSON, or its beginning where it is long; what stands under the name of a secret is starred out."""
    return clipped(masked_source(json.dumps(value, ensure_ascii=False, default=str)))


def _step(error: Any) -> str:
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "type":
            return _retyped(value, wanted if isinstance(wanted, list) else [wanted], error)
        case "enum" if isinstance(value, str):
            from difflib import get_close_matches

            near = get_close_matches(value, [choice for choice in wanted if isinstance(choice, str)], n=1)
            return f"did you mean `{near[0]}`?" if near else ""
        case "minItems" | "minProperties" | "minLength" if wanted == 1:
            return "fill it in, or leave the key out"
        case "maxLength":
            return "shorten it"
        case "uniqueItems":
            return "remove one of the two"
        case "pattern" if _UNSEEN.search(str(value)):
            return "remove the character"
    return ""


def _retyped(value: Any, wanted: list[str], error: Any) -> str:
    """Return what to write instead of *value*, which is none of the *wanted* types."""
    if not tuple(error.absolute_path) and "array" not in wanted:
        keys = error.schema.get("required") or [key for key in error.schema["properties"] if key != "$schema"]
        return f"write a mapping with the keys {', '.join(f'`{key}`' for key in keys)}"
    if value is None:
        return f"write {_types(wanted)}, or leave the key out"
    if "array" in wanted and value:
        return f"put it in brackets: {show([value])}"
    if "string" in wanted and isinstance(value, (int, float)):
        return f'put it in quotes: "{value}"'
    if isinstance(value, str) and wanted[0] in ("integer", "number"):
        return f"write it without quotes: {value.replace(',', '').replace('_', '')}" if _NUMERIC.match(value) else f"write {_types(wanted)}"
    return f"write {_types(wanted)}"


def _types(value: str | list[str]) -> str:
    return " or ".join(_TYPES[kind] for kind in (value if isinstance(value, list) else [value]))


def _choices(values: list[Any]) -> str:
    shown = ", ".join(value if isinstance(value, str) else show(value) for value in values[:_SHOWN_CHOICES])
    return shown if len(values) <= _SHOWN_CHOICES else f"{shown} and {len(values) - _SHOWN_CHOICES} more"


def _description(sub: dict[str, Any]) -> str:
    while "description" not in sub and "$ref" in sub:
        sub = resolve(_home(sub), sub["$ref"])[1]
    return str(sub.get("description", ""))


def _example(sub: dict[str, Any]) -> str:
    return f" For example: {show(sub['examples'][0])}" if "examples" in sub else ""


def _home(sub: dict[str, Any]) -> str:
    """Return the kind whose schema holds *sub*."""
    return _homes()[id(sub)]


@cache
def _homes() -> dict[int, str]:
    homes: dict[int, str] = {}

    def walk(kind: str, value: Any) -> None:
        if isinstance(value, dict):
            homes[id(value)] = kind
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(kind, part)

    for kind in KINDS:
        walk(kind, schema(kind))
    return homes
