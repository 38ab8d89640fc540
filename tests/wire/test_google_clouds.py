"""Gemini on Vertex AI and of Code Assist, and Claude on Vertex AI: what differs from the protocols they are made of, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_form import written
from chat_strategies import THINKING, requests
from examples import few
from modelwright.ir.chat import Message, Request, ToolCall, ToolResult
from modelwright.wire import anthropic_messages, google_cloud_code_assist, google_generative, google_vertex, google_vertex_anthropic
from modelwright.wire.protocol import Target, TroubleError
from wire_checks import assert_are_events, assert_builds_or_why_not, assert_same_in_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = (google_cloud_code_assist, google_vertex, google_vertex_anthropic)
QUIRKS = {"replay_reasoning": True, "project": "acme-1"}
FOREIGN = "acme-chat"
"""Parts in its words are no one's here, so that all lose the same."""
RESPONSES = [json.loads(path.read_text()) for path in wire_golden.cases(google_generative.NAME, ".response.json")]


def _target(thinking: dict[str, Any], **more: Any) -> Target:
    return Target("https://api.acme.example/call", "acme-large", thinking=thinking, quirks=QUIRKS, limits={"output_tokens": 1000}, **more)


def _body(protocol: Any, request: Request, target: Target) -> Any:
    return json.loads(protocol.build(request, target, lossy=True).body)


@few
@given(requests(FOREIGN), THINKING, st.booleans())
def test_a_request_is_the_protocols_it_is_made_of_but_for_what_differs(request: Request, thinking: dict[str, Any], is_stream: bool) -> None:
    target = _target(thinking, is_stream=is_stream, headers={"anthropic-beta": "b-1"})
    for protocol in OURS:
        assert_builds_or_why_not(protocol, request, target)
    asked, claude = _body(google_generative, request, target), _body(anthropic_messages, request, target)
    assert _body(google_cloud_code_assist, request, target) == {"model": "acme-large", "project": "acme-1", "request": asked}
    turns = [{**turn, "parts": [_unnamed(part) for part in turn["parts"]]} for turn in asked["contents"]]
    found = _body(google_vertex, request, target)
    assert {**found, "contents": None} == {**asked, "contents": None}
    assert [_sorted(turn) for turn in found["contents"]] == [_sorted(turn) for turn in turns]
    assert claude.pop("model") == "acme-large"
    call = google_vertex_anthropic.build(request, target, lossy=True)
    assert json.loads(call.body) == {"anthropic_version": "vertex-2023-10-16", **claude}
    assert call.headers == {"content-type": "application/json", "anthropic-beta": "b-1"}


def _unnamed(part: dict[str, Any]) -> dict[str, Any]:
    return {name: {key: said for key, said in value.items() if key != "id"} if name in ("functionCall", "functionResponse") else value for name, value in part.items()}


def _sorted(turn: dict[str, Any]) -> dict[str, Any]:
    """Return *turn* with results of tools, which may stand in another order, in one that tells nothing."""
    parts = turn["parts"]
    return {**turn, "parts": sorted(parts, key=json.dumps) if "functionResponse" in parts[0] else parts}


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_results_on_vertex_stand_in_the_order_of_their_calls(sizes: list[int], random: Any) -> None:
    turns, numbers = [Message("user", "?")], iter(range(99))
    for size in sizes:
        ids = [f"call_{next(numbers)}" for _ in range(size)]
        turns.append(Message("assistant", [ToolCall(one, "f", "{}") for one in ids]))
        random.shuffle(ids)
        turns += [Message("tool", [ToolResult(one, one, name="f")]) for one in ids]
    said = _body(google_vertex, Request(turns), _target({}))["contents"]
    results = [part["functionResponse"]["response"]["output"] for turn in said for part in turn["parts"] if "functionResponse" in part]
    assert results == [f"call_{number}" for number in range(sum(sizes))]


def _read(protocol: Any, status: int, body: Any) -> str:
    try:
        return json.dumps({**written(protocol.read(status, {}, body)), "raw": None})
    except TroubleError as error:
        return json.dumps(written(error.trouble))


def _as_geminis(said: str, name: str) -> str:
    return said.replace(name, google_generative.NAME)


@pytest.mark.parametrize("case", [case for case in RESPONSES if 200 <= case.get("status", 200) < 300])
def test_vertex_is_read_as_gemini_is(case: dict[str, Any]) -> None:
    body = wire_golden.body(case["body"])
    assert _as_geminis(_read(google_vertex, 200, body), google_vertex.NAME) == _read(google_generative, 200, body)


@pytest.mark.parametrize("case", [case["body"] for case in RESPONSES if isinstance(case["body"], dict) and "candidates" in case["body"]])
def test_code_assist_is_read_as_gemini_is_where_it_is_unwrapped(case: Any) -> None:
    found = _read(google_cloud_code_assist, 200, json.dumps({"response": case}).encode())
    assert _as_geminis(found, google_cloud_code_assist.NAME) == _read(google_generative, 200, json.dumps(case).encode())


@pytest.mark.parametrize("case", [case for case in RESPONSES if case.get("status", 200) >= 400])
def test_failures_are_told_as_gemini_tells_them(case: dict[str, Any]) -> None:
    body = wire_golden.body(case["body"])
    expected = written(google_generative.trouble(case["status"], {}, body))
    assert [written(protocol.trouble(case["status"], {}, body)) for protocol in OURS] == [expected] * 3


@pytest.mark.parametrize("case", [json.loads(path.read_text()) for path in wire_golden.cases(anthropic_messages.NAME, ".response.json")])
def test_claude_on_vertex_is_read_as_it_is_elsewhere(case: dict[str, Any]) -> None:
    body = wire_golden.body(case["body"])
    assert _read(google_vertex_anthropic, 200, body) == _read(anthropic_messages, 200, body)
    if case.get("status", 200) >= 400 and isinstance(case["body"], dict) and case["body"].get("type") == "error":
        assert written(google_vertex_anthropic.trouble(case["status"], {}, body)) == written(anthropic_messages.trouble(case["status"], {}, body))


@pytest.mark.parametrize("protocol", OURS, ids=lambda protocol: protocol.NAME)
@given(st.data())
def test_a_damaged_stream_reads_the_same_in_pieces(protocol: Any, data: st.DataObject) -> None:
    assert_same_in_pieces(protocol, data, [path.read_bytes() for path in wire_golden.cases(protocol.NAME, ".stream.txt")])


@pytest.mark.parametrize("protocol", OURS, ids=lambda protocol: protocol.NAME)
def test_an_answer_damaged_anywhere_is_an_answer_or_a_trouble(protocol: Any) -> None:
    for path in wire_golden.cases(protocol.NAME, ".response.json"):
        for body in _damaged(wire_golden.body(json.loads(path.read_text())["body"])):
            assert _read(protocol, 200, body)
            assert protocol.trouble(500, {}, body).message


def _damaged(body: bytes) -> Iterator[bytes]:
    """Yield *body* cut at every byte, and with every byte another one."""
    for place in range(len(body)):
        yield body[:place]
        yield body[:place] + b"7" + body[place + 1 :]


@pytest.mark.parametrize("chunk", [None, 7, "x", [], {"response": 7}, {"response": [1]}, {"response": {"candidates": 7}}, {"response": {"candidates": [{"content": 7}]}}])
def test_a_chunk_that_is_none_breaks_a_stream_of_code_assists_and_no_program(chunk: Any) -> None:
    decoder = google_cloud_code_assist.Decoder()
    assert_are_events(decoder.feed(b"data: " + json.dumps(chunk).encode() + b"\n\n") + decoder.end())
    assert not decoder.is_done
