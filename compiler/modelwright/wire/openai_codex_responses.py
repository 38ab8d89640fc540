"""
Responses as the ChatGPT plan serves them to the Codex CLI: always streamed, never stored, always with instructions.

Nobody documents it; what is here is what clients found (badlogic/pi-mono, packages/ai; openai/codex, codex-rs, as of 2026-11).
Parts of answers are Responses' own, so a conversation goes on with either.
"""

from .failure_body import decoded
from .openai_responses import Decoder, read, trouble as _trouble
from .openai_responses_request import body_of
from .protocol import Call, Trouble
from .request_body import Losses, body_bytes, laid_over, with_content_type

__all__ = ["NAME", "QUIRKS", "Decoder", "build", "read", "trouble"]

NAME = "openai-codex-responses"
QUIRKS = {"always_stream": True}

_REFUSED = ("max_output_tokens", "temperature", "top_p", "user")
"""Settings of Responses that are answered with status 400."""
_INSTRUCTIONS = "You are a helpful assistant."
_ID_BYTES = 16


def build(request: "Request", target: "Target", *, lossy: bool = False) -> Call:
    """Return the call that asks *request* of *target*; raises UnspeakableError, or with *lossy* tells what was left out."""
    losses = Losses(NAME, is_allowed=lossy)
    body = body_of(request, target, losses)
    for name in _REFUSED:
        if body.pop(name, None) is not None:
            losses.add(f"`{name}`", "leave it out")
    body["input"] = [{**item, "role": "developer"} if item.get("role") == "system" else item for item in body["input"]]
    if not {**body, **request.extra}.get("instructions"):
        body["instructions"] = _INSTRUCTIONS
        losses.note(f"{NAME} needs instructions: {_INSTRUCTIONS!r} is sent; give a message of role 'system' to say others")
    body["prompt_cache_key"] = session = _session(body)
    body["stream"] = True
    headers = {"accept": "text/event-stream", "session_id": session, **target.headers}
    return Call(target.url, with_content_type(headers), body_bytes(laid_over(body, request.extra)), losses.told)


def trouble(status: int, headers: "Mapping[str, str]", body: bytes) -> Trouble:
    """Return what a failed answer tells; never raises. A limit that says when it ends is held against the answer's own date."""
    found = _trouble(status, headers, body)
    if found.retry_after_seconds is not None:
        return found
    return Trouble(found.message, status=status, type=found.type, code=found.code, retry_after_seconds=_wait(headers, decoded(body)), raw=found.raw)


def _session(body: "dict[str, Any]") -> str:
    """Return an id of the conversation, the same for all its turns, under which the server keeps what it read: it is made from how the conversation begins."""
    from hashlib import blake2s
    from uuid import UUID

    begin = body_bytes({"begin": [body.get("instructions"), *body["input"][:1]]})
    return str(UUID(bytes=blake2s(begin, digest_size=_ID_BYTES).digest(), version=4))


def _wait(headers: "Mapping[str, str]", raw: "Any") -> "float | None":
    """Return the seconds from the date of the answer to `resets_at`."""
    from email.utils import parsedate_to_datetime

    error = raw.get("error") if isinstance(raw, dict) else None
    resets = error.get("resets_at") if isinstance(error, dict) else None
    if type(resets) is not int:
        return None
    try:
        wait: float = resets - parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return None
    return wait if wait >= 0 else None


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ir.chat import Request
    from .protocol import Target
