"""One lint rule a file; the file is its registration."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics.diagnostic import Finding
    from ..ir.catalog import Catalog

_NOT_RULES = ("__init__", "figures", "hosts", "nearest", "places", "reference", "remarks", "runner", "waivers")


class Rule(Protocol):
    """What a rule module has."""

    __name__: str
    __doc__: str
    CODE: str
    NAME: str
    SEVERITY: str

    def check(self, catalog: Catalog) -> Iterator[Finding]: ...


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule module of this package, by code."""
    stems = (name[:-3] for name in os.listdir(os.path.dirname(__file__)) if name.endswith(".py"))
    modules = (import_module(f"{__name__}.{stem}") for stem in stems if stem not in _NOT_RULES)
    return tuple(sorted(modules, key=lambda rule: rule.CODE))
