"""
What makes one route better than another: a policy a module, and what several of them say together.

A policy has NAME and `judge(candidates, question)`, which returns for each candidate a score between 0 and 1, None where it has
nothing to say, or, as text, why the candidate is out of the question. The policy that is named first counts most: of four, four
times as much as the last. One that says the same of all says nothing.
"""

from collections import namedtuple
from importlib import import_module

from ..candidate import JUDGED

Question = namedtuple("Question", "needs input_tokens output_tokens standing", defaults=(None,))  # noqa: PYI024  # typing is not imported here
Question.__doc__ = """
What is asked: the needs, how long the prompt and the answer are about, in tokens (None: unknown), and what is known of routes now
(None: nothing).
"""

NAMES = ("budget-remaining", "capability", "cheapest", "context", "health")
_SAME = 1e-4


def weigh(candidates: "Sequence[Candidate]", names: "Sequence[str]", question: Question, choose: "Callable[[int], int] | None" = None) -> "list[Candidate]":
    """
    Return *candidates* in the order in which the policies *names* would have them, with scores; those that are out are skipped.

    What scores the same stays in the order it has; but where no policy says anything at all, *choose* says which comes first: it is
    given how many there are and returns the index of one. A single candidate is not asked about.
    """
    if len(candidates) < 2:
        return list(candidates)
    scores: list[list[tuple[int, float]]] = [[] for _ in candidates]
    notes: list[list[str]] = [[] for _ in candidates]
    out: dict[int, str] = {}
    for place, name in enumerate(names):
        said = _module(name).judge(candidates, question)
        numbers = [one for one in said if not isinstance(one, str) and one is not None]
        abstains = not numbers or max(numbers) - min(numbers) <= _SAME
        for index, one in enumerate(said):
            if isinstance(one, str):
                out.setdefault(index, f"{one} (policy {name})")
            elif one is not None:
                notes[index].append(f"{name} {one:.2f}{' (all the same, so it does not count)' if abstains else ''}")
                if not abstains:
                    scores[index].append((len(names) - place, one))
    judged = []
    for index, candidate in enumerate(candidates):
        score = _mean(scores[index])
        judged.append(candidate.skipped(out[index], JUDGED) if index in out else candidate.judged(score, tuple(notes[index])))
    kept = [one for one in judged if one.is_kept]
    if choose is not None and kept and all(one.score is None for one in kept):
        kept.insert(0, kept.pop(choose(len(kept))))
    kept.sort(key=lambda one: -(one.score if one.score is not None else 0.0))
    return [*kept, *(one for one in judged if not one.is_kept)]


def _mean(weighted: "Sequence[tuple[int, float]]") -> "float | None":
    total = sum(weight for weight, _ in weighted)
    return sum(weight * score for weight, score in weighted) / total if total else None


def _module(name: str) -> "Any":
    return import_module(f".{name.replace('-', '_')}", __name__)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..candidate import Candidate
