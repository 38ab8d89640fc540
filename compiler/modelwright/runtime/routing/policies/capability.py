"""Routes that are known to do what is needed come before those of which nobody knows. Those that cannot are out before any policy is asked."""

NAME = "capability"


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """Score 1 for what is known to do all, less the more of it is unknown, down to `unknown_score`."""
    needed = question.needs.capabilities
    if not needed:
        return None
    unsure = (1.0 - numbers["unknown_score"]) / len(needed)
    return [1.0 - unsure * sum(candidate.model.can(name) is None for name in needed) for candidate in candidates]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Numbers, Question, Said
