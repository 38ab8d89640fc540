"""
redundant-alias

What it checks
    No alias repeats the id it belongs to, and none is written twice.

Why it matters
    It says nothing, and who later moves the alias to another model overlooks the second copy.

Bad
    {id: acme-large, aliases: [acme-large, big, big]}

Good
    {id: acme-large, aliases: [big]}

Seen
    looplj/axonhub#629: the same alias twice in one input went unnoticed. microsoft/foundry-local#102: ids and aliases in one table overwrite each other.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding, Fix
from ..ir.catalog import Place
from ..passes.aliases import Target
from .places import alias_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Layer

CODE = "PV109"
NAME = "redundant-alias"
SEVERITY = "warning"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per alias that can go; the fix takes the whole list where nothing would be left in it."""
    for entry in chain(catalog.models.values(), catalog.providers.values()):
        if "aliases" in entry.facts:
            yield from _judge(entry)


def _judge(entry: Entry) -> Iterator[Finding]:
    kept: list[tuple[str, str | None, Target, Layer]] = []
    for layer in entry.layers:
        if layer.inherited_from is not None or "aliases" not in layer.facts:
            continue
        redundant: list[tuple[int, str, tuple[str, ...]]] = []
        for index, alias in enumerate(layer.facts["aliases"]):
            spelling, dialect, target = _taken_apart(entry, alias)
            if spelling == entry.id:
                redundant.append((index, f"the alias `{spelling}` of `{entry.ref}` is its own id", ()))
            elif first := next((one for one in kept if _same(one, spelling, dialect, target)), None):
                notes = () if first[3] is layer else (f"the first is in {first[3].document.shown}",)
                redundant.append((index, f"the alias `{spelling}` of `{entry.ref}` is written twice", notes))
            else:
                kept.append((spelling, dialect, target, layer))
        yield from _findings(layer, redundant)


def _taken_apart(entry: Entry, alias: object) -> tuple[str, str | None, Target]:
    if isinstance(alias, dict):
        return alias["id"], alias.get("dialect"), Target(entry.ref, alias.get("since"), alias.get("until"))
    return alias_id(str(alias)), None, Target(entry.ref)


def _same(one: tuple[str, str | None, Target, Layer], spelling: str, dialect: str | None, target: Target) -> bool:
    return one[0] == spelling and one[1] in (None, dialect) and one[2].overlaps(target)


def _findings(layer: Layer, redundant: list[tuple[int, str, tuple[str, ...]]]) -> Iterator[Finding]:
    is_whole_list = len(redundant) == len(layer.facts["aliases"])
    for number, (index, message, notes) in enumerate(redundant):
        place = Place(layer.document, (*layer.pointer, "aliases", index))
        fix = Fix(place, None) if not is_whole_list else Fix(Place(layer.document, (*layer.pointer, "aliases")), None) if number == 0 else None
        yield Finding(place, message, "remove it", notes, fix)
