"""What a call showed of the route it took, for the policies that weigh that."""

from ..state import Outcome

_RATE_LIMIT = "rate_limit"


def route_key(candidate: "Candidate") -> str:
    """Return what is seen of *candidate* is kept under; its profiles share it."""
    return f"{candidate.account['id']}/{candidate.model.ref}"


def of_failure(candidate: "Candidate", failure: "Failure") -> Outcome:
    """Return that *candidate* failed."""
    return Outcome(route_key(candidate), failures=1, rate_limited=int(failure.kind == _RATE_LIMIT))


def of_answer(candidate: "Candidate", received: "Received", milliseconds: float) -> Outcome:
    """Return that *candidate* gave the answer *received* in *milliseconds*."""
    took, first = max(1, round(milliseconds)), received.first_milliseconds
    usage = received.response.usage
    tokens = 0 if usage is None else usage.output_tokens
    told = {} if first is None else {"streamed": 1, "first_milliseconds": max(1, round(first))}
    written = {"tokens": tokens, "token_milliseconds": max(1, round(milliseconds - (first or 0)))} if tokens else {}
    return Outcome(route_key(candidate), 1, timed=1, milliseconds=took, **told, **written)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..failures import Failure
    from ..routing.candidate import Candidate
    from .receive import Received
