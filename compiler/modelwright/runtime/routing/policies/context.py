"""Routes whose window the prompt nearly fills count less, those it does not fit are out."""

NAME = "context"


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """Score 1 up to `roomy_share` of the window, then less, down to `full_score` where it is full; `unknown_score` where nobody knows the window."""
    prompt = question.input_tokens
    return None if prompt is None else [_score(candidate.model.limits, prompt, numbers) for candidate in candidates]


def _score(limits: "Limits", prompt: int, numbers: "Numbers") -> "Said":
    window = limits.context_tokens
    if window is None:
        return float(numbers["unknown_score"])
    if prompt >= window:
        return f"the prompt, about {prompt:,} tokens, does not fit its context of {window:,}"
    filled, roomy = prompt / window, numbers["roomy_share"]
    return 1.0 if filled <= roomy else 1.0 - (1.0 - float(numbers["full_score"])) * (filled - roomy) / (1.0 - roomy)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....ir.resolved import Limits
    from ..candidate import Candidate
    from . import Numbers, Question, Said
