"""Converse: what no table of cases shows."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON, THINKING, cuts, damaged, messages, requests
from event_frames import frame, stream
from modelwright.ir.chat import Media, Message, Request, Text, Thinking, ToolCall, ToolResult
from modelwright.wire import bedrock_converse as wire
from modelwright.wire.protocol import Target
from wire_checks import answered, assembled, assert_are_events, assert_builds_or_why_not, assert_damage_told, assert_depth_told, assert_same_in_pieces, assert_told, why_not

BODIES = [body for path in wire_golden.cases(wire.NAME, ".response.json") if not isinstance(body := json.loads(path.read_text())["body"], str)]
LISTED = [json.loads(path.read_text()) for path in wire_golden.cases(wire.NAME, ".frames.json")]
STREAMS = [stream(listed) for listed in LISTED]
HELLO = json.loads((wire_golden.FIXTURES / wire.NAME / "text.frames.json").read_text())
PLAIN = [listed for listed in LISTED if all("event" in one and "payload" in one for one in listed)]
FIELDS = st.sampled_from((None, "output_config.effort", "reasoningConfig.maxReasoningEffort", "reasoning.effort", "reasoning_effort"))
TARGET = Target("https://bedrock-runtime.us-east-1.amazonaws.com/model/acme.large-v1%3A0/converse", "acme.large-v1:0")


@given(requests(wire.NAME), THINKING, FIELDS, st.sampled_from((None, "top_k", "inferenceConfig.topK")), st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(
    request: Request, thinking: dict[str, Any], field: str | None, top_k: str | None, replays: bool
) -> None:
    quirks = {"reasoning_field": field, "top_k_field": top_k, "replay_reasoning": replays}
    assert_builds_or_why_not(wire, request, Target(TARGET.url, TARGET.model, thinking=thinking, quirks=quirks))


@given(st.lists(messages(wire.NAME), min_size=1, max_size=4))
def test_what_is_said_is_all_in_the_body_and_turns_alternate(said: list[Message]) -> None:
    request = Request(said)
    if why_not(wire, request, TARGET):
        return
    body = json.loads(wire.build(request, TARGET).body)
    sides = [turn["role"] for turn in body["messages"]]
    assert all(before != after for before, after in pairwise(sides))
    for side, roles in (("user", ("user", "tool")), ("assistant", ("assistant",)), ("system", ("system",))):
        blocks = body.get("system", []) if side == "system" else [block for turn in body["messages"] if turn["role"] == side for block in turn["content"]]
        parts = [part for message in said if message.role in roles for part in message.content]
        assert sorted(block["text"] for block in blocks if "text" in block) == sorted(part.text for part in parts if isinstance(part, Text) and part.text.strip())
        assert sum(not block.keys().isdisjoint(("image", "document", "audio")) for block in blocks) == sum(isinstance(part, Media) for part in parts)
        assert sum("toolResult" in block for block in blocks) == sum(isinstance(part, ToolResult) for part in parts)
        calls = [(block["toolUse"]["name"], block["toolUse"]["input"]) for block in blocks if "toolUse" in block]
        assert calls == [(part.name, part.parsed()) for part in parts if isinstance(part, ToolCall)]


def test_an_answer_goes_back_as_it_came() -> None:
    for body in BODIES:
        found = answered(wire, json.dumps(body).encode())
        blocks = body.get("output", {}).get("message", {}).get("content", [])
        if found is None or not blocks or any("image" in block or "toolUse" in block for block in blocks):
            continue
        written = json.loads(wire.build(Request([Message("user", "?"), found.message(), Message("user", "?")]), TARGET, lossy=True).body)["messages"]
        unsigned = [block for block in blocks if "signature" in block.get("reasoningContent", {}).get("reasoningText", {"signature": ""})]
        joined = [{"citationsContent": {**block["citationsContent"], "content": [{"text": "Thus."}]}} if "citationsContent" in block else block for block in unsigned]
        assert written[1]["content"] == joined


def test_a_stream_that_was_cut_before_the_count_is_done_without_it() -> None:
    pieces = [frame("event", one["event"], one["payload"]) for one in HELLO]
    decoder = wire.Decoder()
    found = assembled([*decoder.feed(b"".join(pieces[:-1])), *decoder.feed(pieces[-1][:-1])])
    assert (decoder.is_done, decoder.end(), decoder.is_done, found.usage) == (False, [], True, None)
    assert decoder.feed(pieces[-1][-1:])


def test_after_its_end_nothing_is_read_any_more() -> None:
    decoder = wire.Decoder()
    decoder.feed(stream(HELLO))
    assert (decoder.is_done, decoder.feed(b"more"), decoder.end(), decoder.is_done) == (True, [], [], True)


def test_a_text_in_place_of_a_stream_is_given_up_when_it_does_not_end() -> None:
    decoder = wire.Decoder()
    found = [event for _ in range(30) for event in decoder.feed(b"<p>" * 3_000)]
    assert [event.trouble.type for event in found] == ["malformed"]
    assert decoder.end() == []


def test_counts_that_are_none_are_nothing() -> None:
    usage = {"inputTokens": -1, "outputTokens": "9", "cacheDetails": [{"ttl": "5m", "inputTokens": True}, 7, {"ttl": "9y", "inputTokens": 3}]}
    found = wire.read(200, {}, json.dumps({"output": {"message": {"content": [{"text": "a"}]}}, "usage": usage}).encode()).usage
    assert found is not None
    assert (found.input_tokens, found.output_tokens) == (0, 0)
    assert wire.read(200, {}, json.dumps({"output": {"message": {"content": []}}, "usage": [usage]}).encode()).usage is None


def test_what_is_thought_in_the_words_of_another_model_is_told_once() -> None:
    said = [Message("user", "?"), Message("assistant", [Thinking("Hm."), Thinking("So."), Text("Yes.")]), Message("user", "?")]
    assert wire.build(Request(said), TARGET).losses == ("bedrock-converse takes back no thinking but its own: it is left out",)


# --- whatever comes -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_a_trouble(body: bytes) -> None:
    assert_told(wire, body)


@given(st.data())
def test_damaged_answers_are_answers_or_troubles(data: st.DataObject) -> None:
    assert_damage_told(wire, data, BODIES, TARGET, **{"x-amzn-errortype": "a:b"})


@given(st.data())
def test_damaged_streams_in_pieces_say_the_same_as_whole_ones(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)


@given(st.data())
def test_events_that_are_well_sent_and_wrong_are_answers_or_troubles(data: st.DataObject) -> None:
    listed = data.draw(damaged(data.draw(st.sampled_from(PLAIN))).filter(lambda listed: all(isinstance(one, dict) and isinstance(one.get("event"), str) for one in listed)))
    sent = b"".join(frame("event", one["event"], one.get("payload")) for one in listed)
    whole, pieces = wire.Decoder(), wire.Decoder()
    expected = [*whole.feed(sent), *whole.end()]
    assert_are_events(expected)
    found = [event for piece in data.draw(cuts(sent)) for event in pieces.feed(piece)] + pieces.end()
    assert (repr(found), pieces.is_done) == (repr(expected), whole.is_done)
    wire.build(Request([assembled(expected).message()]), TARGET, lossy=True)


def test_nesting_without_end_is_malformed() -> None:
    assert_depth_told(wire, b'{"output":', lambda deep: frame("event", "messageStart", deep) + frame("exception", "e", deep))
