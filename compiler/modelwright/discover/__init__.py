"""One listing shape a file: a module with NAME, `request` and `parse` is an adapter, found by walking this package."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .adapter import Adapter


@cache
def all_adapters() -> dict[str, Adapter]:
    """Return every adapter by its word in `registry/vocabulary/discovery.yaml`, sorted."""
    stems = (name[:-3] for name in os.listdir(os.path.dirname(__file__)) if name.endswith(".py") and name != "__init__.py")
    modules = [module for stem in stems if hasattr(module := import_module(f"{__name__}.{stem}"), "NAME")]
    return {module.NAME: module for module in sorted(modules, key=lambda module: str(module.NAME))}
