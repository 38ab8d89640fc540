"""Bring users' files that are written in other dialects into the native form; what rules are to report of them becomes remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..dialects import NATIVE, family, named, policy_word
from ..dialects.dialect import Draft, Known, Translated
from ..ir.catalog import Note, Overlay, Place
from .aliases import scoped

if TYPE_CHECKING:
    from ..ir.catalog import Catalog


def translate(catalog: Catalog) -> None:
    """Replace every overlay that is not native by what it says in the native form."""
    for index, overlay in enumerate(catalog.overlays):
        catalog.overlays[index] = _native(catalog, overlay) if overlay.dialect != NATIVE else _with_policy(catalog, overlay, overlay.data)


def _native(catalog: Catalog, overlay: Overlay) -> Overlay:
    draft = Draft(known(catalog, overlay.dialect), overlay.dialect.partition("@")[2])
    named(family(overlay.dialect)).translate(overlay.data, draft)
    for remark in draft.remarks:
        catalog.notes.append(Note(remark.rule, Place(overlay.document, remark.at, remark.on_key), (remark.message, remark.help)))
    translated = Translated(overlay.document, draft)
    return _with_policy(catalog, Overlay(overlay.name, translated, draft.data, overlay.trusted, overlay.dialect, draft.pins), draft.data)


def _with_policy(catalog: Catalog, overlay: Overlay, data: dict[str, Any]) -> Overlay:
    overlay.policy = {**catalog.words("dialects").get(policy_word(overlay.dialect), {}), **data.get("policy", {})}
    return overlay


def known(catalog: Catalog, dialect: str) -> Known:
    """Return what a *dialect* may ask about the registry."""
    return Known(
        {entry.id: entry.facts for entry in catalog.providers.values()},
        spellings(catalog, dialect),
        {ref: entry.facts for ref, entry in catalog.models.items()},
        {spelling: targets[-1].ref for spelling, targets in scoped(catalog).items()},
        catalog.words("protocols"),
        catalog.words("dialects").get(policy_word(dialect), {}),
        frozenset(catalog.words("auth").get("none", {}).get("placeholders", ())),
    )


def spellings(catalog: Catalog, dialect: str = NATIVE) -> dict[str, str]:
    """Return every spelling of a provider to its id: those of *dialect* first, then ids, then aliases that no dialect claims, then what only one provider is called anywhere."""
    own: dict[str, str] = {}
    free: dict[str, str] = {}
    other: dict[str, set[str]] = {}
    for entry in catalog.providers.values():
        for alias in entry.facts.get("aliases", ()):
            said = {"id": alias} if isinstance(alias, str) else alias
            name = said["id"].lower()
            if said.get("dialect") == family(dialect):
                own.setdefault(name, entry.id)
            elif "dialect" in said:
                other.setdefault(name, set()).add(entry.id)
            else:
                free.setdefault(name, entry.id)
    alone = {name: ids.pop() for name, ids in other.items() if len(ids) == 1}
    return {**alone, **free, **{identity: identity for identity in catalog.providers}, **own}
