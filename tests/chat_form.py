"""Requests, answers and events as JSON that people read and write: each value an object with its `kind`, what is None or empty left out."""

from __future__ import annotations

import base64
import re
from typing import Any

from modelwright.ir import chat, parts
from modelwright.ir.usage import FIELDS, Usage
from modelwright.wire.protocol import Target, Trouble

_KINDS = {re.sub(r"(?<!^)([A-Z])", r"_\1", kind.__name__).lower(): kind for kind in parts.Value.__subclasses__()}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def value_of(data: Any) -> Any:
    """Return the value that *data* writes; what has no kind stays as it is."""
    if isinstance(data, list):
        return [value_of(item) for item in data]
    if not isinstance(data, dict):
        return data
    if data.keys() == {"base64"}:
        return base64.b64decode(data["base64"])
    if data.get("kind") not in _KINDS:
        return data
    return _KINDS[data["kind"]](
        **{
            name: value if name in ("extra", "data", "raw", "json_schema", "parameters") and "base64" not in value else value_of(value)
            for name, value in data.items()
            if name != "kind"
        }
    )


def request_of(data: dict[str, Any]) -> chat.Request:
    """Return the request that *data* writes; `content` may be a text alone."""
    return chat.Request(**{name: value if name in ("extra", "json_schema") else value_of(value) for name, value in data.items()})


def target_of(data: dict[str, Any]) -> Target:
    """Return the target that *data* writes; without a URL it is one of no real server."""
    return Target(**{"url": "https://api.acme.example/call", "model": "acme-large", **data})


def written(value: Any) -> Any:
    """Return *value* as JSON."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, Usage):
        return {field: count for field in FIELDS if (count := getattr(value, field))}
    if isinstance(value, Trouble):
        return {name: found for name in ("message", "type", "code", "status", "retry_after_seconds") if (found := getattr(value, name)) is not None}
    if type(value) in _NAMES:
        fields = {name: written(found) for name in type(value).__slots__ if (found := getattr(value, name)) not in (None, (), {}, "", False)}
        return {"kind": _NAMES[type(value)], **fields}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {type(value).__name__: written({name: found for name, found in zip(value._fields, value, strict=True) if found is not None})}
    if isinstance(value, (list, tuple)):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {name: written(found) for name, found in value.items()}
    return value
