"""Routes that failed lately count less, and those that nearly always failed are out, until that is a while ago."""

from ..lately import sums

NAME = "health"


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """Score the share of calls that worked, beside `assumed_successes` of every route; what nobody has called yet is healthy."""
    return None if question.seen is None else [_score(worked, failed, numbers) for worked, failed in sums(candidates, question, numbers, "successes", "failures")]


def _score(worked: float, failed: float, numbers: "Numbers") -> "Said":
    share = failed / (numbers["assumed_successes"] + worked + failed) if failed else 0.0
    return f"{share:.0%} of its calls failed lately" if failed and share >= numbers["broken_share"] else 1.0 - share


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Numbers, Question, Said
