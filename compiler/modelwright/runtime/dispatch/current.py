"""The attempt under way."""

from .answer import Attempt


class Current:
    """A candidate that is being tried: the way there, the right to use it, the request, and the money for it."""

    __slots__ = ("call", "entry", "granted", "is_settled", "sent_at", "way")

    def __init__(self, way: "Way", entry: "Entry", call: "Call", granted: "Reservation") -> None:
        self.way = way
        self.entry = entry
        self.call = call
        self.granted = granted
        self.is_settled = False
        self.sent_at: float | None = None
        """By the core's timer; None: nothing is under way, before the first request and between two."""

    def attempt(self, failure: "Failure | None", now: float) -> Attempt:
        """Return what became of the request that was sent."""
        return Attempt(self.way.candidate.name, self.way.endpoint.route, failure, (now - (now if self.sent_at is None else self.sent_at)) * 1000)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...wire.protocol import Call
    from ..cooldown import Entry
    from ..failures import Failure
    from ..spending import Reservation
    from .prepare import Way
