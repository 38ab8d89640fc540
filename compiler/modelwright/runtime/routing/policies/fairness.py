"""Routes that had fewer of the calls lately come first, so that all get their share."""

from ..lately import weighted

NAME = "fairness"


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """Score the share of the calls that others had; a call that failed counts `failure_weight`. Nothing is said where there was none."""
    seen, failure = question.seen, numbers["failure_weight"]
    if not seen:
        return None
    calls = [sum(weight * (stretch.successes + failure * stretch.failures) for weight, stretch in weighted(seen.get(one, ()), question.now, numbers)) for one in candidates]
    total = sum(calls)
    return [(1.0 - own / total, f"it had {own:g} of {total:g} calls") for own in calls] if total else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Numbers, Question, Said
