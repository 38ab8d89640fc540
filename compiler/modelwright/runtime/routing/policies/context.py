"""Routes whose window the prompt nearly fills count less, those it does not fit are out."""

NAME = "context"
_ROOMY = 0.8
_LEAST = 0.1
_UNSURE = 0.5


def judge(candidates: "Sequence[Candidate]", question: "Question") -> "list[float | str] | None":
    """Score 1 up to four fifths of the window, then less, down to 0.1 where it is full; a half where nobody knows the window."""
    prompt = question.input_tokens
    return None if prompt is None else [_score(candidate.model.limits, prompt) for candidate in candidates]


def _score(limits: "Limits", prompt: int) -> "float | str":
    window = limits.context_tokens
    if window is None:
        return _UNSURE
    if prompt >= window:
        return f"the prompt, about {prompt:,} tokens, does not fit its context of {window:,}"
    filled = prompt / window
    return 1.0 if filled <= _ROOMY else 1.0 - (1.0 - _LEAST) * (filled - _ROOMY) / (1.0 - _ROOMY)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....ir.resolved import Limits
    from ..candidate import Candidate
    from . import Question
