"""What is told of an account's credential: which step gives it and why the others do not, never the secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..runtime.credentials.answer import Look

_LAST = 253402300799.0
"""The last second that has a date of four digits for the year."""
OK, EXPIRING, EXPIRED, MISSING = "ok", "expiring", "expired", "missing"


def report(account: Mapping[str, Any], looks: Sequence[Look], *, now: float, soon_seconds: float) -> dict[str, Any]:
    """Return what JSON says of *account*; what ends within *soon_seconds* is `expiring`."""
    won = winner(looks)
    ended = [look.expired_at for look in looks if look.expired_at is not None]
    ends = max(ended, default=None) if won is None else won.expires_at
    missing, found = EXPIRED if ended else MISSING, EXPIRING if ends is not None and ends - now < soon_seconds else OK
    return {
        "id": account["id"],
        "provider": account["provider"],
        "status": account["status"],
        "step": None if won is None else won.step,
        "ok": won is not None,
        "state": missing if won is None else found,
        "source": None if won is None else won.source,
        "route": None if won is None else won.route,
        "expires_at": None if ends is None else as_text(ends),
        "steps": [step(look) for look in looks],
    }


def step(look: Look) -> dict[str, Any]:
    """Return what JSON says of one step."""
    return {"step": look.step, **({"profile": look.profile} if look.profile else {}), "found": look.found, "reason": look.reason}


def winner(looks: Sequence[Look]) -> Look | None:
    """Return the step that gives the credential."""
    return next((look for look in looks if look.found), None)


def as_text(seconds: float) -> str:
    """
    Return a time as people and programs read it; one that is no date becomes the nearest that is.

    >>> as_text(1795608000)
    '2026-11-25T12:00:00Z'
    """
    return datetime.fromtimestamp(max(0.0, min(seconds, _LAST)), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
