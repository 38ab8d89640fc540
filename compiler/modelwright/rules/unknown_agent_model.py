"""
unknown-agent-model

What it checks
    The models that agents use, those that intents prefer, and those on the list of allowed ones, are there.

Why it matters
    An agent whose model nobody has fails at its first call, or goes to a fallback without a word.

Bad
    {"agents": {"defaults": {"primary": "acme/acme-larg"}}}

Good
    {"agents": {"defaults": {"primary": "acme/acme-large"}}}

Seen
    Fased's documentation of models has a section of its own on replies that stop because a model "is not allowed", a misspelt one being the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from ..passes.aliases import scoped, used
from .nearest import did_you_mean, did_you_mean_ref
from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV753"
NAME = "unknown-agent-model"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per ref that names no model."""
    known = None
    for overlay in catalog.overlays:
        for pointer, ref in used(overlay.data):
            provider = ref.partition("/")[0]
            entry = catalog.providers.get(provider)
            if ref in catalog.models or ref.partition("/")[0] in catalog.accounts or provider in catalog.incomplete or (entry is not None and entry.facts.get("open_ids")):
                continue
            known = scoped(catalog) if known is None else known
            if ref not in known:
                near = did_you_mean_ref(ref, catalog) if entry is not None else did_you_mean(provider, catalog.providers)
                yield Finding(Place(overlay.document, pointer, on_key=pointer[0] == "allowed_models"), f"there is no model `{ref}`", f"{near}`providers models list` has them all")
    yield from remarked(catalog, NAME)
