"""Show what changed between two registries: as text, as Markdown, as JSON. Whatever a registry says is made harmless first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from ..diagnostics.secrets import masked
from ..passes.prices import exact
from ..review.facts import shown
from ..review.plan import BREAKING, RISKS
from ..review.versions import ALIAS, MODEL, PROVIDER
from . import output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..review.plan import Change
    from ..review.waivers import Waiver
    from .registry_at import Found

    Row = tuple[Change, list[Change]]

_COLUMNS = ("risk", "rule", "ref", "field", "change", "waived")
_MARKS = {"breaking": "!", "notable": "~", "safe": " "}
_LONGEST = 160
_MOST_NAMED = 3
_FIGURE = "usd"


@dataclass(frozen=True)
class Report:
    """What is shown of a comparison: the changes that were asked for, and who waived which."""

    old: Found
    new: Found
    changes: Sequence[Change]
    words: Mapping[str, Any]
    waived: Mapping[str, Waiver]
    """By id of the change."""
    idle: Sequence[tuple[Waiver, str]]
    """Waivers that do nothing, and why."""

    def counts(self) -> dict[str, int]:
        """Return how many changes there are, how many of each risk nobody waived, and how many are waived."""
        counted = [change.risk for change in self.changes if change.id not in self.waived]
        return {"changes": len(self.changes), **{risk: counted.count(risk) for risk in reversed(RISKS)}, "waived": len(self.changes) - len(counted)}

    def sentence(self) -> str:
        """Return the counts for a person."""
        counts = self.counts()
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == BREAKING) if counts.pop("changes") else "nothing changed"


def as_json(report: Report) -> None:
    """Print *report* with everything that is known of each change; prices are text."""
    names = {"old": report.old, "new": report.new}
    output.as_json(
        {
            **{side: {"name": _plain(found.name), "what": _plain(found.what)} for side, found in names.items()},
            "sources": [
                {"id": side, "state": "read" if found.is_whole else "partly", "detail": _plain(found.what), "models": len(found.version.models)} for side, found in names.items()
            ],
            "changes": [_as_data(report, change) for change in report.changes],
            "waivers": [{"rule": waiver.rule, "ref": waiver.ref, "reason": waiver.reason, "until": waiver.until, "place": waiver.place, "why": why} for waiver, why in report.idle],
            "summary": report.counts(),
        }
    )


def as_markdown(report: Report) -> None:
    """Print *report* as a table a category."""
    click.echo(f"{report.sentence()}\n")
    for category, rows in _by_category(report):
        click.echo(f"### {category}\n")
        output.as_markdown(_COLUMNS, [(*_cells(report, change), _change(change, brought), _waived(report, change)) for change, brought in rows])
        click.echo()


def as_text(report: Report) -> None:
    """Print *report* for a person: `!` is breaking, `~` notable, `w` waived."""
    for category, rows in _by_category(report):
        click.echo(click.style(category, bold=True), color=output.colours())
        width = max(len(_rule(report, change)) for change, _ in rows)
        for change, brought in rows:
            is_waived = change.id in report.waived
            is_loud = change.risk == BREAKING and not is_waived
            mark = "w" if is_waived else _MARKS[change.risk]
            _, rule, ref, field = _cells(report, change)
            line = "  ".join(filter(None, (f"{mark} {rule:{width}}", ref, field, _change(change, brought))))
            click.echo(click.style(f"  {printable(line).rstrip()}", fg="red" if is_loud else None), color=output.colours())
            if is_waived:
                click.echo(f"      waived: {printable(_waived(report, change) or '')}")
        click.echo()


def _by_category(report: Report) -> Iterator[tuple[str, list[Row]]]:
    """Yield per category its changes, the gravest first, each with those it brings about and that need no line of their own."""
    order = {category: index for index, category in enumerate(dict.fromkeys(word["category"] for word in report.words.values()))}

    def category(row: Row) -> str:
        found: str = report.words[row[0].word]["category"]
        return found

    ranked = sorted(_rows(report), key=lambda row: (order[category(row)], -RISKS.index(row[0].risk)))
    for name, rows in groupby(ranked, key=category):
        yield name, list(rows)


def _rows(report: Report) -> list[Row]:
    by_id, rows = {change.id: change for change in report.changes}, {change.id: (change, list[Any]()) for change in report.changes}
    for change in report.changes:
        way = {change.id: change}
        while (above := by_id.get(list(way.values())[-1].follows or "")) is not None and above.id not in way and _is_alike(report, above, change):
            way[above.id] = above
        *_, head = way.values()
        if head.field == PROVIDER and head.provider != change.provider and "/" in change.ref:  # an heir elsewhere is news of its own there
            *_, head = (one for one in way.values() if one.provider == change.provider)
        if head is not change:
            rows[head.id][1].append(change)
            del rows[change.id]
    return list(rows.values())


def _is_alike(report: Report, one: Change, other: Change) -> bool:
    return one.risk == other.risk and report.waived.get(one.id) is report.waived.get(other.id)


def _rule(report: Report, change: Change) -> str:
    rule: str = report.words[change.word]["rule"]
    return rule


def _cells(report: Report, change: Change) -> tuple[str, str, str, str]:
    return change.risk, _rule(report, change), change.ref, "" if change.field in (MODEL, PROVIDER, ALIAS) else change.field


def _change(change: Change, brought: Sequence[Change]) -> str:
    return " ".join(filter(None, (_told(change), _also(brought))))


def _told(change: Change) -> str:
    old, new = _plain(change.old), _plain(change.new)
    if change.field in (MODEL, PROVIDER):
        return "" if change.old is None or change.new is None else f"→ {_clipped(shown(new))}"
    if isinstance(old, dict) and isinstance(new, dict):
        return _clipped(", ".join(f"{key} {shown(old.get(key))} → {shown(new.get(key))}" for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)))
    return f"{_clipped(shown(old))} → {_clipped(shown(new))}"


def _also(brought: Sequence[Change]) -> str:
    """Return who else changes in the same way, because of one change."""
    kinds = {
        "alias": [one for one in brought if one.field == ALIAS],
        "model": [one for one in brought if one.field == MODEL],
        "heir": [one for one in brought if one.field not in (MODEL, ALIAS)],
    }
    parts = []
    for kind, ones in kinds.items():
        if ones:
            named = ", ".join(one.ref for one in ones[:_MOST_NAMED]) + (", …" if len(ones) > _MOST_NAMED else "")
            noun = f"{kind}{'es' if kind == 'alias' else 's'}" if len(ones) > 1 else kind
            parts.append(f"{len(ones)} {noun} ({named})")
    return f"[and {', '.join(parts)}]" if parts else ""


def _waived(report: Report, change: Change) -> str | None:
    waiver = report.waived.get(change.id)
    return None if waiver is None else f"{waiver.reason} ({waiver.place})"


def safe(text: str) -> str:
    """Return *text* without what could command a terminal, and without secrets."""
    return printable(masked(text))


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _as_data(report: Report, change: Change) -> dict[str, Any]:
    waiver = report.waived.get(change.id)
    return {
        "id": change.id,
        "class": change.word,
        "rule": _rule(report, change),
        "category": report.words[change.word]["category"],
        "risk": change.risk,
        "ref": change.ref,
        "field": change.field,
        "old": _plain(change.old),
        "new": _plain(change.new),
        "source": _plain(dict(change.origin)) or None,
        "held": change.held,
        "impact": [str(impact) for impact in change.impact],
        "follows": change.follows,
        "waived": None if waiver is None else {"reason": waiver.reason, "place": waiver.place},
    }


def _plain(value: Any, name: str = "") -> Any:
    """Return a value for JSON: figures of prices as text, and what looks like a secret starred out."""
    if isinstance(value, dict):
        return {key: _plain(part, key) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, name) for part in value]
    if isinstance(value, str):
        return masked(value)
    return f"{figure:f}" if _FIGURE in name and (figure := exact(value)) is not None else value
