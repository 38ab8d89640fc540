"""The body of a failed answer, in whatever shape servers write one."""

from .protocol import Trouble

_LONGEST_MESSAGE = 2000


def failure(body: bytes, status: "int | None") -> Trouble:
    """
    Return what *body* tells; never raises.

    Read are `error` as an object, a text or a list, `errors`, `base_resp`, `detail`, and fields at the top, also where an
    array holds them; a page or plain text is the message itself, or a page's title.
    """
    raw = decoded(body)
    if raw is None:
        return Trouble(_prose(body, status), status=status)
    return failure_of(raw, status)


def failure_of(raw: "Any", status: "int | None") -> Trouble:
    """Return what *raw*, a decoded body, tells."""
    data = raw[0] if isinstance(raw, list) and raw else raw
    if not isinstance(data, dict):
        return Trouble(_line(raw) or _nothing(status), status=status, raw=raw)
    error = next((found for name in ("error", "errors", "base_resp") if (found := data.get(name))), None)
    if isinstance(error, list):
        error = error[0]
    inner = error if isinstance(error, dict) else {}
    message = (
        _first(inner, "message", "status_msg", "msg", "error", "detail")
        or (None if isinstance(error, dict) else _word(error))
        or _first(data, "message", "Message", "msg", "detail", "error_description")
        or _line(raw)
        or _nothing(status)
    )
    return Trouble(
        message[:_LONGEST_MESSAGE],
        status=status,
        type=_first(inner, "type", "status") or (None if inner else _first(data, "__type", "type")),
        code=_first(inner, "code", "status_code") or _first(data, "code"),
        raw=raw,
    )


def tells(trouble_of: "Callable[[Any, int | None], Trouble]") -> "Callable[[int, Mapping[str, str], bytes], Trouble]":
    """Return the `trouble` of a protocol, which tells what a failed answer does and never raises; *trouble_of* is what it makes of a decoded body."""

    def trouble(status: int, headers: "Mapping[str, str]", body: bytes) -> Trouble:  # noqa: ARG001  # all protocols are asked alike
        raw = decoded(body)
        return failure(body, status) if raw is None else trouble_of(raw, status)

    return trouble


def decoded(body: bytes) -> "Any":
    """Return *body* as JSON; None when it is none."""
    import json

    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def malformed(why: str, body: bytes, status: "int | None" = None) -> Trouble:
    """Return the trouble of an answer that is not the protocol's, with the beginning of what came."""
    return Trouble(f"{why}: {_begin(body)}" if body.strip() else why, status=status, type="malformed")


def _prose(body: bytes, status: "int | None") -> str:
    text = body.decode("utf-8", "replace").strip()
    head, tag, rest = text.partition("<title>")
    title = rest.partition("</title>")[0].strip() if tag and head[:1] in ("", "<") else ""
    return (title or text)[:_LONGEST_MESSAGE] or _nothing(status)


def _nothing(status: "int | None") -> str:
    return "an empty answer" if status is None else f"HTTP {status} with an empty body"


def _begin(body: bytes) -> str:
    text = body[:200].decode("utf-8", "replace").strip()
    return text + ("…" if len(body) > 200 else "")


def _first(data: "dict[str, Any]", *names: str) -> "str | None":
    return next((word for name in names if (word := _word(data.get(name)))), None)


def _word(value: "Any") -> "str | None":
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _line(raw: "Any") -> str:
    import json

    if isinstance(raw, str):
        return raw.strip()[:_LONGEST_MESSAGE]
    try:
        return json.dumps(raw, ensure_ascii=False)[:_LONGEST_MESSAGE] if raw else ""
    except RecursionError:
        return ""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any
