"""
alias-loop

What it checks
    Every name of the user's own comes to a model, over other names or not.

Why it matters
    A name for a name for itself names nothing: what uses it fails when it is called.

Bad
    {"modelRouting": {"fast": "small", "small": "fast"}}

Good
    {"modelRouting": {"fast": "small", "small": "openai-api:gpt-4.1-mini"}}

Seen
    Sloppy follows one name only, and asks its providers for a model called `small`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

CODE = "PV734"
NAME = "alias-loop"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per such name."""
    return remarked(catalog, NAME)
