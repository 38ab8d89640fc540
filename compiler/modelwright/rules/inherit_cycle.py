"""
inherit-cycle

What it checks
    No model inherits from itself, not over others either.

Why it matters
    Nobody in a circle says the facts, so all of them are unknown for every model in it.

Bad
    models: [{id: a, inherit: acme/b}, {id: b, inherit: acme/a}]

Good
    models: [{id: a, limits: {context_tokens: 200000}}, {id: b, inherit: acme/a}]

Seen
    majiayu000/litellm-rs#214: alias circles were accepted in silence; QuantumNous/new-api#1033: a → b → c → b went unnoticed and looped.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Layer

CODE = "PV105"
NAME = "inherit-cycle"
SEVERITY = "error"

_ARROW = " → "


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per circle, at the reference that closes it."""
    for note in catalog.notes:
        if note.kind == "inherit-cycle":
            way = note.about[0].split(_ARROW)
            circle = way[way.index(way[-1]) :]
            others = [(ref, following) for ref, following in pairwise(circle) if ref != way[-2]]
            yield Finding(
                note.place,
                f"the model `{circle[0]}` inherits from itself" + (f": {_ARROW.join(circle)}" if others else ""),
                "let one of them say its facts itself and remove its `inherit`",
                tuple(f"`{ref}` inherits from `{following}` at {_place(catalog.models[ref], following).span()}" for ref, following in others),
            )
        elif note.kind == "dangling-inherit" and note.place.pointer[0] == "providers":
            _, provider, _, identity, *_ = note.place.pointer
            if note.about == (f"{provider}/{identity}",):
                yield Finding(note.place, f"the model `{provider}/{identity}` inherits from itself", "remove `inherit`; what the layers below say of the model holds anyway")


def _place(entry: Entry, target: str) -> Place:
    """Return where it is said that *entry* inherits from *target*."""
    said = [layer for layer in entry.layers if layer.inherited_from is None and "inherit" in layer.facts]
    layer = next((layer for layer in said if _target(layer) == target), entry.layers[0])
    return Place(layer.document, (*layer.pointer, "inherit"))


def _target(layer: Layer) -> str:
    rule = layer.facts["inherit"]
    return str(rule if isinstance(rule, str) else rule["model"])
