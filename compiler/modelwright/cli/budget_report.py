"""What is left of the budgets of the user's files, as text for people and as data for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..runtime.budget import Budget, Spender
from ..runtime.cost import money
from ..runtime.windows import as_time
from . import output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..runtime.spending import Spending

_ALL, _COST = "global", "cost"
_SAID = ("scope", "of", "metric", "period", "rolling_seconds", "timezone", "mode")
_COUNTED = ("limit", "used", "left", "ends_at")


class Line:
    """A budget, and of each whose spending counts for itself *of* whom it is; *used* is None where nobody is known yet."""

    def __init__(self, budget: Budget, of: str | None, used: int | None, ends: int | None) -> None:
        self.budget, self.of, self.used, self._ends = budget, of, used, ends
        self.left = max(0, budget.limit - (used or 0))

    def as_data(self) -> dict[str, Any]:
        """Return what JSON says of it; amounts of money are text, in USD."""
        told = {"limit": self.budget.limit, "used": self.used, "left": self.left}
        amounts = {name: money(amount) if amount is not None and self.budget.metric == _COST else amount for name, amount in told.items()}
        return {**{name: getattr(self.budget, name) for name in _SAID}, "of": self.of, **amounts, "ends_at": None if self._ends is None else as_time(self._ends)}

    def as_row(self) -> tuple[str, ...]:
        """Return what a table says of it."""
        budget, until = self.budget, "rolling" if self.budget.rolling_seconds else "-" if self._ends is None else as_time(self._ends)
        share = f"{self.left / budget.limit:.0%}" if budget.limit else "0%"
        return (budget.named(self.of), "-" if self.used is None else budget.measure(self.used), budget.measure(self.left), share, until)


def lines(spending: Spending, project: str | None, called: Callable[[str], Iterable[str | None]]) -> list[Line]:
    """Return a line for each budget; where each of a scope has its own, for each that is among those that were *called*, by scope. *project* is the only one that is told of."""
    asked = [(budget, name) for budget in spending.budgets for name in _names(budget, project, called)]
    known = [(budget, name) for budget, name in asked if budget.scope == _ALL or name is not None]
    used = dict(zip(known, spending.used([(budget, _spender(budget, name)) for budget, name in known]), strict=True))
    return [Line(budget, name, *used.get((budget, name), (None, None))) for budget, name in asked]


def show(found: list[Line], format_: str) -> None:
    """Print *found*."""
    if format_ == "json":
        output.as_json({"budgets": [one.as_data() for one in found]})
    elif format_ == "csv":
        output.as_csv((*_SAID, *_COUNTED), [tuple(one.as_data().values()) for one in found])
    elif found:
        output.as_columns(("budget", "used", "left", "", "until"), [one.as_row() for one in found], right=(1, 2, 3))
    else:
        output.notice("your files set no budgets")


def _names(budget: Budget, project: str | None, called: Callable[[str], Iterable[str | None]]) -> Iterator[str | None]:
    if budget.scope == _ALL:
        yield None
        return
    own: list[str | None] = [budget.of] if budget.of is not None else [*sorted({name for name in called(budget.scope) if name is not None})]
    yield from (name for name in own or [None] if project is None or budget.scope != "project" or name in (None, project))


def _spender(budget: Budget, name: str | None) -> Spender:
    return Spender("", "")._replace(**({} if name is None else {budget.scope: name}))
