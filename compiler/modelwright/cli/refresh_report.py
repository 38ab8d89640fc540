"""What a refresh found, for a terminal and as JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from ..review import facts
from ..review.markdown import new_of
from ..review.plan import ADDED, BREAKING, MISSING, RENAMED, RETURNED, RISKS
from . import output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..review.plan import Change, Plan, SourceState

_MARKS = {ADDED: "+", MISSING: "!", RENAMED: ">", RETURNED: "+"}
_COLOURS = {"safe": "green", "notable": "yellow", BREAKING: "red"}
_WIDEST = 160


def as_text(plan: Plan) -> None:
    """Print sources and changes, grouped by provider."""
    rows = [(source.id, source.state, source.models, source.detail or None) for source in plan.sources]
    if rows:
        output.as_columns(("source", "state", "models", "detail"), rows, right=(2,))
        click.echo()
    for provider, group in groupby(plan.changes, key=lambda change: change.provider):
        changes = list(group)
        click.echo(click.style(printable(provider), bold=True) + f"  {len(changes)} {'change' if len(changes) == 1 else 'changes'}", color=output.colours())
        for change in changes:
            for line in lines(change):
                click.echo(line, color=output.colours())
    click.echo(summary(plan))


def lines(change: Change) -> Iterator[str]:
    """Yield a change as lines: what, old → new, and below it what a reader should know before deciding."""
    mark = click.style(_MARKS.get(change.field, "~"), fg=_COLOURS[change.risk])
    what = change.word if change.field in _MARKS or change.field == "provider" else f"{change.word} {change.field}"
    name = change.ref.partition("/")[2] or change.ref
    yield f"  {mark} {_short(name)}  {click.style(what, fg=_COLOURS[change.risk])}{_values(change)}  ({_short(', '.join([change.source, *change.also]))})"
    for line in change.details:
        yield f"      {_short(line)}"
    if change.base != change.old and change.base is not None:
        yield f"      last accepted: {_short(facts.shown(change.base))}"
    if change.held:
        yield f"      held: {_short(change.held)}"
    if change.follows:
        yield f"      comes with {_short(change.follows)}"
    if change.impact:
        yield f"      touches {_short(', '.join(map(str, change.impact)))}"


def _values(change: Change) -> str:
    if change.field in (MISSING, RETURNED, "provider"):
        return ""
    if change.field in (ADDED, RENAMED):
        return f"  {new}" if (new := _short(new_of(change))) else ""
    return "" if change.details else f"  {_short(facts.shown(change.old))} → {_short(facts.shown(change.new))}"


def _short(text: str) -> str:
    clean = printable(text)
    return clean if len(clean) <= _WIDEST else clean[: _WIDEST - 1] + "…"


def summary(plan: Plan) -> str:
    """Return how many changes there are, in a line."""
    counts = plan.counts()
    quiet = f"; {counts['declined']} declined before" if counts["declined"] else ""
    if plan.sources and all(source.is_missing for source in plan.sources):
        return "no source could be read; nothing was compared"
    if not counts["changes"]:
        return f"nothing changed upstream{quiet}"
    risks = ", ".join(f"{counts[risk]} {risk}" for risk in RISKS if counts[risk])
    return f"{counts['changes']} {'change' if counts['changes'] == 1 else 'changes'}: {risks}; {counts['held']} held{quiet}"


def as_data(plan: Plan, words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan as `--format json` prints it."""
    return {"sources": [_source(source) for source in plan.sources], "changes": [_change(change, words) for change in plan.changes], "summary": plan.counts()}


def _source(source: SourceState) -> dict[str, Any]:
    return {
        "id": source.id,
        "state": source.state,
        "detail": source.detail,
        "models": source.models,
        "provider": source.provider,
        "route": source.route,
        "read_at": source.read_at,
        "missing": source.is_missing,
    }


def _change(change: Change, words: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": change.id,
        "class": change.word,
        "rule": words.get(change.word, {}).get("rule"),
        "risk": change.risk,
        "provider": change.provider,
        "ref": change.ref,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "base": change.base,
        "source": {"id": change.source, **change.origin},
        "also": list(change.also),
        "against": dict(change.against),
        "held": change.held,
        "details": list(change.details),
        "impact": [{"kind": impact.kind, "ref": impact.ref, "breaks": impact.breaks} for impact in change.impact],
        "follows": change.follows,
    }
