"""`models[]` with name, of a server on the user's machine; details of a model are asked for one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import envelope, facts, values
from .adapter import MalformedListingError, Page

if TYPE_CHECKING:
    from .adapter import Listing
    from .values import Entry

NAME = "ollama-tags"
request = envelope.whole

_UNTAGGED = ":latest"
_SENSES = {"vision": "image", "audio": "audio"}
_WINDOW = "context_length"


def parse(listing: Listing, payload: Any) -> Page:
    """Return what the reply lists: ids, and names without the tag that goes without saying."""
    return envelope.page(listing, envelope.entries(payload, "models"), _model)


def parse_show(payload: Any) -> Entry:
    """
    Return limits, modalities, capabilities and thinking of one model from the reply to `POST /api/show`.

    The list of capabilities is complete, so what is not in it is denied. Raises MalformedListingError when *payload* is no
    such reply.
    """
    info, listed = values.part(payload, "model_info"), values.part(payload, "capabilities")
    if not isinstance(info, dict) and not isinstance(listed, list):
        raise MalformedListingError(envelope.met(payload, "model_info"))
    can = values.words(listed)
    found: Entry = {"limits": facts.limits(_window(info if isinstance(info, dict) else {}))}
    if "completion" in can:
        senses = ["text", *(ours for word, ours in _SENSES.items() if word in can)]
        thinking = {"mode": "unspecified" if "thinking" in can else "none"}
        found |= {"input": senses, "output": ["text"], "capabilities": {"tools": "tools" in can}, "thinking": thinking}
    elif "embedding" in can:
        found |= {"input": ["text"], "output": ["embedding"]}
    return facts.ordered(found)


def _model(listing: Listing, entry: Entry) -> Entry | None:
    identity = values.first([entry], ("name", "model"), values.identity)
    if identity is None:
        return None
    title = identity.removesuffix(_UNTAGGED)
    model = facts.sighting(listing, {**entry, "name": None}, identity)
    return model if model is None or title in ("", identity) else facts.ordered({**model, "name": values.name(title)})


def _window(info: Entry) -> int | None:
    """Return the context of the model's architecture, or the only one that is named."""
    own = values.tokens(info.get(f"{info.get('general.architecture')}.{_WINDOW}"))
    sizes = {size for key in info if key.endswith(f".{_WINDOW}") and (size := values.tokens(info[key]))}
    return own or (sizes.pop() if len(sizes) == 1 else None)
