"""`providers usage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import options

if TYPE_CHECKING:
    from ..runtime.ledger import Sum

_COLUMNS = ("calls", "failed", "partial", "input tokens", "output tokens", "USD", "cost unknown", "in a plan")
_KEYS = ("calls", "failed", "partial", "input_tokens", "output_tokens", "usd", "unknown_cost", "included")


@click.command(name="usage")
@click.option("--by", type=click.Choice(["model", "account", "day", "route", "project", "token"]), default="model", show_default=True, help="What is summed up.")
@click.option("--since", type=options.Day(), metavar="DAY", help="Calls of this day, UTC, and later ones only.")
@click.option("--ledger", type=click.Path(), metavar="FILE", help="The file calls are written to. Default: ledger.sqlite in PROVIDERS_HOME, or in the platform's folder for state.")
@click.option("--prune", type=click.IntRange(1), metavar="DAYS", help="First remove, for good, the calls of more than so many days ago.")
@options.formats("text", "json", "csv")
@options.output
def command(by: str, since: str | None, ledger: str | None, prune: int | None, format_: str) -> None:
    """
    Show what calls used and cost.

    Calls of which nobody knows the cost are counted apart, never as zero; so are those that a flat-rate plan covers.

    \b
      providers usage
      providers usage --by day --since 2026-11-01
      providers usage --by account --format csv
    """
    import os

    from ..runtime import home
    from ..runtime.ledger import Ledger, total
    from . import output

    book = Ledger(ledger or home.ledger(os.environ))
    try:
        if prune is not None:
            removed = book.prune(prune)
            click.echo(f"{removed:,} calls of more than {prune:,} days ago removed", err=True)
        found = book.sums(by, since)
    finally:
        book.close()
    if format_ == "json":
        output.as_json({"by": by, "since": since, "usage": [{"key": one.key, **_shown(one)} for one in found], "total": _shown(total(found))})
    elif format_ == "csv":
        output.as_csv((by, *_KEYS), [(one.key, *_shown(one).values()) for one in found])
    elif not found:
        output.notice(f"no calls are written down{f' since {since}' if since else ''}")
    else:
        _print_chart(by, found, total(found))


def _shown(one: Sum) -> dict[str, int | str | None]:
    return {key: getattr(one, key) for key in _KEYS}


def _print_chart(by: str, found: list[Sum], whole: Sum) -> None:
    from ..diagnostics.render_text import printable
    from ..runtime.ledger import attodollars
    from . import output
    from .bars import bars, has_blocks, room

    names = [printable(one.key or "-") for one in found]
    kept = [index for index, key in enumerate(_KEYS) if index in (0, 5) or getattr(whole, key)]
    columns = (by, *(_COLUMNS[index] for index in kept))
    rows = [(name, *(_cell(getattr(one, _KEYS[index])) for index in kept)) for name, one in zip(names, found, strict=True)]
    taken = sum(max(len(row[index]) for row in (columns, *rows)) + 2 for index in range(len(columns)))
    costs = [None if one.usd is None else attodollars(one.usd) for one in found]
    drawn = bars(costs if any(costs) else [one.calls for one in found], room(taken), blocks=has_blocks())
    output.as_columns((*columns, ""), [(*row, bar) for row, bar in zip(rows, drawn, strict=True)], right=range(1, len(columns)))
    unknown = f"; the cost of {whole.unknown_cost:,} is not known" if whole.unknown_cost else ""
    click.echo(f"{whole.calls:,} call{'' if whole.calls == 1 else 's'}, {'0' if whole.usd is None else whole.usd} USD{unknown}")


def _cell(value: int | str | None) -> str:
    return "unknown" if value is None else f"{value:,}" if isinstance(value, int) else value
