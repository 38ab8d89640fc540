"""
capability-contradiction

What it checks
    A model that follows a JSON Schema also writes JSON, one that calls several tools at once also calls tools, and a model
    that only makes embeddings does neither.

Why it matters
    Software that picks models by capability sends the request where it fails.

Bad
    capabilities: {tools: false, parallel_tools: true}

Good
    capabilities: {tools: true, parallel_tools: true}

Seen
    litellm 1.109.1 wheel: 1 model (gemini-2.5-flash-image) with parallel tools but no tools; litellm#22620: 55 models with a
    choice of tools but no tools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Finding
from .figures import own_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ir.catalog import Catalog

CODE = "PV308"
NAME = "capability-contradiction"
SEVERITY = "error"

_NEEDS = (("json_schema", "json"), ("parallel_tools", "tools"))


def check(catalog: Catalog) -> Iterator[Finding]:
    """Yield one finding per pair of capabilities that exclude each other, and per capability an embedding model cannot have."""
    for model in catalog.models.values():
        facts = model.facts
        known = facts.get("capabilities")
        if known is None:
            continue
        if "json" in known or "parallel_tools" in known:
            for more, less in _NEEDS:
                if known.get(more) and known.get(less) is False:
                    place = own_place(model, ("capabilities", more), ("capabilities", less))
                    message = f"`{model.ref}` has `{more}: true`, but `{less}: false`"
                    if place is not None:
                        yield Finding(place, message, f"`{more}` needs `{less}`: correct one of the two, or leave out the one that is not known")
        if facts.get("output") == ["embedding"]:
            for word in ("tools", "json"):
                place = own_place(model, ("capabilities", word), ("output",)) if known.get(word) else None
                if place is not None:
                    message = f"`{model.ref}` only makes embeddings, but has `{word}: true`"
                    yield Finding(place, message, f"write `{word}: false`, or correct `output` if the model writes text")
