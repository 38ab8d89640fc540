"""Walk through the changes of a refresh and decide on each."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from ..diagnostics.render_text import printable
from ..review.file import APPROVED, DEFERRED, PENDING, REJECTED, Item
from . import options, output, refresh_report

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_REASON = 2000
_CHOICES = {"a": APPROVED, "r": REJECTED, "d": DEFERRED, "s": PENDING}
_QUESTION = "[a]pprove, [r]eject, [d]efer, [s]kip, [A]pprove all of this kind, [R]eject all of this kind, [q]uit"


def walk(items: Sequence[Item], today: str) -> tuple[list[Item], str]:
    """Return *items* as the person at the terminal decided, and what is to be done with them: write-review, apply or none."""
    decided, all_of = list(items), dict[str, Item]()
    if not decided:
        return decided, "none"
    for number, item in enumerate(decided, start=1):
        if item.decision != PENDING:
            continue
        kind = item.change.word
        if kind in all_of and (item.change.held is None or all_of[kind].decision == REJECTED):
            decided[number - 1] = replace(item, decision=all_of[kind].decision, reason=all_of[kind].reason)
            continue
        click.echo(f"\n{number} of {len(decided)}: {printable(item.change.provider)}")
        for line in refresh_report.lines(item.change):
            click.echo(line, color=output.colours())
        answer = click.prompt(_QUESTION, type=click.Choice([*_CHOICES, "A", "R", "q"]), default="s", show_choices=False, show_default=True)
        if answer == "q":
            break
        decided[number - 1] = _decided(item, answer, today)
        if answer in "AR":
            all_of[kind] = decided[number - 1]
    wish = click.prompt("Then", type=click.Choice(["write-review", "apply", "none"]), default="write-review")
    return decided, wish


def _decided(item: Item, answer: str, today: str) -> Item:
    decision = _CHOICES[answer.lower()]
    if decision == REJECTED:
        return replace(item, decision=decision, reason=printable(click.prompt("Why", default="rejected in the wizard"))[:_LONGEST_REASON])
    if decision == DEFERRED:
        return replace(item, decision=decision, until=click.prompt("Until which day", value_proc=partial(_day_after, today), default=_in_a_month(today)))
    return replace(item, decision=decision)


def _day_after(today: str, text: str) -> str:
    day = options.Day().convert(text, None, None)
    if day <= today:
        raise click.UsageError(f"{day} has come already; today is {today}")
    return day


def _in_a_month(today: str) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(today) + timedelta(days=30)).isoformat()
