"""Gemini's generateContent: what no table of cases shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import THINKING, requests
from modelwright.ir.chat import REFUSAL, Media, Message, Opaque, Request, Text, Thinking, ToolCall, ToolResult
from modelwright.ir.usage import Usage
from modelwright.wire import google_generative as wire
from modelwright.wire.google_generative_answer import usage
from modelwright.wire.protocol import Target, UnspeakableError
from wire_checks import assert_builds_or_why_not, why_not

BODIES = [json.loads(path.read_text())["body"] for path in wire_golden.cases(wire.NAME, ".response.json")]
TARGET = Target("https://api.acme.example/v1beta/models/acme-large:generateContent", "acme-large")


def _chunk(*parts: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts), "role": "model"}, "index": 0, **candidate}]}


# --- requests -----------------------------------------------------------------------------------------------------------


@given(requests(wire.NAME), THINKING, st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], replays: bool) -> None:
    target = Target(TARGET.url, TARGET.model, thinking=thinking, quirks={"replay_reasoning": replays})
    assert_builds_or_why_not(wire, request, target)


@given(requests(wire.NAME))
def test_what_is_said_is_all_in_the_body(asked: Request) -> None:
    request = Request(asked.messages)
    if why_not(wire, request, TARGET):
        return
    body = json.loads(wire.build(request, TARGET).body)
    said = _merged([(message.role, list(_said(message))) for message in request.messages if message.role != "system"])
    found = [("assistant" if turn["role"] == "model" else "user", [part for written in turn["parts"] for part in _read(written)]) for turn in body["contents"]]
    assert found == [("assistant" if role == "assistant" else "user", parts) for role, parts in said if parts]
    instructions = [part.text for message in request.messages if message.role == "system" for part in message.content if isinstance(part, Text)]
    assert [part["text"] for part in body.get("systemInstruction", {}).get("parts", [])] == [text for text in instructions if text]


def _merged(turns: list[tuple[str, list[Any]]]) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    for role, parts in turns:
        if found and (role == found[-1][0] == "tool" or (parts and all(part[0] == "result" for part in (*parts, *found[-1][1])))):
            found[-1][1].extend(parts)
        elif parts:
            found.append((role, parts))
    return found


def _said(message: Message) -> Any:
    """Yield the parts of *message* as plain values; thinking that says nothing is none, nor is empty text."""
    for part in [part.over(wire.NAME) if isinstance(part, Thinking) else part for part in message.content]:
        match part:
            case Text():
                if part.text:
                    yield "text", part.text
            case Thinking():
                if part.text or part.signature:
                    yield "thinking", part.text, part.signature
            case Media():
                yield "media", part.media_type, part.data, part.url
            case ToolCall():
                yield "call", bool(part.id), part.name, part.parsed(), part.signed_over(wire.NAME)
            case ToolResult():
                yield "result", bool(part.call_id), part.is_error, "\n".join(inner.text for inner in part.content if isinstance(inner, Text)), _media(part.content)
            case Opaque():
                yield "opaque", part.data


def _media(parts: Any) -> list[Any]:
    return [("media", inner.media_type, inner.data, inner.url) for inner in parts if isinstance(inner, Media)]


def _read(written: dict[str, Any]) -> Any:
    import base64

    signature = written.get("thoughtSignature")
    if signature is not None and "functionCall" not in written and not written.get("thought"):
        yield "thinking", "", signature
    match written:
        case {"text": text, "thought": True}:
            yield "thinking", text, signature
        case {"text": text}:
            if text or signature is None:  # one without either must not be there
                yield "text", text
        case {"inlineData": blob}:
            yield "media", blob["mimeType"], base64.b64decode(blob["data"]), None
        case {"fileData": file}:
            yield "media", file["mimeType"], None, file["fileUri"]
        case {"functionCall": call}:
            yield "call", "id" in call, call["name"], call["args"], signature
        case {"functionResponse": answer}:
            (kind, text), *_ = answer["response"].items()
            yield "result", "id" in answer, kind == "error", text, [part for inner in answer.get("parts", ()) for part in _read(inner)]
        case _:
            yield "opaque", written


@given(st.sampled_from(BODIES).filter(lambda body: isinstance(body, dict) and "candidates" in body and "error" not in body))
def test_an_answer_sent_back_is_what_came_part_by_part(body: dict[str, Any]) -> None:
    request = Request([Message("user", "?"), wire.read(200, {}, json.dumps(body).encode()).message(), Message("user", "!")])
    candidate = next(one for one in body["candidates"] if not one.get("index"))
    came = [part for part in candidate.get("content", {}).get("parts", ()) if part != {"text": ""}]
    contents = json.loads(wire.build(request, TARGET).body)["contents"]
    sent: list[Any] = next((turn["parts"] for turn in contents if turn["role"] == "model"), [])
    assert [_without_made_up(part) for part in sent] == [_without_made_up(part) for part in came]


def _without_made_up(part: dict[str, Any]) -> dict[str, Any]:
    if "functionCall" not in part:
        return part
    return {**part, "functionCall": {"args": {}, **{name: value for name, value in part["functionCall"].items() if not str(value).startswith("call_")}}}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"bytes"])
def test_what_json_has_no_form_for_is_refused(value: Any) -> None:
    with pytest.raises(UnspeakableError, match="cannot be written as JSON"):
        wire.build(Request("Hi", extra={"labels": value}), TARGET, lossy=True)


def test_a_call_that_has_no_signature_is_sent_as_it_is_to_models_that_do_not_ask_for_one() -> None:
    request = Request([Message("user", "?"), Message("assistant", [ToolCall("a", "get_time")]), Message("tool", [ToolResult("a", "12")])])
    for target in (TARGET, Target(TARGET.url, "m", quirks={"replay_reasoning": True}, thinking={"mode": "budget"}), Target(TARGET.url, "m", thinking={"mode": "levels"})):
        assert b"thoughtSignature" not in wire.build(request, target).body


def test_a_result_names_the_tool_that_was_called_last_by_its_id() -> None:
    turns = [
        Message("assistant", [ToolCall("call_1", name)]) if index == 0 else Message("tool", [ToolResult("call_1", "12")]) for name in ("get_time", "get_day") for index in (0, 1)
    ]
    contents = json.loads(wire.build(Request(turns), TARGET).body)["contents"]
    assert [turn["parts"][0]["functionResponse"]["name"] for turn in contents[1::2]] == ["get_time", "get_day"]


# --- answers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR"])
def test_what_a_filter_stops_is_a_refusal(word: str) -> None:
    found = wire.read(200, {}, json.dumps(_chunk({"text": "Hm"}, finishReason=word)).encode())
    assert (found.stop_reason, found.stop_word, found.text) == (REFUSAL, word, "Hm")


@pytest.mark.parametrize("word", ["MALFORMED_FUNCTION_CALL", "OTHER", "LANGUAGE", "NO_IMAGE", "A_WORD_OF_TOMORROW"])
def test_other_reasons_to_stop_keep_their_word(word: str) -> None:
    found = wire.read(200, {}, json.dumps({"candidates": [{"finishReason": word}]}).encode())
    assert (found.stop_reason, found.stop_word) == ("other", word)


def test_a_token_to_go_on_with_is_kept() -> None:
    found = wire.read(200, {}, json.dumps(_chunk({"text": "1"}, finishReason="CONTINUATION", continuationToken="dG9rZW4=")).encode())
    assert found.stop_reason == "pause"
    assert found.content[1] == Opaque(wire.NAME, {"candidate": {"continuationToken": "dG9rZW4="}})


def test_a_call_whose_arguments_come_in_pieces_is_kept_whole() -> None:
    part = {"functionCall": {"name": "get_time", "partialArgs": [{"jsonPath": "$.place", "stringValue": "Ro"}], "willContinue": True}}
    assert wire.read(200, {}, json.dumps(_chunk(part)).encode()).content == (Opaque(wire.NAME, part),)


def test_parts_with_fields_of_tomorrow_are_kept_and_sent_back() -> None:
    parts: list[dict[str, Any]] = [
        {"text": "a", "speechMetadata": {"speaker": "b"}},
        {"dance": {"step": 1}},
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thought": True},
    ]
    found = wire.read(200, {}, json.dumps(_chunk(*parts, finishReason="STOP")).encode())
    assert [part.data for part in found.content if isinstance(part, Opaque)] == parts
    assert json.loads(wire.build(Request([found.message()]), TARGET).body)["contents"][0]["parts"] == parts


def test_base_64_of_urls_is_read_too() -> None:
    found = wire.read(200, {}, json.dumps(_chunk({"inlineData": {"mimeType": "image/png", "data": "-_-_", "displayName": "a.png"}})).encode())
    assert found.content == (Media("image/png", b"\xfb\xff\xbf", name="a.png"),)


def test_a_whole_answer_keeps_its_own_words() -> None:
    body = _chunk({"text": "a"})
    assert wire.read(200, {}, json.dumps(body).encode()).raw == body
    assert wire.read(200, {}, json.dumps([body, body]).encode()).raw == {"chunks": [body, body]}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, Usage()),
        ({"promptTokenCount": 10, "cachedContentTokenCount": 40}, Usage(40, cache_read_tokens=40)),
        ({"promptTokenCount": -1, "candidatesTokenCount": "9", "thoughtsTokenCount": True, "toolUsePromptTokenCount": 2.5}, Usage()),
        (
            {
                "promptTokenCount": 100,
                "candidatesTokenCount": 10,
                "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 70}, {"modality": "IMAGE", "tokenCount": 70}, {"modality": "VIDEO"}, 5],
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 99}],
            },
            Usage(100, 10, input_audio_tokens=70, input_image_tokens=30, output_image_tokens=10),
        ),
        (
            {
                "promptTokenCount": 100,
                "cachedContentTokenCount": 80,
                "candidatesTokenCount": 10,
                "thoughtsTokenCount": 40,
                "promptTokensDetails": [{"modality": "IMAGE", "tokenCount": 50}],
                "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 50}],
            },
            Usage(100, 50, cache_read_tokens=80, reasoning_tokens=40, input_image_tokens=20, output_audio_tokens=10),
        ),
        ({"promptTokenCount": 9, "promptTokensDetails": "none", "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 4}]}, Usage(9)),
    ],
)
def test_counts_that_cannot_be_are_cut_down_to_what_can(said: dict[str, Any], expected: Usage) -> None:
    assert usage(said) == expected


@given(
    st.dictionaries(st.sampled_from(("promptTokenCount", "cachedContentTokenCount", "thoughtsTokenCount", "candidatesTokenCount", "toolUsePromptTokenCount")), st.integers(0, 99))
)
def test_the_total_is_what_the_provider_adds_up_to(said: dict[str, int]) -> None:
    found = usage(said)
    total = said.get("promptTokenCount", 0) + said.get("toolUsePromptTokenCount", 0)
    assert found.input_tokens == max(total, said.get("cachedContentTokenCount", 0))
    assert found.output_tokens == said.get("candidatesTokenCount", 0) + said.get("thoughtsTokenCount", 0)
