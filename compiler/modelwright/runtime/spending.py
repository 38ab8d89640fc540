"""
Spend within budgets: reserve before a call what it may cost, settle after it what it did.

What is reserved counts at once, so calls that run side by side never pass a limit together. It is held for a time: a process
that dies takes nothing with it for longer, and one that is late still has counted what it spent. Spending counts in the stretch
of time in which it was reserved.

What counts: money, tokens and the call itself, of calls that succeeded; of one that broke off what it had used by then; of one
that failed nothing. Both of the latter can be set otherwise. What is free, or part of a flat-rate plan, costs nothing and is not
held up by a limit of money. What has no known price is never counted as zero: it is refused (`block`), let through and marked
(`allow`), or counted at a price of yours (`assume`).
"""

from .budget import effective
from .errors import UsageError
from .state import LEASE_SECONDS, Line
from .windows import as_time, rolling_until_ms, window

UNPRICED = BLOCK, ALLOW, ASSUME = ("block", "allow", "assume")
OUTCOMES = SUCCEEDED, PARTIAL, FAILED = ("succeeded", "partial", "failed")
_COSTS_NOTHING = ("included", "free")
_MOST_PLANS = 10_000


class Reservation:
    """What a call may spend. `is_unpriced`: it was let through although nobody knows what it costs."""

    __slots__ = ("id", "is_settled", "is_unpriced", "lines", "plan")

    is_granted = True

    def __init__(self, id: int, plan: "_Plan", lines: "list[Line]", is_unpriced: bool) -> None:  # noqa: A002  # what the store calls it
        self.id = id
        self.plan = plan
        self.lines = lines
        self.is_unpriced = is_unpriced
        self.is_settled = False


class Refusal:
    """
    Why a call may not be made: *budget* has *left*, and it needs *needed*, in attodollars, calls or tokens.

    *reason* is `spent`, or `unpriced`: nobody knows what the call costs, and unknown prices are blocked. *resets_at* is when there
    is room at the latest, in seconds since 1970; None: never, since the call needs more than the whole budget, or has no price.
    """

    __slots__ = ("budget", "left", "needed", "reason", "resets_at")

    is_granted = False

    def __init__(self, reason: str, budget: "Budget", *, left: int, needed: "int | None" = None, resets_at: "float | None" = None) -> None:
        self.reason = reason
        self.budget = budget
        self.left = left
        self.needed = needed
        self.resets_at = resets_at

    def __str__(self) -> str:
        if self.reason != "spent":
            return f"budget {self.budget}: the price of this call is not known"
        needed = "" if not self.needed or self.left >= self.needed else f", {self.budget.measure(self.needed)} needed"
        again = "" if self.resets_at is None else f"; room from {as_time(self.resets_at)}"
        return f"budget {self.budget}: {self.budget.measure(self.left)} left{needed}{again}"

    def __repr__(self) -> str:
        return f"<Refusal {self}>"


class Spending:
    """
    What is spent, held against *budgets*, in *store*.

    *unpriced* is what happens to calls whose price is not known; with `assume` *assumed* is the price, as the registry writes one
    (`{"input_usd_per_mtok": 5, "output_usd_per_mtok": 25}`). With *is_last_let_through* a call may pass a limit that is not
    reached yet; else it is refused when what it reserves does not fit. *bills_partial* and *counts_failed* say whether what broke
    off, and what failed, counts.

    Raises UsageError when the policy is none, or has no price.
    """

    __slots__ = ("_assumed", "_counts", "_is_last_let_through", "_lease_seconds", "_plans", "_store", "_unpriced", "_windows", "budgets")

    def __init__(
        self,
        store: "Store",
        budgets: "Iterable[Budget]",
        *,
        unpriced: str = BLOCK,
        assumed: "Mapping[str, Any] | None" = None,
        is_last_let_through: bool = False,
        bills_partial: bool = True,
        counts_failed: bool = False,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        if unpriced not in UNPRICED:
            raise UsageError(f"{unpriced!r} is no policy for unknown prices; known: {', '.join(UNPRICED)}")
        if (unpriced == ASSUME) != bool(assumed):
            raise UsageError("unknown prices are either assumed, and a price is given, or they are not")
        self._store = store
        self.budgets = tuple(budgets)
        self._unpriced = unpriced
        self._assumed: Any = None
        if assumed:
            from .cost import _Price

            self._assumed = _Price(dict(assumed))
        self._is_last_let_through = is_last_let_through
        self._counts = {SUCCEEDED: True, PARTIAL: bills_partial, FAILED: counts_failed}
        self._lease_seconds = lease_seconds
        self._plans: dict[Spender, _Plan] = {}
        self._windows: dict[tuple[str, str], tuple[int, int]] = {}

    def reserve(self, spender: "Spender", estimate: "Cost", *, lease_seconds: "float | None" = None) -> "Reservation | Refusal":
        """
        Return the right of *spender* to make a call that costs *estimate*, or why it has none.

        The estimate should be the most that the call can cost: nothing beyond a limit is spent then. It is held *lease_seconds*.
        Raises StateError when the store cannot be asked.
        """
        plan = self._plans.get(spender)
        if plan is None:
            plan = self._plan(spender)
        lines: list[Any] = []
        is_unpriced = False
        if not plan:
            return Reservation(0, plan, lines, is_unpriced)
        now = self._store.now()
        for entry in plan:
            budget, series, is_holding, metric, rolling, stretch = entry
            limit = budget.limit if is_holding else None
            amount = self._amount(metric, estimate)
            if amount is None:
                if estimate.state in _COSTS_NOTHING:
                    limit = None
                elif self._unpriced != ALLOW and is_holding:
                    return self._unpriced_refusal(entry, now)
                else:
                    is_unpriced = True
                amount = 0
            until = rolling_until_ms(rolling, now) if rolling else self._window_end(stretch, now) * 1000
            lines.append((series, until, rolling > 0, amount, limit, 0 if self._is_last_let_through else amount))
        found = self._store.reserve(lines, now, now + (self._lease_seconds if lease_seconds is None else lease_seconds))
        return Reservation(found, plan, lines, is_unpriced) if isinstance(found, int) else self._refusal(plan, lines, found)

    def settle(self, reservation: Reservation, actual: "Cost | None", outcome: str = SUCCEEDED, *, seen: "Sequence[Outcome]" = ()) -> None:
        """
        Count *actual* in place of what was reserved; None: nobody knows, and the estimate stands. A second time counts nothing.

        *outcome* says whether the call `succeeded`, broke off (`partial`), or `failed`. *seen* is what else the store is to
        remember of it.
        """
        if reservation.is_settled:
            return
        reservation.is_settled = True
        if not reservation.lines:
            if seen:
                self._store.see(seen, self._store.now())
            return
        amounts = []
        is_counted = self._counts[outcome]
        for (_, _, _, metric, _, _), line in zip(reservation.plan, reservation.lines, strict=True):
            if not is_counted:
                amount: int | None = 0
            elif actual is not None:
                amount = self._amount(metric, actual)
                if amount is None:
                    amount = 0 if actual.state in _COSTS_NOTHING else line[3]
            else:
                amount = line[3] if outcome != FAILED or metric == "calls" else 0
            amounts.append(amount)
        self._store.settle(reservation.id, reservation.lines, amounts, self._store.now(), seen)  # type: ignore[arg-type]  # None was replaced

    def release(self, reservation: Reservation) -> None:
        """Give back what was reserved for a call that was never sent."""
        if not reservation.is_settled and reservation.lines:
            self._store.settle(reservation.id, reservation.lines, [0] * len(reservation.lines), self._store.now())
        reservation.is_settled = True

    def left(self, spender: "Spender") -> "Left":
        """Return of each budget that can stop *spender*: it, how much is left (0 when more was spent), and when its stretch ends; None: it rolls."""
        return self.left_of((spender,))[0]

    def left_of(self, spenders: "Sequence[Spender]") -> "list[Left]":
        """Return of each of *spenders* what `left` does; the store is asked once."""
        if not self.budgets:
            return [[] for _ in spenders]
        plans = [[entry for entry in self._plans.get(spender) or self._plan(spender) if entry[2]] for spender in spenders]
        booked = self._booked({entry[1]: entry for plan in plans for entry in plan})
        return [[(budget, max(0, budget.limit - booked[series][0]), booked[series][1]) for budget, series, *_ in plan] for plan in plans]

    def used(self, asked: "Sequence[tuple[Budget, Spender]]") -> "list[tuple[int, int | None]]":
        """Return of each budget, whether or not it can stop its spender, how much of it that has used, and when its stretch ends; None: it rolls."""
        entries = [_entry(budget, spender, is_holding=False) for budget, spender in asked]
        booked = self._booked({entry[1]: entry for entry in entries})
        return [booked[entry[1]] for entry in entries]

    def _booked(self, entries: "Mapping[str, _Entry]") -> "dict[str, tuple[int, int | None]]":
        """Return what is booked under each series, and when its stretch ends."""
        now = self._store.now()
        lines = [self._looked_up(entry, now) for entry in entries.values()]
        totals = self._store.totals(lines, now) if lines else []
        return {line[0]: (total, None if line[2] else line[1] // 1000) for line, total in zip(lines, totals, strict=True)}

    def _plan(self, spender: "Spender") -> "_Plan":
        """Return the budgets that *spender* spends from, and what is booked under; of those that count the same, the tightest that can stop it."""
        holding = effective(self.budgets, spender)
        found: dict[str, _Entry] = {}
        for budget in self.budgets:
            if budget.is_of(spender):
                entry = _entry(budget, spender, is_holding=budget in holding)
                known = found.get(entry[1])
                if known is None or (entry[2], -budget.limit) > (known[2], -known[0].limit):
                    found[entry[1]] = entry
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        self._plans[spender] = plan = tuple(found.values())
        return plan

    def _amount(self, metric: str, cost: "Cost") -> "int | None":
        """Return how much of *metric* is spent; None: a cost that is not known, or that is none."""
        if metric == "cost":
            amount = cost.attodollars
            if amount is None and self._assumed is not None:
                amount = self._assumed.of(cost.usage, cost.as_of, None, None).attodollars
            return None if cost.state in _COSTS_NOTHING else amount
        if metric == "calls":
            return 1
        usage = cost.usage
        if metric == "input_tokens":
            return usage.input_tokens
        return usage.output_tokens + (usage.input_tokens if metric == "total_tokens" else 0)

    def _window_end(self, stretch: "tuple[str, str]", now: float) -> int:
        known = self._windows.get(stretch)
        if known is None or not known[0] <= now < known[1]:
            known = self._windows[stretch] = window(stretch[0], now, stretch[1])
        return known[1]

    def _looked_up(self, entry: "_Entry", now: float) -> "Line":
        """Return the line that asks for the total."""
        _, series, _, _, rolling, stretch = entry
        return Line(series, 0 if rolling else self._window_end(stretch, now) * 1000, rolling > 0, 0, None, 0)

    def _refusal(self, plan: "_Plan", lines: "list[Line]", short: "Shortage") -> Refusal:
        budget, line = plan[short.index][0], lines[short.index]
        frees_at = short.frees_at_ms if line[2] else line[1] if line[5] <= budget.limit and budget.limit else None
        return Refusal("spent", budget, left=max(0, budget.limit - short.total), needed=line[3], resets_at=None if frees_at is None else frees_at / 1000)

    def _unpriced_refusal(self, entry: "_Entry", now: float) -> Refusal:
        (total,) = self._store.totals([self._looked_up(entry, now)], now)
        return Refusal("unpriced", entry[0], left=max(0, entry[0].limit - total))


def _entry(budget: "Budget", spender: "Spender", *, is_holding: bool) -> "_Entry":
    return budget, budget.series(spender), is_holding, budget.metric, budget.rolling_seconds or 0, (budget.period or "", budget.timezone)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from .budget import Budget, Spender
    from .cost import Cost
    from .state import Outcome, Shortage, Store

    Left = list[tuple[Budget, int, int | None]]
    _Entry = tuple[Budget, str, bool, str, int, tuple[str, str]]
    _Plan = tuple[_Entry, ...]
