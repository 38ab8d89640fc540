"""One form of users' files a file: a module with NAME, `recognises` and `translate` is a dialect, found by walking this package."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .dialect import Dialect

NATIVE = "native"
_VARIANTS = "@"


def _walk() -> Iterator[Dialect]:
    """Yield every dialect but the native one, sorted; each is imported when it is its turn, since most files are told by one of the first."""
    stems = (name[:-3] for name in sorted(os.listdir(os.path.dirname(__file__))) if name.endswith(".py") and name != "__init__.py")
    yield from (module for stem in stems if hasattr(module := named(stem), "NAME"))


def named(name: str) -> Any:
    """Return the dialect *name*, which is its module."""
    return import_module(f"{__name__}.{name}")


def all_dialects() -> dict[str, Dialect]:
    """Return every dialect but the native one by its name, sorted."""
    return {dialect.NAME: dialect for dialect in _walk()}


def detect(data: Any) -> str:
    """Return the name of the dialect that *data*, the content of a user's file, is written in; what no other takes for its own is native."""
    return next((dialect.NAME for dialect in _walk() if dialect.recognises(data)), NATIVE)


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
