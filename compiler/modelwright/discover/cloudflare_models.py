"""`data[]`, `result[]` or `result.data[]`, paged by page number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values
from .adapter import MalformedListingError, Page, Request

if TYPE_CHECKING:
    from .adapter import Listing
    from .values import Entry

NAME = "cloudflare-models"

_CATALOGUE = "@cf/"
_MOST_PAGES = 10_000


def request(listing: Listing, cursor: str | None = None) -> Request:
    """Return the request of the page with the number *cursor*."""
    return envelope.paged(listing, cursor, size="per_page", at="page")


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the page lists; a reply that says it failed is no page, whatever list is in it."""
    if values.part(payload, "success") is False:
        raise MalformedListingError(envelope.met(payload, "result"))
    found = envelope.entries(payload, "result", "data")
    return envelope.page(listing, found, _model, _next(values.part(payload, "result_info")))


def _next(info: Any) -> str | None:
    """Return the number of the next page; None when this was the last, or when nobody says how many there are."""
    page, pages = values.tokens(values.part(info, "page")), values.tokens(values.part(info, "total_pages"))
    size, total = values.tokens(values.part(info, "per_page")), values.tokens(values.part(info, "total_count"))
    if pages is None and size and total:
        pages = -(-total // size)
    return str(page + 1) if page and pages and page < min(pages, _MOST_PAGES) else None


def _model(listing: Listing, entry: Entry) -> Entry | None:
    """Return the model; requests want the catalogue's prefix before its id, and older replies have the id in `name`."""
    given, called = values.identity(entry.get("id")), values.identity(entry.get("name"))
    if called is not None and called.startswith("@"):
        return facts.sighting(listing, entry, called)
    if given is None:
        return None
    before, prefix, rest = given.partition(_CATALOGUE)
    return facts.sighting(listing, entry, values.identity(given if given.startswith("@") else _CATALOGUE + (rest if prefix else before)))
