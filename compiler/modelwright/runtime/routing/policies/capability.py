"""Routes that are known to do what is needed come before those of which nobody knows. Those that cannot are out before any policy is asked."""

NAME = "capability"
_UNSURE = 0.5


def judge(candidates: "Sequence[Candidate]", question: "Question") -> "list[float | str] | None":
    """Score 1 for what is known to do all, less the more of it is unknown, down to a half."""
    needed = question.needs.capabilities
    if not needed:
        return None
    return [1.0 - _UNSURE * sum(candidate.model.can(name) is None for name in needed) / len(needed) for candidate in candidates]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Question
