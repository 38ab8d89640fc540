"""Lay what the user's and the project's files say of models over the registry: single facts, new models, names of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import Catalog, Entry, Layer, Note, Overlay, Place, at
from .fields import inherited_fields, model_fields
from .inherit import take
from .merge import patched, without
from .trust import allowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.catalog import Facts


def overlays(catalog: Catalog) -> None:
    """Apply every overlay, lowest layer first."""
    for overlay in catalog.overlays:
        for name, ref in overlay.data.get("aliases", {}).items():
            catalog.aliases[name] = (ref, Place(overlay.document, ("aliases", name)))
    for overlay in catalog.overlays:
        providers = ((identity, patch) for identity, patch in overlay.data.get("providers", {}).items() if identity in catalog.providers)
        pending = {f"{identity}/{model}": (identity, model, facts) for identity, patch in providers for model, facts in patch.get("models", {}).items()}
        for ref in sorted(pending):
            _models(catalog, overlay, pending, (ref,))


def _models(catalog: Catalog, overlay: Overlay, pending: dict[str, tuple[str, str, Facts]], path: tuple[str, ...]) -> None:
    """Apply what *overlay* says of the last model of *path*, after the model it inherits from, wherever that stands in the file."""
    if path[-1] not in pending:
        return
    provider, identity, patch = pending.pop(path[-1])
    if "inherit" in patch:
        target = _rule(patch)[0]
        if target in path[:-1]:
            place = Place(overlay.document, ("providers", provider, "models", identity, "inherit"))
            catalog.notes.append(Note("inherit-cycle", place, (" → ".join((*path, target)),)))
            patch = {key: value for key, value in patch.items() if key != "inherit"}
        else:
            _models(catalog, overlay, pending, (*path, target))
    _model(catalog, overlay, provider, identity, patch)


def _rule(patch: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the model to inherit from, and what is inherited besides its facts."""
    rule = patch["inherit"]
    return (rule, ()) if isinstance(rule, str) else (rule["model"], tuple(rule.get("with", ())))


def _model(catalog: Catalog, overlay: Overlay, provider: str, identity: str, patch: Facts) -> None:
    pointer = ("providers", provider, "models", identity)
    own = allowed(catalog, overlay, pointer, patch, model_fields())
    ref = f"{provider}/{identity}"
    entry = catalog.models.get(ref)
    if entry is None:
        entry = catalog.models[ref] = Entry(ref, provider, identity, {"id": identity}, [])
    if "inherit" in own:
        target, extra = _rule(own)
        if target in catalog.models and target != ref:
            take(entry, catalog.models[target], inherited_fields(extra))
        else:
            catalog.notes.append(Note("dangling-inherit", Place(overlay.document, (*pointer, "inherit")), (target,)))
    defers = _deferred(overlay, entry, own)
    entry.facts = patched(entry.facts, _less(own, defers))
    entry.layers.append(Layer(overlay.name, overlay.document, pointer, own, defers=defers))


def _deferred(overlay: Overlay, entry: Entry, own: Facts) -> frozenset[str]:
    """Return the facts of *own* on which the overlay's dialect has the registry speak, where that knows them."""
    if not entry.layers:
        return frozenset()
    pinned = overlay.pins.get(entry.ref, ())
    names = [name for name in overlay.policy.get("catalog_over_user", ()) if name not in pinned]
    return frozenset(name for name in names if at(own, tuple(name.split(".")))[0] and at(entry.facts, tuple(name.split(".")))[0])


def _less(own: Facts, names: frozenset[str]) -> Facts:
    return without(own, names) if names else own
