"""Cache points of Converse: blocks of their own behind what is kept (https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html)."""

_MOST = 4
_TIMES: "dict[str, dict[str, str]]" = {"5m": {}, "1h": {"ttl": "1h"}}
"""Five minutes is what a point without a time is taken for, also by models that know no other."""
_POINT = "cachePoint"


def cache_point(cache: "str | None", losses: "Losses") -> "list[dict[str, Any]]":
    """Return the block that goes behind a marked one; none where *cache* asks for none."""
    if cache is None:
        return []
    if cache not in _TIMES:
        losses.add(f"that something is kept for {cache!r}", f"use one of {', '.join(_TIMES)}")
        return []
    return [{_POINT: {"type": "default", **_TIMES[cache]}}]


def no_cache(part: "Any", losses: "Losses") -> None:
    """See that *part* of a tool's result is not marked."""
    if part.cache is not None:
        losses.add("a cache mark inside a tool's result", "mark the ToolResult")


def check_points(lists: "Iterable[list[dict[str, Any]]]", losses: "Losses") -> None:
    """See that *lists* of blocks, in the order of the prompt, have few enough points and long ones before short ones; with losses some are taken away."""
    points = [(blocks, block) for blocks in lists for block in blocks if _POINT in block]
    if len(points) > _MOST:
        losses.add(f"{len(points)} cache marks", f"keep at most {_MOST}", f"the last {_MOST} are kept")
        for blocks, point in points[:-_MOST]:
            blocks[:] = [block for block in blocks if block is not point]
    is_short = False
    for _, point in points[-_MOST:]:
        if "ttl" in point[_POINT] and is_short:
            losses.add("a cache mark of 1h after one of 5m", "put long ones first", "it is of 5m")
            del point[_POINT]["ttl"]
        is_short = is_short or "ttl" not in point[_POINT]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .request_body import Losses
