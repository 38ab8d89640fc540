"""Give models the facts of the model they inherit from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..ir.catalog import REGISTRY, Catalog, Entry, Layer, Note, Place
from .fields import inherited_fields
from .merge import merged, without

if TYPE_CHECKING:
    from ..ir.catalog import Facts, ModelsFile


def inherit(catalog: Catalog) -> None:
    """Resolve every `inherit` and `inherit_all`; what points nowhere or in a circle becomes a note and inherits nothing."""
    pending = [file for file in catalog.files if "inherit_all" in file.data]
    while pending:
        _expand(catalog, pending, pending[0])
    done: set[str] = set()
    for entry in list(catalog.models.values()):
        if "inherit" in entry.facts:
            _resolve(catalog, entry, done, ())


def _expand(catalog: Catalog, pending: list[ModelsFile], file: ModelsFile) -> None:
    """Offer what *file* inherits, after what its source inherits itself; the files still to come are in *pending*."""
    pending.remove(file)
    document, data = file.document, file.data
    rule = data["inherit_all"]
    provider, source, skip = data["provider"], rule["provider"], set(rule.get("except", ()))
    for other in [other for other in pending if other.data["provider"] == source]:
        if other in pending:
            _expand(catalog, pending, other)
    offered = list(catalog.models_of(source))
    if not offered and source not in catalog.incomplete:
        catalog.notes.append(Note("dangling-inherit", Place(document, ("inherit_all", "provider")), (f"every model of {source}",)))
    for index, identity in enumerate(rule.get("except", ())):
        if f"{source}/{identity}" not in catalog.models and source not in catalog.incomplete:
            catalog.notes.append(Note("dangling-inherit", Place(document, ("inherit_all", "except", index)), (f"{source}/{identity}",)))
    for model in offered:
        if model.id in skip:
            continue
        ref = f"{provider}/{model.id}"
        how: Facts = {"id": model.id, "inherit": {"model": model.ref, **({"with": rule["with"]} if "with" in rule else {})}}
        own = catalog.models.get(ref)
        if own is None:
            layer = Layer(REGISTRY, document, ("inherit_all",), how, None, None, data.get("sources"))
            catalog.models[ref] = Entry(ref, provider, model.id, how, [layer])
        elif "inherit" not in own.facts:
            own.facts = {**how, **own.facts}


def _resolve(catalog: Catalog, entry: Entry, done: set[str], path: tuple[str, ...]) -> None:
    if entry.ref in done:
        return
    rule = entry.facts["inherit"]
    target, extra = (rule, ()) if isinstance(rule, str) else (rule["model"], tuple(rule.get("with", ())))
    base = catalog.models.get(target)
    if base is None or target in (*path, entry.ref):
        if base is not None:
            circle = " → ".join((*path, entry.ref, target))
            catalog.notes.append(Note("inherit-cycle", entry.place("inherit"), (circle,)))
        elif target.partition("/")[0] not in catalog.incomplete:
            catalog.notes.append(Note("dangling-inherit", entry.place("inherit"), (target,)))
        done.add(entry.ref)
        return
    if "inherit" in base.facts:
        _resolve(catalog, base, done, (*path, entry.ref))
    take(entry, base, inherited_fields(extra))
    done.add(entry.ref)


def take(entry: Entry, base: Entry, fields: frozenset[str]) -> None:
    """Put the *fields* of *base* below what *entry* says itself."""
    facts = {key: value for key, value in base.facts.items() if key in fields}
    entry.facts = merged(without(facts, entry.facts.get("$unset", ())), entry.facts)
    shared = [replace(layer, fields=fields if layer.fields is None else layer.fields & fields, inherited_from=layer.inherited_from or base.ref) for layer in base.layers]
    entry.layers = [*shared, *entry.layers]
    entry.inherits = base.ref
