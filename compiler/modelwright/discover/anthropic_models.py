"""`data[]` with id, newest first, paged by the last id; newer replies have limits and a matrix of capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values
from .adapter import MalformedListingError, Page, Request
from .thinking import steered

if TYPE_CHECKING:
    from .adapter import Listing
    from .values import Entry

NAME = "anthropic-models"

_INPUTS = {"image_input": "image", "pdf_input": "pdf"}


def request(listing: Listing, cursor: str | None = None) -> Request:
    """Return the request of the page after the id *cursor*."""
    return envelope.paged(listing, cursor, size="limit", at="after_id")


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the page lists; its last id asks for the next while there is more."""
    found = envelope.entries(payload)
    has_more = values.part(payload, "has_more") is True
    cursor = envelope.cursor_of(values.part(payload, "last_id")) if has_more else None
    if has_more and cursor is None:
        raise MalformedListingError("there is more, but `last_id`, which asks for it, is missing")
    return envelope.page(listing, found, _model, cursor)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    model = facts.sighting(listing, entry)
    if model is None:
        return None
    told = {key: values.flag(values.part(entry, "capabilities", key)) for key in _INPUTS}
    takes = ["text", *(word for key, word in _INPUTS.items() if told[key])] if None not in told.values() else model.get("input")
    return facts.ordered({**model, "released_on": values.day(entry.get("created_at")), "input": takes, "thinking": _thinking(entry) or model.get("thinking")})


def _thinking(entry: Entry) -> Entry | None:
    """Return how the model thinks, by the kinds of thinking it supports; efforts are its levels."""
    effort, kinds = values.part(entry, "capabilities", "effort"), values.part(entry, "capabilities", "thinking", "types")
    if values.flag(values.part(entry, "capabilities", "thinking")) is not True:
        return None
    levels = [level for level in effort if values.flag(effort[level])] if isinstance(effort, dict) and values.flag(effort) else []
    if values.flag(values.part(kinds, "adaptive")):
        return steered(levels, mode="adaptive")
    return {"mode": "budget"} if values.flag(values.part(kinds, "enabled")) else None
