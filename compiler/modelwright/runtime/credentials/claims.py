"""What a token says of itself, where it is a JWT (RFC 7519). Nobody's signature is checked: who is sent the token does that."""

from .files import value_at


def claims_of(token: str) -> "dict[str, Any]":
    """Return the claims of *token*; empty where it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:  # a JWT has three
        return {}
    import json
    from base64 import urlsafe_b64decode

    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def end_of(token: str) -> "float | None":
    """Return when *token* ends, in seconds since 1970; None where it does not say."""
    ends = claims_of(token).get("exp")
    return float(ends) if isinstance(ends, int | float) and abs(ends) < _NEVER else None


def headers_of(token: str, wanted: "Mapping[str, Sequence[str]]") -> "dict[str, str]":
    """Return the headers that tell claims of *token*: *wanted* says for each where its claim is."""
    if not wanted:
        return {}
    claims = claims_of(token)
    found = {header: value_at(claims, way) for header, way in wanted.items()}
    return {header: value for header, value in found.items() if isinstance(value, str) and value.isascii() and value.isprintable()}


_NEVER = 1e15


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any
