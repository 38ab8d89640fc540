"""The listing of services that speak the chat protocol: `data[]` with id, and whatever else a service adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values

if TYPE_CHECKING:
    from .adapter import Listing, Page
    from .values import Entry

NAME = "openai-models"
request = envelope.whole

_AGREED = {"supports_tools": "tools", "supports_structured_output": "json_schema"}


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists."""
    return envelope.page(listing, envelope.entries(payload), _model)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    model = facts.sighting(listing, entry)
    live = _live_services(entry)
    if model is None or not live:
        return model
    # A router of several services has no limits of its own: what all that answer agree on holds whichever answers.
    sizes = [values.tokens(one.get("context_length")) for one in live]
    context = sizes[0] if len(set(sizes)) == 1 else None
    told = {ours: [values.flag(one.get(key)) for one in live] for key, ours in _AGREED.items()}
    agreed = {ours: says[0] for ours, says in told.items() if says[0] is not None and len(set(says)) == 1}
    return facts.ordered({**model, "limits": {**facts.limits(context), **model.get("limits", {})}, "capabilities": {**agreed, **model.get("capabilities", {})}})


def _live_services(entry: Entry) -> list[Entry]:
    services = entry.get("providers")
    return [one for one in services if isinstance(one, dict) and one.get("status") == "live"] if isinstance(services, list) else []
