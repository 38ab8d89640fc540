"""Bytes from outside to JSON values, within bounds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .adapter import MalformedListingError

if TYPE_CHECKING:
    from .limits import Limits

_CONTAINERS = (dict, list)


def decode(body: bytes, limits: Limits, content_type: str = "") -> Any:
    """
    Return the JSON value of *body*; of a key that stands twice the last one counts.

    Raises MalformedListingError when it is none, is not UTF-8, or is out of *limits*; the message quotes nothing of it.
    """
    if "html" in content_type.lower() or body.lstrip()[:1] == b"<":
        raise MalformedListingError("HTML instead of JSON")
    if not body.strip():
        raise MalformedListingError("an empty body instead of JSON")
    if weight(body) > limits.max_values:
        raise MalformedListingError("more values than any listing has")
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MalformedListingError("text that is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise MalformedListingError(f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise MalformedListingError(f"nested deeper than {limits.max_depth} levels") from None
    except ValueError:
        raise MalformedListingError("a number of too many digits") from None
    if is_deeper(value, limits.max_depth):
        raise MalformedListingError(f"nested deeper than {limits.max_depth} levels")
    return value


def weight(body: bytes) -> int:
    """
    Return about how many values *body* holds, and never much fewer.

    >>> weight(b'{"data": [1, 2, {}]}')
    5
    """
    return sum(map(body.count, (b",", b"{", b"[")))


def is_deeper(value: Any, levels: int) -> bool:
    """
    Tell whether objects and lists are nested in *value* more than *levels* deep.

    >>> is_deeper([[1]], 1), is_deeper([[1]], 2)
    (True, False)
    """
    level = [value] if isinstance(value, _CONTAINERS) else []
    for _ in range(levels):
        level = [child for node in level for child in (node.values() if isinstance(node, dict) else node) if isinstance(child, _CONTAINERS)]
        if not level:
            return False
    return bool(level)
