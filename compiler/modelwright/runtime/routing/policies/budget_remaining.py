"""Routes with more of their budget left come first; those with none are out."""

NAME = "budget-remaining"


def judge(candidates: "Sequence[Candidate]", question: "Question") -> "list[float | str | None]":
    """Score the part of the budget that is left, of several the least; nothing where there is no budget."""
    if question.standing is None:
        return [None] * len(candidates)
    return [_score(question.standing.left(candidate)) for candidate in candidates]


def _score(left: "Iterable[tuple[Budget, int, int | None]]") -> "float | str | None":
    parts = [(amount / budget.limit if budget.limit else 0.0, budget) for budget, amount, _ in left]
    if not parts:
        return None
    least, budget = min(parts, key=lambda part: part[0])
    return least if least > 0 else f"budget {budget} is spent"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...budget import Budget
    from ..candidate import Candidate
    from . import Question
