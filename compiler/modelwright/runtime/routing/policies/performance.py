"""Routes whose answers came faster lately come first."""

from ..lately import sums

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
    whole, scores, notes = 0.0, [0.0] * len(candidates), [[] for _ in candidates]  # type: tuple[float, list[float], list[list[str]]]
    enough = [timed >= numbers["least_calls"] for (timed,) in sums(candidates, question, {**numbers, "half_life_seconds": 0}, "timed")]
    for name, total, count, words in _MEASURES:
        taken = list(map(_mean, enough, sums(candidates, question, numbers, total, count))) if numbers[name] else []
        known = [one for one in taken if one is not None]
        if len(known) > 1:
            whole += numbers[name]
            for index, one in enumerate(taken):
                scores[index] += numbers[name] * (1.0 if one is None else min(known) / one)
                notes[index].append("not known yet" if one is None else words.format(one))
    return [(score / whole, ", ".join(said)) for score, said in zip(scores, notes, strict=True)] if whole else None


def _mean(is_enough: bool, known: "Sequence[float]") -> "float | None":
    """Return how long one took; None where not enough is *known*, or they took no time that could be measured."""
    took, count = known
    return took / count or None if is_enough and count else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Numbers, Question, Said
