"""A user's file, JSON or YAML, with another value in it: what stays equal keeps its text, its comments and its place."""

from __future__ import annotations

from typing import Any

from . import edit_json, read_yaml
from .document import Document
from .splice import Splice, same
from .write_yaml import entry_lines, item_lines


def turned(document: Document, value: Any) -> Document:
    """
    Return *document* holding *value*; one that holds nothing yet is written anew, below its comments.

    Raises ValueError, which says why, where that cannot be done without changing anything else.
    """
    source = document.source
    text = (_json if document.is_json else _yaml)(source, document.data, value)
    order_mark = document.text.removesuffix(source.encode())
    result = Document(document.path, document.shown, document.kind, order_mark + text.encode(), document.file)
    result.load()
    if result.problems or not same(result.data, value):
        raise ValueError("it would not read back as it should; edit the file by hand")
    return result


def _json(source: str, _: Any, value: Any) -> str:
    return edit_json.turned(source, value) if source.strip() else edit_json.rendered(value)


def _yaml(source: str, old: Any, value: Any) -> str:
    first = read_yaml.BREAK.search(source)
    newline = first[0] if first else "\n"
    if _overlap(old, value):
        splice = Splice(source, newline, lambda _: ())
        splice.turn((), value)
        return splice.text
    comments = [line for line in read_yaml.BREAK.split(source) if line.startswith("#")]
    lines = (line for key, item in value.items() for line in entry_lines(key, item, 0)) if isinstance(value, dict) else (line for item in value for line in item_lines(item, 0))
    return newline.join([*comments, *lines, ""])


def _overlap(old: Any, value: Any) -> bool:
    """Tell whether there is anything in *old* that stays while it becomes *value*."""
    if isinstance(old, list) and isinstance(value, list):
        return bool(old and value)
    return isinstance(old, dict) and isinstance(value, dict) and not old.keys().isdisjoint(value)
