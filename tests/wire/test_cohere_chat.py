"""Cohere's Chat: what no table of cases shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON, THINKING, messages, requests
from checkout import ROOT
from modelwright.ir.chat import Media, Message, Opaque, Request, Text, Thinking, ToolCall, ToolResult
from modelwright.runtime.failures import Classifier
from modelwright.wire import cohere_chat as wire
from modelwright.wire.cohere_chat_answer import usage_of
from modelwright.wire.protocol import Target, TroubleError
from wire_checks import assembled, assert_builds_or_why_not, assert_damage_told, assert_depth_told, assert_same_in_pieces, assert_told, why_not

BODIES = [json.loads(path.read_text())["body"] for path in wire_golden.cases(wire.NAME, ".response.json")]
STREAMS = [path.read_bytes() for path in wire_golden.cases(wire.NAME, ".stream.txt")]
TARGET = Target("https://api.acme.example/v2/chat", "acme-command")


def _stream(name: str) -> bytes:
    return (wire_golden.FIXTURES / wire.NAME / f"{name}.stream.txt").read_bytes()


# --- requests -----------------------------------------------------------------------------------------------------------


@given(requests(wire.NAME), THINKING, st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], is_stream: bool) -> None:
    assert_builds_or_why_not(wire, request, Target(TARGET.url, TARGET.model, thinking=thinking, limits={"output_tokens": 8000}, is_stream=is_stream))


@given(messages(wire.NAME))
def test_what_is_said_is_all_in_the_body(message: Message) -> None:
    if why_not(wire, Request([message]), TARGET):
        return
    body = json.loads(wire.build(Request([message]), TARGET).body)
    assert [_read(written) for written in body["messages"]] == list(_said(message))


def _said(message: Message) -> Any:
    """Yield what *message* says, in the order the protocol has: results first, each alone."""
    results = [part for part in message.content if isinstance(part, ToolResult)]
    for result in results:
        yield "tool", [part.text for part in result.content if isinstance(part, Text) and part.text], [], []
    if not results:
        calls = [(part.name, part.arguments or "{}") for part in message.content if isinstance(part, ToolCall)]
        texts = [part.text for part in message.content if isinstance(part, Text | Thinking) and part.text]
        yield message.role, texts, [part.url or part.media_type for part in message.content if isinstance(part, Media)], calls


def _read(written: dict[str, Any]) -> Any:
    content = written.get("content", [])
    blocks: list[dict[str, Any]] = [{"text": content}] if isinstance(content, str) else content
    pictures = [block["image_url"]["url"] for block in blocks if "image_url" in block]
    calls = [(call["function"]["name"], call["function"]["arguments"]) for call in written.get("tool_calls", ())]
    texts = [text for block in blocks if (text := block.get("text") or block.get("thinking"))]
    return written["role"], texts, [url.removeprefix("data:").partition(";")[0] for url in pictures], calls


@pytest.mark.parametrize("name", ["tools", "cited"])
def test_what_came_by_a_stream_goes_back_as_it_was(name: str) -> None:
    found = assembled(wire.Decoder().feed(_stream(name)))
    (turn,) = json.loads(wire.build(Request([found.message()]), TARGET).body)["messages"]
    if name == "cited":
        assert [citation["text"] for citation in turn["citations"]] == ["24°C", "28°C"]
        assert turn["content"] == found.text
    else:
        assert turn["tool_plan"] == found.thinking == "I will look both up."
        assert [call["id"] for call in turn["tool_calls"]] == ["get_weather_1", "get_time_1"]
        assert "content" not in turn


def test_a_plan_is_no_signature_to_another_model() -> None:
    plan = assembled(wire.Decoder().feed(_stream("tools"))).content[0]
    assert isinstance(plan, Thinking)
    assert plan.over("acme-chat") == Thinking("I will look both up.")


def test_a_part_of_its_own_stands_where_it_was_put() -> None:
    document = {"type": "document", "document": {"data": {"text": "a"}}}
    request = Request([Message("tool", [ToolResult("c", [Opaque(wire.NAME, document)])])])
    assert json.loads(wire.build(request, TARGET).body)["messages"] == [{"role": "tool", "tool_call_id": "c", "content": [document]}]


# --- answers and streams ------------------------------------------------------------------------------------------------


def test_a_stream_that_was_cut_tells_no_usage() -> None:
    data = _stream("text")
    decoder = wire.Decoder()
    found = assembled(decoder.feed(data[: data.index(b"event: message-end")]))
    assert (found.text, found.usage, decoder.is_done) == ("A fox is an animal.", None, False)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"billed_units": {"input_tokens": 0, "output_tokens": 0}, "tokens": {"input_tokens": 9, "output_tokens": 9}}, (0, 0)),
        ({"billed_units": {"output_tokens": 5}, "tokens": {"input_tokens": 9, "output_tokens": 9}}, (0, 5)),
        ({"billed_units": {"input_tokens": None, "output_tokens": None}, "tokens": {"input_tokens": 9.0, "output_tokens": 1.5}}, (9, 0)),
        ({"billed_units": {"input_tokens": True, "search_units": 1}}, None),
        ([], None),
        (None, None),
    ],
)
def test_what_is_billed_counts_and_what_was_processed_only_where_no_bill_is_told(said: Any, counts: tuple[int, int] | None) -> None:
    used = usage_of(said)
    assert (None if used is None else (used.input_tokens, used.output_tokens)) == counts


KINDS = {
    "error-overflow": "context_overflow",
    "error-too-much-asked": "invalid_request",
    "error-bad": "invalid_request",
    "error-key": "auth",
    "error-model": "model_not_found",
    "error-minute": "rate_limit",
    "error-month": "billing",
    "error-blocked": "content_policy",
    "error-cancelled": "aborted",
    "error-server": "server_error",
    "error-under-200": "server_error",
    "failed": "server_error",
    "failed-in-time": "timeout",
}


@pytest.mark.parametrize("name", KINDS)
def test_a_failure_is_of_the_class_the_registry_says(name: str) -> None:
    """The provider's own rules are tried, as they are for its own routes."""
    words = yaml.safe_load((ROOT / "registry" / "vocabulary" / "errors.yaml").read_text())["words"]
    rules = yaml.safe_load((ROOT / "registry" / "providers" / "cohere.yaml").read_text())["errors"]
    case = json.loads((wire_golden.FIXTURES / wire.NAME / f"{name}.response.json").read_text())
    if case["status"] == 200:
        with pytest.raises(TroubleError) as caught:
            wire.read(200, {}, wire_golden.body(case["body"]))
        trouble = caught.value.trouble
    else:
        trouble = wire.trouble(case["status"], {}, wire_golden.body(case["body"]))
    assert Classifier(words).kind(trouble, rules) == KINDS[name]


# --- whatever comes -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_a_trouble(body: bytes) -> None:
    assert_told(wire, body, b"data: " + body + b"\n\n")


@given(st.data())
def test_damaged_answers_are_answers_or_troubles(data: st.DataObject) -> None:
    assert_damage_told(wire, data, BODIES, TARGET)


@given(st.data())
def test_damaged_streams_in_pieces_say_the_same_as_whole_ones(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)


def test_nesting_without_end_is_malformed() -> None:
    assert_depth_told(wire, b'{"message":')
