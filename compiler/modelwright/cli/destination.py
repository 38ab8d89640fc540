"""Where a call would go, and which credential it would have. Nothing is sent, and no secret is read: only where it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ..runtime.credentials import chain
from ..runtime.endpoint import endpoint

if TYPE_CHECKING:
    from ..ir.resolved import Model
    from ..runtime.endpoint import Endpoint
    from ..runtime.registry import Registry


class Destination(NamedTuple):
    """Where a call would go."""

    endpoint: Endpoint
    source: str | None
    """Names the place of the credential; None: there is none."""
    step: str | None
    """The step that has it."""
    cure: str
    """What gives one."""


def destination(registry: Registry, model: Model, route: str | None = None, profile: str | None = None) -> Destination:
    """Return where a call to *model* would go, over *route* and with *profile* alone where these are given; raises what `endpoint` raises."""
    search = chain.for_model(registry, model, os.environ, route, profile=profile)
    credential = next((look for look in chain.looks(search) if look.found), None)
    found = endpoint(registry, model, os.environ, route if credential is None else credential.route)
    if credential is not None:
        return Destination(found, credential.source, credential.step, "")
    has_chain = search.kinds.get(found.auth_kind, {}).get("chain") and any(step["step"] == "chain" for step in search.account["credentials"])
    if has_chain:  # a role of the machine, which only a call finds
        return Destination(found, found.auth_kind, "chain", "")
    return Destination(found, None, None, chain.cure(search))
