"""`providers embed REF [TEXTS]`."""

from __future__ import annotations

import click

from ..ir.embeddings import PURPOSES
from . import options


@click.command(name="embed")
@click.argument("ref", type=options.Ref())
@click.argument("texts", type=options.Said(), nargs=-1)
@click.option("--dimensions", type=click.IntRange(1), metavar="N", help="How long each vector is to be. Default: as the model usually makes them.")
@click.option("--purpose", type=click.Choice(PURPOSES), help="What the vectors are for, where the provider makes a difference.")
@click.option("--timeout", type=options.SECONDS, metavar="SECONDS", help="How long each request may take, with all its attempts. Default: 600.")
@options.project
@options.lossy
@options.asking
@click.pass_context
def command(
    ctx: click.Context,
    ref: str,
    texts: tuple[str, ...],
    dimensions: int | None,
    purpose: str | None,
    timeout: float | None,
    project: str | None,
    lossy: bool,
    state: str | None,
    explain: bool,
    format_: str,
    artifact: str | None,
) -> None:
    """
    Turn texts into vectors, and say what that cost.

    The vectors go to standard output, a JSON array a line in the order of the texts, and to standard error which route made them,
    what was used and what that cost. Without TEXTS, or where they are `-`, each line of standard input is a text. More texts than
    the provider takes at once go in several requests. Other accounts and profiles take over where one fails, another model never.
    Exit codes are those of `providers call`.

    \b
      providers embed openai/text-embedding-3-small "Why is the sky blue?"
      providers embed google/gemini-embedding-001 --purpose document --dimensions 768 < lines.txt
    """
    from . import calling, embed_report, output

    registry = output.open_registry(artifact)
    known = output.known(registry, ref)
    said = calling.texts(texts)
    report = embed_report.EmbedReport(ref, explain=explain, is_json=format_ == "json")
    ctx.exit(calling.done(registry, report, timeout, lambda desk: desk.embed(known, said, dimensions=dimensions, purpose=purpose, project=project, lossy=lossy), state))
