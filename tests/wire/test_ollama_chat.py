"""Ollama's own chat: what no table of cases shows."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON, THINKING, requests
from modelwright.ir.chat import Media, Message, Request, Text, Thinking, ToolCall, ToolResult
from modelwright.wire import ollama_chat as wire
from modelwright.wire.ndjson import LineStream
from modelwright.wire.protocol import Target, TroubleError
from modelwright.wire.sse import BrokenStreamError
from wire_checks import assembled, assert_are_events, assert_builds_or_why_not, assert_damage_told, assert_depth_told, assert_same_in_pieces, assert_told, why_not

BODIES = [json.loads(path.read_text())["body"] for path in wire_golden.cases(wire.NAME, ".response.json")]
STREAMS = [path.read_bytes() for path in wire_golden.cases(wire.NAME, ".stream.txt")]
TARGET = Target("http://127.0.0.1:11434/api/chat", "acme:8b")


def _line(**message: Any) -> bytes:
    return json.dumps({"model": "acme:8b", "message": {"role": "assistant", "content": "", **message}, "done": False}).encode() + b"\n"


# --- requests -----------------------------------------------------------------------------------------------------------


@given(requests(wire.NAME), THINKING, st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], is_stream: bool) -> None:
    target = Target(TARGET.url, TARGET.model, thinking=thinking, is_stream=is_stream)
    assert_builds_or_why_not(wire, request, target)


@given(requests(wire.NAME))
def test_what_is_said_is_all_in_the_body(asked: Request) -> None:
    if why_not(wire, Request(asked.messages), TARGET):
        return
    body = json.loads(wire.build(Request(asked.messages), TARGET).body)
    expected = [said for message in asked.messages for said in _said(message)]
    assert [_read(written) for written in body["messages"]] == expected


def _said(message: Message) -> Any:
    """Yield what *message* says, in the order the protocol has: results first, each alone."""
    results = [part for part in message.content if isinstance(part, ToolResult)]
    for result in results:
        yield "tool", *_texts("\n", result.content), "", [], bool(result.call_id)
    if not results or len(results) < len(message.content):
        thinking = "".join(part.text for part in message.content if isinstance(part, Thinking))
        calls = [(bool(part.id), part.name, part.parsed()) for part in message.content if isinstance(part, ToolCall)]
        yield message.role, *_texts("" if message.role == "assistant" else "\n", message.content), thinking, calls, False


def _texts(between: str, parts: Any) -> tuple[str, list[bytes]]:
    return between.join(part.text for part in parts if isinstance(part, Text)), [part.data for part in parts if isinstance(part, Media) and part.data is not None]


def _read(written: dict[str, Any]) -> Any:
    calls = [("id" in call, call["function"]["name"], call["function"]["arguments"]) for call in written.get("tool_calls", ())]
    images = [base64.b64decode(image) for image in written.get("images", ())]
    return written["role"], written["content"], images, written.get("thinking", ""), calls, "tool_call_id" in written


def test_a_result_names_the_tool_that_was_called_last_by_its_id() -> None:
    turns = [turn for name in ("get_time", "get_day") for turn in (Message("assistant", [ToolCall("call_1", name)]), Message("tool", [ToolResult("call_1", "12")]))]
    messages = json.loads(wire.build(Request(turns), TARGET).body)["messages"]
    assert [message["tool_name"] for message in messages if message["role"] == "tool"] == ["get_time", "get_day"]


def test_a_result_and_a_word_in_one_message_are_two() -> None:
    messages = json.loads(wire.build(Request([Message("user", [ToolResult("", "12", name="get_time"), Text("Go on.")])]), TARGET).body)["messages"]
    assert messages == [{"role": "tool", "content": "12", "tool_name": "get_time"}, {"role": "user", "content": "Go on."}]


# --- answers and streams ------------------------------------------------------------------------------------------------


def test_a_stream_that_was_cut_tells_no_usage() -> None:
    data = next(stream for stream in STREAMS if b"eval_count" in stream)
    decoder = wire.Decoder()
    found = assembled(decoder.feed(data[: data.index(b'"done":true')]))
    assert (found.usage, decoder.is_done) == (None, False)
    assert found.text


def test_a_whole_answer_keeps_its_own_words() -> None:
    lines = [json.loads(_line(content="a")), {"done": True}]
    assert wire.read(200, {}, json.dumps({**lines[0], "done": True}).encode()).raw == {**lines[0], "done": True}
    assert wire.read(200, {}, b"\n".join(json.dumps(line).encode() for line in lines)).raw == {"chunks": lines}


def test_pictures_the_model_makes_are_read_whole() -> None:
    found = wire.read(200, {}, _line(images=[base64.b64encode(b"GIF89a").decode()]))
    assert found.content == (Media("image/gif", b"GIF89a"),)


@pytest.mark.parametrize("message", [{"content": 5}, {"tool_calls": [{"function": {"name": "a", "arguments": [1]}}]}, {"tool_calls": 5}, {"tool_calls": [{}]}, {"images": [5]}])
def test_what_is_no_message_is_malformed(message: dict[str, Any]) -> None:
    *_, last = wire.Decoder().feed(_line(**message))
    assert last.trouble.type == "malformed"
    with pytest.raises(TroubleError):
        wire.read(200, {}, _line(**message))


def test_counts_that_are_none_are_nothing() -> None:
    body = {"message": {"content": "a"}, "done": True, "done_reason": "stop", "prompt_eval_count": -1, "eval_count": "9"}
    used = wire.read(200, {}, json.dumps(body).encode()).usage
    assert used is not None
    assert (used.input_tokens, used.output_tokens) == (0, 0)


def test_a_line_without_end_is_given_up() -> None:
    stream = LineStream(most_bytes=10)
    assert stream.feed(b"123456789\n") == [b"123456789"]
    with pytest.raises(BrokenStreamError, match="more than 10 bytes"):
        [stream.feed(b"123") for _ in range(5)]
    decoder = wire.Decoder()
    decoder._lines.most_bytes = 10
    (troubled,) = decoder.feed(b"x" * 11)
    assert (troubled.trouble.type, decoder.feed(_line(content="a")), decoder.end()) == ("malformed", [], [])


# --- whatever comes -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_a_trouble(body: bytes) -> None:
    assert_told(wire, body)


@given(st.data())
def test_damaged_answers_are_answers_or_troubles(data: st.DataObject) -> None:
    sent = assert_damage_told(wire, data, BODIES, TARGET)
    decoder = wire.Decoder()
    assert_are_events([*decoder.feed(sent), *decoder.end()])


@given(st.data())
def test_damaged_streams_in_pieces_say_the_same_as_whole_ones(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)


def test_nesting_without_end_is_malformed() -> None:
    assert_depth_told(wire, b'{"message":', lambda deep: deep + b"\n")
