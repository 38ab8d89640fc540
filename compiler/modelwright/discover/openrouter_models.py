"""`data[]` with architecture, the provider that answers first, and prices as text per token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values

if TYPE_CHECKING:
    from .adapter import Listing, Page
    from .values import Entry

NAME = "openrouter-models"
request = envelope.whole


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists."""
    return envelope.page(listing, envelope.entries(payload), _model)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    """Return the model; its window is the smaller one of what it has and what the provider that answers first gives."""
    model = facts.sighting(listing, entry, has_units=True)
    sizes = [values.tokens(entry.get("context_length")), values.tokens(values.part(entry, "top_provider", "context_length"))]
    known = [size for size in sizes if size is not None]
    if model is None or not known:
        return model
    return facts.ordered({**model, "limits": {**model["limits"], "context_tokens": min(known)}})
