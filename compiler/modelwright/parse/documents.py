"""Checked documents → the catalogue's declared entries. A bad entry is left out and takes no other with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ir.catalog import REGISTRY, Catalog, Entry, Layer, ModelsFile, Note, Overlay, Place

if TYPE_CHECKING:
    from ..ir.catalog import Facts, Pointer
    from ..source.document import Document
    from ..source.node import Problem

    Ways = tuple[tuple[str | None, ...], ...]


def add(catalog: Catalog, document: Document, problems: list[Problem], *, layer: str = REGISTRY, trusted: bool = True, dialect: str = "native", entries: Ways = ()) -> None:
    """
    Put what *document* declares into *catalog*, without what *problems* are about.

    *entries* are the ways to what can be left out of a user's file of another *dialect* without the rest.
    """
    if problems and document.kind in ("provider", "models"):
        catalog.incomplete.add(document.path.rpartition("/")[2].removesuffix(".yaml"))
    if document.data is None:
        return
    bad = [document.root.pointer_of(problem) if document.root else () for problem in problems] if problems else []
    cuts = [_cut(document.kind, pointer, entries) for pointer in bad]
    data = _without(document.data, {cut for cut in cuts if cut is not None}) if bad else document.data
    if data is None or None in cuts:
        return
    if document.kind == "vocabulary":
        catalog.vocabulary[data["vocabulary"]] = data["words"]
    elif document.kind == "provider":
        _add_provider(catalog, document, data, layer)
    elif document.kind == "models":
        _add_models(catalog, document, data, layer)
    elif document.kind == "decisions":
        catalog.decisions.extend((document, index, said) for index, said in enumerate(data["decisions"]) if said is not None)
    elif document.kind == "overlay":
        catalog.overlays.append(Overlay(layer, document, data, trusted))
    elif dialect != "native":
        catalog.overlays.append(Overlay(layer, document, data, trusted, dialect))
    else:
        catalog.listings.extend((document, listing | {"index": index}) for index, listing in enumerate(data["listings"]) if listing is not None)


def _cut(kind: str, pointer: Pointer, entries: Ways = ()) -> Pointer | None:
    """Return the smallest entry around *pointer* that can be left out; None when that is the whole document."""
    for way in entries:
        if len(pointer) >= len(way) and all(step in (None, here) for step, here in zip(way, pointer, strict=False)):
            return pointer[: len(way)]
    if kind in ("models", "decisions") and len(pointer) >= 2 and pointer[0] == kind:
        return pointer[:2]
    if kind == "sightings" and len(pointer) >= 2:
        return pointer[:4] if pointer[2:3] == ("models",) and len(pointer) >= 4 else pointer[:2]
    if kind == "overlay" and len(pointer) >= 2:
        return pointer[:4] if pointer[0] == "providers" and pointer[2:3] == ("models",) else pointer[:3] if pointer[0] == "providers" else pointer[:2]
    if kind == "overlay" and len(pointer) == 1:
        return pointer
    return None


def _without(data: Any, cuts: set[Pointer]) -> Any:
    """Return *data* without the entries at *cuts*; in lists they become None, so that the others keep their index."""
    if () in cuts:
        return None
    steps = {cut[0] for cut in cuts}
    if isinstance(data, dict):
        left = {key: _without(value, {cut[1:] for cut in cuts if cut[0] == key}) if key in steps else value for key, value in data.items()}
        return {key: value for key, value in left.items() if (key,) not in cuts}
    if isinstance(data, list):
        return [_without(value, {cut[1:] for cut in cuts if cut[0] == index}) if index in steps else value for index, value in enumerate(data)]
    return data


def _add_provider(catalog: Catalog, document: Document, data: Facts, layer: str) -> None:
    identity = data["id"]
    if document.path != f"registry/providers/{identity}.yaml":
        catalog.notes.append(Note("file-name", Place(document, ("id",)), (identity, document.path)))
    if identity in catalog.providers:
        catalog.notes.append(Note("duplicate-provider", Place(document, ("id",)), (identity,)))
        return
    catalog.providers[identity] = Entry(identity, identity, identity, data, [Layer(layer, document, (), data)])


def _add_models(catalog: Catalog, document: Document, data: Facts, layer: str) -> None:
    provider = data["provider"]
    if document.path != f"registry/models/{provider}.yaml":
        catalog.notes.append(Note("file-name", Place(document, ("provider",)), (provider, document.path)))
    catalog.files.append(ModelsFile(document, data))
    models, sources = catalog.models, data.get("sources")
    for index, facts in enumerate(data["models"]):
        if facts is None:
            continue
        identity = facts["id"]
        ref = f"{provider}/{identity}"
        if ref in models:
            catalog.notes.append(Note("duplicate-model", Place(document, ("models", index, "id")), (ref, str(models[ref].place("id").span()))))
            continue
        models[ref] = Entry(ref, provider, identity, facts, [Layer(layer, document, ("models", index), facts, None, None, sources)])
