"""`models[]` with key, of a server on the user's machine, or `data[]` with id in the older form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values

if TYPE_CHECKING:
    from .adapter import Listing, Page
    from .values import Entry

NAME = "lmstudio-models"
request = envelope.whole


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists."""
    return envelope.page(listing, envelope.entries(payload, "models"), _model)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    return facts.sighting(listing, entry, values.first([entry], ("key", "id"), values.identity))
