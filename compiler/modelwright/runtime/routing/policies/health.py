"""Routes that failed lately count less, and those that nearly always failed are out, until that is a while ago."""

NAME = "health"
_WINDOW_SECONDS = 1200.0
_HALF_LIFE_SECONDS = 300.0
_ASSUMED_SUCCESSES = 2
"""Of a route of which little is known."""
_BROKEN = 0.9


def judge(candidates: "Sequence[Candidate]", question: "Question") -> "list[float | str | None]":
    """Score the share of calls that worked in the last 20 minutes; five minutes halve what a call counts. Nothing where none is known."""
    if question.standing is None:
        return [None] * len(candidates)
    now, seen = question.standing.outcomes(candidates)
    return [_score(outcomes, now) for outcomes in seen]


def _score(outcomes: "Iterable[tuple[int, int, int]]", now: float) -> "float | str | None":
    worked = failed = 0.0
    for at, successes, failures in outcomes:
        age = max(0.0, now - at)
        if age <= _WINDOW_SECONDS:
            weight = 0.5 ** (age / _HALF_LIFE_SECONDS)
            worked += successes * weight
            failed += failures * weight
    if not worked and not failed:
        return None
    share = failed / (worked + failed + _ASSUMED_SUCCESSES)
    return f"{share:.0%} of its calls failed lately" if share >= _BROKEN else 1.0 - share


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..candidate import Candidate
    from . import Question
