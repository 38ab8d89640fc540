"""A finding: where, what, why, how to fix it. Knows nothing of YAML, rules or colours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..ir.catalog import Place
    from ..ir.span import Span

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Fix:
    """A change to one node: its new text, or None to remove it. Safe ones keep what the data means."""

    place: Place
    text: str | None
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule yields; its code, name and severity are the rule module's."""

    place: Place
    message: str
    help: str
    notes: tuple[str, ...] = ()
    fix: Fix | None = None
    span: Span | None = None
    """Where it stands, when that is not a node; otherwise the place tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """What is reported."""

    code: str
    name: str
    severity: str
    span: Span
    message: str
    why: str
    help: str
    notes: tuple[str, ...] = ()
    fix: Fix | None = field(default=None, compare=False)
    source_line: str = field(default="", compare=False)

    @property
    def fixable(self) -> bool:
        """Whether `--fix` mends it."""
        return self.fix is not None and self.fix.safe

    def order(self) -> tuple[str, int, int, str, str]:
        """Return what findings are sorted by: place, then code."""
        return (self.span.path, self.span.line, self.span.column, self.code, self.message)
