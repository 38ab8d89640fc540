"""Sums of calls that were written down: exact, and never counting as zero what nobody knows."""

from collections import namedtuple

from .cost import money

LARGEST = (1 << 63) - 1
"""The largest whole number of SQLite; larger ones are text."""

Sum = namedtuple("Sum", "key calls failed partial input_tokens output_tokens usd unknown_cost included")  # noqa: PYI024  # typing is not imported here
Sum.__doc__ = """
The calls of one model, account, day, route, project or token.

`failed` and `partial` are numbers of `calls`. Tokens and `usd` (text, exact) are of the calls of which they are known, None where
of none; `unknown_cost` is the number of calls, other than failed ones, whose cost nobody knows, and `included` of those that a
flat-rate plan covers. `key` is None for calls without one.
"""

EXPRESSIONS = (
    "count(*), sum(outcome = 'failed'), sum(outcome = 'partial'), exact_sum(input_tokens), exact_sum(output_tokens), usd_sum(usd), "
    "sum(usd IS NULL AND outcome <> 'failed'), sum(state IS 'included')"
)
"""What follows the key in a `Sum`, in SQL."""


def read(row: "tuple[Any, ...]") -> Sum:
    """Return the sum that a row of the key and EXPRESSIONS is."""
    return Sum(*row[:4], *(None if tokens is None else int(tokens) for tokens in row[4:6]), *row[6:])


def total(sums: "Iterable[Sum]") -> Sum:
    """Return the sum of *sums*; its key is None."""
    rows = list(sums)
    calls, failed, partial, unknown, included = (sum(row[index] for row in rows) for index in (1, 2, 3, 7, 8))
    known = [[row[index] for row in rows if row[index] is not None] for index in (4, 5, 6)]
    inward, outward = (sum(tokens) if tokens else None for tokens in known[:2])
    usd = money(sum(map(attodollars, known[2]))) if known[2] else None
    return Sum(None, calls, failed, partial, inward, outward, usd, unknown, included)


def add_to(connection: "sqlite3.Connection") -> None:
    """Have *connection* know the functions that EXPRESSIONS use."""
    connection.create_aggregate("exact_sum", 1, _ExactSum)  # type: ignore[arg-type]  # the stubs know whole numbers only
    connection.create_aggregate("usd_sum", 1, _UsdSum)  # type: ignore[arg-type]


def attodollars(usd: str) -> int:
    """
    Return an amount of USD as text, with at most 18 decimals, in attodollars.

    >>> attodollars("0.615"), attodollars("3")
    (615000000000000000, 3000000000000000000)
    """
    whole, _, fraction = usd.partition(".")
    return int(f"{whole}{fraction:0<18}")


def column(number: int) -> "int | str":
    """Return *number* as a column of SQLite can hold it."""
    return number if number <= LARGEST else str(number)


class _ExactSum:
    """The sum of whole numbers of any size; None where there is none."""

    def __init__(self) -> None:
        self.total: int | None = None

    def step(self, value: "int | str | None") -> None:
        if value is not None:
            self.total = (self.total or 0) + self.read(value)

    def read(self, value: "int | str") -> int:
        return int(value)

    def finalize(self) -> "int | str | None":
        return None if self.total is None else column(self.total)


class _UsdSum(_ExactSum):
    """The sum of amounts in USD, as text."""

    def read(self, value: "int | str") -> int:
        return attodollars(str(value))

    def finalize(self) -> "int | str | None":
        return None if self.total is None else money(self.total)


TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from typing import Any
