"""What an HTTP status means for a source, what the server says about it, and how long it asks to wait."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .states import UnreadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .censor import Censor

REDIRECTS = frozenset((301, 302, 303, 307, 308))
RETRIED = frozenset((408, 425, 429, *range(500, 600))) - {501}
"""Statuses after which the same request may succeed."""
MAX_REFUSAL_BYTES = 64_000
"""As much of a refusal's body is read."""
_STATES = {
    401: "unauthorized",
    403: "unauthorized",
    404: "catalog-unsupported",
    405: "catalog-unsupported",
    410: "catalog-unsupported",
    429: "rate-limited",
    501: "catalog-unsupported",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP response, read."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By lower-case name."""
    body: bytes = field(repr=False)
    """Unpacked; of a refusal the beginning."""

    @property
    def is_listing(self) -> bool:
        """Whether the body is what was asked for."""
        return 200 <= self.status < 300


def refusal(answer: Answer, censor: Censor) -> UnreadError:
    """Return what a status other than success means, with the server's own words."""
    said = censor.text(_message(answer))
    return UnreadError(_STATES.get(answer.status, "unreachable"), f"the server answered {answer.status}" + (f": {said}" if said else ""))


def _message(answer: Answer) -> str:
    text = answer.body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if "html" in answer.headers.get("content-type", "").lower() or text.startswith("<"):
        return ""
    try:
        return _words(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _words(value: Any) -> str:
    """Return the message in an error object of any common shape; empty when there is none."""
    for _ in range(8):
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = next((value[key] for key in ("error", "message", "detail", "errors", "msg", "title", "code") if value.get(key)), None)
        else:
            break
    return ""
