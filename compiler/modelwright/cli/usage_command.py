"""`providers usage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import options
from .numerals import counted

if TYPE_CHECKING:
    from ..runtime.ledger import Ledger
    from ..runtime.sums import Sum

_COLUMNS = ("calls", "failed", "partial", "input tokens", "output tokens", "USD", "cost unknown", "in a plan")
_KEYS = ("calls", "failed", "partial", "input_tokens", "output_tokens", "usd", "unknown_cost", "included")
_ALWAYS = ("calls", "usd")
_OF_CALLS = ("by", "since", "until", "prune")


@click.command(name="usage")
@click.option("--by", type=click.Choice(["model", "account", "day", "route", "project", "token"]), default="model", show_default=True, help="What is summed up.")
@click.option("--since", type=options.Day(), metavar="DAY", help="Calls of this day, UTC, and later ones only.")
@click.option("--until", type=options.Day(), metavar="DAY", help="Calls of this day, UTC, and earlier ones only.")
@click.option("--project", metavar="NAME", help="Calls of this project only.")
@click.option("--ledger", type=click.Path(), metavar="FILE", help="The file calls are written to. Default: ledger.sqlite in PROVIDERS_HOME, or in the platform's folder for state.")
@click.option("--prune", type=click.IntRange(1), metavar="DAYS", help="First remove, for good, the calls of more than so many days ago.")
@click.option("--budgets", is_flag=True, help="Show what is used and left of the budgets in your files instead.")
@options.state
@options.formats("text", "json", "csv")
@options.artifact
@options.output
@click.pass_context
def command(
    ctx: click.Context,
    by: str,
    since: str | None,
    until: str | None,
    project: str | None,
    ledger: str | None,
    prune: int | None,
    budgets: bool,
    state: str | None,
    format_: str,
    artifact: str | None,
) -> None:
    """
    Show what calls used and cost.

    Calls of which nobody knows the cost are counted apart, never as zero; so are those that a flat-rate plan covers. With --budgets it
    is what is used and left of each budget, as the state of your calls has it, which is only looked at: what calls under way have
    reserved counts as used. Of one that each model, account, project or token has for itself, those in the ledger are shown.

    \b
      providers usage
      providers usage --budgets
      providers usage --by day --since 2026-11-01 --until 2026-11-30
      providers usage --by account --project website --format csv
    """
    import os

    from ..runtime import home
    from ..runtime.ledger import Ledger
    from ..runtime.sums import total
    from . import output

    book = Ledger(ledger or home.ledger(os.environ))
    if budgets:
        _show_budgets(ctx, book, project, state, format_, artifact)
        return
    try:
        if prune is not None:
            removed = book.prune(prune)
            output.notice(f"removed: {counted(removed, 'call')} of more than {counted(prune, 'day')} ago")
        found = book.sums(by, since, until, project)
    finally:
        book.close()
    if format_ == "json":
        asked = {"by": by, "since": since, "until": until, "project": project}
        output.as_json({**asked, "usage": [{"key": one.key, **_shown(one)} for one in found], "total": _shown(total(found))})
    elif format_ == "csv":
        output.as_csv((by, *_KEYS), [(one.key, *_shown(one).values()) for one in found])
    elif not found:
        which = [f" since {since}" if since else "", f" until {until}" if until else "", f" of project {project!r}" if project is not None else ""]
        output.notice(f"no calls{''.join(which)} are written down")
    else:
        _print_chart(by, found, total(found))


def _show_budgets(ctx: click.Context, book: Ledger, project: str | None, state: str | None, format_: str, artifact: str | None) -> None:
    from ..runtime.dispatch.core import Core
    from . import budget_report, output, states

    if wrong := [name for name in _OF_CALLS if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE]:
        raise click.UsageError(f"--budgets shows budgets as they are now; leave out --{wrong[0]}")
    registry = output.open_registry(artifact)
    try:
        with states.looked_at(registry, state) as core:
            spending = (core or Core(registry)).spending
            budget_report.show(budget_report.lines(spending, project, lambda scope: [one.key for one in book.sums(scope)]), format_)
    finally:
        book.close()


def _shown(one: Sum) -> dict[str, int | str | None]:
    return {key: getattr(one, key) for key in _KEYS}


def _print_chart(by: str, found: list[Sum], whole: Sum) -> None:
    """Print a line for each of *found*, with the columns that say something, and in what room is left a bar: of what it cost, or of its calls where nothing did."""
    from ..diagnostics.render_text import printable
    from ..runtime.sums import attodollars
    from . import output
    from .bars import bars, has_blocks, room

    kept = [key for key in _KEYS if key in _ALWAYS or getattr(whole, key)]
    columns = (by, *(_COLUMNS[_KEYS.index(key)] for key in kept))
    rows = [(printable(one.key or "-"), *(_cost(one) if key == "usd" else _number(one, getattr(one, key)) for key in kept)) for one in found]
    taken = sum(max(len(row[index]) for row in (columns, *rows)) + 2 for index in range(len(columns)))
    costs = [None if one.usd is None else attodollars(one.usd) for one in found]
    drawn = bars(costs if any(costs) else [one.calls for one in found], room(taken), blocks=has_blocks())
    output.as_columns((*columns, ""), [(*row, bar) for row, bar in zip(rows, drawn, strict=True)], right=range(1, len(columns)))
    click.echo(_said(whole))


def _cost(one: Sum) -> str:
    """Return what *one* cost: of what a plan covers, and of what nobody knows, that, and no number."""
    if one.included and one.included == one.calls - one.failed - one.unknown_cost:
        return "included"
    return one.usd or ("unknown" if one.unknown_cost else "-")


def _number(one: Sum, value: int | None) -> str:
    return f"{value:,}" if value is not None else "unknown" if one.calls > one.failed else "-"


def _said(whole: Sum) -> str:
    cost = _cost(whole)
    parts = [counted(whole.calls, "call")]
    if cost == whole.usd:
        parts.append(f"{cost} USD")
    if whole.included:
        parts.append(f"{whole.included:,} included in a plan")
    if whole.unknown_cost:
        parts.append(f"the cost of {whole.unknown_cost:,} is not known")
    return "; ".join(parts)
