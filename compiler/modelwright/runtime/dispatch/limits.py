"""How long a call may take."""

from ...ir.resolved import Frozen


class TimeLimits(Frozen):
    """
    Seconds. `connect` to be connected; `first_token` until a stream says its first word; `between` two pieces of a body;
    `attempt` for one attempt as a whole, where the account says nothing else; `total` for the call with all its attempts.
    """

    __slots__ = ("attempt", "between", "connect", "first_token", "total")

    connect: float
    first_token: float
    between: float
    attempt: float
    total: float

    def __init__(self, *, connect: float = 5.0, first_token: float = 60.0, between: float = 60.0, attempt: float = 300.0, total: float = 600.0) -> None:
        for name, value in (("connect", connect), ("first_token", first_token), ("between", between), ("attempt", attempt), ("total", total)):
            if value <= 0:
                raise ValueError(f"{name} is {value}; a time limit is more than 0 seconds")
            object.__setattr__(self, name, float(value))

    def within(self, began: float, call_began: float, attempt_seconds: "float | None", monotonic: "Callable[[], float]") -> "Limits":
        """Return the limits of an attempt that *began* in a call that did so at *call_began*; *attempt_seconds* is what the account allows."""
        attempt = self.attempt if attempt_seconds is None else attempt_seconds
        return Limits(self, began, min(began + attempt, call_began + self.total), monotonic)

    def __repr__(self) -> str:
        return f"TimeLimits({', '.join(f'{name}={getattr(self, name):g}' for name in ('connect', 'first_token', 'between', 'attempt', 'total'))})"


class Limits:
    """What is left of an attempt's times."""

    __slots__ = ("_began", "_limits", "_monotonic", "_until")

    def __init__(self, limits: TimeLimits, began: float, until: float, monotonic: "Callable[[], float]") -> None:
        self._limits = limits
        self._began = began
        self._until = until
        self._monotonic = monotonic

    def connect(self) -> float:
        """Return how long being connected may take."""
        return min(self._limits.connect, self._left())

    def first(self, *, is_stream: bool) -> float:
        """Return how long the first word may still take; of an answer that comes whole, how long that may."""
        left = self._left()
        return min(left, max(0.001, self._began + self._limits.first_token - self._monotonic())) if is_stream else left

    def between(self) -> float:
        """Return how long the next piece may take."""
        left, between = self._until - self._monotonic(), self._limits.between
        return between if between < left else max(0.001, left)

    def shorter(self, seconds: float) -> "Limits":
        """Return limits that end *seconds* from now, if these do not end before."""
        return Limits(self._limits, self._began, min(self._until, self._monotonic() + seconds), self._monotonic)

    def is_over(self) -> bool:
        """Tell whether the time is up."""
        return self._monotonic() >= self._until

    def said(self) -> str:
        """Return in words that the time is up."""
        return f"no end after {self._until - self._began:g} seconds"

    def _left(self) -> float:
        return max(0.001, self._until - self._monotonic())


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
