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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..review.plan import Change
    from ..review.waivers import Waiver
    from .registry_at import Found

_COLUMNS = ("", "rule", "ref", "field", "change", "waived")
_LONGEST = 200
_MARKS = {"breaking": "!", "notable": "~", "safe": " "}
_NAMED = 3
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
    idle: Sequence[Waiver]
    """Waivers that match nothing, or no longer hold."""

    @property
    def counted(self) -> list[Change]:
        """The changes that nobody waived."""
        return [change for change in self.changes if change.id not in self.waived]

    def summary(self) -> dict[str, int]:
        """Return how many changes there are, how many of each risk nobody waived, and how many are waived."""
        counted = self.counted
        risks = {risk: sum(change.risk == risk for change in counted) for risk in reversed(RISKS)}
        return {"changes": len(self.changes), **risks, "waived": len(self.changes) - len(counted)}

    def sentence(self) -> str:
        """Return the summary for a person."""
        counts = self.summary()
        if not counts.pop("changes"):
            return "nothing changed"
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == BREAKING)

    def rows(self) -> Iterator[tuple[str, list[tuple[Change, list[Change]]]]]:
        """Yield per category its changes in the vocabulary's order of categories, each with those it brings about."""
        order = {category: index for index, category in enumerate(dict.fromkeys(word["category"] for word in self.words.values()))}
        heads = self._heads()
        ranked = sorted(heads, key=lambda change: (order[self._category(change)], -RISKS.index(change.risk)))
        for category, changes in groupby(ranked, key=self._category):
            yield category, [(change, heads[change]) for change in changes]

    def _category(self, change: Change) -> str:
        category: str = self.words[change.word]["category"]
        return category

    def _heads(self) -> dict[Change, list[Change]]:
        by_id, heads = {change.id: change for change in self.changes}, _Heads()
        for change in self.changes:
            head, seen = change, {change.id}
            while (above := by_id.get(head.follows or "")) is not None and above.id not in seen and self._is_alike(above, head):
                head = above
                seen.add(above.id)
            heads.setdefault(head, [])
            if head is not change:
                heads[head].append(change)
        return heads

    def _is_alike(self, one: Change, other: Change) -> bool:
        return one.risk == other.risk and self.waived.get(one.id) is self.waived.get(other.id)

    def rule(self, change: Change) -> str:
        """Return the id of the rule that *change* goes by."""
        rule: str = self.words[change.word]["rule"]
        return rule
