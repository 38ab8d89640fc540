"""What needs no network: readings that are kept, and asks that cannot be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reading import Ask, Reading, replay, unread
from .recording import Recording, as_seconds
from .states import UnreadError

if TYPE_CHECKING:
    from .limits import Limits
    from .recording import Store

Outcome = tuple[Reading, Recording | None]
"""What came of a source, and what to keep of it."""


def kept(ask: Ask, cache: Store | None) -> Recording | None:
    """Return what *cache* holds of the listing, whoever read it; None when that is nothing, or was at another address."""
    found = cache.load(ask.listing.source) if cache is not None else None
    return found if found is not None and (found.url, found.method) == (ask.address(), ask.listing.method) else None


def is_same_credential(ask: Ask, known: Recording | None) -> bool:
    """Tell whether *known* was read with the credential of *ask*."""
    return known is not None and known.fingerprint == ask.fingerprint(known.salt or "")


def settled(ask: Ask, known: Recording | None, limits: Limits, now: float, *, use_fresh: bool, network: bool) -> Outcome | None:
    """Return what can be said without asking; None when upstream must be asked."""
    if known is not None:
        is_fresh = use_fresh and 0 <= now - as_seconds(known.read_at) < limits.fresh_seconds and is_same_credential(ask, known)
        if is_fresh or not network:
            reading = replay(ask, known, from_cache=True)
            if reading.state == "ok" or not network:
                return reading, known if reading.state == "ok" else None
    if not ask.listing.url or "{" in ask.listing.url:
        return unread(ask, UnreadError("base-url-missing", "the address has a part that is not set")), None
    if not network:
        return unread(ask, UnreadError("unreachable", "--no-network and nothing was read before")), None
    if not all(value.isascii() and value.isprintable() and value == value.strip() for value in ask.headers.values()):
        return unread(ask, UnreadError("credential-missing", "the credential holds characters that cannot be sent, a line break perhaps")), None
    return None
