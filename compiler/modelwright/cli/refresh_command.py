"""`providers refresh`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options

if TYPE_CHECKING:
    from .refreshing import Refresh


@click.command(name="refresh")
@click.argument("providers", nargs=-1, type=options.Provider(), metavar="[PROVIDER]...")
@click.option("--write-review", is_flag=True, help="Write the changes to a file to decide on; decisions made there before are kept.")
@click.option("--apply", "apply_", is_flag=True, help="Apply what is approved in the review, exactly. Opens no connection.")
@click.option("--wizard", is_flag=True, help="Walk through the changes and decide here.")
@click.option("--review", default="review.yaml", show_default=True, type=click.Path(dir_okay=False), metavar="FILE", help="The review, to write and to apply.")
@click.option("--approve", type=click.Choice(["safe", "all"]), help="With --apply: no review; gather, and apply what is safe, or all of it.")
@click.option("--verify-live", is_flag=True, help="With --apply: gather first, and refuse what has moved upstream since.")
@click.option("--baseline", is_flag=True, help="Take what the sources say now as accepted and change no model; from then on only what moves is shown.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when there are changes.")
@click.option("--no-network", is_flag=True, help="Open no connection; compare with what was read before.")
@click.option("--no-cache", is_flag=True, help="Ask again also what was read within the last six hours.")
@click.option("--from-file", type=click.Path(exists=True), metavar="FILE", help="Compare with this file instead: a catalogue, a snapshot, a recording, or a folder of recordings.")
@click.option("--from", "read_from", metavar="TEXT", help="With --from-file: what was read. Default: the file's name.")
@click.option("--read-on", type=options.Day(), metavar="DAY", help="With --from-file: day of the reading. Default: today.")
@click.option("--record", type=click.Path(file_okay=False), metavar="DIR", help="Keep what was read in this folder, for --from-file.")
@click.option("--source", "sources", multiple=True, metavar="SOURCE", help="Only this source, by its id; repeatable.")
@click.option("--allow-shrink", multiple=True, metavar="SOURCE", help="Believe this source although it lists far less than before; repeatable.")
@options.sources
@options.formats("text", "json", "markdown")
@options.output
@click.pass_context
def command(ctx: click.Context, /, format_: str, **settings: Any) -> None:
    """
    Compare with what providers say today; apply what was approved.

    Prints what changed and writes nothing. --write-review puts the changes into a file, one decision each; --apply applies
    what is approved there. Nothing is ever deleted: a model that is no longer listed is marked.

    \b
      providers refresh anthropic openrouter
      providers refresh --write-review && $EDITOR review.yaml && providers refresh --apply
      providers refresh --apply --approve safe
      providers refresh --from-file api.json --exit-code
      providers refresh --baseline
    """
    import gc

    gc.disable()
    from .refreshing import Refresh

    refresh: Refresh = Refresh(format_=format_, **settings)
    ctx.exit(refresh.run())
