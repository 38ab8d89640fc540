"""One source, page by page: what to send next, when to stop, and what all of it together says."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..ir.waits import asked_wait_seconds
from .adapter import MalformedListingError, Page, Request
from .answers import RETRIED, Answer, refusal
from .payload import decode, weight
from .reading import Ask, Reading, parsed, reading_of, replay, requested
from .recording import Recording, as_time
from .states import UnreadError

if TYPE_CHECKING:
    from .limits import Limits

_LONGEST_VALIDATOR = 500
_FIRST_BACKOFF_SECONDS = 0.5


class PassingError(UnreadError):
    """A failure to get an answer at all, which may be gone at the next attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How attempts are spaced."""

    now: Callable[[], float]
    """Seconds since 1970."""
    sleep: Callable[[float], Awaitable[None]]
    jitter: Callable[[], float]
    """Between 0 and 1: how much of half a backoff is added to the other half."""
    left_seconds: Callable[[], float]
    """Until the source's deadline."""


Send = Callable[[Request, Mapping[str, str], int], Awaitable[Answer]]
"""Sends a request with more headers, returns the answer of at most so many bytes. Raises UnreadError; PassingError where another attempt may help."""


async def converse(ask: Ask, known: Recording | None, send: Send, patience: Patience, limits: Limits) -> tuple[Reading, Recording]:
    """
    Return the listing of *ask*, all its pages, and what to keep of it.

    *known* is the reading that is kept, of the same address and credential: upstream may answer that it still holds.
    Raises UnreadError when any page fails; nothing of a half-read listing is used.
    """
    censor, room = ask.censor(), limits.max_bytes
    pages: list[Page] = []
    payloads: list[Any] = []
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        request = requested(ask, cursor)
        answer = await _answer(ask, request, {} if pages else _conditions(known), room, send, patience, limits)
        if answer.status == 304 and known is not None and not pages:
            return _unchanged(ask, known, patience)
        if not answer.is_listing:
            raise refusal(answer, censor)
        room -= len(answer.body)
        try:
            payload = censor.data(decode(answer.body, limits, answer.headers.get("content-type", "")))
        except MalformedListingError as error:
            raise UnreadError("malformed", str(error)) from None
        limits = replace(limits, max_values=limits.max_values - weight(answer.body))
        page = parsed(ask, payload)
        pages.append(page)
        payloads.append(payload)
        if sum(len(page.models) for page in pages) > limits.max_models:
            raise UnreadError("malformed", f"more than {limits.max_models:,} models")
        cursor = page.cursor
        if cursor is None:
            break
        if cursor in seen:
            raise UnreadError("malformed", f"the listing's pages go round in a circle after {len(pages)}")
        if len(pages) >= limits.max_pages:
            raise UnreadError("malformed", f"the listing has more than {limits.max_pages} pages")
        seen.add(cursor)
    read_at = as_time(patience.now())
    reading = reading_of(ask, pages, payloads, read_at, state="ok", from_cache=False)
    return reading, _kept(ask, payloads, read_at, answer if len(pages) == 1 else None)  # a tag of one page says nothing of the others


async def _answer(ask: Ask, request: Request, conditions: Mapping[str, str], room: int, send: Send, patience: Patience, limits: Limits) -> Answer:
    """Return the answer to *request*, asked for again where that may help. Raises UnreadError when it never came or may yet."""
    for attempt in range(limits.attempts):
        failure: UnreadError
        wait = None
        try:
            answer = await send(request, conditions, room)
        except PassingError as error:
            failure = error
        else:
            if answer.status not in RETRIED:
                return answer
            failure = refusal(answer, ask.censor())
            wait = asked_wait_seconds(answer.headers, patience.now())
        if wait is not None and wait > limits.max_retry_wait_seconds:
            raise UnreadError(failure.state, f"{failure.why} (it asks to wait {wait:g} s)") from None
        if wait is None:
            wait = _FIRST_BACKOFF_SECONDS * 2**attempt * (1 + patience.jitter()) / 2
        if attempt + 1 == limits.attempts or wait >= patience.left_seconds():
            break
        await patience.sleep(wait)
    raise failure from None


def _conditions(known: Recording | None) -> dict[str, str]:
    if known is None:
        return {}
    held = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in held.items() if value}


def _unchanged(ask: Ask, known: Recording, patience: Patience) -> tuple[Reading, Recording]:
    known = replace(known, read_at=as_time(patience.now()))
    reading = replay(ask, known, state="not-modified", from_cache=True)
    if reading.state != "not-modified":
        raise UnreadError(reading.state, "what is kept of the listing cannot be read any more")
    return reading, known


def _kept(ask: Ask, payloads: list[Any], read_at: str, only: Answer | None) -> Recording:
    salt = secrets.token_hex(16)
    return Recording(
        source=ask.listing.source,
        url=ask.address(),
        method=ask.listing.method,
        read_at=read_at,
        pages=tuple(payloads),
        etag=_validator(ask, only, "etag"),
        last_modified=_validator(ask, only, "last-modified"),
        salt=salt,
        fingerprint=ask.fingerprint(salt),
    )


def _validator(ask: Ask, answer: Answer | None, name: str) -> str | None:
    value = answer.headers.get(name, "") if answer and ask.listing.method == "GET" else ""
    is_fit = 0 < len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable() and not ask.censor().mentions(value)
    return value if is_fit else None
