"""What an answer of Anthropic's Messages is made of, whole or in a stream: blocks, usage, reasons to stop, failures."""

from ..ir import chat
from ..ir.usage import Usage
from .answer_shape import count
from .anthropic_messages_turns import PROTOCOL
from .call_ids import made_up
from .failure_body import failure_of
from .protocol import Trouble

STOPS = {
    "end_turn": chat.STOP,
    "stop_sequence": chat.STOP,
    "max_tokens": chat.LENGTH,
    "tool_use": chat.TOOL_USE,
    "refusal": chat.REFUSAL,
    "model_context_window_exceeded": chat.OVERFLOW,
    "pause_turn": chat.PAUSE,
}
_FIELDS = {
    "text": ("type", "text"),
    "thinking": ("type", "thinking", "signature"),
    "redacted_thinking": ("type", "data"),
    "tool_use": ("type", "id", "name", "input"),
}
"""Kinds of blocks that parts have words for, and the fields these keep."""
_DIRECT = {"type": "direct"}
"""The caller of a tool that the model calls by itself, which is what every call is unless told otherwise."""


def further(block: "dict[str, Any]") -> "dict[str, Any]":
    """Return what *block* says besides what its part keeps; empty where there is nothing, or where the block is kept as it is."""
    known = _FIELDS.get(block["type"])
    return {name: value for name, value in block.items() if name not in known and value not in (None, [], _DIRECT)} if known else {}


def parts_of(blocks: "Iterable[dict[str, Any]]", answer: "str | None") -> "list[Part]":
    """Return the *blocks* of the answer of the id *answer* as parts; raises KeyError, TypeError or ValueError where one is none of this protocol."""
    found: list[Part] = []
    for number, block in enumerate(blocks, start=1):
        kind = block["type"]
        if kind == "text":
            if block["text"]:
                found.append(chat.Text(text_of(block, "text")))
        elif kind == "thinking":
            text, signature = text_of(block, "thinking"), text_of(block, "signature") or None
            if text or signature:
                found.append(chat.Thinking(text, signature, None, PROTOCOL if signature else None))
        elif kind == "redacted_thinking":
            found.append(chat.Thinking(redacted=text_of(block, "data"), protocol=PROTOCOL))
        elif kind == "tool_use":
            found.append(chat.ToolCall(call_id(block, answer, number), text_of(block, "name"), arguments_of(block.get("input")) or "{}"))
        else:
            found.append(chat.Opaque(PROTOCOL, block))
        more = further(block)
        if more:
            found.append(chat.Opaque(PROTOCOL, more))
    return found


def text_of(data: "dict[str, Any]", name: str) -> str:
    """Return the text at *name*, empty where there is none; raises TypeError for anything else."""
    found = data.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise TypeError(f"{name} is no text")
    return found


def call_id(block: "dict[str, Any]", answer: "str | None", number: int) -> str:
    """Return the id of a call, made up of the answer's and its place there where a host gives none."""
    return text_of(block, "id") or made_up(answer, number)


def arguments_of(given: "Any") -> str:
    """Return a call's input as JSON text; empty where there is none yet."""
    from json import dumps

    if isinstance(given, str):
        return given
    return dumps(given, ensure_ascii=False, separators=(",", ":")) if given else ""


def usage_of(said: "Any") -> "Usage | None":
    """
    Return the usage; None when nothing was counted.

    The protocol's `input_tokens` leave out what was read from and written to cache, ours do not. What was written is split by
    its time to live where that is told; thinking is part of the output.
    """
    if not isinstance(said, dict) or not any(_is_count(said.get(name)) for name in ("input_tokens", "output_tokens")):
        return None
    read, output = count(said, "cache_read_input_tokens"), count(said, "output_tokens")
    short, long = (count(said.get("cache_creation"), f"ephemeral_{time}_input_tokens") for time in ("5m", "1h"))
    written = max(count(said, "cache_creation_input_tokens"), short + long)
    return Usage(
        count(said, "input_tokens") + read + written,
        output,
        cache_read_tokens=read,
        cache_write_tokens=written - short - long,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=long,
        reasoning_tokens=min(output, count(said.get("output_tokens_details"), "thinking_tokens")),
        searches=count(said.get("server_tool_use"), "web_search_requests"),
    )


def _is_count(value: "Any") -> bool:
    return type(value) is int and value >= 0


def stop_of(word: "Any") -> "tuple[str | None, str | None]":
    """Return why the model stopped, in our words and the provider's."""
    if not isinstance(word, str):
        return None, None
    return STOPS.get(word, chat.OTHER), word


def is_failure(raw: "Any") -> bool:
    """Tell whether *raw*, a decoded answer or event, reports a failure, also as hosts of other shapes do that."""
    if not isinstance(raw, dict):
        return False
    base = raw.get("base_resp")
    return raw.get("type") == "error" or bool(raw.get("error")) or (isinstance(base, dict) and bool(base.get("status_code")))


def trouble_of(raw: "Any", status: "int | None") -> Trouble:
    """Return the failure that *raw* reports; its code is the `error_code` of the details."""
    found = failure_of(raw, status)
    error = raw.get("error") if isinstance(raw, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    code = details.get("error_code") if isinstance(details, dict) else None
    if not isinstance(code, str):
        return found
    return Trouble(found.message, status=status, type=found.type, code=code, retry_after_seconds=found.retry_after_seconds, raw=raw)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..ir.parts import Part
