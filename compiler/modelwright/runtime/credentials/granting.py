"""What services gave when they were asked, kept in memory until shortly before it ends, or until somebody would not take it."""

from threading import Lock

_MOST = 100
_NEW_SECONDS = 60.0
"""What is no older was refused for another reason than its age, and another would fare no better."""


class _Place:
    """Where what one service gave is kept; whoever asks for it holds the `lock`, so that nobody else does meanwhile."""

    __slots__ = ("given", "given_at", "lock", "until")

    def __init__(self) -> None:
        self.lock = Lock()
        self.given: Granted | None = None
        self.given_at = self.until = 0.0


_places: "dict[tuple[object, ...], _Place]" = {}


def granted(key: "tuple[object, ...]", now: "Callable[[], float]", ask: "Callable[[], Granted]", *, early_seconds: float, most_seconds: float = float("inf")) -> "Granted":
    """
    Return what is kept for *key*, which holds all that it depends on, else what *ask* returns.

    That is kept until *early_seconds* before it ends, and *most_seconds* in any case; what does not say when it ends is not.
    """
    if len(_places) >= _MOST and key not in _places:
        _places.clear()
    place = _places.setdefault(key, _Place())
    with place.lock:
        given = place.given
        if given is None or now() >= place.until:
            place.given = None
            given = ask()
            place.given_at = now()
            if given.expires_at is not None:
                place.until = min(given.expires_at - early_seconds, place.given_at + most_seconds)
                place.given = given
        return given


def refused(parts: "Mapping[str, str]", now: float) -> None:
    """Keep what has these *parts* no longer, for it was refused, unless it was given just now."""
    for place in list(_places.values()):
        given = place.given
        if given is not None and given.parts.items() <= parts.items() and now - place.given_at > _NEW_SECONDS:
            place.given = None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .answer import Granted
