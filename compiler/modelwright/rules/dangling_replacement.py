"""
dangling-replacement

What it checks
    `replaced_by` names another model that is there and still answers.

Why it matters
    Who follows it when the old model ends is left without a model, or falls back to one of another maker at another price.

Bad
    {id: acme-1, status: deprecated, replaced_by: acme/acme-1}

Good
    {id: acme-1, status: deprecated, replaced_by: acme/acme-2}

Seen
    browser-use/browser-use#5673: an alias led to a model that no longer answers; Significant-Gravitas/AutoGPT#13089: users of retired models
    silently ended up on another maker's, at another price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..passes.aliases import scoped
from .nearest import did_you_mean, did_you_mean_ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry

CODE = "PV106"
NAME = "dangling-replacement"
SEVERITY = "error"


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per replacement that names nothing, the model itself, or a model that is retired."""
    aliases = None
    for entry in catalog.models.values():
        if "replaced_by" not in entry.facts or (entry.inherits and "replaced_by" not in entry.layers[-1].facts):
            continue
        target = entry.facts["replaced_by"]
        found = catalog.models.get(target)
        if found is None:
            aliases = scoped(catalog) if aliases is None else aliases
            found = next(
                (catalog.models[one.ref] for one in aliases.get(target, ()) if (one.since or "") <= catalog.today and (one.until is None or catalog.today < one.until)), None
            )
        if found is None:
            if not _may_exist(catalog, target):
                yield Finding(entry.place("replaced_by"), f"`{entry.ref}` is replaced by `{target}`, which is not in the registry", _help(catalog, target))
        elif found is entry:
            yield Finding(entry.place("replaced_by"), f"`{entry.ref}` is replaced by itself", "name the model to use instead, or remove `replaced_by`")
        elif _is_retired(found, catalog.today):
            onward = found.facts.get("replaced_by")
            yield Finding(
                entry.place("replaced_by"),
                f"`{entry.ref}` is replaced by `{target}`, which is retired itself",
                f"name what replaces that one: `{onward}`" if onward else "name a model that still answers",
            )


def _may_exist(catalog: Catalog, target: str) -> bool:
    provider = target.partition("/")[0]
    return provider in catalog.incomplete or (provider in catalog.providers and catalog.providers[provider].facts.get("open_ids", False))


def _is_retired(model: Entry, today: str) -> bool:
    return model.facts.get("status") == "retired" or model.facts.get("retires_on", today + "~") <= today


def _help(catalog: Catalog, target: str) -> str:
    provider = target.partition("/")[0]
    near = did_you_mean_ref(target, catalog) if provider in catalog.providers else did_you_mean(provider, catalog.providers)
    return f"{near}name a model of the registry as provider/id"
