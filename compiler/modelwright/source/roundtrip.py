"""
Change an entry of a list that is written in a way that splicing refuses, by ruamel.yaml.

It keeps comments, order and quotes, though not every space; so it comes second, and on the lines of the one entry only.
"""

from __future__ import annotations

import io
import re
from typing import Any

from .splice import SpliceError
from .write_yaml import flow


def rewritten(text: str, value: Any) -> str:
    """Return *text*, a list of one mapping, with the mapping holding *value*; raises SpliceError where that cannot be done."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    pad = re.match(" *", text)
    lead = pad[0] if pad else ""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = len(text) + 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        items = yaml.load(f"in:\n{text}")
        _lay(yaml, items["in"][0], value)
        out = io.StringIO()
        yaml.dump(items, out)
    except (YAMLError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise SpliceError("it is written in an unusual way") from error
    return re.sub(r"(?m)^  (?=.)", lead, out.getvalue().removeprefix("in:\n"))


def _lay(yaml: Any, node: Any, value: Any) -> None:
    """Give the mapping or list *node* what *value* holds; what is equal keeps its text."""
    if isinstance(value, dict):
        for key in [key for key in node if key not in value]:
            del node[key]
        for key, item in value.items():
            _put(yaml, node, key, item, is_new=key not in node)
    else:
        del node[len(value) :]
        for index, item in enumerate(value):
            _put(yaml, node, index, item, is_new=index >= len(node))


def _put(yaml: Any, node: Any, step: Any, item: Any, *, is_new: bool) -> None:
    if is_new and isinstance(step, int):
        node.append(yaml.load(flow(item)))
    elif not is_new and isinstance(item, (dict, list)) and item and isinstance(node[step], type(item)):
        _lay(yaml, node[step], item)
    elif is_new or flow(_plain(node[step])) != flow(item):
        node[step] = yaml.load(flow(item))


def _plain(value: Any) -> Any:
    """Return *value* as the registry reads it: a day is text."""
    return value.isoformat() if hasattr(value, "isoformat") else value
