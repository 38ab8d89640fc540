"""What the terminal wants."""

import os


def wants_colour(stream: "Any") -> bool:
    """Tell whether colours are wanted: a terminal and no NO_COLOR; FORCE_COLOR asks for them anywhere."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
