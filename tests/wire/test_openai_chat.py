"""Chat Completions: what no table of cases shows."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON, THINKING, WORDS, damaged, requests
from modelwright.ir.chat import Media, Message, Opaque, Request, Text, Thinking, ToolCall, ToolResult
from modelwright.ir.events import Stopped, ToolCallStart
from modelwright.ir.usage import Usage
from modelwright.wire import openai_chat as wire
from modelwright.wire.openai_answer import usage_of
from modelwright.wire.openai_schema import is_strict, schema_name
from modelwright.wire.protocol import Target
from wire_checks import answered, assembled, assert_are_events, assert_builds_or_why_not, assert_damage_told, assert_depth_told, assert_same_in_pieces, assert_told, why_not

BODIES = [json.loads(path.read_text())["body"] for path in wire_golden.cases(wire.NAME, ".response.json")]
ANSWERS = [body for body in BODIES if isinstance(body, dict) and answered(wire, json.dumps(body).encode()) is not None]
STREAMS = [path.read_bytes() for path in wire_golden.cases(wire.NAME, ".stream.txt")]
TARGET = Target("https://api.acme.example/v1/chat/completions", "acme-large")
FIELDS = st.sampled_from((None, "reasoning_effort", "reasoning", "thinking.type", "enable_thinking", "chat_template_kwargs.enable_thinking"))


def _sse(*chunks: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)


def _chunk(stop: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": stop}]}


def _events(data: bytes) -> list[Any]:
    decoder = wire.Decoder()
    return [*decoder.feed(data), *decoder.end()]


# --- requests -----------------------------------------------------------------------------------------------------------


@given(requests(wire.NAME), THINKING, FIELDS, st.fixed_dictionaries({"replay_reasoning": st.booleans(), "cache_control": st.booleans(), "developer_role": st.booleans()}))
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], field: str | None, quirks: dict[str, Any]) -> None:
    target = Target(TARGET.url, TARGET.model, thinking=thinking, quirks={**quirks, **({} if field is None else {"reasoning_field": field})})
    assert_builds_or_why_not(wire, request, target)


@given(requests(wire.NAME), st.sampled_from((None, 9)))
def test_what_is_said_is_all_in_the_body(asked: Request, length: int | None) -> None:
    request, target = Request(asked.messages), Target(TARGET.url, TARGET.model, quirks={"replay_reasoning": True, "tool_call_id_length": length})
    if why_not(wire, request, target):
        return
    messages = json.loads(wire.build(request, target).body)["messages"]
    assert [_read(written) for written in messages] == [said for message in asked.messages for said in _said(message)]
    if length:
        assert all(len(call["id"]) == length and call["id"].isalnum() for written in messages for call in written.get("tool_calls", ()))


def _said(message: Message) -> Any:
    """Yield what *message* says, in the order the protocol has: results first, each alone."""
    results = [part for part in message.content if isinstance(part, ToolResult)]
    rest = [part for part in message.content if not isinstance(part, ToolResult)]
    for result in results:
        yield "tool", [("text", part.text) for part in result.content if isinstance(part, Text)] or [("text", "")], "", []
    if message.role == "assistant":
        thinking = "".join(part.text for part in rest if isinstance(part, Thinking))
        text = "".join(part.text for part in rest if isinstance(part, Text))
        yield "assistant", [("text", text)], thinking, [(part.name, part.arguments or "{}") for part in rest if isinstance(part, ToolCall)]
    elif rest or not results:
        yield message.role, [_value(part) for part in rest if isinstance(part, Text | Media)] or [("text", "")], "", []


def _value(part: Text | Media) -> tuple[Any, ...]:
    return ("text", part.text) if isinstance(part, Text) else ("media", part.media_type if part.data is not None else part.kind, part.data or part.url)


def _read(written: dict[str, Any]) -> Any:
    content = written["content"] or ""
    parts = [("text", content)] if isinstance(content, str) else [_read_part(part) for part in content]
    calls = [(call["function"]["name"], call["function"]["arguments"]) for call in written.get("tool_calls", ())]
    return written["role"], parts, written.get("reasoning_content", ""), calls


def _read_part(part: dict[str, Any]) -> tuple[Any, ...]:
    match part:
        case {"type": "text", "text": text}:
            return "text", text
        case {"type": "image_url", "image_url": {"url": url}}:
            return _read_url(url, "image")
        case {"type": "input_audio", "input_audio": {"data": data, "format": form}}:
            return "media", f"audio/{form}", base64.b64decode(data) or None
        case {"type": "file", "file": {"file_data": url, "filename": str()}}:
            return _read_url(url, "pdf")
    raise AssertionError(part)


def _read_url(url: str, kind: str) -> tuple[Any, ...]:
    if not url.startswith("data:"):
        return "media", kind, url
    head, _, data = url[5:].partition(";base64,")
    return "media", head, base64.b64decode(data) or None


@pytest.mark.parametrize("body", ANSWERS, ids=range(len(ANSWERS)))
def test_an_answer_sent_back_says_what_came(body: dict[str, Any]) -> None:
    answer = wire.read(200, {}, json.dumps(body).encode()).message()
    parts = [part for part in answer.content if not isinstance(part, Media)]
    sent = json.loads(wire.build(Request([Message("user", "?"), Message("assistant", parts)]), Target(TARGET.url, "m", quirks={"replay_reasoning": True})).body)["messages"][1]
    came = body["choices"][0]["message"] or {}
    assert sent["role"] == "assistant"
    if isinstance(came.get("content"), str):
        assert (sent["content"] or "") == came["content"]
    for name in ("annotations", "reasoning_details", "reasoning_content"):
        if came.get(name):
            assert sent[name] == came[name]
    called = came.get("tool_calls", [{"type": "function"}] if came.get("function_call") else ())
    assert [call["type"] for call in sent.get("tool_calls", ())] == [call["type"] for call in called]


CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


@pytest.mark.parametrize("around", [lambda inner: {"items": inner}, lambda inner: {"anyOf": [{}, inner]}, lambda inner: {"$defs": {"b": inner}}])
@pytest.mark.parametrize("left_out", [None, "required", "additionalProperties"])
def test_a_schema_is_strict_only_where_every_object_in_it_is_closed(around: Any, left_out: str | None) -> None:
    inner = {name: value for name, value in CLOSED.items() if name != left_out}
    assert is_strict({**CLOSED, **around(inner)}) == (left_out is None)
    assert not is_strict({**around(inner), "type": "array"})


@given(WORDS)
def test_a_schema_has_a_name_of_letters_that_are_allowed(title: str) -> None:
    name = schema_name({"title": title * 20})
    assert 1 <= len(name) <= 64
    assert all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in name)


def test_a_schema_without_end_is_not_strict() -> None:
    deep: dict[str, Any] = {"type": "object", "required": [], "additionalProperties": False}
    deep["properties"] = {}
    deep["items"] = deep
    assert not is_strict(deep)


# --- answers and streams ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ANSWERS, ids=range(len(ANSWERS)))
def test_a_streamed_answer_is_the_whole_one(body: dict[str, Any]) -> None:
    whole = wire.read(200, {}, json.dumps(body).encode())
    choices = [{**{name: value for name, value in choice.items() if name != "message"}, "delta": choice["message"]} for choice in body["choices"]]
    found = assembled(_events(_sse({**body, "choices": choices}) + b"data: [DONE]\n\n"))
    for field in ("content", "stop_reason", "stop_word", "usage", "id", "model"):
        assert getattr(found, field) == getattr(whole, field)
    assert whole.raw == body


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.booleans(), st.booleans())
def test_the_totals_are_whole_however_the_server_counts(fresh: int, cached: int, said: int, thought: int, is_cache_apart: bool, is_thought_apart: bool) -> None:
    given_ = {"prompt_tokens": fresh + (0 if is_cache_apart else cached), "completion_tokens": said + (0 if is_thought_apart else thought)}
    details = {"prompt_tokens_details": {"cached_tokens": cached}, "completion_tokens_details": {"reasoning_tokens": thought}}
    found = usage_of({**given_, **details, "total_tokens": fresh + cached + said + thought})
    assert found is not None
    assert (found.cache_read_tokens, found.reasoning_tokens) == (cached, thought) or (is_cache_apart and is_thought_apart)
    assert found.input_tokens + found.output_tokens == fresh + cached + said + thought or (is_cache_apart and is_thought_apart)
    assert found.input_tokens >= found.cache_read_tokens
    assert found.output_tokens >= found.reasoning_tokens


def test_what_is_missing_from_the_total_is_thinking_where_only_that_fits() -> None:
    """What came from cache and what was thought are as many here, and either could be what the total has more."""
    details = {"prompt_tokens_details": {"cached_tokens": 1}, "completion_tokens_details": {"reasoning_tokens": 1}}
    assert usage_of({"prompt_tokens": 1, "completion_tokens": 0, **details, "total_tokens": 2}) == Usage(1, 1, cache_read_tokens=1, reasoning_tokens=1)


@pytest.mark.parametrize("said", [None, 5, [], {}, {"prompt_tokens": None}, {"total_tokens": 5}, {"completion_tokens": True}])
def test_what_is_not_counted_is_unknown(said: Any) -> None:
    assert usage_of(said) is None


def test_nothing_follows_the_end_or_a_failure() -> None:
    done, failed = wire.Decoder(), wire.Decoder()
    done.feed(_sse(_chunk("stop", content="a")) + b"data: [DONE]\n\n")
    failed.feed(_sse({"error": {"message": "busy"}}))
    for decoder in (done, failed):
        assert (decoder.feed(_sse(_chunk(content="b"))), decoder.end()) == ([], [])
    assert (done.is_done, failed.is_done) == (True, False)


def test_an_event_without_end_is_given_up_and_what_was_held_is_told() -> None:
    decoder = wire.Decoder()
    decoder.feed(_sse(_chunk(tool_calls=[{"index": 0, "id": "a", "function": {"arguments": "{}"}}])))
    decoder._events.most_bytes = 10
    start, held, last = decoder.feed(b"data: " + b"x" * 10)
    assert (start.id, held.arguments, last.trouble.type) == ("a", "{}", "malformed")
    assert (decoder.feed(_sse(_chunk(content="b"))), decoder.end(), decoder.is_done) == ([], [], False)


def test_what_is_no_stream_is_kept_to_tell_what_it_is_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.wire.openai_stream._BEGIN_BYTES", 10)
    decoder = wire.Decoder()
    for _ in range(20):
        assert decoder.feed(b'{"a":1,') == []
    assert (decoder.end(), decoder.is_done) == ([], False)


def test_calls_without_ids_get_others_in_other_answers() -> None:
    def ids(answer: str | None) -> list[str]:
        chunk = {**_chunk(tool_calls=[{"index": index, "function": {"name": "f"}} for index in (0, 1)]), "id": answer}
        return [event.id for event in _events(_sse(chunk)) if isinstance(event, ToolCallStart)]

    assert ids("a") == ids("a")
    assert len({*ids("a"), *ids("b"), *ids(None)}) == 6


def test_why_a_choice_ended_is_told_once() -> None:
    events = _events(_sse(_chunk(content="a"), _chunk("stop"), _chunk("stop")) + b"data: [DONE]\n\n")
    assert [event for event in events if isinstance(event, Stopped)] == [Stopped("stop", "stop")]


def test_a_picture_without_a_place_is_malformed() -> None:
    *_, last = _events(_sse(_chunk(images=[{"image_url": {"url": 5}}])))
    assert last.trouble.type == "malformed"


def test_what_is_kept_is_never_sent_in_a_message_of_the_user() -> None:
    body = wire.build(Request([Message("user", [Text("a"), Opaque(wire.NAME, {"annotations": [1]})])]), TARGET).body
    assert b"annotations" not in body


# --- whatever comes -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_a_trouble(body: bytes) -> None:
    assert_told(wire, body, body, b"data: " + body + b"\n\n")


@given(st.data())
def test_damaged_answers_are_answers_or_troubles(data: st.DataObject) -> None:
    assert_damage_told(wire, data, BODIES, TARGET)


@given(st.data())
def test_damaged_chunks_are_events_or_troubles(data: st.DataObject) -> None:
    stream = data.draw(st.sampled_from([stream for stream in STREAMS if stream.startswith(b'data: {"id"')]))
    said = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith(b"data: {") and line.endswith(b"}")]
    events = _events(_sse(*data.draw(damaged(said))) + b"data: [DONE]\n\n")
    assert_are_events(events)
    wire.build(Request([assembled(events).message()]), TARGET, lossy=True)


@given(st.data())
def test_damaged_streams_in_pieces_say_the_same_as_whole_ones(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)


def test_nesting_without_end_is_malformed() -> None:
    assert_depth_told(wire, b'{"choices":')
