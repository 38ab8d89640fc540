"""Walk through the changes of a refresh and decide on each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ..diagnostics.render_text import printable
from ..review.file import APPROVED, DEFERRED, PENDING, REJECTED
from . import options, output, refresh_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..review.file import Item

_CHOICES = {"a": APPROVED, "r": REJECTED, "d": DEFERRED, "s": PENDING}
_QUESTION = "[a]pprove, [r]eject, [d]efer, [s]kip, [A]pprove all of this kind, [R]eject all of this kind, [q]uit"


def walk(items: Sequence[Item], today: str) -> tuple[list[Item], str]:
    """Return *items* as the person at the terminal decided, and what is to be done with them: write-review, apply or none."""
    decided, all_of = list(items), dict[str, str]()
    if not decided:
        return decided, "none"
    for number, item in enumerate(decided, start=1):
        if item.decision != PENDING:
            continue
        kind = item.change.word
        if kind in all_of and (item.change.held is None or all_of[kind] == REJECTED):
            decided[number - 1] = replace(item, decision=all_of[kind])
            continue
        click.echo(f"\n{number} of {len(decided)}: {printable(item.change.provider)}")
        for line in refresh_report.lines(item.change):
            click.echo(line, color=output.colours())
        answer = click.prompt(_QUESTION, type=click.Choice([*_CHOICES, "A", "R", "q"]), default="s", show_choices=False, show_default=True)
        if answer == "q":
            break
        if answer in "AR":
            all_of[kind] = APPROVED if answer == "A" else REJECTED
        decided[number - 1] = _decided(item, answer, today)
    wish = click.prompt("Then", type=click.Choice(["write-review", "apply", "none"]), default="write-review")
    return decided, wish


def _decided(item: Item, answer: str, today: str) -> Item:
    decision = _CHOICES[answer.lower()]
    if decision == REJECTED:
        return replace(item, decision=decision, reason=click.prompt("Why", default="rejected in the wizard"))
    if decision == DEFERRED:
        return replace(item, decision=decision, until=click.prompt("Until which day", type=options.Day(), default=_in_a_month(today)))
    return replace(item, decision=decision)


def _in_a_month(today: str) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(today) + timedelta(days=30)).isoformat()
