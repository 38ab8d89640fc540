"""Conversations that go on over another protocol than they began with, and calls whose ids repeat."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from modelwright.ir.chat import Message, Opaque, Request, Response, Text, Thinking, ToolCall, ToolResult
from modelwright.wire.protocol import Target, UnspeakableError
from wire_checks import assembled, why_not

PROTOCOLS = (
    "anthropic-messages",
    "bedrock-converse",
    "cohere-chat",
    "google-cloud-code-assist",
    "google-generative",
    "google-vertex",
    "ollama-chat",
    "openai-chat",
    "openai-responses",
)
WITH_IDS = [name for name in PROTOCOLS if name != "google-vertex"]
"""Those that tell calls apart by ids."""
PAIRS = [(before, after) for before, after in product(PROTOCOLS, PROTOCOLS) if before != after]
TARGET = Target("https://api.acme.example/call", "acme-large", limits={"output_tokens": 1000})
REPLAYING = Target(TARGET.url, TARGET.model, limits=TARGET.limits, quirks={"replay_reasoning": True})
SIGNATURE = "c2lnbmVkLWJ5LXRoZS1vdGhlcg=="
ITEM = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": SIGNATURE}
USAGE = {"prompt_eval_count": 1, "eval_count": 1}
WEATHER = {"function": {"name": "get_weather", "arguments": {"place": "Rome"}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"place":"Rome"}'}, "extra_content": {"google": {"thought_signature": SIGNATURE}}}
ANSWERS: dict[str, dict[str, Any]] = {
    "anthropic-messages": {
        "id": "msg_1",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": SIGNATURE},
            {"type": "redacted_thinking", "data": SIGNATURE},
            {"type": "text", "text": "I look it up."},
            {"type": "tool_use", "id": "c1", "name": "get_weather", "input": {"place": "Rome"}},
        ],
        "stop_reason": "tool_use",
    },
    "cohere-chat": {
        "finish_reason": "TOOL_CALL",
        "message": {
            "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "I look it up."}],
            "tool_plan": "Hm.",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"place":"Rome"}'}}],
        },
    },
    "bedrock-converse": {
        "output": {
            "message": {
                "role": "assistant",
                "content": [
                    {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": SIGNATURE}}},
                    {"reasoningContent": {"redactedContent": SIGNATURE}},
                    {"text": "I look it up."},
                    {"toolUse": {"toolUseId": "c1", "name": "get_weather", "input": {"place": "Rome"}}},
                ],
            }
        },
        "stopReason": "tool_use",
    },
    "google-generative": {
        "candidates": [
            {
                "content": {
                    "parts": [
                        {"text": "Hm.", "thought": True, "thoughtSignature": SIGNATURE},
                        {"text": "I look it up.", "thoughtSignature": SIGNATURE},
                        {"functionCall": {"name": "get_weather", "args": {"place": "Rome"}}, "thoughtSignature": SIGNATURE},
                    ]
                },
                "finishReason": "STOP",
            }
        ]
    },
    "ollama-chat": {"message": {"role": "assistant", "thinking": "Hm.", "content": "I look it up.", "tool_calls": [WEATHER]}, "done": True, **USAGE},
    "openai-chat": {"choices": [{"message": {"reasoning_content": "Hm.", "content": "I look it up.", "tool_calls": [CALL]}, "finish_reason": "tool_calls"}]},
    "openai-responses": {
        "object": "response",
        "output": [
            ITEM,
            {"type": "message", "content": [{"type": "output_text", "text": "I look it up."}]},
            {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": '{"place":"Rome"}', "extra_content": SIGNATURE},
        ],
    },
}
ANSWERS["google-vertex"] = ANSWERS["google-generative"]
ANSWERS["google-cloud-code-assist"] = {"response": ANSWERS["google-generative"]}
"""One answer of each protocol that thought, spoke and called a tool, signed in all the ways it has."""


def _answer(protocol: str) -> Response:
    found: Response = wire_golden.module(protocol).read(200, {}, json.dumps(ANSWERS[protocol]).encode())
    return found


def _going_on(answer: Response) -> Request:
    results = Message("tool", [ToolResult(call.id, "21 degrees", name=call.name) for call in answer.tool_calls])
    return Request([Message("user", "Weather?"), answer.message(), results])


@pytest.mark.parametrize("protocol", [name for name in PROTOCOLS if SIGNATURE in json.dumps(ANSWERS[name])])
def test_what_a_protocol_signed_goes_back_over_it(protocol: str) -> None:
    call = wire_golden.module(protocol).build(_going_on(_answer(protocol)), TARGET)
    assert call.body.count(SIGNATURE.encode()) == json.dumps(ANSWERS[protocol]).count(SIGNATURE)
    assert call.losses == ()


@pytest.mark.parametrize(("before", "after"), PAIRS)
@pytest.mark.parametrize("target", [TARGET, REPLAYING], ids=["", "replaying"])
def test_what_one_protocol_signed_is_never_sent_over_another_and_stops_nothing(before: str, after: str, target: Target) -> None:
    """A signature is no content: who takes the words of another model takes them unsigned, and that is no reason to refuse."""
    call = wire_golden.module(after).build(_going_on(_answer(before)), target)
    assert SIGNATURE.encode() not in call.body
    assert b"redacted_thinking" not in call.body
    assert b"I look it up." in call.body
    assert b"Rome" in call.body
    assert b"21 degrees" in call.body
    assert all(loss == f"{after} takes back no thinking but its own: it is left out" for loss in call.losses)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_thinking_of_another_protocol_is_sent_where_that_is_taken_and_else_its_loss_is_told(before: str, after: str) -> None:
    call = wire_golden.module(after).build(_going_on(_answer(before)), REPLAYING)
    assert (b"Hm." in call.body) == (call.losses == ())
    assert (call.losses == ()) == (after != "openai-responses")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_signature_of_a_part_that_names_no_protocol_is_taken_for_its_own(protocol: str) -> None:
    own = {"cohere-chat": None, "ollama-chat": None, "openai-chat": None, "openai-responses": json.dumps(ITEM)}.get(protocol, SIGNATURE)
    body = wire_golden.module(protocol).build(Request([Message("user", "?"), Message("assistant", [Thinking("Hm.", own), Text("Yes.")]), Message("user", "?")]), TARGET).body
    assert (SIGNATURE.encode() in body) == (own is not None)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_signed_parts_of_a_stream_say_the_same_as_those_of_a_whole_answer(protocol: str) -> None:
    module, answer = wire_golden.module(protocol), _answer(protocol)
    cases = [path for ending in wire_golden.STREAMS for path in wire_golden.cases(protocol, ending)]
    streams = [wire_golden.streamed(path) for path in cases if path.name.startswith(("thinking", "signed", "tools-signed", "tool-custom"))]
    for stream in streams:
        decoder = module.Decoder()
        parts = assembled([*decoder.feed(stream), *decoder.end()]).content
        assert all(part.protocol == (protocol if part.signature or getattr(part, "redacted", None) else None) for part in parts if isinstance(part, Thinking | ToolCall))
    assert all(part.protocol in (None, protocol) for part in answer.content if isinstance(part, Thinking | ToolCall))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_part_in_the_words_of_another_protocol_is_refused_with_the_cure_or_left_out(before: str, after: str) -> None:
    request = Request([Message("user", "?"), Message("assistant", [Text("Yes."), Opaque(before, {"type": "acme_tool_use"})]), Message("user", "?")])
    assert f"a part of {before}; leave it out" in str(why_not(wire_golden.module(after), request, TARGET))
    call = wire_golden.module(after).build(request, TARGET, lossy=True)
    assert b"acme_tool_use" not in call.body
    assert len(call.losses) == 1


@pytest.mark.parametrize(("before", "after"), [("openai-chat", "openai-responses"), ("openai-responses", "openai-chat")])
def test_a_call_of_any_text_stays_one_between_openais_protocols(before: str, after: str) -> None:
    call = ToolCall("c1", "shell", "ls -l", '{"type":"custom","extra_content":{"a":1}}', before)
    body = wire_golden.module(after).build(Request([Message("user", "?"), Message("assistant", [call]), Message("tool", [ToolResult("c1", "a")])]), TARGET).body
    assert b'"custom' in body
    assert b"extra_content" not in body
    with pytest.raises(UnspeakableError, match="no JSON object"):
        wire_golden.module("anthropic-messages").build(Request([Message("assistant", [call]), Message("tool", [ToolResult("c1", "a")])]), TARGET)


# --- ids of calls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", WITH_IDS)
@given(st.lists(st.lists(st.sampled_from(("call_1", "call_1_2", "call 1", "toolu_01")), min_size=1, max_size=3), min_size=1, max_size=4), st.data())
def test_every_call_of_a_conversation_has_an_id_of_its_own_and_its_result_has_it_too(protocol: str, rounds: list[list[str]], data: st.DataObject) -> None:
    turns, numbers = [Message("user", "?")], iter(range(99))
    for ids in rounds:
        numbered = [(name, next(numbers)) for name in ids]
        turns.append(Message("assistant", [ToolCall(name, f"f{number}", json.dumps({"n": number})) for name, number in numbered]))
        answered = data.draw(st.sampled_from((numbered, sorted(numbered, key=lambda one: one[0]))))
        turns.append(Message("tool", [ToolResult(name, f"r{number}") for name, number in answered]))
    calls, results = _paired(json.loads(wire_golden.module(protocol).build(Request(turns), TARGET).body))
    assert len(calls) == sum(map(len, rounds))
    assert calls == results


def _paired(body: dict[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    """Return by the ids that were sent the numbers of the calls, and those of the results."""
    calls: list[tuple[str, int]] = []
    results: list[tuple[str, int]] = []
    for value in _objects(body):
        match value:
            case {"type": "tool_use", "id": number, "input": {"n": n}} | {"id": number, "name": _, "args": {"n": n}} | {"id": number, "function": {"arguments": {"n": n}}}:
                calls.append((number, n))
            case {"toolUseId": number, "input": {"n": n}}:
                calls.append((number, n))
            case {"id": number, "function": {"arguments": str(text)}} | {"type": "function_call", "call_id": number, "arguments": str(text)}:
                calls.append((number, json.loads(text)["n"]))
            case (
                {"tool_use_id": number, "content": [{"text": text}]}
                | {"toolUseId": number, "content": [{"text": text}]}
                | {"tool_call_id": number, "content": text}
                | {"type": "function_call_output", "call_id": number, "output": text}
            ):
                results.append((number, int(text[1:])))
            case {"id": number, "name": name, "response": {"output": text}}:
                assert name == f"f{text[1:]}"
                results.append((number, int(text[1:])))
    assert len(calls) == len(dict(calls))
    return dict(calls), dict(results)


def _objects(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


@pytest.mark.parametrize("protocol", WITH_IDS)
def test_a_call_that_was_never_answered_takes_no_result_of_a_later_one_with_its_id(protocol: str) -> None:
    turns = [Message("user", "?"), Message("assistant", [ToolCall("a", "f0", '{"n": 0}')]), Message("user", "Never mind.")]
    turns += [Message("assistant", [ToolCall("a", "f1", '{"n": 1}')]), Message("tool", [ToolResult("a", "r1")])]
    calls, results = _paired(json.loads(wire_golden.module(protocol).build(Request(turns), TARGET, lossy=True).body))
    assert list(results.values()) == [1]
    assert results.items() <= calls.items()


UNNAMED: dict[str, Any] = {
    "anthropic-messages": lambda answer: {"id": answer, "content": [{"type": "tool_use", "name": "f", "input": {}}] * 2},
    "cohere-chat": lambda answer: {"id": answer, "finish_reason": "TOOL_CALL", "message": {"tool_calls": [{"function": {"name": "f"}}] * 2}},
    "google-generative": lambda answer: {"responseId": answer, "candidates": [{"content": {"parts": [{"functionCall": {"name": "f"}}] * 2}, "finishReason": "STOP"}]},
    "ollama-chat": lambda answer: {"created_at": answer, "message": {"tool_calls": [{"function": {"name": "f"}}] * 2}, "done": True},
    "openai-chat": lambda answer: {"id": answer, "choices": [{"message": {"tool_calls": [{"function": {"name": "f"}}] * 2}, "finish_reason": "stop"}]},
    "openai-responses": lambda answer: {"id": answer, "object": "response", "output": [{"type": "function_call", "name": "f", "arguments": "{}"}] * 2},
}
UNNAMED["google-vertex"] = UNNAMED["google-generative"]
UNNAMED["google-cloud-code-assist"] = lambda answer: {"response": UNNAMED["google-generative"](answer), "traceId": "t-1"}


@pytest.mark.parametrize("protocol", UNNAMED)
def test_ids_that_are_made_up_are_the_same_each_time_and_others_in_each_answer(protocol: str) -> None:
    def ids(answer: str) -> list[str]:
        return [call.id for call in wire_golden.module(protocol).read(200, {}, json.dumps(UNNAMED[protocol](answer)).encode()).tool_calls]

    assert ids("a") == ids("a")
    assert len({*ids("a"), *ids("b")}) == 4
