"""What the terminal wants."""

import os
import sys


def wants_colour(stream: "Any") -> bool:
    """Tell whether colours are wanted: a terminal that has some and no NO_COLOR; FORCE_COLOR asks for them anywhere."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def has_person() -> bool:
    """Tell whether there is somebody to ask: standard input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
