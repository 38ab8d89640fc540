"""`models[]` with slug and visibility; only what is visible in lists is a model here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values

if TYPE_CHECKING:
    from .adapter import Listing, Page
    from .values import Entry

NAME = "codex-models"
request = envelope.whole


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists."""
    return envelope.page(listing, envelope.entries(payload, "models"), _model)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    if entry.get("visibility") != "list":
        return None
    return facts.sighting(listing, entry, values.first([entry], ("slug", "id"), values.identity))
