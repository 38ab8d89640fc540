"""
What may be spent, by whom, in which time: one budget, and which budgets hold for a call.

A budget has a scope: everything (`global`), one account, model, project or token, or, without `of`, each of them for itself. All
that is spent in its scope counts in it. Which budgets can stop a call is another question. Those of the whole and of the model
are the first layer, the project's the second, the token's the third; a layer without budgets is transparent; one that has some
takes the place of the layers before it, or, where its mode is `extend`, holds besides them, or, where it is `disable`, switches
them off and has none itself. An account's budgets are no layer: they always hold.
"""

from collections import namedtuple

from ..ir.resolved import Frozen
from .errors import UsageError
from .windows import PERIODS, TIMEZONES

SCOPES = ("global", "account", "model", "project", "token")
METRICS = ("cost", "calls", "input_tokens", "output_tokens", "total_tokens")
REPLACE, EXTEND, DISABLE = MODES = ("replace", "extend", "disable")
_DECIMALS = 18
_MOST = 10**15

Spender = namedtuple("Spender", "account model project token", defaults=(None, None))  # noqa: PYI024  # typing is not imported here
Spender.__doc__ = "Who a call is for: the account and the ref of the model that are used, and, where there are such, a project and a token."


class Budget(Frozen):
    """
    A limit on what may be spent: a call is stopped where the total has reached it.

    The arguments are the keys of an entry under `budgets` in a user's file, so `Budget(**entry)` reads one. *value* is in USD
    where the metric is `cost`; a fraction is read as it is written. *timezone* is UTC when left out.

    Raises UsageError when it is none.

    >>> Budget("cost", "0.10", period="daily").limit
    100000000000000000
    """

    __slots__ = ("limit", "metric", "mode", "of", "period", "rolling_seconds", "scope", "timezone")

    metric: str
    limit: int
    """Attodollars (10⁻¹⁸ USD), calls or tokens."""
    scope: str
    of: "str | None"
    period: "str | None"
    rolling_seconds: "int | None"
    timezone: str
    mode: str

    def __init__(
        self,
        metric: str,
        value: "str | float",
        *,
        scope: str = "global",
        of: "str | None" = None,
        period: "str | None" = None,
        rolling_seconds: "int | None" = None,
        timezone: "str | None" = None,
        mode: str = REPLACE,
    ) -> None:
        for name, word, words in (("metric", metric, METRICS), ("scope", scope, SCOPES), ("mode", mode, MODES), ("timezone", timezone or "UTC", TIMEZONES)):
            if word not in words:
                raise UsageError(f"{word!r} is no {name} of a budget; known: {', '.join(words)}")
        if (period is None) == (rolling_seconds is None):
            raise UsageError("a budget has either a period or rolling_seconds")
        if period is not None and period not in PERIODS:
            raise UsageError(f"{period!r} is no period of a budget; known: {', '.join(PERIODS)}")
        if rolling_seconds is not None and not (type(rolling_seconds) is int and rolling_seconds > 0):
            raise UsageError(f"rolling_seconds of a budget is {rolling_seconds!r}; it is a whole number above 0")
        if scope == "global" and of is not None:
            raise UsageError(f"a budget of scope global is of everything; leave out `of: {of}`, or name its scope")
        limit = _limit(metric, value)
        given = (metric, limit, scope, of, period, rolling_seconds, timezone or "UTC", mode)
        for name, part in zip(("metric", "limit", "scope", "of", "period", "rolling_seconds", "timezone", "mode"), given, strict=True):
            _set(self, name, part)

    def is_of(self, spender: "Spender") -> bool:
        """Tell whether what *spender* spends counts in it."""
        if self.scope == "global":
            return True
        name = getattr(spender, self.scope)
        return name is not None and self.of in (None, name)

    def series(self, spender: "Spender") -> str:
        """Return what its spending is booked under: equal for budgets that count the same."""
        name = "" if self.scope == "global" else getattr(spender, self.scope)
        stretch = f"{self.period} {self.timezone}" if self.period else f"{self.rolling_seconds}s"
        return f"{self.scope} {self.metric} {stretch} {name if name.isprintable() else ascii(name)}"

    def measure(self, amount: int) -> str:
        """Return *amount* of what it counts, for people."""
        if self.metric != "cost":
            return f"{amount:,} {self.metric.replace('_', ' ')}"
        from .cost import money

        return f"{money(amount)} USD"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Budget) and self._all() == other._all()

    def __hash__(self) -> int:
        return hash(self._all())

    def named(self, of: "str | None") -> str:
        """Return it for people, as what it is of one that is called *of*."""
        name = "" if of is None else f" {of if of.isprintable() else ascii(of)}"
        return f"{self.scope}{name}: {self.measure(self.limit)} {self.period or f'in {self.rolling_seconds:,} s'}"

    def __str__(self) -> str:
        return self.named(self.of)

    def __repr__(self) -> str:
        return f"<Budget {self}>"

    def _all(self) -> "tuple[Any, ...]":
        return tuple(getattr(self, name) for name in self.__slots__)


def effective(budgets: "Iterable[Budget]", spender: "Spender") -> "tuple[Budget, ...]":
    """Return those of *budgets* that can stop a call of *spender*, in the order they are given."""
    layers: dict[str, list[Budget]] = {scope: [] for scope in SCOPES}
    for budget in budgets:
        if budget.is_of(spender):
            layers[budget.scope].append(budget)
    holding = layers["global"] + layers["model"]
    for scope in ("project", "token"):
        if any(budget.mode != EXTEND for budget in layers[scope]):
            holding = []
        holding = holding + [budget for budget in layers[scope] if budget.mode != DISABLE]
    return (*layers["account"], *holding)


def _limit(metric: str, value: "str | float") -> int:
    """Return *value* in what is counted, exactly."""
    from decimal import Context, Decimal, Inexact

    places = _DECIMALS if metric == "cost" else 0
    try:
        exact = Decimal(str(value))
        if isinstance(value, bool) or not 0 <= exact <= _MOST:
            raise ValueError
        return int(exact.scaleb(places, Context(prec=80, traps=[Inexact])).to_integral_exact(context=Context(traps=[Inexact])))
    except (ArithmeticError, ValueError):
        what = f"an amount of USD with at most {places} decimals" if places else "a whole number"
        raise UsageError(f"{value!r} is no limit of {metric}; it is {what}, from 0 to {_MOST:,}") from None


_set = object.__setattr__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
