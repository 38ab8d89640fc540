"""
What is read of Converse's answers, whole or in pieces: parts, usage, why the model stopped, and failures.

An Opaque of this protocol is a block as it came; one of `citations` holds those of the text before it, and one of `answer` what
was said of a whole answer, which is not sent back.
"""

from binascii import a2b_base64

from ..ir import chat
from ..ir.usage import Usage
from .answer_shape import count, text
from .failure_body import failure_of
from .protocol import Trouble

PROTOCOL = "bedrock-converse"
ANSWER_NOTE, CITATIONS = "answer", "citations"
_STOPS = {
    "end_turn": chat.STOP,
    "stop_sequence": chat.STOP,
    "max_tokens": chat.LENGTH,
    "tool_use": chat.TOOL_USE,
    "guardrail_intervened": chat.REFUSAL,
    "content_filtered": chat.REFUSAL,
    "model_context_window_exceeded": chat.OVERFLOW,
}
_NOTED = ("additionalModelResponseFields", "trace", "performanceConfig", "serviceTier")
"""What is kept of an answer besides its message."""
_CUTS = (":", "#")
"""What stands around the name of a failure: `ns#Name:https://…`."""


def answer_of(raw: "dict[str, Any]", number: "str | None") -> "chat.Response":
    """Return the answer *raw*; raises KeyError, TypeError or ValueError where it is none of this protocol."""
    content: list[Part] = []
    for block in raw["output"]["message"]["content"]:
        content += parts_of(block)
    noted = note_of(raw)
    if noted:
        content.append(chat.Opaque(PROTOCOL, {ANSWER_NOTE: noted}))
    reason, word = stop_of(raw.get("stopReason"))
    return chat.Response(content, stop_reason=reason, stop_word=word, usage=usage_of(raw.get("usage")), id=number, raw=raw)


def parts_of(block: "dict[str, Any]") -> "list[Part]":
    """Return *block* as parts; raises KeyError, TypeError or ValueError where it is none."""
    kind, said = member(block)
    if kind == "text":
        return [chat.Text(text(said))] if text(said) else []
    if kind == "reasoningContent":
        return [thinking_of(said)]
    if kind == "toolUse" and "type" not in said:
        return [chat.ToolCall(text(said["toolUseId"]), text(said["name"]), arguments_of(said.get("input")))]
    if kind == "citationsContent":
        written = "".join(text(one.get("text", "")) for one in said.get("content") or ())
        return [chat.Text(written), chat.Opaque(PROTOCOL, {CITATIONS: list(said.get(CITATIONS) or ())})]
    if kind == "image" and "bytes" in said.get("source", ()):
        return [picture(text(said["format"]), text(said["source"]["bytes"]))]
    return [chat.Opaque(PROTOCOL, block)]


def member(union: "dict[str, Any]") -> "tuple[str, Any]":
    """Return what *union* is and says; raises ValueError where it is not one thing."""
    said = [(name, value) for name, value in union.items() if value is not None and name != "__type"]
    if len(said) != 1:
        raise ValueError(f"{len(said)} things in place of one")
    return said[0]


def thinking_of(said: "dict[str, Any]") -> "chat.Thinking":
    """Return a thought; its redacted content stays in base 64."""
    if "redactedContent" in said:
        return chat.Thinking(redacted=text(said["redactedContent"]), protocol=PROTOCOL)
    inner = said["reasoningText"]
    signature = text(inner.get("signature") or "") or None
    return chat.Thinking(text(inner.get("text") or ""), signature, None, PROTOCOL if signature else None)


def picture(form: str, data: str) -> "chat.Media":
    """Return the picture that *data* is in base 64."""
    return chat.Media(f"image/{form}", a2b_base64(data))


def arguments_of(given: "Any") -> str:
    """Return a call's input as JSON text."""
    from json import dumps

    return "{}" if given is None else dumps(given, ensure_ascii=False, separators=(",", ":"))


def note_of(said: "dict[str, Any]") -> "dict[str, Any]":
    """Return what *said*, an answer or an event, has besides the message."""
    return {name: said[name] for name in _NOTED if said.get(name) not in (None, {})}


def stop_of(word: "Any") -> "tuple[str | None, str | None]":
    """Return why the model stopped, in our words and the provider's."""
    return (_STOPS.get(word, chat.OTHER), word) if isinstance(word, str) else (None, None)


def usage_of(said: "Any") -> "Usage | None":
    """Return the usage; None when nothing was counted. Its `inputTokens` leave out what was read from and written to cache."""
    if not isinstance(said, dict) or not any(name in said for name in ("inputTokens", "outputTokens")):
        return None
    times = {"5m": 0, "1h": 0}
    for detail in said.get("cacheDetails") or ():
        if isinstance(detail, dict) and detail.get("ttl") in times:
            times[detail["ttl"]] += count(detail, "inputTokens")
    return Usage.uncached(
        count(said, "inputTokens"),
        count(said, "outputTokens"),
        cache_read_tokens=count(said, "cacheReadInputTokens"),
        cache_write_tokens=max(0, count(said, "cacheWriteInputTokens") - sum(times.values())),
        cache_write_5m_tokens=times["5m"],
        cache_write_1h_tokens=times["1h"],
    )


def trouble_of(raw: "Any", status: "int | None", kind: "str | None") -> Trouble:
    """
    Return the failure that *raw*, a decoded body or payload, tells; *kind* is what its header calls it, else its `__type` does.

    The type is the bare name, `ThrottlingException`, however it is dressed. Of a failure of the model itself the message has the model's own words, too.
    """
    found = failure_of(raw, status)
    named = kind or found.type or found.code
    original = raw.get("originalMessage") if isinstance(raw, dict) else None
    message = f"{found.message} ({original})" if isinstance(original, str) and original not in ("", found.message) else found.message
    return Trouble(message, status=status, type=_bare(named) if named else None, raw=raw)


def _bare(name: str) -> str:
    bare = name.partition(_CUTS[0])[0].rpartition(_CUTS[1])[2].strip()
    return bare[:1].upper() + bare[1:]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.parts import Part
