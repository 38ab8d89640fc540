"""Responses: what no table of cases shows."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON, THINKING, damaged, requests
from modelwright.ir.chat import Media, Message, Opaque, Request, Text, Thinking, ToolCall, ToolResult
from modelwright.ir.events import TextDelta, ThinkingDelta, ToolCallDelta, ToolCallStart
from modelwright.wire import openai_responses as wire
from modelwright.wire.protocol import Target, TroubleError
from wire_checks import answered, assembled, assert_are_events, assert_builds_or_why_not, assert_damage_told, assert_depth_told, assert_same_in_pieces, assert_told, why_not

BODIES = [json.loads(path.read_text())["body"] for path in wire_golden.cases(wire.NAME, ".response.json")]
ANSWERS = [body for body in BODIES if isinstance(body, dict) and body.get("object") and answered(wire, json.dumps(body).encode()) is not None]
STREAMS = [path.read_bytes() for path in wire_golden.cases(wire.NAME, ".stream.txt")]
TARGET = Target("https://api.acme.example/v1/responses", "acme-large")


def _sse(*events: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def _events(data: bytes) -> list[Any]:
    decoder = wire.Decoder()
    return [*decoder.feed(data), *decoder.end()]


# --- requests -----------------------------------------------------------------------------------------------------------


@given(requests(wire.NAME), THINKING, st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], is_stream: bool) -> None:
    assert_builds_or_why_not(wire, request, Target(TARGET.url, TARGET.model, thinking=thinking, is_stream=is_stream))


@given(requests(wire.NAME))
def test_what_is_said_is_all_in_the_body(asked: Request) -> None:
    request = Request([Message("user", "."), *(Message(message.role, [part for part in message.content if not isinstance(part, Opaque)]) for message in asked.messages)])
    if why_not(wire, request, TARGET):
        return
    items = json.loads(wire.build(request, TARGET).body)["input"]
    expected = [said for message in request.messages for said in _said(message)]
    assert [said for item in items for said in _read(item)] == expected


def _said(message: Message) -> Any:
    """Yield the parts of *message* as plain values; what others thought is not sent back."""
    role = {"tool": "user"}.get(message.role, message.role)
    for part in message.content:
        match part:
            case Text() | Media():
                yield role, *_value(part)
            case ToolCall():
                yield "call", part.name, part.arguments or "{}"
            case ToolResult():
                yield "result", [_value(inner) for inner in part.content if isinstance(inner, Text | Media)] or [("text", "")]
            case _:
                assert isinstance(part, Thinking)


def _value(part: Text | Media) -> tuple[Any, ...]:
    return ("text", part.text) if isinstance(part, Text) else ("media", part.media_type if part.data is not None else part.kind, part.data if part.data is not None else part.url)


def _read(item: dict[str, Any]) -> Any:
    match item:
        case {"type": "message", "role": role, "content": content}:
            yield from ((role, *_read_part(part, role)) for part in content)
        case {"type": "function_call", "name": name, "arguments": arguments, "call_id": str()}:
            yield "call", name, arguments
        case {"type": "function_call_output", "call_id": str(), "output": output}:
            yield "result", [("text", output)] if isinstance(output, str) else [_read_part(part, "user") for part in output]
        case _:
            raise AssertionError(item)


def _read_part(part: dict[str, Any], role: str) -> tuple[Any, ...]:
    match part:
        case {"type": "input_text" | "output_text" as kind, "text": text}:
            assert (kind == "output_text") == (role == "assistant")
            return "text", text
        case {"type": "input_image", "image_url": url}:
            return _read_url(url, "image")
        case {"type": "input_file", "file_data": url, "filename": str()} | {"type": "input_file", "file_url": url}:
            return _read_url(url, "pdf")
    raise AssertionError(part)


def _read_url(url: str, kind: str) -> tuple[Any, ...]:
    if not url.startswith("data:"):
        return "media", kind, url
    head, _, data = url[5:].partition(";base64,")
    return "media", head, base64.b64decode(data)


@pytest.mark.parametrize("body", ANSWERS, ids=range(len(ANSWERS)))
def test_an_answer_sent_back_is_what_came_item_by_item(body: dict[str, Any]) -> None:
    answer = wire.read(200, {}, json.dumps(body).encode()).message()
    sent = json.loads(wire.build(Request([Message("user", "?"), answer]), TARGET).body)["input"][1:]
    kept = [item for item in body["output"] if item["type"] not in ("message", "function_call", "custom_tool_call")]
    assert [item for item in sent if item["type"] not in ("message", "function_call", "custom_tool_call")] == kept
    calls = [item for item in body["output"] if item["type"] in ("function_call", "custom_tool_call")]
    fields = ("type", "name", "namespace", "input")
    assert [[item.get(name) for name in fields] for item in sent if "call_id" in item] == [[item.get(name) for name in fields] for item in calls]
    texts = [part.get("text", part.get("refusal")) for item in body["output"] if item["type"] == "message" for part in item["content"]]
    assert [part.get("text") for item in sent if item["type"] == "message" for part in item["content"]] == texts


def test_a_text_of_one_instruction_alone_goes_beside_the_conversation() -> None:
    body = json.loads(wire.build(Request("Hi", system="Be brief."), TARGET).body)
    assert body["instructions"] == "Be brief."
    marked = Request([Message("system", [Text("Be brief.", "5m")]), Message("user", "Hi")])
    assert "instructions" not in json.loads(wire.build(marked, TARGET, lossy=True).body)


# --- answers and streams ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ANSWERS, ids=range(len(ANSWERS)))
@pytest.mark.parametrize("is_told", [False, True], ids=["end", "items"])
def test_a_streamed_answer_is_the_whole_one(body: dict[str, Any], is_told: bool) -> None:
    whole = wire.read(200, {}, json.dumps(body).encode())
    items = [{"type": "response.output_item.done", "output_index": index, "item": item} for index, item in enumerate(body["output"])] if is_told else []
    begin = {"type": "response.created", "response": {**body, "output": [], "status": "in_progress"}}
    end = {"incomplete": "response.incomplete", "queued": "response.completed"}.get(body.get("status", ""), "response.completed")
    found = assembled(_events(_sse(begin, *items, {"type": end, "response": body})))
    fields = ("content", "usage", "id", "model") if body.get("status") == "queued" else ("content", "stop_reason", "stop_word", "usage", "id", "model")
    for field in fields:
        assert getattr(found, field) == getattr(whole, field)
    assert whole.raw == body


def test_nothing_follows_the_end_or_a_failure() -> None:
    more = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "b"}
    done, failed = wire.Decoder(), wire.Decoder()
    done.feed(_sse({"type": "response.completed", "response": ANSWERS[0]}))
    failed.feed(_sse({"type": "error", "message": "busy"}))
    for decoder in (done, failed):
        assert (decoder.feed(_sse(more)), decoder.end()) == ([], [])
    assert (done.is_done, failed.is_done) == (True, False)


def test_an_event_without_end_is_given_up() -> None:
    decoder = wire.Decoder()
    decoder._events.most_bytes = 10
    (last,) = decoder.feed(b"data: " + b"x" * 10)
    assert (last.trouble.type, decoder.end(), decoder.is_done) == ("malformed", [], False)


@pytest.mark.parametrize("place", [{"output_index": 10**9}, {"output_index": "1"}, {"content_index": 499}, {"content_index": -1}])
def test_what_is_nowhere_is_malformed(place: dict[str, Any]) -> None:
    (last,) = _events(_sse({"type": "response.output_text.delta", "delta": "a", **place}))
    assert last.trouble.type == "malformed"


def test_pictures_whose_bytes_are_none_are_malformed() -> None:
    with pytest.raises(TroubleError):
        wire.read(200, {}, json.dumps({"object": "response", "output": [{"type": "image_generation_call", "result": "é"}]}).encode())
    unnamed = {"object": "response", "output": [{"type": "image_generation_call", "result": "AAAA"}]}
    assert wire.read(200, {}, json.dumps(unnamed).encode()).content[0] == Media("image/png", b"\0\0\0")


# --- whatever comes -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_a_trouble(body: bytes) -> None:
    assert_told(wire, body, body, b"data: " + body + b"\n\n")


@given(st.data())
def test_damaged_answers_are_answers_or_troubles(data: st.DataObject) -> None:
    assert_damage_told(wire, data, BODIES, TARGET)


@given(st.data())
def test_damaged_events_are_events_or_troubles(data: st.DataObject) -> None:
    stream = data.draw(st.sampled_from([stream for stream in STREAMS if b"response.created" in stream]))
    said = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith(b'data: {"type"') and line.endswith(b"}")]
    events = _events(_sse(*data.draw(damaged(said))))
    assert_are_events(events)
    wire.build(Request([assembled(events).message()]), TARGET, lossy=True)


@given(st.data())
def test_damaged_streams_in_pieces_say_the_same_as_whole_ones(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)


def test_nesting_without_end_is_malformed() -> None:
    assert_depth_told(wire, b'{"output":')


def test_kinds_that_a_server_puts_at_one_place_are_parts_of_their_own() -> None:
    events = [ThinkingDelta(0, "Hm."), TextDelta(0, "Hello"), ToolCallStart(0, "1", "look"), ToolCallDelta(0, "{}"), TextDelta(0, " there.")]
    assert assembled(events).content == (Thinking("Hm."), Text("Hello there."), ToolCall("1", "look", "{}"))
