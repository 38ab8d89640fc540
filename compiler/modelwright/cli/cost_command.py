"""`providers cost REF`."""

from __future__ import annotations

import click

from . import options


@click.command(name="cost")
@click.argument("ref", type=options.Ref())
@click.option("--input", "input_tokens", type=click.IntRange(0), default=0, metavar="N", help="Input tokens, those read from cache included.")
@click.option("--output", "output_tokens", type=click.IntRange(0), default=0, metavar="N", help="Output tokens, thinking included.")
@click.option("--cache-read", "cache_read_tokens", type=click.IntRange(0), default=0, metavar="N", help="Input tokens read from cache.")
@click.option("--cache-write", "cache_write_tokens", type=click.IntRange(0), default=0, metavar="N", help="Input tokens written to cache.")
@click.option("--cache-write-1h", "cache_write_1h_tokens", type=click.IntRange(0), default=0, metavar="N", help="Input tokens written to cache for one hour.")
@click.option("--quantity", "quantities", multiple=True, metavar="NAME=N", help="Any other quantity: reasoning_tokens, input_audio_tokens, images, searches, requests, …")
@click.option("--input-excludes-cache", is_flag=True, help="--input leaves out cached tokens, as Anthropic counts.")
@click.option("--variant", type=click.Choice(["batch", "flex", "priority", "fast"]), help="Another service tier.")
@click.option("--on", type=options.Day(), metavar="DAY", help="Prices of this day instead of today's.")
@click.option("--at", metavar="HH:MM", help="Time of day, UTC, for models that are cheaper at certain hours.")
@options.formats("text", "json")
@options.artifact
@options.output
def command(
    ref: str,
    input_tokens: int,
    output_tokens: int,
    quantities: tuple[str, ...],
    input_excludes_cache: bool,
    variant: str | None,
    on: str | None,
    at: str | None,
    format_: str,
    artifact: str | None,
    **cached: int,
) -> None:
    """
    Count what a request costs, exactly.

    An unknown price gives an unknown cost, never zero, and exit code 0; `--json` then has null.

    \b
      providers cost openai/gpt-5.5 --input 12000 --output 800 --cache-read 10000
      providers cost anthropic/claude-sonnet-4-5 --input 250000 --output 1000 --on 2026-03-01
    """
    import re

    from ..diagnostics.render_text import printable
    from ..runtime.cost import cost, money
    from ..runtime.usage import Usage
    from . import output

    if at is not None and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", at):
        raise click.BadParameter(f"{at!r} is not a time of day; write HH:MM", param_hint="--at")
    model = output.open_registry(artifact).resolve(ref, on)
    try:
        make = Usage.uncached if input_excludes_cache else Usage
        usage = make(input_tokens, output_tokens, **{name: number for name, number in cached.items() if number}, **_quantities(quantities))
    except (ValueError, TypeError) as error:
        raise click.UsageError(str(error)) from error
    found = cost(model, usage, on, variant=variant, at=at)
    usd = None if found.attodollars is None else money(found.attodollars)
    if format_ == "json":
        output.as_json({"ref": model.ref, "usd": usd, "state": found.state, "as_of": found.as_of, "tier": found.tier, "lines": list(found.lines)})
        return
    columns = ("quantity", "unit", "USD per unit", "USD")
    rows = [(f"{line['quantity']:,}", line["unit"], line["usd_per_unit"] or "unknown", line["usd"] or "unknown") for line in found.lines]
    output.as_columns(columns, rows, right=(0, 2, 3))
    tier = f", tier above {found.tier:,} input tokens" if found.tier is not None else ""
    click.echo(f"{printable(model.ref)} on {found.as_of}: {'unknown' if usd is None else f'{usd} USD'} ({found.state}{tier})")


def _quantities(given: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for entry in given:
        name, _, number = entry.partition("=")
        if not number.isdigit():
            raise click.BadParameter(f"{entry!r} is not NAME=N with a whole number", param_hint="--quantity")
        found[name] = int(number)
    return found
