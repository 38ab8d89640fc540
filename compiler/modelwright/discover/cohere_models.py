"""`models[]` with name, paged by tokens; `endpoints` tells models that chat or embed from those that do neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values

if TYPE_CHECKING:
    from .adapter import Listing, Page, Request
    from .values import Entry

NAME = "cohere-models"

_OUTPUTS = {"chat": "text", "generate": "text", "embed": "embedding"}


def request(listing: Listing, cursor: str | None = None) -> Request:
    """Return the request of the page that *cursor* asks for."""
    return envelope.paged(listing, cursor, size="page_size", at="page_token")


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the page lists."""
    cursor = envelope.cursor_of(values.part(payload, "next_page_token"))
    return envelope.page(listing, envelope.entries(payload, "models"), _model, cursor)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    endpoints = values.words(entry.get("endpoints"))
    gives = list(dict.fromkeys(_OUTPUTS[endpoint] for endpoint in endpoints if endpoint in _OUTPUTS))
    model = facts.sighting(listing, entry, values.identity(entry.get("name")))
    if model is None or (endpoints and not gives):
        return None
    return facts.ordered({**model, "output": gives[:1] or model.get("output")})
