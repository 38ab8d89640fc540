"""fased: to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dialect import Draft

NAME = "fased"
ENTRIES: tuple[tuple[str | None, ...], ...] = ()


def recognises(data: Any) -> bool:
    """Tell whether *data* is written in this dialect."""
    return False


def translate(data: Any, draft: Draft) -> None:
    """Put what *data* says into *draft*."""
