"""The table: a line a measurement, with what was to be reached and what the peers take."""

from __future__ import annotations

from dataclasses import dataclass

_HEAD = ("what", "ours", "reach", "", "peers, and how many times ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement, the smaller the better unless `at_least`."""

    what: str
    ours: float
    unit: str
    """How the number is written, `{}` standing for it."""
    reach: float | None = None
    at_least: bool = False
    peers: tuple[tuple[str, float], ...] = ()
    """Name and number, of the same unit."""
    note: str = ""

    @property
    def verdict(self) -> str:
        """`ok`, `over` (or `under`), or nothing when nothing was to be reached."""
        if self.reach is None:
            return ""
        if self.at_least:
            return "ok" if self.ours >= self.reach else "under"
        return "ok" if self.ours <= self.reach else "over"

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the row."""
        sign = "≥ " if self.at_least else "≤ "
        reach = "" if self.reach is None else sign + self.unit.format(_short(self.reach))
        peers = [f"{name} {self.unit.format(_short(number))}{_ratio(number, self.ours)}" for name, number in self.peers]
        return (self.what, self.unit.format(_short(self.ours)), reach, self.verdict, ", ".join([*peers, *filter(None, [self.note])]))


def render(title: str, rows: list[Row]) -> str:
    """Return *rows* as a table of plain text."""
    lines = [_HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join(["", title, "-" * len(title), *text])


def _ratio(theirs: float, ours: float) -> str:
    return f" ({_short(theirs / ours)}x)" if ours > 0.05 else ""


def _short(number: float) -> str:
    """
    Return *number* with as many decimals as are worth reading.

    >>> _short(2577.4), _short(19.26), _short(2.084), _short(0.0581), _short(5)
    ('2,577', '19.3', '2.08', '0.058', '5')
    """
    if number == int(number):
        return f"{int(number):,}"
    size = abs(number)
    return f"{number:,.0f}" if size >= 100 else f"{number:.1f}" if size >= 10 else f"{number:.2f}" if size >= 1 else f"{number:.3f}"
