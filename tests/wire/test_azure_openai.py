"""Chat Completions by deployment: that it is Chat Completions but for what early versions refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import THINKING, requests
from examples import few
from modelwright.ir.chat import Request
from modelwright.wire import azure_openai as wire, openai_chat
from modelwright.wire.protocol import Target
from wire_checks import assert_builds_or_why_not, assert_same_in_pieces

STREAMS = [path.read_bytes() for path in wire_golden.cases(wire.NAME, ".stream.txt")]
AT = "https://acme.openai.azure.com/openai/deployments/large/chat/completions"
QUIRKS = {"output_limit_field": "max_completion_tokens", "fields_since": "2024-09-01"}


@few
@given(requests(openai_chat.NAME), THINKING, st.sampled_from(("2024-02-01", "2024-10-21", "v1")), st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], version: str, is_stream: bool) -> None:
    assert_builds_or_why_not(wire, request, Target(f"{AT}?api-version={version}", "large", thinking=thinking, quirks=QUIRKS, is_stream=is_stream))


@few
@given(requests(openai_chat.NAME), THINKING, st.booleans())
def test_the_body_is_that_of_chat_completions(request: Request, thinking: dict[str, Any], is_stream: bool) -> None:
    target = Target(f"{AT}?api-version=2024-10-21", "large", thinking=thinking, quirks=QUIRKS, is_stream=is_stream)
    assert wire.build(request, target, lossy=True).body == openai_chat.build(request, target, lossy=True).body


@pytest.mark.parametrize(
    ("version", "is_old"),
    [("2024-02-01", True), ("2024-08-01-preview", True), ("2024-09-01-preview", False), ("2024-10-21", False), ("2025-04-01-preview", False), ("v1", False), ("preview", False)],
)
def test_early_versions_are_not_sent_what_they_refuse(version: str, is_old: bool) -> None:
    target = Target(f"{AT}?a=b&api-version={version}", "large", headers={"x-acme": "yes"}, quirks=QUIRKS, limits={"output_tokens": 9}, is_stream=True)
    call = wire.build(Request("Hi", max_output_tokens=9), target)
    body = json.loads(call.body)
    assert (body.get("max_tokens"), body.get("max_completion_tokens")) == ((9, None) if is_old else (None, 9))
    assert ("stream_options" in body) is not is_old
    assert (call.url, call.headers["x-acme"], body["stream"]) == (target.url, "yes", True)


@given(st.data())
def test_damage_reads_the_same_in_pieces(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)
