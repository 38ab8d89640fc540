"""What a call brought, and how it came about."""

from ...ir.resolved import Frozen


class Attempt(Frozen):
    """One request that was sent, or would have been: which way, how it ended, how long it took."""

    __slots__ = ("failure", "milliseconds", "name", "route")

    name: str
    """The candidate's: account, model and profile."""
    route: str
    """Id of the provider's route."""
    failure: "Failure | None"
    """None: it was answered."""
    milliseconds: float

    def __init__(self, name: str, route: str, failure: "Failure | None", milliseconds: float) -> None:
        _set(self, "name", name)
        _set(self, "route", route)
        _set(self, "failure", failure)
        _set(self, "milliseconds", milliseconds)

    def __repr__(self) -> str:
        return f"<Attempt {self.name} over {self.route}: {self.failure or 'answered'}, {self.milliseconds:.0f} ms>"


class Outcome(Frozen):
    """
    How what was asked for came about.

    `candidate` is the way it came, `attempts` every request that was sent for it, the last one being the one that was answered;
    `losses` what could not be said there and the caller let go.
    """

    __slots__ = ("attempts", "candidate", "cost", "losses", "routing")

    candidate: "Candidate"
    attempts: "tuple[Attempt, ...]"
    cost: "Cost"
    losses: "tuple[str, ...]"
    routing: "Routing"

    def __init__(self, candidate: "Candidate", attempts: "tuple[Attempt, ...]", cost: "Cost", losses: "tuple[str, ...]", routing: "Routing") -> None:
        _set(self, "candidate", candidate)
        _set(self, "attempts", attempts)
        _set(self, "cost", cost)
        _set(self, "losses", losses)
        _set(self, "routing", routing)

    @property
    def usage(self) -> "Usage":
        """What was used, as the provider counted it; where it counted nothing a guess, marked `estimated`."""
        return self.cost.usage

    def explain(self) -> str:
        """Return in a few lines which way it came and why, what was tried before, what was used and what that cost."""
        lines = [f"{self.candidate.name}: {self.candidate.reason}"]
        lines += [f"  tried {one.name} over {one.route}: {one.failure}, {one.milliseconds:.0f} ms" for one in self.attempts if one.failure is not None]
        lines += [f"  skipped {one.name}: {one.reason}" for one in self.routing.skipped]
        lines += [f"  warning: {self.routing.warning}"] if self.routing.warning else []
        lines += [f"  lost: {loss}" for loss in self.losses]
        guess = " (a guess: the provider counted nothing)" if self.usage.estimated else ""
        return "\n".join([*lines, f"  {self.usage.input_tokens:,} tokens in, {self.usage.output_tokens:,} out{guess}; {self.cost!r}"])


class Answer(Outcome):
    """An answer with all that led to it: `response` is what the model said."""

    __slots__ = ("response",)

    response: "Response"

    def __init__(self, response: "Response", candidate: "Candidate", attempts: "tuple[Attempt, ...]", cost: "Cost", losses: "tuple[str, ...]", routing: "Routing") -> None:
        _set(self, "response", response)
        super().__init__(candidate, attempts, cost, losses, routing)

    @property
    def text(self) -> str:
        """All the text of the answer."""
        return self.response.text

    def __repr__(self) -> str:
        return f"<Answer of {self.candidate.name}: {self.response.text[:40]!r}>"


_set = object.__setattr__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...ir.chat import Response
    from ...ir.usage import Usage
    from ..cost import Cost
    from ..failures import Failure
    from ..routing.candidate import Candidate, Routing
