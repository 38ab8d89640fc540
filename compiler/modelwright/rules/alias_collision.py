"""
alias-collision

What it checks
    An alias names one thing: no two models of a provider have it on the same day, and it is no other model's id. Likewise for providers, per dialect;
    the word of a dialect may be another provider's id, which means that one everywhere else.

Why it matters
    Which of the two is called, and billed, depends on the order of the files.

Bad
    models: [{id: acme-1, aliases: [acme-latest]}, {id: acme-2, aliases: [acme-latest]}]

Good
    models: [{id: acme-1, aliases: [{id: acme-latest, until: 2026-03-01}]}, {id: acme-2, aliases: [{id: acme-latest, since: 2026-03-01}]}]

Seen
    preloop/preloop#270: two models shared an alias, and requests for one were served and billed as the other. openclaw/openclaw#98658: the last one wins without a word.
    litellm 1.109.1 skips such aliases with a warning.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..dialects import NATIVE
from ..passes.aliases import Target, aliases_of
from .places import alias_place, id_place
from .remarks import remarked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Place

CODE = "PV103"
NAME = "alias-collision"
SEVERITY = "error"
_OURS = (None, NATIVE)
"""Dialects of an alias in whose files an id is an id."""


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per alias and model, or provider, that comes after another with a claim to it; the notes name the others."""
    return chain(_models(catalog), _providers(catalog), remarked(catalog, NAME))


def _models(catalog: Catalog) -> Iterator[Finding]:
    claims: dict[str, list[tuple[Entry, Target]]] = {}
    for entry in catalog.models.values():
        if "aliases" not in entry.facts:
            continue
        for _, alias, target in aliases_of(entry):
            name = f"{entry.provider}/{alias}"
            holder = catalog.models.get(name)
            if holder is not None and holder is not entry and not _over_before(target, holder):
                yield Finding(
                    alias_place(entry, alias),
                    f"the alias `{alias}` of `{entry.ref}` is the id of another model",
                    f"remove the alias, or the entry `{holder.ref}` if it is the same model",
                    (f"the model `{holder.ref}` is at {id_place(holder).span()}",),
                )
            claims.setdefault(name, []).append((entry, target))
    for name, claimants in claims.items():
        if len(claimants) > 1:
            yield from _judge(name.partition("/")[2], claimants)


def _over_before(target: Target, holder: Entry) -> bool:
    """Tell whether the alias had ended when the model that has it as its id came."""
    return target.until is not None and target.until <= holder.facts.get("released_on", "")


def _judge(alias: str, claimants: list[tuple[Entry, Target]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, (entry, target) in enumerate(claimants):
        others = {other.ref: other for other, theirs in claimants[:index] if other is not entry and theirs.overlaps(target)}
        if others and entry.ref not in seen:
            seen.add(entry.ref)
            yield Finding(
                alias_place(entry, alias),
                f"the alias `{alias}` of `{entry.ref}` is also an alias of {_list(others)}, on the same days",
                "leave it to one of them; if it moved from one to the other, give both entries the day: `until` and `since`",
                tuple(_note(other, alias_place(other, alias)) for other in others.values()),
            )


def _providers(catalog: Catalog) -> Iterator[Finding]:
    claims: dict[str, list[tuple[Entry, str | None]]] = {}
    for entry in catalog.providers.values():
        for alias in entry.facts.get("aliases", ()):
            name, dialect = (alias, None) if isinstance(alias, str) else (alias["id"], alias.get("dialect"))
            holder = catalog.providers.get(name)
            if holder is not None and holder is not entry and dialect in _OURS:
                yield Finding(
                    alias_place(entry, name),
                    f"the alias `{name}` of `{entry.id}` is the id of another provider",
                    "remove the alias; a provider's own id comes first, so it never holds",
                    (f"the provider `{name}` is at {id_place(holder).span()}",),
                )
            claims.setdefault(name, []).append((entry, dialect))
    for name, claimants in claims.items():
        for index, (entry, dialect) in enumerate(claimants):
            others = {other.id: other for other, theirs in claimants[:index] if other is not entry and (dialect == theirs or dialect is None or theirs is None)}
            if others:
                where = f" in the dialect {dialect}" if dialect else ""
                yield Finding(
                    alias_place(entry, name),
                    f"the alias `{name}` of `{entry.id}` is also an alias of {_list(others)}{where}",
                    "leave it to one of them, or give each the dialect in which it holds: `{id: …, dialect: …}`",
                    tuple(_note(other, alias_place(other, name)) for other in others.values()),
                )


def _list(refs: dict[str, Entry]) -> str:
    return " and ".join(f"`{ref}`" for ref in refs)


def _note(other: Entry, place: Place) -> str:
    return f"`{other.ref}` claims it at {place.span()}"
