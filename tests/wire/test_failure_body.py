"""The bodies of failed answers, in the shapes servers write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelwright.wire.failure_body import failure, failure_of, malformed


@pytest.mark.parametrize(
    ("body", "message", "kind", "code"),
    [
        ({"error": {"message": "no", "type": "invalid_request_error", "code": "context_length_exceeded", "param": None}}, "no", "invalid_request_error", "context_length_exceeded"),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "r"}, "Overloaded", "overloaded_error", None),
        ({"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}, "slow down", "RESOURCE_EXHAUSTED", "429"),
        ({"__type": "ThrottlingException", "message": "slow down"}, "slow down", "ThrottlingException", None),
        ({"object": "error", "type": "invalid_request", "code": 1210, "message": "no"}, "no", "invalid_request", "1210"),
        ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, "insufficient balance", None, "1008"),
        ({"error": {"code": "1113", "message": "no balance"}}, "no balance", None, "1113"),
        ({"success": False, "errors": [{"code": 7009, "message": "no such model"}]}, "no such model", None, "7009"),
        ({"error": "model not found"}, "model not found", None, None),
        ({"error": "no", "code": "AUTHENTICATION_FAILED"}, "no", None, "AUTHENTICATION_FAILED"),
        ({"code": "InvalidApiKey", "message": "no", "request_id": "r"}, "no", None, "InvalidApiKey"),
        ({"detail": "Not Found"}, "Not Found", None, None),
        ({"detail": [{"loc": ["body"], "msg": "field required"}]}, '{"detail": [{"loc": ["body"], "msg": "field required"}]}', None, None),
        ([{"error": {"message": "no"}}], "no", None, None),
        (["no"], '["no"]', None, None),
        ({"error": {}}, '{"error": {}}', None, None),
        ({"error": ["no"]}, "no", None, None),
        ("no", "no", None, None),
        ([], "HTTP 400 with an empty body", None, None),
        (None, "null", None, None),
    ],
)
def test_every_shape_tells_its_message_type_and_code(body: Any, message: str, kind: str | None, code: str | None) -> None:
    found = failure(json.dumps(body).encode(), 400)
    assert (found.message, found.type, found.code, found.status) == (message, kind, code, 400)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "HTTP 502 with an empty body"),
        (b" \r\n", "HTTP 502 with an empty body"),
        (b"upstream connect error", "upstream connect error"),
        (b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
        (b"<html><title></title>\n</html>", "<html><title></title>\n</html>"),
        (b"a <title>b</title>", "a <title>b</title>"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_what_is_no_json_is_the_message_itself_or_its_title(body: bytes, message: str) -> None:
    assert failure(body, 502).message == message


def test_a_long_message_is_shortened() -> None:
    assert len(failure(b"x" * 10_000, 500).message) == len(failure(json.dumps({"error": "x" * 10_000}).encode(), 500).message) == 2000


def test_an_empty_failure_inside_a_stream_says_so() -> None:
    assert failure(b"", None).message == "an empty answer"


def test_what_is_nested_too_deep_to_show_is_told_as_nothing() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert failure_of({"errors": [deep]}, 500).message == "HTTP 500 with an empty body"


def test_what_is_malformed_shows_how_it_begins() -> None:
    assert malformed("no answer", b"x" * 201).message == f"no answer: {'x' * 200}…"
    assert malformed("no answer", b" ").message == "no answer"
