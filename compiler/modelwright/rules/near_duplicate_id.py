"""
near-duplicate-id

What it checks
    No two models of a provider have ids or aliases that differ only in case and punctuation.

Why it matters
    They are usually one model entered twice; the two copies then drift apart in price and limits, and which is used depends on the spelling.

Bad
    models: [{id: claude-3-5-haiku}, {id: claude-3.5-haiku}]

Good
    models: [{id: claude-3-5-haiku, aliases: [claude-3.5-haiku]}]

Seen
    models.dev@f3fc69229: 1 pair; genai-prices@47df840: 1; litellm 1.109.1: 9. multica-ai/multica#2654
    and 2389-research/dippin-lang#188: models under their other spelling were counted as costing nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..passes.aliases import Target, aliases_of
from .places import alias_place, id_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Place

    Spelling = tuple[Entry, str, Target]

CODE = "PV102"
NAME = "near-duplicate-id"
SEVERITY = "warning"

_PUNCTUATION = b" -._:@/~"
_TEMPLATE_POINTER = ("inherit_all",)


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per spelling that another model of the provider has, but for case and punctuation."""
    with_aliases = [entry for entry in catalog.models.values() if "aliases" in entry.facts]
    names = [*catalog.models, *(f"{entry.provider}/{alias}" for entry in with_aliases for _, alias, _ in aliases_of(entry))]
    # All names are folded in one go: one by one it would take ten times as long.
    folded = "\n".join(names).lower().encode().translate(None, _PUNCTUATION).split(b"\n")
    if len(set(folded)) == len(folded):
        return
    spellings: list[Spelling] = [(entry, entry.id, Target(entry.ref)) for entry in catalog.models.values()]
    spellings += ((entry, alias, target) for entry in with_aliases for _, alias, target in aliases_of(entry))
    groups: dict[tuple[str, bytes], list[Spelling]] = {}
    twice = {key for key, count in Counter(folded).items() if count > 1}
    for spelling, key in zip(spellings, folded, strict=True):
        if key in twice:
            groups.setdefault((spelling[0].provider, key), []).append(spelling)
    for group in groups.values():
        yield from _judge(group)


def _judge(group: list[Spelling]) -> Iterator[Finding]:
    for index, (entry, spelling, target) in enumerate(group):
        if entry.layers[-1].pointer == _TEMPLATE_POINTER:
            continue  # it repeats what another provider's file says
        others = [other for other in group[:index] if other[0] is not entry and other[1] != spelling and other[2].overlaps(target)]
        if others:
            first, theirs, _ = others[0]
            yield Finding(
                _place(entry, spelling),
                f"`{spelling}` of `{entry.ref}` differs from `{theirs}` of `{first.ref}` only in case or punctuation",
                f"if they are one model, keep the id its provider lists and make the other an alias: `aliases: [{spelling}]`",
                (f"`{theirs}` is at {_place(first, theirs).span()}",),
            )


def _place(entry: Entry, spelling: str) -> Place:
    return id_place(entry) if spelling == entry.id else alias_place(entry, spelling)
