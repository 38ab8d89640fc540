"""Render data as the YAML the registry is written in: one line a group of facts, the language server's schema on top."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from .read_yaml import plain

WIDTH = 150
"""Longest line that holds a group of facts."""

_PLAIN = re.compile(r"[A-Za-z$/_][A-Za-z0-9 ._/@()+$-]*")
_PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def render_document(data: Mapping[str, Any], *, schema: str) -> str:
    """Return *data* as a YAML document that names *schema* for editors; lists of mappings are spread over lines."""
    lines = [f"# yaml-language-server: $schema=../../schemas/{schema}.schema.json"]
    for key, value in data.items():
        lines.extend(entry_lines(key, value, indent=0))
    return "\n".join(lines) + "\n"


def render_item(item: Mapping[str, Any], *, indent: int = 2) -> str:
    """Return one entry of a list as lines that begin with a hyphen, for splicing into a document."""
    return "\n".join(item_lines(item, indent)) + "\n"


def scalar(value: Any) -> str:
    """Return *value* as a YAML 1.2 scalar, quoted only where plain text would read as something else."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(int(value)) if isinstance(value, float) and value.is_integer() else repr(value)
    return _text(str(value))


@lru_cache(maxsize=4096)
def _text(text: str) -> str:
    if _PLAIN_DAY.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text) and not text.endswith(" ") and text.lower() not in _RESERVED and isinstance(plain(text), str):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isprintable() else "".join(letter if letter.isprintable() else _escaped(ord(letter)) for letter in quoted)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(value: Any) -> str:
    """Return *value* on one line."""
    if isinstance(value, str):  # most are, and the abstract types are slow to tell
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def entry_lines(key: str, value: Any, indent: int) -> list[str]:
    """Return one entry of a mapping as lines without their ends, in block style where it is too long for one."""
    pad = " " * indent
    head = f"{pad}{scalar(key)}:"
    one_line = f"{head} {flow(value)}"
    nested = isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and isinstance(value[0], Mapping)
    if not nested and (len(one_line) <= WIDTH or not isinstance(value, Mapping) or not value):
        return [one_line]
    if isinstance(value, Mapping):
        return [head, *(line for name, item in value.items() for line in entry_lines(name, item, indent + 2))]
    return [head, *(line for item in value for line in item_lines(item, indent + 2))]


def item_lines(item: Any, indent: int) -> list[str]:
    """Return one entry of a list as lines without their ends; what has an id is always spread."""
    pad = " " * indent
    one_line = f"{pad}- {flow(item)}"
    if not isinstance(item, Mapping) or ("id" not in item and len(one_line) <= WIDTH):
        return [one_line]
    lines = [line for key, value in item.items() for line in entry_lines(key, value, indent + 2)]
    return [f"{pad}- {lines[0].strip()}", *lines[1:]]
