"""Routes that failed lately count less, and those that nearly always failed are out, until that is a while ago."""

NAME = "health"
_WINDOW_SECONDS = 1200.0
_HALF_LIFE_SECONDS = 300.0
_ASSUMED_SUCCESSES = 2
"""Of every route, so that little that is known does not count much; what nobody has called yet is healthy."""
_BROKEN = 0.9


def judge(candidates: "Sequence[Candidate]", question: "Question") -> "list[float | str] | None":
    """Score the share of calls that worked in the last 20 minutes; five minutes halve what a call counts."""
    if question.standing is None:
        return None
    now, seen = question.standing.outcomes(candidates)
    return [_score(stretches, now) for stretches in seen]


def _score(stretches: "Iterable[Stretch]", now: float) -> "float | str":
    worked, failed = float(_ASSUMED_SUCCESSES), 0.0
    for stretch in stretches:
        age = max(0.0, now - stretch.at)
        if age <= _WINDOW_SECONDS:
            weight = 0.5 ** (age / _HALF_LIFE_SECONDS)
            worked += stretch.successes * weight
            failed += stretch.failures * weight
    share = failed / (worked + failed)
    return f"{share:.0%} of its calls failed lately" if share >= _BROKEN else 1.0 - share


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...state import Stretch
    from ..candidate import Candidate
    from . import Question
