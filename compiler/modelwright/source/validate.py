"""JSON Schema errors as problems with a place, what is allowed and the nearest match."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..diagnostics.secrets import is_secret_name
from . import shape_messages as messages
from .node import MAX_PROBLEMS, Pointer, Problem, clipped
from .schemas import SHARED, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from .document import Document

_EXTRA = ("additionalProperties", "unevaluatedProperties")


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
    problems = (problem for error in _validator(document.kind).iter_errors(document.data) for problem in _problems(error))
    return list(dict.fromkeys(islice(problems, MAX_PROBLEMS)))


def faults(kind: str, data: Any) -> list[Pointer]:
    """Return where in *data*, which no file holds, something is not as the schema of *kind* wants it; empty when all is well."""
    try:
        if _gate(kind).is_valid(data):
            return []
    except (ImportError, ValueError):
        pass
    found: list[Pointer] = []
    for error in _validator(kind).iter_errors(data):
        pointer = tuple(error.absolute_path)
        found += [(*pointer, key) for key, _, _ in messages.unknown_keys(error.schema, error.instance)] if error.validator in _EXTRA else [pointer]
    return found


@cache
def _gate(kind: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(schema(kind), registry=_gates())


@cache
def _gates() -> Any:
    import jsonschema_rs

    return jsonschema_rs.Registry([(schema(name)["$id"], schema(name)) for name in SHARED])


@cache
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry, Resource

    resources = ((schema(name)["$id"], Resource.from_contents(schema(name))) for name in {kind, *SHARED})
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

    if unique and isinstance(instance, list):
        seen = set()
        for item in instance:
            if (key := _hashable(item)) in seen:
                yield ValidationError(messages.show(item))
                return
            seen.add(key)


def _hashable(value: Any) -> Any:
    if isinstance(value, list):
        return ("list", *map(_hashable, value))
    if isinstance(value, dict):
        return frozenset((key, _hashable(item)) for key, item in value.items())
    return (isinstance(value, bool), value)


def _shown(error: Any, pointer: Pointer) -> str:
    """Return what stands there, unless that is a secret."""
    return "not shown" if any(map(is_secret_name, pointer)) else messages.show(error.instance)


def _cure(error: Any, pointer: Pointer) -> str:
    return "write it as the schema wants it, or leave it out and run `providers login`" if any(map(is_secret_name, pointer)) else messages.cure(error)


def _problems(error: Any) -> Iterator[Problem]:
    pointer: Pointer = tuple(error.absolute_path)
    if error.validator in _EXTRA:
        for key, near, known in messages.unknown_keys(error.schema, error.instance):
            hint = f"did you mean `{near}`? " if near else ""
            yield Problem("PV010", f"unknown key `{clipped(key)}`", f"{hint}allowed here: {', '.join(known)}", pointer=(*pointer, key), on_key=True)
    elif error.validator == "required":
        misspelt = {near for _, near, _ in messages.unknown_keys(error.schema, error.instance)}
        for key in error.validator_value:
            if key not in error.instance and key not in misspelt and f"{key!r} is" in error.message:
                yield Problem("PV011", f"`{key}` is missing", messages.missing(error.schema, key), pointer=pointer)
    elif error.validator == "type":
        yield Problem("PV012", f"{messages.name(pointer)} is {_shown(error, pointer)}; {messages.rule(error)}", _cure(error, pointer), pointer=pointer)
    elif error.validator == "propertyNames" or (error.parent is None and "propertyNames" in error.schema_path):
        what = "has an invalid form" if error.validator == "pattern" else f"is not allowed; {messages.rule(error)}"
        yield Problem("PV013", f"the key `{clipped(error.instance)}` {what}", messages.cure(error), pointer=(*pointer, error.instance), on_key=True)
    elif error.validator != "pattern" or error.instance or "minLength" not in error.schema:  # what may not be empty is said once
        yield Problem("PV013", f"{messages.name(pointer)} is {_shown(error, pointer)}; {messages.rule(error)}", _cure(error, pointer), pointer=pointer)
