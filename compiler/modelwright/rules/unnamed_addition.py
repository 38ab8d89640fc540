"""
unnamed-addition

What it checks
    A model id in a user's file that the registry's provider does not have belongs to a model the user named, or let inherit.

Why it matters
    A misspelt id changes nothing and adds a second model in silence, while the one that was meant keeps its old facts.

Bad
    {"providers": {"acme": {"models": {"acme-larg": {"limits": {"context_tokens": 1000000}}}}}}

Good
    {"providers": {"acme": {"models": {"acme-large": {"limits": {"context_tokens": 1000000}}}}}}

Seen
    opencode#21564 and pi#2921: overrides that reach no model are dropped or added without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import REGISTRY, SIGHTINGS
from .nearest import did_you_mean_ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV604"
NAME = "unnamed-addition"
SEVERITY = "warning"

_KNOWN = (REGISTRY, SIGHTINGS)
_MEANT = ("name", "inherit")


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per model that a user's file adds to a provider of the registry without a name."""
    for overlay in catalog.overlays:
        for provider, patch in overlay.data.get("providers", {}).items():
            owner = catalog.providers.get(provider)
            if owner is None or owner.layers[0].name not in _KNOWN or owner.facts.get("open_ids") or provider in catalog.incomplete:
                continue
            for identity in patch.get("models", {}):
                entry = catalog.models[f"{provider}/{identity}"]
                if entry.layers[0].document is overlay.document and not any(key in entry.layers[0].facts for key in _MEANT):
                    yield Finding(
                        entry.place(on_key=True),
                        f"`{entry.ref}` is not in the registry, so this adds a model",
                        f"{did_you_mean_ref(entry.ref, catalog)}give it a `name` if it is a model of your own",
                    )
