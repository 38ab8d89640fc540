"""The less a call costs, the better. What nobody knows the price of is not free."""

from ....ir.usage import Usage
from ...cost import cost

NAME = "cheapest"


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """Score 1 for what costs least, for others how much less that is; at most `paid_beside_free_score` beside something free, and 0 for an unknown price."""
    usage = Usage(question.input_tokens or numbers["usual_input_tokens"], question.output_tokens or numbers["usual_output_tokens"])
    costs = [cost(candidate.model, usage).attodollars for candidate in candidates]
    most = numbers["paid_beside_free_score"] if 0 in costs else 1.0
    least = min(filter(None, costs), default=0)
    return [0.0 if one is None else most * least / one if one else 1.0 for one in costs]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Numbers, Question, Said
