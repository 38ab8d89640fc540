"""
What makes one route better than another: a policy a module, and what several of them say together.

A policy has NAME and `judge(candidates, question, numbers)`, which returns None where it has nothing to say, else for each
candidate a score between 0 and 1, alone or with the reason, or, as text, why it is out of the question. The numbers it goes by
are those of its word in the vocabulary, or the user's own.
"""

from collections import namedtuple
from importlib import import_module

from ...errors import UsageError
from ..candidate import JUDGED

Question = namedtuple("Question", "needs input_tokens output_tokens left now seen text intents", defaults=(None, 0.0, None, None, None))  # noqa: PYI024  # typing is not imported here
Question.__doc__ = """
What is asked: the needs; how long the prompt and the answer are about, in tokens (None: unknown); of each candidate the budgets
that can stop it, with what is left of them (None: of none); the time, and what was seen of each candidate lately (None: nobody
looked); the text of the request, and what tells its intent (None: nothing does).
"""

Policy = namedtuple("Policy", "name weight numbers judge")  # noqa: PYI024
Policy.__doc__ = "A policy that is asked: what it counts, and what it goes by."

NAMES = ("budget-remaining", "capability", "cheapest", "context", "fairness", "health", "performance", "rate-limit", "semantic-intent")
_SAME = 1e-4
_WINDOW = "window_seconds"
_NOT_NUMBERS = ("name", "weight")


def chosen(said: "Sequence[str | Mapping[str, Any]]", words: "Mapping[str, Mapping[str, Any]]") -> "tuple[Policy, ...]":
    """
    Return the policies that a file names, with the numbers of their *words*, where it says no others.

    What has no weight of its own counts by its place: of four, the first four times as much as the last. Raises UsageError for a
    policy that the compiled registry does not know.
    """
    found = []
    for weight, one in zip(range(len(said), 0, -1), said, strict=True):
        name, own = (one, {}) if isinstance(one, str) else (one["name"], one)
        if name not in NAMES or name not in words:
            raise UsageError(f"the compiled registry knows no policy {name!r}; it knows: {', '.join(sorted(set(NAMES).intersection(words))) or 'none'}; run `providers compile`")
        judge = import_module(f"{__name__}.{name.replace('-', '_')}").judge
        numbers = {**words[name].get("numbers", {}), **{key: value for key, value in own.items() if key not in _NOT_NUMBERS}}
        found.append(Policy(name, float(own.get("weight", weight)), {key: value if isinstance(value, int) else float(value) for key, value in numbers.items()}, judge))
    return tuple(found)


def window_seconds(policies: "Iterable[Policy]") -> "float | None":
    """Return how far back *policies* look; None: none of them does."""
    return max((policy.numbers[_WINDOW] for policy in policies if _WINDOW in policy.numbers), default=None)


def weigh(candidates: "Sequence[Candidate]", policies: "Sequence[Policy]", question: Question, choose: "Callable[[int], int] | None" = None) -> "list[Candidate]":
    """
    Return *candidates* in the order in which *policies* would have them, with scores; those that are out are skipped.

    One that says the same of all does not count. What scores the same stays in the order it has; but where no policy says anything
    at all, *choose* says which comes first: it is given how many there are and returns the index of one. A single candidate is
    not asked about.
    """
    if len(candidates) < 2:
        return list(candidates)
    totals = [0.0] * len(candidates)
    whole = 0.0
    notes: list[list[str]] = [[] for _ in candidates]
    out: dict[int, str] = {}
    for name, weight, numbers, judge in policies:
        said = [one if isinstance(one, (str, tuple)) else (one, "") for one in judge(candidates, question, numbers) or ()]
        scores = [one[0] for one in said if not isinstance(one, str)]
        counts = bool(scores) and max(scores) - min(scores) > _SAME
        whole += weight if counts else 0
        for index, one in enumerate(said):
            if isinstance(one, str):
                out.setdefault(index, f"{one} (policy {name})")
            else:
                score, why = one
                notes[index].append(f"{name} {score:.2f}{f': {why}' if why else ''}{'' if counts else ' (all the same, so it does not count)'}")
                totals[index] += weight * score if counts else 0
    judged = [candidate.judged(total / whole if whole else None, tuple(told)) for candidate, total, told in zip(candidates, totals, notes, strict=True)]
    kept = sorted((index for index in range(len(judged)) if index not in out), key=lambda index: -totals[index])
    if not whole and choose is not None and kept:
        kept.insert(0, kept.pop(choose(len(kept))))
    return [*(judged[index] for index in kept), *(judged[index].skipped(reason, JUDGED) for index, reason in sorted(out.items()))]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from ..candidate import Candidate

    Numbers = Mapping[str, Any]
    Said = float | str | tuple[float, str]
    Judge = Callable[[Sequence[Candidate], Question, Numbers], list[Said] | None]
