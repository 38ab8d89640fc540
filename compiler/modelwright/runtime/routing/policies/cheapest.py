"""The less a call costs, the better. What nobody knows the price of is not free."""

from ....ir.usage import Usage
from ...cost import cost

NAME = "cheapest"
_PAID_BESIDE_FREE = 0.5
_USUAL_INPUT, _USUAL_OUTPUT = 1000, 500


def judge(candidates: "Sequence[Candidate]", question: "Question") -> "list[float | str] | None":
    """Score 1 for what costs least, for others how much less that is; at most a half beside something free, and 0 for an unknown price."""
    usage = Usage(question.input_tokens or _USUAL_INPUT, question.output_tokens or _USUAL_OUTPUT)
    costs = [cost(candidate.model, usage).attodollars for candidate in candidates]
    most = _PAID_BESIDE_FREE if 0 in costs else 1.0
    least = min(filter(None, costs), default=0)
    return [0.0 if one is None else most * least / one if one else 1.0 for one in costs]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Question
