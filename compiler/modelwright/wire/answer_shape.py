"""Reading answers: what is asked of their shape, and what is said of one that is another."""

BROKEN = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)
"""What reading raises where an answer is not of the protocol's shape."""


def text(value: "Any") -> str:
    """Return *value*; raises TypeError unless it is a text."""
    if type(value) is not str:
        raise TypeError(f"{type(value).__name__} where a text belongs")
    return value


def count(said: "Any", name: str) -> int:
    """Return what *name* counts in *said*; 0 where it counts nothing."""
    value = said.get(name) if isinstance(said, dict) else None
    return value if type(value) is int and value > 0 else 0


def why(error: Exception) -> str:
    """Return what is wrong with an answer of which reading raised *error*."""
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return "something is no object" if isinstance(error, AttributeError) else str(error)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
