"""The list of entries inside a reply, the page made of it, and what to say of a reply that is no listing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..diagnostics.render_text import printable
from ..diagnostics.secrets import masked
from .adapter import MalformedListingError, Page, Request
from .values import Entry, part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .adapter import Listing

_PATHS = (("data",), ("models",), ("items",), ("result",), ("result", "data"), ("array",))
"""Where services that speak the same protocol put their list."""
_LONGEST_MESSAGE, _LONGEST_CURSOR = 200, 4096
_LONG_RUN = re.compile(r"(?=[^ \d]*\d)[\w+/=.-]{24,}")
"""Letters and digits without a break, as keys are."""


def whole(listing: Listing, cursor: str | None = None) -> Request:
    """Return the request of a listing that has one page."""
    del cursor
    return Request(url=listing.url, method=listing.method)


def paged(listing: Listing, cursor: str | None, *, size: str, at: str) -> Request:
    """Return the request of the page that *cursor* asks for; *size* and *at* are what the listing calls the parameters."""
    query = {size: str(listing.page_size)} if listing.page_size else {}
    return Request(url=listing.url, method=listing.method, query={**query, **({at: cursor} if cursor else {})})


def entries(payload: Any, *path: str) -> list[Any]:
    """Return the list at *path*, or wherever else lists are put; raises MalformedListingError when there is none."""
    if isinstance(payload, list):
        return payload
    found = next((value for place in (path, *_PATHS) if place and isinstance(value := part(payload, *place), list)), None)
    if found is None or (not found and payload.get("error")):
        raise MalformedListingError(met(payload, path[-1] if path else "data"))
    return found


def page(listing: Listing, found: Iterable[Any], read: Callable[[Listing, Entry], Entry | None], cursor: str | None = None) -> Page:
    """Return the page of what *read* makes of each entry: None is no model that is offered; of the same id the first stays."""
    models: dict[str, Entry] = {}
    skipped = 0
    for entry in found:
        model = read(listing, entry) if isinstance(entry, dict) else None
        if model is None:
            skipped += 1
        elif _is_wanted(listing, model["id"]):
            models.setdefault(model["id"].lower(), model)
    return Page(models=list(models.values()), cursor=cursor, skipped=skipped)


def _is_wanted(listing: Listing, identity: str) -> bool:
    is_kept = not listing.keep or identity.startswith(listing.keep)
    return is_kept and not any(fragment.lower() in identity.lower() for fragment in listing.skip)


def cursor_of(value: Any) -> str | None:
    """Return what asks for the next page; None when there is none. Raises MalformedListingError when it cannot be sent."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_CURSOR or not value.isprintable():
        raise MalformedListingError("the cursor of the next page is no printable text of at most 4,096 characters")
    return value


def met(payload: Any, wanted: str) -> str:
    """Return what *payload* is in place of a listing, safe to print."""
    if isinstance(payload, str):
        return "a web page where a listing belongs" if payload.lstrip()[:1] == "<" else "text where a listing belongs"
    if not isinstance(payload, dict):
        return f"{_kind(payload)} where a listing belongs"
    if said := next((said for key in ("error", "errors", "message", "detail") if (said := _said(payload.get(key)))), None):
        return f"an error where a listing belongs: {_safe(said)}"
    return f"`{wanted}` is {_kind(payload[wanted])} where a list belongs" if wanted in payload else f"an object without `{wanted}`"


def _said(error: Any) -> str | None:
    if isinstance(error, list):
        error = error[0] if error else None
    if isinstance(error, dict):
        error = next((value for key in ("message", "detail", "error", "type", "code") if isinstance(value := error.get(key), str)), "it has no message")
    return error if isinstance(error, str) and error.strip() else None


def _safe(said: str) -> str:
    hidden = masked(_LONG_RUN.sub("…", said[: 10 * _LONGEST_MESSAGE]))
    return printable(" ".join(hidden.split()))[:_LONGEST_MESSAGE]


def _kind(value: Any) -> str:
    for kind, called in ((bool, "true or false"), (dict, "an object"), (list, "a list"), (str, "text"), ((int, float), "a number")):
        if isinstance(value, kind):
            return called
    return "null"
