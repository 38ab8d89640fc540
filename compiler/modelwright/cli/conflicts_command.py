"""`providers conflicts`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from . import foreign, options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..ir.catalog import Catalog
    from ..passes.disagreements import Comparison

_COLUMNS = ("model", "field", "ours", "theirs", "state", "our source", "our day", "their source", "their day", "note")
_COUNTS = ("provider", "models", "equal", "settled", "open", "unrecorded")


@click.command(name="conflicts")
@click.option(
    "--against", nargs=2, type=(click.Choice(foreign.names()), click.Path(exists=True, dir_okay=False)), metavar="SOURCE FILE", help="Compare with this catalogue's file now."
)
@click.option("--provider", "providers", multiple=True, type=options.Provider(), metavar="PROVIDER", help="This provider only; repeatable.")
@click.option("--all", "all_", is_flag=True, help="Also those that are settled, with their reasons.")
@click.option("--propose", is_flag=True, help="With --against: print what is not recorded as entries for the registry, to review.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when something is open or not recorded.")
@click.option("--on", type=options.Day(), metavar="DAY", help="Prices and aliases as of this day instead of today.")
@click.option("--from", "read_from", metavar="TEXT", help="With --against: what was read. Default: the file's name.")
@click.option("--read-on", type=options.Day(), metavar="DAY", help="With --against: day of the reading. Default: today.")
@click.option("--registry", envvar="PROVIDERS_REGISTRY", type=click.Path(file_okay=False), metavar="DIR", help="The registry. Default: this checkout's, else the packaged one.")
@options.formats("text", "json", "csv", "markdown")
@options.output
@click.pass_context
def command(
    ctx: click.Context,
    against: tuple[str, str] | None,
    providers: tuple[str, ...],
    all_: bool,
    propose: bool,
    exit_code: bool,
    on: str | None,
    read_from: str | None,
    read_on: str | None,
    registry: str | None,
    format_: str,
) -> None:
    """
    List where other sources disagree with the registry, side by side.

    Those without a reason are open. With --against the registry is compared with another catalogue's file: every limit,
    input, output and cache price that both state and that differs, recorded or not.

    \b
      providers conflicts --all
      providers conflicts --against litellm model_prices.json --provider groq
      providers conflicts --against litellm model_prices.json --propose
    """
    from ..passes.disagreements import EQUAL, SETTLED, UNDECIDED
    from ..runtime.day import today

    if against is None and (propose or read_from or read_on):
        raise click.UsageError("--propose, --from and --read-on go with --against SOURCE FILE.")
    catalog = foreign.resolved(registry, on or today())
    wanted = foreign.ours(catalog, providers)
    found = _recorded(catalog, wanted) if against is None else _compared(catalog, wanted, against, foreign.reading_of(against[1], read_from, read_on))
    hidden = (EQUAL,) if all_ else (EQUAL, SETTLED)
    if propose:
        _propose(found)
    else:
        _print([one for one in found if one.state not in hidden], _counts(found) if against else None, format_)
    if exit_code and any(one.state in UNDECIDED for one in found):
        ctx.exit(1)


def _recorded(catalog: Catalog, wanted: Sequence[str]) -> list[Comparison]:
    from ..passes.disagreements import recorded

    return [one for one in recorded(catalog) if one.entry.provider in wanted]


def _compared(catalog: Catalog, wanted: Sequence[str], against: tuple[str, str], reading: Mapping[str, str]) -> list[Comparison]:
    from ..importers.compare import compare, listed_as

    source, file = against
    catalogue, holdings = foreign.read(source, file)
    names = {provider: theirs for provider, theirs in listed_as(catalog, source).items() if any(name in catalogue for name in theirs)}
    if names.keys().isdisjoint(wanted):
        raise click.ClickException(f"{file} lists none of these providers; a provider's file names its ids there under `catalogues`")
    # All are compared, so that a fact of a provider that others inherit from is told of that one alone.
    return [one for one in compare(catalog, names, holdings, reading) if one.entry.provider in wanted]


def _counts(found: Iterable[Comparison]) -> list[tuple[Any, ...]]:
    """Return per provider how many models and how many facts in each state there are."""
    from ..passes.disagreements import EQUAL, GONE, OPEN, SETTLED, UNRECORDED

    states, models = Counter((one.entry.provider, one.state) for one in found), {one.entry.ref: one.entry.provider for one in found}
    rows = []
    for provider, held in Counter(models.values()).items():
        count = {state: states[provider, state] for state in (EQUAL, GONE, OPEN, SETTLED, UNRECORDED)}
        rows.append((provider, held, count[EQUAL] + count[GONE], count[SETTLED], count[OPEN], count[UNRECORDED]))
    return rows


def _print(shown: Sequence[Comparison], counts: Sequence[tuple[Any, ...]] | None, format_: str) -> None:
    from . import output

    if format_ == "json":
        tally = {} if counts is None else {"counts": [dict(zip(_COUNTS, row, strict=True)) for row in counts]}
        output.as_json({"conflicts": [_as_data(one) for one in shown], **tally})
        return
    rows = [_row(one) for one in shown]
    if format_ != "text":
        (output.as_csv if format_ == "csv" else output.as_markdown)(_COLUMNS, rows)
    elif rows:
        output.as_columns(_COLUMNS, rows)
    if counts is not None and format_ == "text":
        click.echo() if rows else None
        output.as_columns(_COUNTS, counts, right=range(1, len(_COUNTS)))
    if not rows:
        output.notice("nothing to decide")


def _row(one: Comparison) -> tuple[Any, ...]:
    said = one.recorded or {}
    why = "; ".join(filter(None, (said.get("witness"), said.get("note"))))
    state = said.get("because", one.state) if one.state == "settled" else one.state
    return (
        one.entry.ref,
        one.field,
        _text(one.ours),
        _text(one.theirs),
        state,
        one.our_source.get("from"),
        one.our_source.get("read_on"),
        one.source["from"],
        one.source["read_on"],
        why or None,
    )


def _as_data(one: Comparison) -> dict[str, Any]:
    said = one.recorded or {}
    return {
        "ref": one.entry.ref,
        "field": one.field,
        "state": one.state,
        "ours": {"value": _plain(one.ours), "from": one.our_source.get("from"), "read_on": one.our_source.get("read_on")},
        "theirs": {"value": _plain(one.theirs), "from": one.source["from"], "read_on": one.source["read_on"], "id": one.name},
        "because": said.get("because"),
        "witness": said.get("witness"),
        "note": said.get("note"),
    }


def _text(value: Any) -> str | None:
    """Return a value for a person; a decimal without exponent."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)


def _plain(value: Any) -> Any:
    """Return a value for JSON: prices as text, as everywhere."""
    return f"{value:f}" if hasattr(value, "as_tuple") else value


def _propose(found: Iterable[Comparison]) -> None:
    from ..diagnostics.render_text import printable
    from ..importers.shape import plain
    from ..passes.disagreements import UNRECORDED
    from ..source.write_yaml import render_item
    from .output import notice

    entries: dict[str, list[Comparison]] = {}
    for one in found:
        if one.state == UNRECORDED:
            entries.setdefault(one.entry.ref, []).append(one)
    provider = None
    for differing in entries.values():
        entry = differing[0].entry
        if entry.provider != provider:
            provider = entry.provider
            click.echo(f"# registry/models/{provider}.yaml: to review; `because` says why ours holds")
        said = [{"field": one.field, "says": plain(one.theirs) if hasattr(one.theirs, "as_tuple") else one.theirs, **one.source} for one in differing]
        for line in render_item({"id": entry.id, "disagreements": said}).splitlines():
            click.echo(printable(line))
    notice(f"{sum(map(len, entries.values()))} differences of {len(entries)} models are not recorded")
