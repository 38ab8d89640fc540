"""Routes whose answers came faster lately come first."""

from ..lately import weighted

NAME = "performance"
_MEASURES = (
    ("latency_weight", "milliseconds", "timed", "{:,.0f} ms"),
    ("first_token_weight", "first_milliseconds", "streamed", "{:,.0f} ms to the first piece"),
    ("token_speed_weight", "token_milliseconds", "tokens", "{:,.1f} ms a token"),
)
"""The weight of each, what is summed, and by what that is divided."""


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """
    Score how much less the fastest took: for whole answers, the first pieces of those that came in pieces, and a token, as they are weighed.

    What is not known well enough scores 1, so that it is tried. Nothing is said of what fewer than two are known for.
    """
    if not question.seen:
        return None
    whole, scores, notes = 0.0, [0.0] * len(candidates), [[] for _ in candidates]  # type: tuple[float, list[float], list[list[str]]]
    seen = [list(weighted(question.seen.get(candidate, ()), question.now, numbers)) for candidate in candidates]
    for name, total, count, words in _MEASURES:
        taken = [_mean(stretches, total, count, numbers["least_calls"]) for stretches in seen] if numbers[name] else []
        known = [one for one in taken if one is not None]
        if len(known) > 1:
            whole += numbers[name]
            for index, one in enumerate(taken):
                scores[index] += numbers[name] * (1.0 if one is None else min(known) / one)
                notes[index].append("not known yet" if one is None else words.format(one))
    return [(score / whole, ", ".join(said)) for score, said in zip(scores, notes, strict=True)] if whole else None


def _mean(stretches: "Sequence[tuple[float, Stretch]]", total: str, count: str, least: float) -> "float | None":
    """Return how long one took; None where fewer than *least* calls are known, or they took no time that could be measured."""
    if sum(stretch.timed for _, stretch in stretches) < least:
        return None
    divisor = sum(weight * getattr(stretch, count) for weight, stretch in stretches)
    return sum(weight * getattr(stretch, total) for weight, stretch in stretches) / divisor or None if divisor else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...state import Stretch
    from ..candidate import Candidate
    from . import Numbers, Question, Said
