"""`modelSummaries[]` with modelId; what can only be had with throughput bought in advance is no model here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values

if TYPE_CHECKING:
    from .adapter import Listing, Page
    from .values import Entry

NAME = "bedrock-foundation-models"
request = envelope.whole


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists."""
    return envelope.page(listing, envelope.entries(payload, "modelSummaries"), _model)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    identity = values.identity(entry.get("modelId"))
    if identity is None or values.words(entry.get("inferenceTypesSupported")) == ["provisioned"]:
        return None
    model = facts.sighting(listing, entry, identity)
    lifecycle = entry.get("modelLifecycle")
    status = "deprecated" if values.word(values.part(lifecycle, "status")) == "legacy" else None
    return None if model is None else facts.ordered({**model, "status": status, "retires_on": values.day(values.part(lifecycle, "endOfLifeTime"))})
