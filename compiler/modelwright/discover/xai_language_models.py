"""`models[]` with aliases and integer prices; those of a long context stand beside the usual ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts

if TYPE_CHECKING:
    from .adapter import Listing, Page

NAME = "xai-language-models"
request = envelope.whole


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists; aliases are other names, not models."""
    return envelope.page(listing, envelope.entries(payload, "models"), facts.sighting)
