"""The review as a comment of a pull request: grouped, old → new, at most as long as GitHub takes it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ..diagnostics.markup import without_markup
from . import facts
from .plan import ADDED, BREAKING, MISSING, RENAMED, RETURNED, RISKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .plan import Change, Plan, SourceState

MARKER = "<!-- modelwright:refresh -->"
"""First line, by which a bot finds its own comment to write it anew."""
MAX_CHARACTERS = 65_536
_LONGEST_CELL = 300


def render(plan: Plan, words: Mapping[str, Any], *, max_characters: int = MAX_CHARACTERS) -> str:
    """Return the plan as Markdown in which nothing a source says is markup; what does not fit is counted at the end."""
    text = f"{MARKER}\n## Refresh of the registry\n\n{_summary(plan.counts())}\n"
    text += _unread([source for source in plan.sources if source.is_missing], max_characters // 4)
    left = len(plan.changes)
    for block, count in _blocks(plan.changes, words):
        rest = f"\n… and {left} more changes; the review file has them all.\n"
        if len(text) + len(block) + len(rest) > max_characters:
            return text + rest
        text += block
        left -= count
    return text


def _summary(counts: Mapping[str, int]) -> str:
    if not counts["changes"]:
        return "Nothing changed upstream." + (f" {counts['declined']} changes were declined before." if counts["declined"] else "")
    risks = ", ".join(f"{counts[risk]} {risk}" for risk in RISKS if counts[risk])
    return f"**{counts['changes']} changes**: {risks}; {counts['held']} held." + (f" {counts['declined']} declined before are left out." if counts["declined"] else "")


def _unread(sources: Sequence[SourceState], max_characters: int) -> str:
    if not sources:
        return ""
    rows, length = [], 0
    for source in sources:
        rows.append(f"| {_cell(source.id)} | {source.state} | {_cell(source.detail)} |\n")
        length += len(rows[-1])
        if length > max_characters:
            rows[-1] = f"| … and {len(sources) - len(rows) + 1} more | | |\n"
            break
    return f"<details><summary>Sources that could not be compared: {len(sources)}</summary>\n\n| source | state | detail |\n| --- | --- | --- |\n{''.join(rows)}\n</details>\n"


def _blocks(changes: Sequence[Change], words: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield headings, and a row a change with how many changes it is."""
    for provider, group in groupby(changes, key=lambda change: change.provider):
        yield f"\n### {_cell(provider)}\n\n| | model | change | old | new | source |\n| --- | --- | --- | --- | --- | --- |\n", 0
        for change in group:
            yield _row(change, words), 1


def _row(change: Change, words: Mapping[str, Any]) -> str:
    mark = "🔴" if change.risk == BREAKING else "🟡" if change.risk == "notable" else "🟢"
    what = words.get(change.word, {}).get("title", change.word) + ("" if change.field in (ADDED, MISSING, RETURNED, RENAMED, "provider") else f": {change.field}")
    told = "".join(f"<br>{_cell(line)}" for line in change.details)
    held = f"<br>held: {_cell(change.held)}" if change.held else ""
    impact = f"<br>touches {_cell(', '.join(map(str, change.impact)))}" if change.impact else ""
    old, new = ("", "") if change.details else (_cell(facts.shown(change.old)), _cell(new_of(change)))
    return f"| {mark} | {_cell(change.ref.partition('/')[2] or change.ref)} | {_cell(what)}{told}{held}{impact} | {old} | {new} | {_cell(change.source)} |\n"


def new_of(change: Change) -> str:
    """Return what a change brings, in a line."""
    if change.field in (ADDED, RENAMED):
        name = f"{change.new['id']}: " if change.field == RENAMED else ""
        return name + "; ".join(f"{key} {facts.shown(value)}" for key, value in change.new.items() if key != "id")
    return f"missing since {change.new}" if change.field == MISSING else facts.shown(change.new)


def _cell(text: str | None) -> str:
    said = text or ""
    return without_markup(said if len(said) <= _LONGEST_CELL else said[: _LONGEST_CELL - 1] + "…")
