"""`providers count REF [TEXT]`."""

from __future__ import annotations

import click

from . import options


@click.command(name="count")
@click.argument("ref", type=options.Ref())
@click.argument("text", type=options.Said(), required=False)
@click.option("--image", "images", multiple=True, type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="A picture, or a PDF, that goes with the text; repeatable.")
@click.option("--system", type=options.Said(), metavar="TEXT", help="What the model is told before it.")
@click.option("--exact", is_flag=True, help="Fail where the provider does not count, instead of guessing.")
@click.option("--timeout", type=options.SECONDS, metavar="SECONDS", help="How long it may take, with all attempts. Default: 600.")
@options.asking
@click.pass_context
def command(
    ctx: click.Context,
    ref: str,
    text: str | None,
    images: tuple[str, ...],
    system: str | None,
    exact: bool,
    timeout: float | None,
    state: str | None,
    explain: bool,
    format_: str,
    artifact: str | None,
) -> None:
    """
    Count the tokens of a prompt, as the provider counts them where it does.

    The count goes to standard output, and to standard error who counted, or why it is a guess by the length of the text. Without
    TEXT, or where it is `-`, standard input is the text. It costs nothing and no budget is used up. Ends with 0 also where it is a
    guess; with --exact as `providers call` does.

    \b
      providers count anthropic/claude-sonnet-4-5 "Why is the sky blue?"
      git diff | providers count google/gemini-2.5-pro --exact
    """
    from . import calling, count_report, output

    registry = output.open_registry(artifact)
    known = output.known(registry, ref)
    request = calling.request(text, images=images, system=system)
    report = count_report.CountReport(ref, explain=explain, is_json=format_ == "json")
    ctx.exit(calling.done(registry, report, timeout, lambda desk: desk.count_tokens(known, request, exact=exact), state))
