"""A listing without an envelope: the reply is the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts

if TYPE_CHECKING:
    from .adapter import Listing, Page

NAME = "bare-models"
request = envelope.whole


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists."""
    return envelope.page(listing, envelope.entries(payload), facts.sighting)
