"""One catalogue a file: a module with NAME and `read` is an importer, found by walking this package."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

Catalogue = dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]
"""Provider id to its provider entry, without order and sources, and its models in the catalogue's order."""


class Importer(Protocol):
    """What an importer module has. It may have `finder` too, where the catalogue has rules for the spelling of ids."""

    NAME: str

    def read(self, catalogue: Any, skipped: list[str] | None = None) -> Catalogue: ...


@cache
def all_importers() -> dict[str, Importer]:
    """Return every importer by its name, sorted."""
    stems = (name[:-3] for name in os.listdir(os.path.dirname(__file__)) if name.endswith(".py") and name != "__init__.py")
    modules = [module for stem in stems if hasattr(module := import_module(f"{__name__}.{stem}"), "NAME")]
    return {module.NAME: module for module in sorted(modules, key=lambda module: str(module.NAME))}


def finder_of(importer: Importer, catalogue: Any) -> Callable[[str, str], str | None] | None:
    """Return what maps a provider and a spelling to the id of the model that *catalogue* means by it; None when only ids count."""
    make: Callable[[Any], Callable[[str, str], str | None]] | None = getattr(importer, "finder", None)
    return None if make is None else make(catalogue)
