"""What a provider says in each protocol: an answer of `TEXT`, whole and in pieces, and failures; written by hand, so that nothing of ours is asked what is right."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from event_frames import frame

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = "Hello big world"
WORDS = ("Hello", " big", " world")
INPUT_TOKENS, OUTPUT_TOKENS = 1000, 500


@dataclass(frozen=True)
class Spoken:
    """What is said in one protocol."""

    answer: bytes
    pieces: list[bytes]
    """Of a stream; the first word is in the one at `first`, the last has its end."""
    first: int
    error: dict[str, Any]
    """A failure as it stands in a body; its message is to be filled in."""
    troubled: bytes
    """A failure of a provider without capacity, in a stream."""
    disordered: list[bytes]
    """A stream in an order that the protocol does not have, from its first piece on."""
    kind: str = "text/event-stream"
    broken: bytes = b'data: {"broken\n\n'
    nonsense: bytes = b"HTTP/1.1 200 OK \x00\xff\xfe\r\n\r\n"
    """No event, and no line of one."""
    quiet: bytes = b": still there\n\n"
    """Says nothing, and keeps a stream alive."""
    more: dict[str, Any] = field(default_factory=dict)


def sse(value: Any, name: str | None = None) -> bytes:
    return (b"" if name is None else f"event: {name}\n".encode()) + b"data: " + json.dumps(value).encode() + b"\n\n"


def _chat() -> Spoken:
    usage = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS, "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        return sse({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

    choice = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
    error = {"error": {"message": "", "type": "server_error", "code": None}}
    overloaded = {"error": {"message": "overloaded", "type": "server_error", "code": "server_is_overloaded"}}
    return Spoken(
        answer=json.dumps({**head, "object": "chat.completion", "choices": [choice], "usage": usage}).encode(),
        pieces=[
            chunk({"role": "assistant", "content": ""}),
            *(chunk({"content": word}) for word in WORDS),
            chunk({}, "stop"),
            sse({**head, "choices": [], "usage": usage}),
            b"data: [DONE]\n\n",
        ],
        first=1,
        error=error,
        troubled=sse(overloaded),
        disordered=[sse({**head, "choices": "none"}), chunk({"content": "Hello"}), b"data: [DONE]\n\n"],
    )


def _responses() -> Spoken:
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": TEXT, "annotations": []}]}
    usage = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS, "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS}
    whole = {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": [item], "usage": usage}
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}

    def event(name: str, **more: Any) -> bytes:
        return sse({"type": name, **more}, name)

    return Spoken(
        answer=json.dumps(whole).encode(),
        pieces=[
            event("response.created", response=begun),
            event("response.output_item.added", output_index=0, item={**item, "status": "in_progress", "content": []}),
            event("response.content_part.added", **place, part={"type": "output_text", "text": "", "annotations": []}),
            *(event("response.output_text.delta", **place, delta=word) for word in WORDS),
            event("response.output_text.done", **place, text=TEXT),
            event("response.output_item.done", output_index=0, item=item),
            event("response.completed", response=whole),
        ],
        first=3,
        error={"error": {"message": "", "type": "server_error", "code": None}},
        troubled=event("error", code="server_is_overloaded", message="overloaded"),
        disordered=[event("response.output_text.delta", output_index=0, delta=7), event("response.completed", response=whole)],
    )


def _messages() -> Spoken:
    usage = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}

    def event(name: str, **more: Any) -> bytes:
        return sse({"type": name, **more}, name)

    def delta(word: str) -> bytes:
        return event("content_block_delta", index=0, delta={"type": "text_delta", "text": word})

    return Spoken(
        answer=json.dumps({**head, "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn", "usage": usage}).encode(),
        pieces=[
            event("message_start", message={**head, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}),
            event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            *(delta(word) for word in WORDS),
            event("content_block_stop", index=0),
            event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": OUTPUT_TOKENS}),
            event("message_stop"),
        ],
        first=2,
        error={"type": "error", "error": {"type": "api_error", "message": ""}},
        troubled=event("error", error={"type": "overloaded_error", "message": "Overloaded"}),
        disordered=[delta("Hello"), event("message_stop")],
    )


def _generative(wrapped: Callable[[dict[str, Any]], dict[str, Any]] = dict) -> Spoken:
    """Return what Gemini says, each of its chunks *wrapped*."""
    usage = {"promptTokenCount": INPUT_TOKENS, "candidatesTokenCount": OUTPUT_TOKENS, "totalTokenCount": INPUT_TOKENS + OUTPUT_TOKENS}

    def said(word: str, **more: Any) -> dict[str, Any]:
        return {"candidates": [{"content": {"role": "model", "parts": [{"text": word}]}, "index": 0, **more}], "modelVersion": "m", "responseId": "r"}

    last = {**said(WORDS[-1], finishReason="STOP"), "usageMetadata": usage}
    overloaded = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
    return Spoken(
        answer=json.dumps(wrapped({**said(TEXT, finishReason="STOP"), "usageMetadata": usage})).encode(),
        pieces=[*(sse(wrapped(said(word))) for word in WORDS[:-1]), sse(wrapped(last))],
        first=0,
        error={"error": {"code": 0, "message": "", "status": "INTERNAL"}},
        troubled=sse(overloaded),
        disordered=[sse(wrapped({"candidates": "none"})), sse(wrapped(last))],
    )


def _ollama() -> Spoken:
    usage = {"prompt_eval_count": INPUT_TOKENS, "eval_count": OUTPUT_TOKENS}

    def said(word: str, **more: Any) -> dict[str, Any]:
        return {"model": "m", "created_at": "2026-11-20T00:00:00Z", "message": {"role": "assistant", "content": word}, "done": False, **more}

    def line(value: Any) -> bytes:
        return json.dumps(value).encode() + b"\n"

    last = said("", done=True, done_reason="stop", **usage)
    return Spoken(
        answer=json.dumps({**last, "message": {"role": "assistant", "content": TEXT}}).encode(),
        pieces=[*(line(said(word)) for word in WORDS), line(last)],
        first=0,
        error={"error": ""},
        troubled=line({"error": "model is overloaded"}),
        disordered=[line(["Hello"]), line(last)],
        kind="application/x-ndjson",
        broken=b'{"broken\n',
        quiet=b"\n",
    )


def _cohere() -> Spoken:
    counts = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}
    usage = {"billed_units": counts, "tokens": {"input_tokens": INPUT_TOKENS + 70, "output_tokens": OUTPUT_TOKENS + 7}}
    end = {"finish_reason": "COMPLETE", "usage": usage}

    def event(name: str, **more: Any) -> bytes:
        return sse({"type": name, **more}, name)

    def delta(word: Any) -> bytes:
        return event("content-delta", index=0, delta={"message": {"content": {"text": word}}})

    return Spoken(
        answer=json.dumps({"id": "1", **end, "message": {"role": "assistant", "content": [{"type": "text", "text": TEXT}]}}).encode(),
        pieces=[
            event("message-start", id="1", delta={"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}}),
            event("content-start", index=0, delta={"message": {"content": {"type": "text", "text": ""}}}),
            *(delta(word) for word in WORDS),
            event("content-end", index=0),
            event("message-end", delta=end),
        ],
        first=2,
        error={"message": ""},
        troubled=event("message-end", delta={"finish_reason": "ERROR", "error": "the model is overloaded"}),
        disordered=[delta(7), event("message-end", delta=end)],
    )


def _converse() -> Spoken:
    usage = {"inputTokens": INPUT_TOKENS, "outputTokens": OUTPUT_TOKENS, "totalTokens": INPUT_TOKENS + OUTPUT_TOKENS}
    end = {"usage": usage, "metrics": {"latencyMs": 1}}

    def delta(word: str) -> bytes:
        return frame("event", "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": word}})

    stop = frame("event", "messageStop", {"stopReason": "end_turn"})
    message = {"role": "assistant", "content": [{"text": TEXT}]}
    return Spoken(
        answer=json.dumps({"output": {"message": message}, "stopReason": "end_turn", **end}).encode(),
        pieces=[
            frame("event", "messageStart", {"role": "assistant"}),
            *(delta(word) for word in WORDS),
            frame("event", "contentBlockStop", {"contentBlockIndex": 0}),
            stop,
            frame("event", "metadata", end),
        ],
        first=1,
        error={"message": ""},
        troubled=frame("exception", "serviceUnavailableException", {"message": "overloaded"}),
        disordered=[delta("Hello"), stop],
        kind="application/vnd.amazon.eventstream",
        broken=frame("event", "contentBlockDelta", b'{"broken'),
        quiet=frame("event", "ping", b" " * 10_000),
    )


SPOKEN = {
    "openai-chat": _chat(),
    "openai-responses": _responses(),
    "azure-openai": _chat(),
    "openai-codex-responses": _responses(),
    "anthropic-messages": _messages(),
    "google-cloud-code-assist": _generative(lambda chunk: {"response": chunk, "traceId": "t"}),
    "bedrock-converse": _converse(),
    "google-generative": _generative(),
    "google-vertex": _generative(),
    "google-vertex-anthropic": _messages(),
    "ollama-chat": _ollama(),
    "cohere-chat": _cohere(),
}


def failure(protocol: str, message: str = "no") -> bytes:
    """Return the body of a failure."""
    error = SPOKEN[protocol].error
    if "error" not in error:
        return json.dumps({**error, "message": message}).encode()
    inner = error["error"]
    return json.dumps({**error, "error": message if isinstance(inner, str) else {**inner, "message": message}}).encode()
