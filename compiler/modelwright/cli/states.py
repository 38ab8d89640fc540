"""Where cooldowns and budgets are kept, for commands that call, and for those that only look."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from . import output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..runtime.dispatch.core import Core
    from ..runtime.registry import Registry
    from ..runtime.state import Store

_FILE = "sqlite:"


def store(where: str | None) -> Store:
    """Return the store at *where*, or that of the user; raises BadParameter where there can be none."""
    from ..runtime.errors import UsageError
    from ..runtime.state import open_store

    try:
        return open_store(where or _own())
    except UsageError as error:
        raise click.BadParameter(str(error), param_hint="--state") from error


@contextmanager
def looked_at(registry: Registry, where: str | None) -> Iterator[Core | None]:
    """
    Give what calls go by that have their state at *where*, or where the user's is, to look at: no file is made or changed.

    None, where nothing was kept there yet. What asks it raises StateError.
    """
    import warnings

    from ..runtime.dispatch.core import Core
    from ..runtime.state.guard import StateWarning
    from ..runtime.state.sqlite import SqliteStore

    kind, _, path = (where or _own()).partition(":")
    is_file = f"{kind}:" == _FILE and path
    if is_file and not os.path.exists(path):
        if where is not None:
            output.notice(f"{path} is not there, so nothing rests and nothing is spent")
        yield None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StateWarning)  # the error says it
        core = Core(registry, state=SqliteStore(path, keeps=False) if is_file else store(where), on_state_down="fail_closed")
        try:
            yield core
        finally:
            core.close()


def _own() -> str:
    from ..runtime import home

    return f"{_FILE}{home.state(os.environ)}"
