"""Texts for hypothesis: entries of the registry with small damage, data of the shapes files have, and ways to write it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from modelwright.resources import registry_dir
from modelwright.source import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKENS = (
    *("1_000", "1e3", "0o17", "0x1F", ".5", "5.", "+1", "-1", "017", "1:30", "2.0", "-0", "9" * 20, "9" * 500, "1e400", ".inf", ".nan", "_1"),
    *("yes", "no", "~", "null", "true", "''", '""', "2026-02-30", "é", "🎉", "0", "1"),
    *("|", "|-\n", ">", "- ", "? ", ": ", ":", ",", "[", "]", "{", "}", "#", " #", "&a", "*a", "!", "!!str ", "<<: ", "---\n", "...\n", "%", "%YAML 1.2\n"),
    *("::", ":}", ":]", ":,", "{}", "[]", "null: ", "0: ", "a: b", "a:b", "@", "`", "=", "$", "# c\n", '"', "'", "\\", "\\n", "\\x41", "\\ud800", "\\\n"),
    *("\t", " ", "  ", "\n", "\n  ", "\n    ", "\n      ", "\n- ", "\r\n", "\r", "\ufeff", "\x00", "\x07", "\x1b[2J", "\x7f", "\x85", "\x9b", "\u2028", "\ufffe"),
)
_STRUCTURE = re.compile(r"[:,\[\]{}\n\"' #-]")


@cache
def entries() -> list[tuple[str, str]]:
    """Return sound documents of the registry with their kind; of long lists of models one at a time."""
    found = []
    for document in layout.read_registry(registry_dir()):
        head, *items = re.split(r"(?m)^(?=  - id:)", document.source) if document.kind == "models" else [document.source]
        found += [(head + item, document.kind) for item in items[:12]] or [(head, document.kind)]
    return [entry for entry in found if len(entry[0]) < 4_000]


@st.composite
def damaged(draw: st.DrawFn, texts: st.SearchStrategy[str], *, most: int = 3, tokens: Sequence[str] = TOKENS) -> str:
    """Return a text with one to *most* places where something was put in, taken out or replaced, mostly beside structure."""
    text = draw(texts)
    for _ in range(draw(st.integers(1, most))):
        places = [match.start() for match in _STRUCTURE.finditer(text)] if draw(st.booleans()) else []
        place = draw(st.sampled_from(places)) + draw(st.integers(0, 1)) if places else draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 4))
        put = draw(st.sampled_from(tokens) | st.just("") | st.characters(codec="utf-8"))
        text = text[:place] + put + text[place + length :]
    return text


@st.composite
def damaged_entries(draw: st.DrawFn) -> tuple[str, str]:
    """Return a damaged document of the registry and its kind."""
    text, kind = draw(st.sampled_from(entries()))
    return draw(damaged(st.just(text))), kind


@cache
def scribbles() -> st.SearchStrategy[str]:
    """Return what looks like YAML but was written by nobody."""
    return st.lists(st.sampled_from(TOKENS) | st.text(alphabet="ab: -\n", max_size=6), min_size=1, max_size=8).map("".join)


@cache
def numberlike() -> st.SearchStrategy[str]:
    """Return what may or may not be a number."""
    return st.text(alphabet="0123456789__..eE+-xXobaf", min_size=1, max_size=12)


@cache
def texts() -> st.SearchStrategy[str]:
    """Return text that YAML can hold."""
    return st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=12) | st.sampled_from([token for token in TOKENS if token.isprintable()])


@cache
def trees() -> st.SearchStrategy[dict[str, Any]]:
    """Return nested mappings and lists of scalars with text keys."""
    scalars = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | texts()
    values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3), max_leaves=5)
    return st.dictionaries(texts(), values, min_size=1, max_size=3)


@st.composite
def written(draw: st.DrawFn) -> tuple[dict[str, Any], str, str]:
    """Return data, a way to write it, and the name of a file that is written so."""
    from modelwright.source.write_yaml import flow, render_document

    data = draw(trees())
    match draw(st.sampled_from(["json", "json-lines", "flow", "block", "registry"])):
        case "json":
            return data, json.dumps(data, ensure_ascii=draw(st.booleans())), "x.json"
        case "json-lines":
            return data, json.dumps(data, indent=draw(st.integers(0, 4)), ensure_ascii=False), "x.json"
        case "flow":
            return data, flow(data), "x.yaml"
        case "registry":
            return data, render_document(data, schema="models"), "x.yaml"
    return data, block(data, 0), "x.yaml"


def block(value: Any, indent: int) -> str:
    """Return *value* as block YAML, every entry on a line of its own, with a comment here and there."""
    from modelwright.source.write_yaml import scalar

    pad = " " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{scalar(key)}:{_below(item, indent)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}-{_below(item, indent)}" for item in value)
    return f"{pad}{json.dumps(value) if isinstance(value, (dict, list)) else scalar(value)}\n"


def _below(value: Any, indent: int) -> str:
    if isinstance(value, (dict, list)) and value:
        return f"  # below\n{block(value, indent + 2)}"
    return f" {block(value, 0).rstrip()}  # beside\n"
