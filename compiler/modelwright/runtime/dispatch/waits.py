"""How long is waited before the same route is tried again."""

_BACKOFF_SECONDS = (0.25, 0.75)
_TRIES = {"never": 0, "once": 1, "twice": 2, "after": 2}


def wait_seconds(failure: "Failure", tries: int, most_seconds: float) -> "float | None":
    """Return how long to wait after *failure*, which came after *tries* before it; None: the route is not tried again."""
    if tries >= _TRIES.get(failure.retry, 0):
        return None
    asked = failure.retry_after_seconds
    if failure.retry == "after" and asked is None:
        return None
    wait = _BACKOFF_SECONDS[min(tries, len(_BACKOFF_SECONDS) - 1)] if asked is None else asked
    return wait if wait <= most_seconds else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..failures import Failure
