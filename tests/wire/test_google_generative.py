"""Gemini's generateContent: what no table of cases shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON, THINKING, cuts, damaged, requests
from modelwright.ir.chat import REFUSAL, Media, Message, Opaque, Request, Text, Thinking, ToolCall, ToolResult
from modelwright.ir.events import ToolCallStart, UsageSeen
from modelwright.ir.usage import Usage
from modelwright.wire import google_generative as wire
from modelwright.wire.google_generative_answer import usage
from modelwright.wire.json_objects import ObjectStream
from modelwright.wire.protocol import Target, TroubleError, UnspeakableError
from modelwright.wire.sse import BrokenStreamError
from wire_checks import answered, assembled, assert_are_events, assert_builds_or_says_why_not, why_not

BODIES = [json.loads(path.read_text())["body"] for path in wire_golden.cases(wire.NAME, ".response.json")]
STREAMS = [path.read_bytes() for path in wire_golden.cases(wire.NAME, ".stream.txt")]
TARGET = Target("https://api.acme.example/v1beta/models/acme-large:generateContent", "acme-large")


def _chunk(*parts: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts), "role": "model"}, "index": 0, **candidate}]}


def _sse(*chunks: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n" for chunk in chunks)


def _events(data: bytes) -> list[Any]:
    decoder = wire.Decoder()
    return [*decoder.feed(data), *decoder.end()]


# --- requests -----------------------------------------------------------------------------------------------------------


@given(requests(wire.NAME), THINKING, st.booleans())
def test_every_request_is_written_the_same_each_time_or_refused_with_a_reason(request: Request, thinking: dict[str, Any], replays: bool) -> None:
    target = Target(TARGET.url, TARGET.model, thinking=thinking, quirks={"replay_reasoning": replays})
    assert_builds_or_says_why_not(wire, request, target)


@given(st.lists(requests(wire.NAME), min_size=1, max_size=1))
def test_what_is_said_is_all_in_the_body(asked: list[Request]) -> None:
    request = Request(asked[0].messages, extra={})
    if why_not(wire, request, TARGET):
        return
    body = json.loads(wire.build(request, TARGET).body)
    said = _merged([(message.role, list(_said(message))) for message in request.messages if message.role != "system"])
    found = [("assistant" if turn["role"] == "model" else "user", [part for written in turn["parts"] for part in _read(written)]) for turn in body["contents"]]
    assert found == [("assistant" if role == "assistant" else "user", parts) for role, parts in said if parts]
    instructions = [part.text for message in request.messages if message.role == "system" for part in message.content if isinstance(part, Text)]
    assert [part["text"] for part in body.get("systemInstruction", {}).get("parts", [])] == instructions


def _merged(turns: list[tuple[str, list[Any]]]) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    for role, parts in turns:
        if found and role == found[-1][0] == "tool":
            found[-1][1].extend(parts)
        elif parts:
            found.append((role, parts))
    return found


def _said(message: Message) -> Any:
    """Yield the parts of *message* as plain values; thinking that says nothing is none, nor is empty text after a signature."""
    before = None
    for part in message.content:
        match part:
            case Text():
                if part.text or not (isinstance(before, Thinking) and before.signature and not before.text):
                    yield "text", part.text
            case Thinking():
                if part.text or part.signature:
                    yield "thinking", part.text, part.signature
            case Media():
                yield "media", part.media_type, part.data, part.url
            case ToolCall():
                yield "call", part.id, part.name, part.parsed(), part.signature
            case ToolResult():
                yield "result", part.call_id, part.is_error, "\n".join(inner.text for inner in part.content if isinstance(inner, Text)), _media(part.content)
            case Opaque():
                yield "opaque", part.data
        before = part if not (isinstance(part, Thinking) and not part.text and not part.signature) else before


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
            if text or signature is None:
                yield "text", text
        case {"inlineData": blob}:
            yield "media", blob["mimeType"], base64.b64decode(blob["data"]), None
        case {"fileData": file}:
            yield "media", file["mimeType"], None, file["fileUri"]
        case {"functionCall": call}:
            yield "call", call.get("id", ""), call["name"], call["args"], signature
        case {"functionResponse": answer}:
            (kind, text), *_ = answer["response"].items()
            yield "result", answer.get("id", ""), kind == "error", text, [part for inner in answer.get("parts", ()) for part in _read(inner)]
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


# --- streams ------------------------------------------------------------------------------------------------------------


def test_usage_is_told_as_it_grows_and_only_when_it_does() -> None:
    counts = [{"promptTokenCount": 7}, {"promptTokenCount": 7}, {"promptTokenCount": 7, "candidatesTokenCount": 3}]
    found = _events(_sse(*({**_chunk({"text": "a"}), "usageMetadata": count} for count in counts)))
    assert [event.usage for event in found if isinstance(event, UsageSeen)] == [Usage(7), Usage(7, 3)]


def test_calls_without_ids_get_them_by_their_place() -> None:
    found = _events(_sse(_chunk({"functionCall": {"name": "a"}}, {"functionCall": {"name": "b", "id": "own"}}), _chunk({"functionCall": {"name": "c"}})))
    assert [event.id for event in found if isinstance(event, ToolCallStart)] == ["call_1", "own", "call_3"]


def test_a_stream_of_a_server_that_says_stop_in_every_chunk_is_read_to_the_end() -> None:
    found = _events(_sse(_chunk({"text": "a"}, finishReason="STOP"), _chunk({"text": "b"}, finishReason="STOP")))
    assert assembled(found).text == "ab"


def test_a_failure_between_events_is_found_however_the_pieces_fall() -> None:
    data = _sse(_chunk({"text": "a"})) + b'{\n  "error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}\n}\n'
    for place in range(len(data)):
        decoder = wire.Decoder()
        *_, last = [*decoder.feed(data[:place]), *decoder.feed(data[place:])]
        assert (last.trouble.type, last.trouble.status, decoder.is_done) == ("UNAVAILABLE", 503, False)
        assert decoder.feed(_sse(_chunk({"text": "b"}))) == []


def test_an_event_whose_end_is_missing_is_read_before_json_that_follows() -> None:
    data = _sse(_chunk({"text": "a"})).rstrip() + b'\n{"error": {"message": "busy"}}'
    assert [type(event).__name__ for event in _events(data)] == ["TextDelta", "Troubled"]


@pytest.mark.parametrize(
    "data",
    [
        b"[{}] nonsense",
        b"{} ]x",
        _sse(5),
        _sse([5]),
        _sse({"candidates": 5}),
        _sse(_chunk({"text": 5})),
        _sse(_chunk({"functionCall": {"name": "a", "args": [1]}})),
        _sse(_chunk({"functionCall": {"name": 5}})),
        _sse(_chunk({"text": "a", "thoughtSignature": 5})),
        _sse(_chunk(finishReason=5)),
    ],
)
def test_what_is_no_chunk_is_malformed(data: bytes) -> None:
    decoder = wire.Decoder()
    *_, last = decoder.feed(data)
    assert last.trouble.type == "malformed"
    assert not decoder.is_done


def test_an_event_without_end_is_given_up() -> None:
    decoder = wire.Decoder()
    decoder._events.most_bytes = 10
    (last,) = decoder.feed(b"data: " + b"x" * 10)
    assert (last.trouble.type, decoder.feed(_sse(_chunk({"text": "a"}))), decoder.end()) == ("malformed", [], [])


def test_what_came_before_nonsense_is_kept() -> None:
    found = _events(b'[{"candidates": [{"content": {"parts": [{"text": "a"}]}}]}, nonsense')
    assert [type(event).__name__ for event in found] == ["TextDelta", "Troubled"]
    failed = _events(b'[{"error": {"message": "busy"}}, nonsense')
    assert [event.trouble.message for event in failed] == ["busy"]


def test_an_object_without_end_is_given_up() -> None:
    stream = ObjectStream(most_bytes=10)
    assert list(stream.feed(b'[{"a": "b"}')) == [b'{"a": "b"}']
    with pytest.raises(BrokenStreamError, match="more than 10 bytes"):
        list(stream.feed(b',{"a": "bbbbbbbbb'))


def test_a_quote_in_a_text_of_an_array_ends_nothing() -> None:
    data = json.dumps([{"a": 'x"}\\'}, {"b": {"c": "}{["}}]).encode()
    assert [json.loads(one) for one in ObjectStream().feed(data)] == [{"a": 'x"}\\'}, {"b": {"c": "}{["}}]


# --- whatever comes -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_a_trouble(body: bytes) -> None:
    assert wire.trouble(500, {}, body).message
    assert_are_events(_events(body))
    answered(wire, body)


@given(st.data())
def test_damaged_answers_are_answers_or_troubles(data: st.DataObject) -> None:
    body = data.draw(damaged(data.draw(st.sampled_from([body for body in BODIES if not isinstance(body, str)]))))
    sent = json.dumps(body).encode()
    assert wire.trouble(429, {}, sent).message
    assert_are_events(_events(_sse(body)))
    found = answered(wire, sent)
    if found is not None:
        wire.build(Request([found.message()]), TARGET, lossy=True)


@given(st.data())
def test_damaged_streams_in_pieces_say_the_same_as_whole_ones(data: st.DataObject) -> None:
    stream = bytearray(data.draw(st.sampled_from(STREAMS)))
    for _ in range(data.draw(st.integers(0, 3))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.sampled_from(list(b'\n\r{}[]":, \\x\xff')))
    whole, pieces = wire.Decoder(), wire.Decoder()
    expected = [*whole.feed(bytes(stream)), *whole.end()]
    assert_are_events(expected)
    found = [event for piece in data.draw(cuts(bytes(stream))) for event in pieces.feed(piece)] + pieces.end()
    assert (repr(found), pieces.is_done) == (repr(expected), whole.is_done)


def test_nesting_without_end_is_malformed() -> None:
    deep = b"[" * 100_000
    assert wire.trouble(500, {}, deep).message
    with pytest.raises(TroubleError):
        wire.read(200, {}, deep)
    assert_are_events(_events(b"data: " + deep + b"\n\n"))
