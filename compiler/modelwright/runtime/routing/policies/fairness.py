"""Routes that had fewer of the calls lately come first, so that all get their share."""

from ..lately import sums

NAME = "fairness"


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """Score the share of the calls that others had; a call that failed counts `failure_weight`. Nothing is said where there was none."""
    failure = numbers["failure_weight"]
    calls = [worked + failure * failed for worked, failed in sums(candidates, question, numbers, "successes", "failures")]
    total = sum(calls)
    return [(1.0 - own / total, f"it had {own:g} of {total:g} calls") for own in calls] if total else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Numbers, Question, Said
