"""How long a server asks to wait, in every form that servers write it: seconds, milliseconds, dates, durations."""

_RESETS = ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-reset-after", "x-ratelimit-reset")
"""Looked at where a request was refused for its rate and no `retry-after` came (OpenAI, Groq, Azure; others copy them)."""
_ANTHROPIC = ("anthropic-ratelimit-requests-reset", "anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-output-tokens-reset")
_UNITS = (("ms", 0.001), ("us", 1e-6), ("ns", 1e-9), ("d", 86_400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0))
_FIRST_EPOCH = 10**9
"""From here on a number is a time, not a duration."""


def asked_wait_seconds(headers: "Mapping[str, str]", now: float, *, is_rate_limited: bool = False) -> "float | None":
    """
    Return how long the server asks to wait; None: it does not say, or nothing sensible. Times are held against *now*, seconds since 1970.

    *headers* are by lower-case name. With *is_rate_limited* the times at which rates are reset count too, the latest of those
    that are used up.

    >>> asked_wait_seconds({"retry-after": "7"}, 0), asked_wait_seconds({"retry-after-ms": "250"}, 0), asked_wait_seconds({}, 0)
    (7.0, 0.25, None)
    >>> asked_wait_seconds({"x-ratelimit-reset-requests": "1m30s", "x-ratelimit-remaining-requests": "0"}, 0, is_rate_limited=True)
    90.0
    """
    found = _number(headers.get("retry-after-ms"))
    if found is not None:
        return found / 1000
    after = headers.get("retry-after")
    if after is not None:
        found = _number(after)
        return _wait(after, now) if found is None else found
    if not is_rate_limited:
        return None
    used_up = [name for name in (*_RESETS, *_ANTHROPIC) if name in headers and headers.get(_remaining(name), "0").strip() in ("0", "0.0", "")]
    waits = [wait for name in used_up if (wait := _wait(headers[name], now)) is not None]
    return max(waits, default=None)


def duration_seconds(text: str) -> "float | None":
    """
    Return a duration as `1m30s`, `34.07s` or `250ms` in seconds; None when it is none.

    >>> duration_seconds("18h31m10s"), duration_seconds("34.07s"), duration_seconds("6"), duration_seconds("soon")
    (66670.0, 34.07, 6.0, None)
    """
    total, rest, is_any = 0.0, text.strip().lower(), False
    while rest:
        digits = len(rest) - len(rest.lstrip("0123456789."))
        found = _number(rest[:digits]) if digits else None
        if found is None:
            return None
        rest = rest[digits:]
        unit = next(((word, size) for word, size in _UNITS if rest.startswith(word)), None)
        if unit is None:
            return None if rest or is_any else found
        total, rest, is_any = total + found * unit[1], rest[len(unit[0]) :], True
    return total if is_any else None


def _wait(text: str, now: float) -> "float | None":
    found = duration_seconds(text)
    if found is not None:
        return max(0.0, found - now) if found >= _FIRST_EPOCH else found
    from datetime import datetime
    from email.utils import parsedate_to_datetime

    for read in (parsedate_to_datetime, lambda said: datetime.fromisoformat(said.strip())):
        try:
            return max(0.0, read(text).timestamp() - now)
        except (ValueError, OverflowError, TypeError):
            continue
    return None


def _remaining(name: str) -> str:
    """Return the header that says how much is left of what *name* says the reset of."""
    return name[:-6] + "-remaining" if name.endswith("-reset") else name.replace("-reset", "-remaining")


def _number(text: "str | None") -> "float | None":
    try:
        found = float(text or "")
    except ValueError:
        return None
    return max(0.0, found) if found == found and found not in (float("inf"), float("-inf")) else None  # noqa: PLR0124  # not a number differs from itself


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
