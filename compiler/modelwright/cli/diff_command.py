"""`providers diff`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import click

from . import options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..review.plan import Change
    from ..review.waivers import Waiver

_CATEGORIES = ("models", "identity", "prices", "limits", "capabilities", "lifecycle", "endpoints")


@click.command(name="diff")
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--against", metavar="REVISION", help="Compare the registry in effect with this; the same as OLD without NEW.")
@click.option("--breaking", is_flag=True, help="Show only what breaks somebody, and exit 1 when something does that is not waived.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when anything differs that is not waived.")
@click.option("--category", "categories", multiple=True, type=click.Choice(_CATEGORIES), help="Show only these; repeatable.")
@click.option("--waive", "waived", multiple=True, metavar="RULE:REF=REASON", help="Accept what a rule finds of the refs that match; * stands for any text. Repeatable.")
@click.option("--waivers", "files", multiple=True, type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="A YAML list of {rule, ref, reason, until}; repeatable.")
@click.option("--on", type=options.Day(), metavar="DAY", help="Prices and aliases as of this day instead of today.")
@click.option("--registry", envvar="PROVIDERS_REGISTRY", type=click.Path(file_okay=False), metavar="DIR", help="The registry. Default: this checkout's, else the packaged one.")
@options.formats("text", "json", "markdown")
@options.output
@click.pass_context
def command(
    ctx: click.Context,
    old: str | None,
    new: str | None,
    against: str | None,
    breaking: bool,
    exit_code: bool,
    categories: tuple[str, ...],
    waived: tuple[str, ...],
    files: tuple[str, ...],
    on: str | None,
    registry: str | None,
    format_: str,
) -> None:
    """
    Show what changed between two registries, and what of it breaks.

    OLD and NEW are each a registry's folder, a file that `providers compile` wrote, or a git revision of the repository you
    are in; without NEW it is the registry in effect. `!` marks what breaks somebody, `~` what somebody may rely on.

    \b
      providers diff v1.2.0 HEAD
      providers diff --against main --breaking
      providers diff old.artifact --category prices --format markdown
      providers diff main --breaking --waive 'MODEL_REMOVED:acme/*=shut down by the vendor'
    """
    from ..review.plan import BREAKING
    from ..review.versions import compare
    from ..review.waivers import applied
    from ..runtime.day import today
    from . import diff_report, output, registry_at

    if (old is None) == (against is None):
        raise click.UsageError("Name what to compare with: OLD, OLD and NEW, or --against REVISION.")
    day, words = on or today(), _words()
    waivers = _waivers(ctx, waived, files)
    left, right = registry_at.find(against if old is None else old, registry, day), registry_at.find(new, registry, day)
    for found in (left, right):
        if not found.is_whole:
            output.notice(f"note: parts of {diff_report.safe(found.what)} cannot be read and are left out")
    if breaking and not right.is_whole:
        raise click.ClickException("what breaks cannot be told while parts of the new registry cannot be read; `providers lint` says which")
    changes = compare(left.version, right.version, words, day)
    covered, idle = applied(changes, waivers, day, words)
    shown = [change for change in changes if _is_wanted(change, words, categories) and (change.risk == BREAKING or not breaking)]
    told = [(waiver, "it no longer holds" if waiver.is_over(day) else "it matches nothing") for waiver in idle]
    report = diff_report.Report(left, right, shown, words, covered, told)
    {"json": diff_report.as_json, "markdown": diff_report.as_markdown, "text": diff_report.as_text}[format_](report)
    for waiver, why in told:
        output.notice(f"note: {diff_report.safe(f'the waiver {waiver.rule}:{waiver.ref} ({waiver.place}) does nothing: {why}')}")
    output.notice(report.sentence())
    if (breaking or exit_code) and any(change.id not in covered for change in shown):
        ctx.exit(1)


def _is_wanted(change: Change, words: Mapping[str, Any], categories: Sequence[str]) -> bool:
    return not categories or words[change.word]["category"] in categories


@cache
def _words() -> Mapping[str, Any]:
    """Return the kinds of change, of the registry this program came with: what is compared may not say what breaks."""
    from ..pipeline import words_of_ours

    try:
        return words_of_ours("changes")
    except OSError as error:
        raise click.ClickException(str(error)) from error


def _waivers(ctx: click.Context, said: Sequence[str], files: Sequence[str]) -> list[Waiver]:
    """Return the waivers that were given; what is wrong in a file is printed, a line each, and ends the command."""
    from ..review import waivers
    from .diff_report import safe

    rules = [word["rule"] for word in _words().values()]
    found = []
    for text in said:
        try:
            found.append(waivers.of_text(text, rules))
        except ValueError as error:
            raise click.BadParameter(safe(str(error)), param_hint="--waive") from error
    faults = []
    for file in files:
        held, wrong = waivers.of_file(file, file, rules)
        found += held
        faults += wrong
    for fault in faults:
        click.echo(f"{safe(str(fault.span))}: error: {safe(fault.message)}; {safe(fault.help)}", err=True)
    if faults:
        ctx.exit(1)
    return found
