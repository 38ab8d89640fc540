"""Bars of a chart in a terminal: block characters, in eighths, or `#` where those cannot be written."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_FEWEST, _MOST = 8, 60


def bars(values: Sequence[int | None], width: int, *, blocks: bool) -> list[str]:
    """
    Return a bar for each of *values*, the longest *width* characters; of what is above nothing at least a trace, of None nothing.

    >>> bars([8, 3, 1, 0, None], 4, blocks=True), bars([8, 1], 4, blocks=False)
    (['████', '█▌', '▌', '', ''], ['####', '#'])
    """
    most = max((value or 0 for value in values), default=0)
    if most <= 0 or width <= 0:
        return [""] * len(values)
    if not blocks:
        return ["#" * -(-(value or 0) * width // most) for value in values]
    eighths = [max(1, value * width * 8 // most) if value else 0 for value in values]
    return [("█" * (number // 8) + _EIGHTHS[number % 8]).rstrip() for number in eighths]


def room(taken: int) -> int:
    """Return how long a bar can be beside *taken* characters in this terminal; 0: there is no room for any."""
    free = shutil.get_terminal_size().columns - taken - 1
    return min(free, _MOST) if free >= _FEWEST else 0


def has_blocks() -> bool:
    """Tell whether standard output can write block characters."""
    try:
        _EIGHTHS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
