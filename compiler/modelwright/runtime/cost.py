"""
What a usage costs, exactly, or that nobody knows.

Inside, money is whole numbers of attodollars (10⁻¹⁸ USD): the registry allows prices with 12 decimals per million tokens.

How a price is picked: the entry that holds on the day; within it the highest tier that the request's input (cached tokens
included) is above, for the whole request; a figure that a tier leaves out is the base figure; a figure that the price
leaves out altogether is the one `registry/vocabulary/units.yaml` names in its place; without one the cost is unknown.
"""

from ..ir.units import UNITS
from .day import as_text, check_time, today

_KEYS = tuple(unit[0] for unit in UNITS)
_PER = tuple(unit[4] for unit in UNITS)
_FALLBACKS = tuple((index, tuple(_KEYS.index(key) for key in unit[3])) for index, unit in enumerate(UNITS) if unit[3])
"""Per unit that others may stand in for its index, and theirs."""
_DECIMALS = 18
_ONE_USD = 10**_DECIMALS


class Cost(tuple):  # type: ignore[type-arg]  # a tuple is frozen, and the quickest object to make
    """
    What one request costs.

    `state` is `priced`, `free`, `included` (part of a flat-rate plan), `varies` or `unknown`; `usd` is None in the last two,
    and zero in `free` and `included`. `tier` is the number of input tokens above which the price that was used holds, or
    None for the base price; `as_of` is the day whose prices were used.
    """

    __slots__ = ()

    def __new__(  # noqa: PYI034  # Self is in typing, which is not imported here
        cls, state: str, attodollars: "int | None", as_of: str, tier: "int | None", usage: "Usage", rates: "_Rates"
    ) -> "Cost":
        return tuple.__new__(cls, (state, attodollars, as_of, tier, usage, rates))

    @property
    def state(self) -> str:
        """`priced`, `free`, `included`, `varies` or `unknown`."""
        return self[0]  # type: ignore[no-any-return]

    @property
    def attodollars(self) -> "int | None":
        """The cost in 10⁻¹⁸ USD; None when it is not known."""
        return self[1]  # type: ignore[no-any-return]

    @property
    def as_of(self) -> str:
        """The day whose prices were used, YYYY-MM-DD."""
        return self[2]  # type: ignore[no-any-return]

    @property
    def tier(self) -> "int | None":
        """The number of input tokens above which the price holds; None for the base price."""
        return self[3]  # type: ignore[no-any-return]

    @property
    def usage(self) -> "Usage":
        """What was counted."""
        return self[4]  # type: ignore[no-any-return]

    @property
    def usd(self) -> "Decimal | None":
        """The cost in USD, unrounded; None when it is not known."""
        if self.attodollars is None:
            return None
        from decimal import Decimal

        return Decimal(money(self.attodollars))

    @property
    def lines(self) -> "tuple[dict[str, Any], ...]":
        """Per unit that was billed: `unit`, `quantity`, `usd_per_unit` and `usd` as text, the last two None when not known."""
        rates: _Rates = self[5]
        return tuple(
            {
                "unit": _KEYS[index],
                "quantity": quantity,
                "usd_per_unit": None if (rate := rates[index]) is None else money(rate * _PER[index]),
                "usd": None if rate is None else money(rate * quantity),
            }
            for index, quantity in self.usage.parts
            if _KEYS[index] != "usd_per_request" or rates[index]
        )

    def __repr__(self) -> str:
        amount = "unknown" if self.attodollars is None else f"{money(self.attodollars)} USD"
        return f"<Cost {amount}, {self.state}, as of {self.as_of}>"


def cost(model: "Model", usage: "Usage", on: "str | date | None" = None, *, variant: "str | None" = None, at: "str | None" = None) -> Cost:
    """
    Return what *usage* of *model* costs.

    *on* is the day whose prices hold, today by default; *variant* is the service tier (`batch`, `flex`, `priority`, `fast`);
    *at* is the time of day, HH:MM in UTC, for models that are cheaper at certain hours: without it the usual price holds.

    Raises ValueError when *on* is no day, or *at* no time of day.
    """
    day = today() if on is None else as_text(on)
    if at is not None:
        check_time(at)
    prices: tuple[_Price, ...] | None = model._prices
    if prices is None:
        prices = tuple(_Price(entry) for entry in model._facts.get("prices", ()))
        _set(model, "_prices", prices)
    for price in prices:
        if price.since <= day < price.until:
            return price.of(usage, day, variant, at)
    return Cost("unknown", None, day, None, usage, _UNKNOWN)


def total(costs: "Sequence[Cost]") -> Cost:
    """
    Return what requests of one model cost together; not known where that of one is not.

    The rates of its `lines` are those that all have; what was billed at several rates has none.
    """
    first, *others = costs
    usage = first.usage
    for one in others:
        usage = usage.plus(one.usage)
    amounts = [one.attodollars for one in costs]
    states = {one.state for one in costs}
    state = first.state if len(states) == 1 else "unknown" if None in amounts else "priced"
    rates = tuple(of_unit[0] if len(set(of_unit)) == 1 else None for of_unit in zip(*(one[5] for one in costs), strict=True))
    tier = first.tier if len({one.tier for one in costs}) == 1 else None
    return Cost(state, None if None in amounts else sum(amount for amount in amounts if amount is not None), first.as_of, tier, usage, rates)


class _Price:
    """One dated price, its rates worked out once."""

    __slots__ = ("base", "off_peak", "since", "state", "tiers", "until", "variants")

    def __init__(self, entry: "dict[str, Any]") -> None:
        self.since: str = entry.get("since", "")
        self.until: str = entry.get("until", "~")
        figures = _figures(entry)
        self.state: str = entry.get("state", "priced" if figures else "unknown")
        self.base = _rates(figures)
        self.tiers = _tiers(entry, figures)
        self.variants: dict[str, tuple[_Rates, _Tiers]] = {}
        for name, variant in entry.get("variants", {}).items():
            own = {**figures, **_figures(variant)}
            tiers = _tiers(variant, own) if "tiers" in variant else tuple((above, _UNKNOWN) for above, _ in self.tiers)
            self.variants[name] = (_rates(own), tiers)
        self.off_peak = tuple((*part["hours_utc"].split("-"), _rates({**figures, **_figures(part)})) for part in entry.get("off_peak", ()))

    def of(self, usage: "Usage", day: str, variant: "str | None", at: "str | None") -> Cost:
        if self.state != "priced":
            return Cost(self.state, 0 if self.state in ("free", "included") else None, day, None, usage, _ZERO if self.state in ("free", "included") else _UNKNOWN)
        rates, tiers = (self.base, self.tiers) if variant is None else self.variants.get(variant, (_UNKNOWN, ()))
        cheap = None if at is None else next((cheap for start, end, cheap in self.off_peak if _within(at, start, end)), None)
        if cheap is not None:  # nobody says what another service tier, or a long request, costs at these hours
            rates, tiers = cheap if variant is None else _UNKNOWN, tuple((above, _UNKNOWN) for above, _ in tiers)
        tier = None
        for above, dearer in tiers:
            if usage.input_tokens > above:
                tier, rates = above, dearer
        total = 0
        for index, quantity in usage.parts:
            rate = rates[index]
            if rate is None:
                return Cost("unknown", None, day, tier, usage, rates)
            total += rate * quantity
        return tuple.__new__(Cost, ("priced", total, day, tier, usage, rates))


def _within(at: str, start: str, end: str) -> bool:
    return start <= at < end if start <= end else at >= start or at < end


def _tiers(block: "dict[str, Any]", base: "dict[str, int]") -> "_Tiers":
    tiers = sorted(block.get("tiers", ()), key=lambda tier: tier["above_input_tokens"])
    return tuple((tier["above_input_tokens"], _rates({**base, **_figures(tier)})) for tier in tiers)


def _figures(block: "dict[str, Any]") -> "dict[str, int]":
    """Return the figures of *block*, by key, in attodollars for one of what is counted."""
    return {key: scaled(block[key]) * (1_000_000 // per) for key, per in zip(_KEYS, _PER, strict=True) if key in block}


def _rates(figures: "dict[str, int]") -> "_Rates":
    """Return the rate of every unit, what stands in for those without a price included; requests cost nothing unless they are priced."""
    rates: list[int | None] = [figures.get(key) for key in _KEYS]
    if rates[_REQUEST] is None:
        rates[_REQUEST] = 0
    priced = tuple(rates)
    for index, others in _FALLBACKS:
        if priced[index] is None:
            rates[index] = next((priced[other] for other in others if priced[other] is not None), None)
    return tuple(rates)


def scaled(figure: "str | int") -> int:
    """
    Return *figure*, a number as it is written, times 10¹², exactly.

    >>> scaled(3), scaled("0.075"), scaled("2.5e-07")
    (3000000000000, 75000000000, 250000)
    """
    if isinstance(figure, int):
        return figure * 10**12
    mantissa, _, exponent = figure.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    shift = 12 + int(exponent or 0) - len(fraction)
    digits = int(whole + fraction)
    return digits * int(10**shift) if shift >= 0 else digits // int(10**-shift)


def money(attodollars: int) -> str:
    """
    Return an amount as USD in plain decimal notation, without trailing zeros.

    >>> money(615 * 10**15), money(3 * 10**18), money(1)
    ('0.615', '3', '0.000000000000000001')
    """
    whole, fraction = divmod(attodollars, _ONE_USD)
    return f"{whole}.{fraction:0{_DECIMALS}d}".rstrip("0").rstrip(".")


_REQUEST = _KEYS.index("usd_per_request")
_UNKNOWN: "_Rates" = (None,) * len(UNITS)
_ZERO: "_Rates" = (0,) * len(UNITS)
_set = object.__setattr__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal
    from typing import Any

    from ..ir.resolved import Model
    from ..ir.usage import Usage

    _Rates = tuple[int | None, ...]
    _Tiers = tuple[tuple[int, _Rates], ...]
