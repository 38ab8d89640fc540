"""Responses as the ChatGPT plan serves them: what it insists on, whatever is asked."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON, THINKING, requests
from examples import few
from modelwright.ir.chat import Message, Request
from modelwright.wire import openai_codex_responses as wire, openai_responses
from modelwright.wire.protocol import Target
from wire_checks import assert_builds_or_why_not, assert_same_in_pieces

STREAMS = [path.read_bytes() for path in wire_golden.cases(wire.NAME, ".stream.txt")]
TARGET = Target("https://acme.example/backend-api/codex/responses", "acme-large")
REFUSED = {"max_output_tokens", "temperature", "top_p", "user", "stop"}


@few
@given(requests(openai_responses.NAME), THINKING, st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], is_stream: bool) -> None:
    assert_builds_or_why_not(wire, request, Target(TARGET.url, TARGET.model, thinking=thinking, is_stream=is_stream))


@few
@given(requests(openai_responses.NAME), THINKING)
def test_it_is_always_streamed_never_stored_and_has_instructions(request: Request, thinking: dict[str, Any]) -> None:
    call = wire.build(request, Target(TARGET.url, TARGET.model, thinking=thinking), lossy=True)
    body = json.loads(call.body)
    left = {name: value for name, value in body.items() if name not in request.extra}
    assert left.get("stream", True) is True
    assert left.get("store", False) is False
    assert body["instructions"]
    assert not left.keys() & REFUSED
    assert all(item.get("role") != "system" for item in left.get("input", ()))
    assert UUID(call.headers["session_id"]).version == 4


def _session(*messages: Message) -> str:
    return wire.build(Request(messages), TARGET).headers["session_id"]


def test_the_turns_of_a_conversation_are_of_one_session_and_another_is_not() -> None:
    first, second = Message("user", "Hi"), Message("assistant", "Hello.")
    assert _session(first) == _session(first, second, Message("user", "Bye"))
    assert _session(Message("system", "Be brief."), first) == _session(Message("system", "Be brief."), first, second)
    assert len({_session(first), _session(Message("user", "Ho")), _session(Message("system", "Be brief."), first)}) == 3


@given(st.integers(400, 599), JSON, st.sampled_from(({}, {"date": "Fri, 20 Nov 2026 12:00:00 GMT"}, {"date": "soon"}, {"date": ""})))
def test_a_failure_is_never_a_failure_to_read(status: int, raw: Any, headers: dict[str, str]) -> None:
    for body in (raw, {"error": raw}, {"error": {"resets_at": raw}}, {"error": {"resets_at": 10**400}}):
        found = wire.trouble(status, headers, json.dumps(body).encode())
        assert found.message
        assert found.retry_after_seconds is None or found.retry_after_seconds >= 0


@given(st.data())
def test_damage_reads_the_same_in_pieces(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)
