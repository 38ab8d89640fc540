"""Routes whose window the prompt nearly fills count less, those it does not fit are out."""

NAME = "context"
_ROOMY = 0.8
_LEAST = 0.1


def judge(candidates: "Sequence[Candidate]", question: "Question") -> "list[float | str | None]":
    """Score 1 up to four fifths of the window, then less, down to 0.1 where it is full."""
    return [_score(candidate.model.limits.context_tokens, question.input_tokens) for candidate in candidates]


def _score(window: "int | None", prompt: "int | None") -> "float | str | None":
    if window is None or prompt is None:
        return None
    if prompt >= window:
        return f"the prompt, about {prompt:,} tokens, does not fit its context of {window:,}"
    filled = prompt / window
    return 1.0 if filled <= _ROOMY else 1.0 - (1.0 - _LEAST) * (filled - _ROOMY) / (1.0 - _ROOMY)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Question
