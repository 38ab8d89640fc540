"""JSON Schema errors as problems with a place, what is allowed and the nearest match."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from .node import MAX_PROBLEMS, Pointer, Problem
from .schemas import KINDS, properties, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from .document import Document

_TYPES = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_EXTRA = ("additionalProperties", "unevaluatedProperties")
_SHOWN_CHOICES = 12


def validate(document: Document, *, fast: bool = True) -> list[Problem]:
    """
    Return what is wrong with the shape of *document*; with *fast* the accelerator may say that nothing is.

    Where it does not, the document is read again by the complete way, which may add to its `problems`.
    """
    if fast:
        try:
            if _gate(document.kind).is_valid(document.data):
                return []
        except (ImportError, ValueError):
            pass
    document.settle()
    if document.data is None and document.problems:
        return []
    problems = (problem for error in _validator(document.kind).iter_errors(document.data) for problem in _problems(document.kind, error))
    return list(dict.fromkeys(islice(problems, MAX_PROBLEMS)))


@cache
def _gate(kind: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(schema(kind), registry=_gates())


@cache
def _gates() -> Any:
    import jsonschema_rs

    return jsonschema_rs.Registry([(schema(name)["$id"], schema(name)) for name in KINDS])


@cache
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry, Resource

    resources = ((schema(name)["$id"], Resource.from_contents(schema(name))) for name in KINDS)
    registry: Registry[Any] = Registry().with_resources(resources)
    strict = validators.extend(Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique_items})  # type: ignore[no-untyped-call]
    return strict(schema(kind), registry=registry)


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return *pattern* as JSON Schema means it: in Python `$` would also stand before a line break at the end."""
    return re.compile(re.sub(r"(?<!\\)\$\Z", r"\\Z", pattern))


def _unique_items(_: Any, unique: bool, instance: Any, __: Any) -> Iterator[ValidationError]:
    """Compare by hash: each with each takes minutes on a long list."""
    from jsonschema import ValidationError

    if unique and isinstance(instance, list) and len({_hashable(item) for item in instance}) < len(instance):
        yield ValidationError("has an entry twice")


def _hashable(value: Any) -> Any:
    if isinstance(value, list):
        return ("list", *map(_hashable, value))
    if isinstance(value, dict):
        return frozenset((key, _hashable(item)) for key, item in value.items())
    return (isinstance(value, bool), value)


@cache
def _homes() -> dict[int, str]:
    """Return for every subschema, by identity, the kind whose schema holds it."""
    homes: dict[int, str] = {}

    def walk(kind: str, value: Any) -> None:
        if isinstance(value, dict):
            homes[id(value)] = kind
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(kind, part)

    for kind in KINDS:
        walk(kind, schema(kind))
    return homes


def _problems(kind: str, error: Any) -> Iterator[Problem]:
    pointer: Pointer = tuple(error.absolute_path)
    if error.validator in _EXTRA and isinstance(error.validator_value, bool):
        yield from _unknown_keys(pointer, error)
    elif error.validator in _EXTRA:
        for inner in error.context or ():
            yield from _problems(kind, inner)
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance and f"{key!r} is" in error.message:
                yield Problem("PV011", f"`{key}` is missing", _describe(error.schema, key) or f"add `{key}`", pointer=pointer)
    elif error.validator == "type":
        wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        names = " or ".join(_TYPES[name] for name in wanted)
        yield Problem("PV012", f"{_name(pointer)} is {_show(error.instance)}; it must be {names}", _help(error), pointer=pointer)
    elif error.validator == "propertyNames" or (error.parent is None and "propertyNames" in error.schema_path):
        yield Problem("PV013", f"the key `{_show(error.instance)}` has an invalid form", _help(error), pointer=(*pointer, error.instance), on_key=True)
    elif error.validator in ("if", "allOf", "anyOf", "oneOf"):
        for inner in error.context or ():
            yield from _problems(kind, inner)
    else:
        yield Problem("PV013", f"{_name(pointer)} is {_show(error.instance)}; {_rule(error)}", _help(error), pointer=pointer)


def _unknown_keys(pointer: Pointer, error: Any) -> Iterator[Problem]:
    from difflib import get_close_matches

    home = _homes().get(id(error.schema), "models")
    known = [key for key, _ in properties(home, error.schema)]
    for key in error.instance:
        if key in known:
            continue
        near = get_close_matches(str(key), known, n=1, cutoff=0.5)
        hint = f"did you mean `{near[0]}`? " if near else ""
        yield Problem("PV010", f"unknown key `{key}`", f"{hint}allowed here: {', '.join(sorted(known))}", pointer=(*pointer, key), on_key=True)


def _rule(error: Any) -> str:
    value = error.validator_value
    match error.validator:
        case "enum":
            return f"it must be one of {_choices(value)}"
        case "const":
            return f"it must be {_show(value)}"
        case "minimum":
            return f"it must be at least {value}"
        case "maximum":
            return f"it must be at most {value:,}"
        case "pattern":
            return "its form is invalid"
        case "minItems" | "minProperties" | "minLength":
            return "it may not be empty" if value == 1 else f"it must have at least {value} entries"
        case "maxLength":
            return f"it may have at most {value} characters"
        case "uniqueItems":
            return "an entry stands there twice"
        case _:
            return str(error.message)


def _choices(values: list[Any]) -> str:
    shown = ", ".join(str(value) for value in values[:_SHOWN_CHOICES])
    return shown if len(values) <= _SHOWN_CHOICES else f"{shown} and {len(values) - _SHOWN_CHOICES} more"


def _help(error: Any) -> str:
    examples = error.schema.get("examples")
    if error.validator == "enum" and isinstance(error.instance, str):
        from difflib import get_close_matches

        near = get_close_matches(error.instance, [str(value) for value in error.validator_value], n=1)
        if near:
            return f"did you mean `{near[0]}`?"
    text = str(error.schema.get("description") or "see the schema")
    return f"{text} For example: {_show(examples[0])}" if examples else text


def _describe(parent: dict[str, Any], key: str) -> str:
    home = _homes().get(id(parent), "models")
    found = next((sub for name, sub in properties(home, parent) if name == key), {})
    return f"add `{key}`: {found['description']}" if "description" in found else ""


def _name(pointer: Pointer) -> str:
    steps = [str(step) for step in pointer[-2:]] if pointer and isinstance(pointer[-1], int) else [str(step) for step in pointer[-1:]]
    return f"`{'.'.join(steps)}`" if steps else "the document"


def _show(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}…"
