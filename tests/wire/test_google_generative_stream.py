"""Streams of Gemini's generateContent, and whatever else may come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

import wire_golden
from chat_strategies import JSON
from modelwright.ir.events import ToolCallStart, UsageSeen
from modelwright.ir.usage import Usage
from modelwright.wire import google_generative as wire
from modelwright.wire.json_objects import ObjectStream
from modelwright.wire.protocol import Target
from modelwright.wire.sse import BrokenStreamError
from wire_checks import assembled, assert_are_events, assert_damage_told, assert_depth_told, assert_same_in_pieces, assert_told

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


def test_usage_is_told_as_it_grows_and_only_when_it_does() -> None:
    counts = [{"promptTokenCount": 7}, {"promptTokenCount": 7}, {"promptTokenCount": 7, "candidatesTokenCount": 3}]
    found = _events(_sse(*({**_chunk({"text": "a"}), "usageMetadata": count} for count in counts)))
    assert [event.usage for event in found if isinstance(event, UsageSeen)] == [Usage(7), Usage(7, 3)]


def test_searches_are_counted_where_they_are_told_again_and_again() -> None:
    told = [{"groundingMetadata": {"webSearchQueries": queries}} for queries in (["a"], ["a", "b"], [])]
    found = _events(_sse(*({**_chunk({"text": "a"}, **one), "usageMetadata": {"promptTokenCount": index + 1}} for index, one in enumerate(told))))
    assert [event.usage.searches for event in found if isinstance(event, UsageSeen)] == [1, 2, 2]


def test_a_failure_after_the_end_is_a_failure() -> None:
    decoder = wire.Decoder()
    decoder.feed(_sse(_chunk({"text": "a"}, finishReason="STOP")))
    assert decoder.is_done
    (last,) = decoder.feed(_sse({"error": {"message": "busy"}}))
    assert (last.trouble.message, decoder.is_done) == ("busy", False)


def test_lines_that_are_no_events_are_passed_over() -> None:
    found = _events(_sse(_chunk({"text": "a"})) + b"<!-- keep alive -->\n\n" + _sse(_chunk({"text": "b"})))
    assert assembled(found).text == "ab"
    decoder = wire.Decoder()
    pieces = [_sse(_chunk({"text": "a"})), b"<!-- keep alive -->\n\n", _sse(_chunk({"text": "b"}))]
    assert assembled([event for piece in pieces for event in decoder.feed(piece)]).text == "ab"


def test_calls_without_ids_get_them_by_what_they_say_and_their_place() -> None:
    found = _events(_sse(_chunk({"functionCall": {"name": "a"}}, {"functionCall": {"name": "b", "id": "own"}}), _chunk({"functionCall": {"name": "c"}})))
    ids = [event.id for event in found if isinstance(event, ToolCallStart)]
    assert [number.rpartition("_")[2] for number in ids] == ["1", "own", "3"]
    assert len({number.rpartition("_")[0] for number in ids}) == 3


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
    assert_told(wire, body)


@given(st.data())
def test_damaged_answers_are_answers_or_troubles(data: st.DataObject) -> None:
    sent = assert_damage_told(wire, data, BODIES, TARGET)
    assert_are_events(_events(b"data: " + sent + b"\n\n"))


@given(st.data())
def test_damaged_streams_in_pieces_say_the_same_as_whole_ones(data: st.DataObject) -> None:
    assert_same_in_pieces(wire, data, STREAMS)


def test_nesting_without_end_is_malformed() -> None:
    assert_depth_told(wire, b"[")
