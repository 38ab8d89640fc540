"""
What makes one route better than another: a policy a module, and what several of them say together.

A policy has NAME and `judge(candidates, question)`, which returns None where it has nothing to say, else for each candidate a score
between 0 and 1, or, as text, why it is out of the question. The policy that is named first counts most: of four, four times as
much as the last. One that says the same of all says nothing.
"""

from collections import namedtuple
from importlib import import_module

from ..candidate import JUDGED

Question = namedtuple("Question", "needs input_tokens output_tokens standing left", defaults=(None, None))  # noqa: PYI024  # typing is not imported here
Question.__doc__ = """
What is asked: the needs; how long the prompt and the answer are about, in tokens (None: unknown); what is known of routes now (None:
nothing); and of each candidate the budgets that can stop it, with what is left of them (None: of none).
"""

NAMES = ("budget-remaining", "capability", "cheapest", "context", "health")
_SAME = 1e-4
_judges: "dict[str, Judge]" = {}
"""Of the policies that were asked for."""


def weigh(candidates: "Sequence[Candidate]", names: "Sequence[str]", question: Question, choose: "Callable[[int], int] | None" = None) -> "list[Candidate]":
    """
    Return *candidates* in the order in which the policies *names* would have them, with scores; those that are out are skipped.

    What scores the same stays in the order it has; but where no policy says anything at all, *choose* says which comes first: it is
    given how many there are and returns the index of one. A single candidate is not asked about.
    """
    if len(candidates) < 2:
        return list(candidates)
    totals = [0.0] * len(candidates)
    whole = 0
    notes: list[list[str]] = [[] for _ in candidates]
    out: dict[int, str] = {}
    for weight, name in zip(range(len(names), 0, -1), names, strict=True):
        said = (_judges.get(name) or _judge(name))(candidates, question) or ()
        numbers = [one for one in said if not isinstance(one, str)]
        counts = bool(numbers) and max(numbers) - min(numbers) > _SAME
        whole += weight if counts else 0
        for index, one in enumerate(said):
            if isinstance(one, str):
                out.setdefault(index, f"{one} (policy {name})")
            else:
                notes[index].append(f"{name} {one:.2f}{'' if counts else ' (all the same, so it does not count)'}")
                totals[index] += weight * one if counts else 0
    judged = [candidate.judged(total / whole if whole else None, tuple(said)) for candidate, total, said in zip(candidates, totals, notes, strict=True)]
    kept = sorted((index for index in range(len(judged)) if index not in out), key=lambda index: -totals[index])
    if not whole and choose is not None and kept:
        kept.insert(0, kept.pop(choose(len(kept))))
    return [*(judged[index] for index in kept), *(judged[index].skipped(reason, JUDGED) for index, reason in sorted(out.items()))]


def _judge(name: str) -> "Judge":
    judge: Judge = import_module(f"{__name__}.{name.replace('-', '_')}").judge
    return _judges.setdefault(name, judge)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..candidate import Candidate

    Judge = Callable[[Sequence[Candidate], Question], list[float | str] | None]
