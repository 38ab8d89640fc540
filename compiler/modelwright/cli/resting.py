"""Which routes rest now, and which have spent their budget, as calls that share a state would find. Nothing is sent, and no program is run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from . import states
from .destination import destination

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..runtime.dispatch.core import Core
    from ..runtime.registry import Registry
    from ..runtime.routing.candidate import Candidate, Routing

_NEEDS_ASKING = "chain"


def route(registry: Registry, where: str | None, project: str | None, *asked: Any, **more: Any) -> Routing:
    """Return the routes as `Registry.route` does, and as the state at *where*, or that of the user, has it for calls of *project*; with a warning without it, where it cannot be read."""
    from ..diagnostics.render_text import printable
    from ..runtime.dispatch.standing import rested
    from ..runtime.errors import StateError

    try:
        with states.looked_at(registry, where) as core:
            if core is None:
                return registry.route(*asked, **more)
            standing = core.standing(project, None)
            routing = core.router.route(*asked, standing=standing, **more)
            return rested(core, routing, [_keys(core, one) for one in routing.kept], standing)
    except StateError as error:
        click.echo(f"warning: what rests and what is spent is not known: {printable(str(error))}", err=True)
        return registry.route(*asked, **more)


def _keys(core: Core, candidate: Candidate) -> Sequence[str]:
    """Return what *candidate* would be cooled by; without its credential, where that has to be asked for."""
    from ..runtime.credentials import chain
    from ..runtime.dispatch.prepare import keys_of
    from ..runtime.errors import CredentialError, UsageError

    try:
        place = destination(core.registry, candidate.model, profile=candidate.profile)
    except UsageError:
        return ()
    if place.step not in (None, _NEEDS_ASKING):
        search = chain.for_model(core.registry, candidate.model, os.environ, profile=candidate.profile, run=_not_run)
        try:
            found = chain.first(search)
        except (CredentialError, UsageError):
            pass
        else:
            if found.source == place.source:
                return keys_of(candidate, found.route, found.parts())
    return keys_of(candidate, place.endpoint.route, {})[1:]


def _not_run(*_: Any) -> Any:
    from ..runtime.credentials.answer import UnreadableError

    raise UnreadableError("it is not run to look at routes")
