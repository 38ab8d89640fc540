"""Routes with more of their budget left come first. Those with none are out before any policy is asked."""

NAME = "budget-remaining"


def judge(candidates: "Sequence[Candidate]", question: "Question", _: "Numbers") -> "list[Said] | None":
    """Score the part of the budget that is left, of several the least; 1 where there is none, and nothing where none has one."""
    left = [() if question.left is None else question.left.get(candidate, ()) for candidate in candidates]
    return [min((amount / budget.limit if budget.limit else 0.0 for budget, amount, _ in budgets), default=1.0) for budgets in left] if any(left) else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Numbers, Question, Said
