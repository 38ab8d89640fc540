"""`models[]` with name, paged by tokens; only what generates content or embeds it is a model here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values

if TYPE_CHECKING:
    from .adapter import Listing, Page, Request
    from .values import Entry

NAME = "google-models"

_GENERATES, _EMBEDS = "generateContent", "embedContent"
_CAPABILITIES = {"batchGenerateContent": "batch", "createCachedContent": "caching"}


def request(listing: Listing, cursor: str | None = None) -> Request:
    """Return the request of the page that *cursor* asks for."""
    return envelope.paged(listing, cursor, size="pageSize", at="pageToken")


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the page lists; a page may be empty and not the last."""
    cursor = envelope.cursor_of(values.part(payload, "nextPageToken"))
    is_left_out = cursor is not None and payload.get("models") is None
    return envelope.page(listing, [] if is_left_out else envelope.entries(payload, "models"), _model, cursor)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    methods = entry.get("supportedGenerationMethods")
    model = facts.sighting(listing, entry, values.identity(entry.get("name")))
    if model is None or not isinstance(methods, list):
        return None
    if _GENERATES in methods:
        can = {ours: True for method, ours in _CAPABILITIES.items() if method in methods}
        if any(values.number(entry.get(key)) is not None for key in ("temperature", "maxTemperature")):
            can["temperature"] = True
        return facts.ordered({**model, "capabilities": {**model.get("capabilities", {}), **can}})
    if _EMBEDS not in methods:
        return None
    window = facts.limits(model.get("limits", {}).get("context_tokens"))
    return facts.ordered({"id": model["id"], "name": model.get("name"), "limits": window, "output": ["embedding"]})
