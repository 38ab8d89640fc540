"""
fact-without-source

What it checks
    Every group of facts a registry file states has a source: the group's own or the `default`, from the model or from its
    file. Prices and earlier limits may name theirs one by one.

Why it matters
    A fact nobody can look up again cannot be refreshed, and is wrong within months.

Bad
    models: [{id: acme-large, prices: [{input_usd_per_mtok: 3}]}] in a file without `sources`

Good
    models: [{id: acme-large, prices: [{input_usd_per_mtok: 3}], sources: {prices: {from: acme's price list, read_on: 2026-11-01}}}]

Seen
    litellm 1.109.1 wheel: 1,377 of 4,551 models without a source; genai-prices@47df840: 1,109 of 1,468 models without
    the day their prices were read;
    models.dev#4430: reviewers ask for evidence that no field can hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from ..ir.catalog import REGISTRY, Place
from ..passes.fields import model_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog, Entry, Layer

CODE = "PV501"
NAME = "fact-without-source"
SEVERITY = "error"

_WITHOUT = ("name", "aliases")
"""What names a model needs no source."""
_ONE_BY_ONE = ("prices", "earlier_limits")


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per model with facts that have no source, at the first of them; what it inherits is its base's to source."""
    for model in catalog.models.values():
        for layer in model.layers:
            if (layer.sources is None or "default" not in layer.sources) and layer.name == REGISTRY and layer.inherited_from is None:
                yield from _judged(model, layer)


def _judged(model: Entry, layer: Layer) -> Iterator[Finding]:
    named = {**(layer.sources or {}), **layer.facts.get("sources", {})}
    if "default" in named:
        return
    known, missing = model_fields(), {}
    for key, value in layer.facts.items():
        group = known[key].group if key in known and key not in _WITHOUT else None
        if group is None or group in named or group in missing or (key in _ONE_BY_ONE and all("source" in part for part in value)):
            continue
        missing[group] = key
    if missing:
        groups = ", ".join(f"`{group}`" for group in missing)
        yield Finding(
            Place(layer.document, (*layer.pointer, next(iter(missing.values()))), on_key=True),
            f"nothing says where these facts of `{model.ref}` were read: {groups}",
            "add `sources` with what was really read and the day of that reading, to the model or to its file: `sources: {default: {from: …, read_on: …}}`",
        )
