"""A model put into a user's file, and taken out of it again, as data: one dialect a file, with `add` and `remove`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from .. import family

if TYPE_CHECKING:
    from collections.abc import Callable

    from .wish import Wish


class Entries(Protocol):
    """What a module of this package has. Data is what the file holds: a mapping, or rows."""

    HAS_OWN_PROVIDERS: bool
    """Whether the file can define a provider that nobody knows."""

    def add(self, data: Any, wish: Wish) -> Any:
        """Return *data* with what is wished for, in place of an entry of the same id in any case; raises UnsayableError."""
        ...

    def remove(self, data: Any, provider: str, model: str, meant: Callable[[str], str]) -> Any:
        """Return *data* without the model of *provider*, which *meant* finds by its key; raises LookupError, which says what is not there."""
        ...


def entries_of(dialect: str) -> Entries:
    """Return what edits files of *dialect*."""
    entries: Entries = import_module(f"{__name__}.{family(dialect)}")
    return entries
