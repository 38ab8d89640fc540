"""One form of users' files a file: a module with NAME, `recognises` and `translate` is a dialect, found by walking this package."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dialect import Dialect

NATIVE = "native"
_VARIANTS = "@"


@cache
def all_dialects() -> dict[str, Dialect]:
    """Return every dialect but the native one by its name, sorted."""
    stems = (name[:-3] for name in os.listdir(os.path.dirname(__file__)) if name.endswith(".py") and name != "__init__.py")
    modules = [module for stem in stems if hasattr(module := import_module(f"{__name__}.{stem}"), "NAME")]
    return {module.NAME: module for module in sorted(modules, key=lambda module: str(module.NAME))}


def detect(data: Any) -> str:
    """Return the name of the dialect that *data*, the content of a user's file, is written in; what no other takes for its own is native."""
    return next((name for name, dialect in all_dialects().items() if dialect.recognises(data)), NATIVE)


def family(name: str) -> str:
    """
    Return the dialect that *name*, which may name a version of its grammar, belongs to.

    >>> family("sloppy@seed"), family("zot")
    ('sloppy', 'zot')
    """
    return name.partition(_VARIANTS)[0]


def policy_word(name: str) -> str:
    """
    Return the word of `registry/vocabulary/dialects.yaml` for *name*.

    >>> policy_word("sloppy@seed"), policy_word("zot")
    ('sloppy-seed', 'zot')
    """
    return name.replace(_VARIANTS, "-")
