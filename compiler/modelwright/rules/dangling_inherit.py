"""
dangling-inherit

What it checks
    Every `inherit` and `inherit_all` names models that are there.

Why it matters
    The model inherits nothing: its limits, modalities and capabilities are unknown, and whoever filters by them no longer finds it.

Bad
    {id: acme-large, inherit: anthropic/claude-sonet-4-5}

Good
    {id: acme-large, inherit: anthropic/claude-sonnet-4-5}

Seen
    models.dev@f3fc69229: 31 links to model files that were removed under an unrelated title (d25df3464).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place
from .nearest import did_you_mean, did_you_mean_ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Note

CODE = "PV104"
NAME = "dangling-inherit"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per reference that names nothing."""
    for note in catalog.notes:
        if note.kind != "dangling-inherit":
            continue
        (target,) = note.about
        provider, _, identity = target.partition("/")
        if note.place.pointer[0] == "inherit_all":
            yield _whole_provider(catalog, note, target)
        elif target not in catalog.models:
            if provider not in catalog.incomplete:
                yield Finding(
                    _target(note),
                    f"there is no model `{target}` to inherit from",
                    f"{did_you_mean_ref(target, catalog)}name a model of the registry as provider/id, or write its facts here",
                )
        elif note.place.pointer[:4] != ("providers", provider, "models", identity):  # a model that inherits from itself is a circle
            yield Finding(
                _target(note),
                f"the model `{target}` comes too late to be inherited from",
                "declare it in the registry; what listings and overlays add is not there yet when this layer is read",
            )


def _whole_provider(catalog: Catalog, note: Note, target: str) -> Finding:
    if "except" in note.place.pointer:
        return Finding(
            note.place, f"`inherit_all` leaves out `{target}`, which is not there", f"{did_you_mean_ref(target, catalog)}name an id of that provider, or remove the line"
        )
    provider = target.rpartition(" ")[2]
    known = {model.provider for model in catalog.models.values()}
    return Finding(
        note.place, f"`inherit_all` names the provider `{provider}`, which has no models", f"{did_you_mean(provider, known)}name a provider of the registry that has models"
    )


def _target(note: Note) -> Place:
    """Return where the ref is written: `inherit` may hold it under `model`."""
    return Place(note.place.document, (*note.place.pointer, "model"))
