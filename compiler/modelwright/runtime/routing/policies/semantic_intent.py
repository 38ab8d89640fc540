"""Routes to the models that the user's files prefer for what a request is about come first."""

NAME = "semantic-intent"


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """Score 1 for the models of the intent, `others_score` for others; nothing without a plug, where it has nothing to say, and where no candidate is preferred."""
    if question.intents is None or not question.text:
        return None
    said = question.intents.of(question.text, candidates)
    if said is None:
        return None
    words, preferred = said
    if isinstance(preferred, dict):
        return [
            (min(1.0, max(0.0, float(preferred[one.name]))), "as the plug scores it") if one.name in preferred else (float(numbers["others_score"]), "not scored by the plug")
            for one in candidates
        ]
    about = " or ".join(words)
    if not any(one.model.ref in preferred for one in candidates):
        return None
    other: Said = f"it is not among the models for {about}" if numbers["others_excluded"] else (float(numbers["others_score"]), f"not among the models for {about}")
    return [(1.0, f"for {about}") if one.model.ref in preferred else other for one in candidates]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from . import Numbers, Question, Said
