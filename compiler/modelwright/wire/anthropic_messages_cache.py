"""Cache marks of Anthropic's Messages: up to where a prompt is kept, and for how long (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching)."""

_MOST = 4
_TIMES = {"5m": {"type": "ephemeral"}, "1h": {"type": "ephemeral", "ttl": "1h"}}
"""Five minutes is what hosts take a mark without a time for."""


def cache_control(cache: "str | None", losses: "Losses") -> "dict[str, Any]":
    """Return the field that marks a block; empty where *cache* asks for none."""
    if cache is None:
        return {}
    if cache not in _TIMES:
        losses.add(f"that something is kept for {cache!r}", f"use one of {', '.join(_TIMES)}")
        return {}
    return {"cache_control": _TIMES[cache]}


def check_marks(blocks: "Iterable[dict[str, Any]]", losses: "Losses") -> None:
    """See that *blocks*, in the order of the prompt, have few enough marks and long ones before short ones; with losses some are taken away."""
    marked = [block for outer in blocks for block in (*_within(outer), outer) if block.get("cache_control")]
    if len(marked) > _MOST:
        losses.add(f"{len(marked)} cache marks", f"keep at most {_MOST}", f"the last {_MOST} are kept")
        for block in marked[:-_MOST]:
            del block["cache_control"]
    is_short = False
    for block in marked[-_MOST:]:
        is_long = block["cache_control"] == _TIMES["1h"]
        if is_long and is_short:
            losses.add("a cache mark of 1h after one of 5m", "put long ones first", "it is of 5m")
            block["cache_control"] = _TIMES["5m"]
        is_short = is_short or not is_long


def _within(block: "dict[str, Any]") -> "list[dict[str, Any]]":
    """Return the blocks inside a tool's result."""
    content = block.get("content")
    return [inner for inner in content if isinstance(inner, dict)] if isinstance(content, list) else []


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .request_body import Losses
