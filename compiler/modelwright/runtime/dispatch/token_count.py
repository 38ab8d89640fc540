"""How many tokens a request has, and who says so."""

from ...ir.resolved import Frozen


class TokenCount(Frozen):
    """
    How many tokens a request has.

    Where the provider counted, `candidate` is the way that was asked; where it is a guess by the length of the texts, that is
    None and `why` says what kept the provider from it. `attempts` are the requests that were sent for it, `losses` what of the
    request could not be said there, and so is not counted.
    """

    __slots__ = ("attempts", "candidate", "input_tokens", "losses", "routing", "why")

    input_tokens: int
    candidate: "Candidate | None"
    attempts: "tuple[Attempt, ...]"
    losses: "tuple[str, ...]"
    routing: "Routing"
    why: "str | None"

    def __init__(
        self,
        input_tokens: int,
        candidate: "Candidate | None",
        attempts: "tuple[Attempt, ...]",
        losses: "tuple[str, ...]",
        routing: "Routing",
        why: "str | None" = None,
    ) -> None:
        for name, value in zip(("input_tokens", "candidate", "attempts", "losses", "routing", "why"), (input_tokens, candidate, attempts, losses, routing, why), strict=True):
            object.__setattr__(self, name, value)

    @property
    def is_estimate(self) -> bool:
        """Whether nobody counted."""
        return self.candidate is None

    def __int__(self) -> int:
        return self.input_tokens

    def __repr__(self) -> str:
        return f"<TokenCount {self.input_tokens:,}, {'a guess' if self.candidate is None else f'by {self.candidate.name}'}>"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..routing.candidate import Candidate, Routing
    from .answer import Attempt
