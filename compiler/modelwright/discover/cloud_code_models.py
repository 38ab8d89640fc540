"""An object of models by key; those for the service's own use are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values
from .adapter import MalformedListingError, Page, Request
from .thinking import budget

if TYPE_CHECKING:
    from .adapter import Listing
    from .values import Entry

NAME = "cloud-code-models"

_KEY = "key"


def request(listing: Listing, cursor: str | None = None) -> Request:
    """Return the request of the listing, which has one page and is asked for with an empty object."""
    del cursor
    return Request(url=listing.url, method=listing.method, body={})


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists."""
    models = values.part(payload, "models")
    if not isinstance(models, dict):
        raise MalformedListingError(envelope.met(payload, "models").replace("a list belongs", "an object belongs"))
    found = [{**entry, _KEY: key} if isinstance(entry, dict) else None for key, entry in models.items()]
    return envelope.page(listing, found, _model)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    identity = values.identity(entry[_KEY])
    model = None if identity is None or entry.get("isInternal") is True else facts.sighting(listing, entry, identity)
    if model is None:
        return None
    sizes = facts.limits(values.tokens(entry.get("maxTokens")), values.tokens(entry.get("maxOutputTokens")))
    has_budget = values.flag(entry.get("supportsThinking")) and values.tokens(entry.get("thinkingBudget")) is not None
    thinking = budget(values.tokens(entry.get("minThinkingBudget")), None) if has_budget else model.get("thinking")
    return facts.ordered({**model, "limits": sizes, "thinking": thinking})
