"""Anthropic's Messages: what no table of cases shows."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON, THINKING, damaged, requests
from modelwright.ir.chat import Media, Message, Opaque, Request, Text, Thinking, Tool, ToolCall, ToolResult
from modelwright.ir.usage import Usage
from modelwright.wire import anthropic_messages as wire
from modelwright.wire.anthropic_messages_answer import usage_of
from modelwright.wire.protocol import Target, TroubleError
from wire_checks import answered, assembled, assert_are_events, assert_builds_or_why_not, assert_damage_told, assert_depth_told, assert_same_in_pieces, assert_told, why_not

BODIES = [json.loads(path.read_text())["body"] for path in wire_golden.cases(wire.NAME, ".response.json")]
ANSWERS = [body for body in BODIES if isinstance(body, dict) and body.get("type") == "message" and answered(wire, json.dumps(body).encode()) is not None]
STREAMS = [path.read_bytes() for path in wire_golden.cases(wire.NAME, ".stream.txt")]
TARGET = Target("https://api.acme.example/v1/messages", "acme-large", limits={"output_tokens": 64_000})
COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def _sse(*events: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def _streamed(body: dict[str, Any]) -> bytes:
    """Return the stream that would have told the answer *body*."""
    events: list[dict[str, Any]] = [{"type": "message_start", "message": {**body, "content": [], "stop_reason": None, "stop_sequence": None}}]
    for index, block in enumerate(body["content"]):
        start, deltas = _pieces(block)
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    events.append({"type": "message_delta", "delta": {"stop_reason": body.get("stop_reason"), "stop_sequence": None}, "usage": {}})
    return _sse(*events, {"type": "message_stop"})


def _pieces(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return how the API begins a block in a stream, and how it goes on."""
    match block["type"]:
        case "text":
            cited = [{"type": "citations_delta", "citation": citation} for citation in block.get("citations") or ()]
            return {**block, "text": "", "citations": []}, [*cited, *({"type": "text_delta", "text": letter} for letter in block["text"])]
        case "thinking":
            thought = [{"type": "thinking_delta", "thinking": block["thinking"]}, {"type": "signature_delta", "signature": block["signature"]}]
            return {**block, "thinking": "", "signature": ""}, thought if block["signature"] else []
        case "tool_use" | "server_tool_use":
            given = json.dumps(block["input"], ensure_ascii=False, separators=(",", ":"))
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": piece} for piece in (given[:3], given[3:])]
    return block, []


def _events(data: bytes) -> list[Any]:
    decoder = wire.Decoder()
    return [*decoder.feed(data), *decoder.end()]


# --- requests -----------------------------------------------------------------------------------------------------------


@given(requests(wire.NAME), THINKING, st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], replays: bool) -> None:
    target = Target(TARGET.url, TARGET.model, thinking=thinking, quirks={"replay_reasoning": replays}, limits=TARGET.limits)
    assert_builds_or_why_not(wire, request, target)


@given(requests(wire.NAME))
def test_turns_alternate_and_every_call_has_its_result_right_after_it(asked: Request) -> None:
    turns = json.loads(wire.build(Request(asked.messages), TARGET, lossy=True).body)["messages"]
    assert all(turn["content"] for turn in turns)
    assert all(before["role"] != after["role"] for before, after in pairwise(turns))
    called: list[str] = []
    for turn in turns:
        kinds = [block.get("type") for block in turn["content"]]
        results = [block["tool_use_id"] for block in turn["content"] if block.get("type") == "tool_result"]
        assert sorted(results) == sorted(called if turn["role"] == "user" else [])
        assert "tool_result" not in kinds[len(results) :]
        called = [block["id"] for block in turn["content"] if block.get("type") == "tool_use"]
    assert called == []


@given(requests(wire.NAME))
def test_what_is_said_is_all_in_the_body(asked: Request) -> None:
    messages = [*_sayable(asked.messages), Message("user", "?")]
    body = json.loads(wire.build(Request(messages), TARGET).body)
    said: list[tuple[str, list[Any]]] = []
    for message in messages:
        role = {"tool": "user"}.get(message.role, message.role)
        parts = [value for part in message.content for value in _said(part)]
        if parts and said and said[-1][0] == role:
            said[-1][1].extend(parts)
        elif parts and role != "system":
            said.append((role, parts))
    found = [(turn["role"], [_read(block) for block in turn["content"]]) for turn in body["messages"]]
    assert found == [(role, sorted(parts, key=lambda part: part[0] != "result")) for role, parts in said]
    instructions = [value for message in messages if message.role == "system" for part in message.content for value in _said(part)]
    assert [_read(block) for block in body.get("system", ())] == instructions


def _sayable(messages: Any) -> Any:
    """Yield *messages* as the protocol has words for: instructions first, every call with a result, and only parts that belong where they are."""
    yield from (message for message in messages if message.role == "system")
    for message in messages:
        if message.role == "user":
            yield Message("user", [Text("."), *(part for part in message.content if _is_sayable(part))])
        if message.role == "assistant":
            parts = [part for part in message.content if not isinstance(part, Media) and _is_sayable(part)]
            calls = [part for part in parts if isinstance(part, ToolCall)]
            yield Message("assistant", parts)
            yield Message("tool", [ToolResult(call.id, [Text("done")], is_error=len(call.name) % 2 == 0) for call in calls])


def _is_sayable(part: Any) -> bool:
    match part:
        case Text():
            return part.cache is None
        case Thinking():
            return part.over(wire.NAME).signature is not None
        case ToolCall():
            return part.arguments not in ("{", "[1]")
        case Media():
            return part.kind != "audio" and part.detail in (None, "auto")
    return False


def _said(part: Any) -> list[tuple[Any, ...]]:
    match part:
        case Text():
            return [("text", part.text)] if part.text.strip() else []
        case Thinking():
            return [("thinking", part.text, part.signature)] if part.signature else []
        case Media():
            return [("media", part.media_type if part.data is not None else part.kind, part.data, part.url)]
        case ToolCall():
            return [("call", part.name, part.parsed())]
    assert isinstance(part, ToolResult)
    return [("result", part.is_error, [value for inner in part.content for value in _said(inner)])]


def _read(block: dict[str, Any]) -> tuple[Any, ...]:
    match block:
        case {"type": "text", "text": text}:
            return "text", text
        case {"type": "thinking", "thinking": text, "signature": signature}:
            return "thinking", text, signature
        case {"source": {"type": "base64", "media_type": media_type, "data": data}}:
            return "media", media_type, base64.b64decode(data), None
        case {"type": kind, "source": {"url": url}}:
            return "media", {"document": "pdf"}.get(kind, kind), None, url
        case {"type": "tool_use", "name": name, "input": arguments}:
            return "call", name, arguments
    assert block["type"] == "tool_result"
    return "result", block.get("is_error", False), [_read(inner) for inner in block.get("content", ())]


@given(st.lists(st.sampled_from(("call_1", "call 1", "")), min_size=1, max_size=6), st.booleans())
def test_results_stay_with_their_calls_whatever_the_ids_are(ids: list[str], at_once: bool) -> None:
    rounds = [ids] if at_once else [[one] for one in ids]
    numbers = iter(range(99))
    turns = [turn for named in rounds for turn in _round(named, numbers)]
    messages = json.loads(wire.build(Request(turns), TARGET).body)["messages"]
    calls = {block["id"]: block["input"]["n"] for turn in messages[::2] for block in turn["content"]}
    results = {block["tool_use_id"]: int(block["content"][0]["text"]) for turn in messages[1::2] for block in turn["content"]}
    assert len(calls) == len(ids)
    assert calls == results


def test_a_call_that_was_never_answered_takes_no_result_of_a_later_one_with_its_id() -> None:
    turns = [Message("assistant", [ToolCall("a", "f")]), Message("user", "Never mind."), *_round(["a"], iter([7]))]
    messages = json.loads(wire.build(Request(turns), TARGET, lossy=True).body)["messages"]
    assert [block["type"] for turn in messages for block in turn["content"]] == ["text", "tool_use", "tool_result"]
    assert messages[1]["content"][0]["id"] == messages[2]["content"][0]["tool_use_id"]


def _round(ids: list[str], numbers: Any) -> tuple[Message, Message]:
    numbered = [(name, next(numbers)) for name in ids]
    calls = [ToolCall(name, "f", json.dumps({"n": number})) for name, number in numbered]
    return Message("assistant", calls), Message("tool", [ToolResult(name, str(number)) for name, number in numbered])


@given(st.lists(st.sampled_from((None, "5m", "1h", "1d")), max_size=9), st.lists(st.sampled_from((None, "5m", "1h")), max_size=3))
def test_there_are_at_most_four_cache_marks_and_long_ones_come_first(texts: list[str | None], tools: list[str | None]) -> None:
    request = Request([Message("user", [Text("a"), *(Text("b", cache) for cache in texts)])], tools=[Tool("f", cache=cache) for cache in tools])
    body = json.loads(wire.build(request, TARGET, lossy=True).body)
    marks = [block["cache_control"].get("ttl", "5m") for block in [*body.get("tools", ()), *body["messages"][0]["content"]] if "cache_control" in block]
    assert len(marks) <= 4
    assert marks == sorted(marks)
    wished = [cache for cache in (*tools, *texts) if cache]
    is_sayable = "1d" not in wished and len(wished) <= 4 and wished == sorted(wished)
    assert (marks == wished and why_not(wire, request, TARGET) is None) == is_sayable


def test_what_the_caller_holds_is_not_changed_by_taking_marks_away() -> None:
    block = {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]}
    kept = json.dumps(block)
    turns = [Message("assistant", [ToolCall("a", "f")]), Message("tool", [Opaque(wire.NAME, block), *(Text("y", "5m") for _ in range(4))])]
    assert wire.build(Request(turns), TARGET, lossy=True).body.count(b"cache_control") == 4
    assert json.dumps(block) == kept


@pytest.mark.parametrize("body", ANSWERS, ids=lambda body: str(body.get("stop_reason")))
def test_an_answer_sent_back_is_what_came_block_by_block(body: dict[str, Any]) -> None:
    answer = wire.read(200, {}, json.dumps(body).encode()).message()
    results = Message("tool", [ToolResult(part.id, "x") for part in answer.content if isinstance(part, ToolCall)])
    turns = json.loads(wire.build(Request([Message("user", "?"), answer, results]), TARGET).body)["messages"]
    sent = [block for turn in turns if turn["role"] == "assistant" for block in turn["content"]]
    came = [block for block in body["content"] if block.get("text", "-") and (block.get("thinking", "-") or block["signature"])]
    assert sent == [{name: value for name, value in block.items() if value is not None and value != {"type": "direct"}} for block in came]


# --- answers and streams ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ANSWERS, ids=lambda body: str(body.get("stop_reason")))
def test_a_streamed_answer_is_the_whole_one(body: dict[str, Any]) -> None:
    whole = wire.read(200, {}, json.dumps(body).encode())
    decoder = wire.Decoder()
    found = assembled(decoder.feed(_streamed(body)))
    assert decoder.is_done == (whole.stop_reason is not None)
    for field in ("content", "stop_reason", "stop_word", "usage", "id", "model"):
        assert getattr(found, field) == getattr(whole, field)
    assert whole.raw == body


@given(st.dictionaries(st.sampled_from(COUNTS), st.integers(0, 99)), st.dictionaries(st.sampled_from(COUNTS), st.integers(0, 99)), st.integers(0, 99), st.integers(0, 99))
def test_the_total_is_what_was_sent_and_what_the_cache_had(first: dict[str, int], last: dict[str, int], short: int, long: int) -> None:
    said = {**first, **{name: count for name, count in last.items() if count}}
    split = {"cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long}}
    events = [{"type": "message_start", "message": {"usage": {**first, **split}}}, {"type": "message_delta", "usage": last}]
    found = assembled(wire.Decoder().feed(_sse(*events))).usage
    if not {"input_tokens", "output_tokens"} & {*first, *last}:
        assert found is None
        return
    assert found is not None
    written = max(said.get("cache_creation_input_tokens", 0), short + long)
    assert found.input_tokens == said.get("input_tokens", 0) + said.get("cache_read_input_tokens", 0) + written
    assert found.cache_write_tokens + found.cache_write_5m_tokens + found.cache_write_1h_tokens == written
    assert (found.output_tokens, found.cache_read_tokens) == (said.get("output_tokens", 0), said.get("cache_read_input_tokens", 0))


def test_a_count_that_falls_back_to_nothing_was_only_not_made_again() -> None:
    events = [{"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}, {"type": "message_delta", "usage": {"input_tokens": 0, "output_tokens": 5}}]
    assert assembled(wire.Decoder().feed(_sse(*events))).usage == Usage(9, 5)


@pytest.mark.parametrize("said", [None, 5, [], {}, {"input_tokens": None}, {"output_tokens": -1}, {"server_tool_use": {"web_search_requests": 1}}])
def test_what_is_not_counted_is_unknown(said: Any) -> None:
    assert usage_of(said) is None


def test_counts_of_zero_are_counts() -> None:
    assert usage_of({"input_tokens": 0, "output_tokens": 0, "server_tool_use": None, "cache_creation": None, "output_tokens_details": None}) == Usage()


@pytest.mark.parametrize(
    "block",
    [
        {"type": "thinking", "thinking": 5},
        {"type": "redacted_thinking", "data": 5},
        {"type": "tool_use", "name": 5},
        {"type": "tool_use", "name": "a", "id": 5},
        {"type": []},
        5,
        {},
    ],
)
def test_what_is_no_block_is_malformed(block: Any) -> None:
    with pytest.raises(TroubleError) as caught:
        wire.read(200, {}, json.dumps({"content": [block]}).encode())
    assert caught.value.trouble.type == "malformed"
    *_, last = wire.Decoder().feed(_sse({"type": "message_start", "message": {}}, {"type": "content_block_start", "index": 0, "content_block": block}))
    assert last.trouble.type == "malformed"


def test_nothing_follows_the_end_or_a_failure() -> None:
    done, failed = wire.Decoder(), wire.Decoder()
    done.feed(_streamed(ANSWERS[0]))
    failed.feed(_sse({"type": "error", "error": {"message": "busy"}}))
    for decoder in (done, failed):
        assert (decoder.feed(_streamed(ANSWERS[0])), decoder.end()) == ([], [])
    assert (done.is_done, failed.is_done) == (True, False)


def test_an_event_without_end_is_given_up_and_what_was_held_is_told() -> None:
    decoder = wire.Decoder()
    block = {"type": "tool_use", "id": "a", "name": "f", "input": {"n": 1}}
    decoder.feed(_sse({"type": "message_start", "message": {}}, {"type": "content_block_start", "index": 0, "content_block": block}))
    decoder._events.most_bytes = 10
    held, last = decoder.feed(b"data: " + b"x" * 10)
    assert (held.arguments, last.trouble.type) == ('{"n":1}', "malformed")
    assert (decoder.feed(_sse({"type": "ping"})), decoder.end(), decoder.is_done) == ([], [], False)


def test_what_is_no_stream_is_kept_to_tell_what_it_is_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelwright.wire.anthropic_messages_stream._BEGIN_BYTES", 10)
    decoder = wire.Decoder()
    for _ in range(20):
        assert decoder.feed(b'{"a":1,') == []
    (last,) = decoder.end()
    assert (last.trouble.type, decoder.is_done, len(last.trouble.message) < 60) == ("malformed", False, True)


def test_a_stream_that_closes_while_a_call_is_held_tells_it() -> None:
    decoder = wire.Decoder()
    block = {"type": "tool_use", "id": "a", "name": "f", "input": {"n": 1}}
    events = decoder.feed(_sse({"type": "message_start", "message": {}}, {"type": "content_block_start", "index": 0, "content_block": block})) + decoder.end()
    assert assembled(events).content == (ToolCall("a", "f", '{"n":1}'),)
    assert not decoder.is_done


# --- whatever comes -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_a_trouble(body: bytes) -> None:
    assert_told(wire, body)


@given(st.data())
def test_damaged_answers_are_answers_or_troubles(data: st.DataObject) -> None:
    assert_damage_told(wire, data, BODIES, TARGET)


@given(st.data())
def test_damaged_events_are_events_or_troubles(data: st.DataObject) -> None:
    stream = data.draw(st.sampled_from([stream for stream in STREAMS if b"message_start" in stream]))
    said = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith(b'data: {"type"') and line.endswith(b"}")]
    events = _events(_sse(*data.draw(damaged(said))))
    assert_are_events(events)
    wire.build(Request([assembled(events).message()]), TARGET, lossy=True)


@given(st.data())
def test_damaged_streams_in_pieces_say_the_same_as_whole_ones(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)


def test_nesting_without_end_is_malformed() -> None:
    assert_depth_told(wire, b'{"content":')
