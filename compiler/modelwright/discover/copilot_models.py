"""`data[]` with a policy and a picker flag; what is not offered in the picker, or forbidden, is no model here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values

if TYPE_CHECKING:
    from .adapter import Listing, Page
    from .values import Entry

NAME = "copilot-models"
request = envelope.whole


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists."""
    return envelope.page(listing, envelope.entries(payload), _model)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    is_offered = entry.get("model_picker_enabled") is not False and values.part(entry, "policy", "state") != "disabled"
    return facts.sighting(listing, entry) if is_offered else None
