"""Routes that are nearer to being asked too often come later."""

from ..lately import sums

NAME = "rate-limit"
_CALLS, _MONEY = "calls", "cost"


def judge(candidates: "Sequence[Candidate]", question: "Question", numbers: "Numbers") -> "list[Said] | None":
    """
    Score the least of three shares, each where there is one; a route of which there is none scores 1.

    Of what has a budget of calls: by how much less the least called of them was called, and out is what had `most_calls`. Of what
    has rolling budgets of calls or tokens: what is left of them. Of what was called: how many of its calls were not refused for
    coming too often, beside `assumed_successes`.
    """
    left = question.left or {}
    if not question.seen and not any(left.values()):
        return None
    limits = [left.get(candidate, ()) for candidate in candidates]
    times = [(worked + failed, refused) for worked, failed, refused in sums(candidates, question, numbers, "successes", "failures", "rate_limited")]
    counts = [calls if any(budget.metric == _CALLS for budget, _, _ in budgets) else None for budgets, (calls, _) in zip(limits, times, strict=True)]
    least = min((calls for calls in counts if calls and calls < numbers["most_calls"]), default=0)
    return [_score(budgets, *known, least if calls is not None else None, numbers) for budgets, known, calls in zip(limits, times, counts, strict=True)]


def _score(budgets: "Left", calls: float, refused: float, least: "float | None", numbers: "Numbers") -> "Said":
    """Score one route, which had *calls*; *least* is how many the least called had that also have a budget of calls, None: it has none."""
    if least is not None and calls >= numbers["most_calls"]:
        return f"it had {calls:g} calls in {numbers['window_seconds']:g} s"
    shares = [
        (amount / budget.limit if budget.limit else 0.0, f"{budget.measure(amount)} left of {budget}")
        for budget, amount, _ in budgets
        if budget.rolling_seconds and budget.metric != _MONEY
    ]
    if refused:
        shares.append((1.0 - refused / (calls + numbers["assumed_successes"]), f"{refused:g} of its {calls:g} calls came too often"))
    if least is not None and calls:
        shares.append((least / calls, f"it had {calls:g} calls, and the least called {least:g}"))
    return min(shares, default=1.0)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..candidate import Candidate
    from ..router import Left
    from . import Numbers, Question, Said
