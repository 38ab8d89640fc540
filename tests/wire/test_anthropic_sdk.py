"""The fixtures of Anthropic's Messages against Anthropic's own SDK: what it reads of them, and whether it knows what we send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import wire_golden
from discover.servers import Reply, serving
from modelwright.ir.chat import Response, Text, Thinking, ToolCall
from modelwright.wire import anthropic_messages as wire
from modelwright.wire.assemble import Assembler
from modelwright.wire.protocol import Trouble, TroubleError
from real_software import run_with

if TYPE_CHECKING:
    from modelwright.ir.usage import Usage

VERSION = "2.14.0"
READER = """
import json, sys
import anthropic

address, cases = sys.argv[1], json.loads(sys.argv[2])
client = anthropic.Anthropic(api_key="any", base_url=address, max_retries=0)

def asked(name):
    said = dict(model=name, max_tokens=16, messages=[{"role": "user", "content": "Hi"}])
    if not name.endswith(".stream"):
        return client.messages.create(**said)
    with client.messages.stream(**said) as stream:
        return stream.get_final_message()

found = {}
for name in cases:
    try:
        answer = asked(name)
        found[name] = {"blocks": [block.to_dict() for block in answer.content], "stop": answer.stop_reason, "usage": answer.usage.to_dict() if answer.usage else None}
    except anthropic.APIStatusError as error:
        body = error.body if isinstance(error.body, dict) else {}
        found[name] = {"status": error.status_code, **body.get("error", {})}
    except RuntimeError as error:
        found[name] = {"broken": str(error)}
print(json.dumps(found))
"""
CHECKER = """
import json, sys
from pydantic import TypeAdapter
from anthropic.types import ContentBlockParam, message_create_params

whole, block = TypeAdapter(message_create_params.MessageCreateParamsNonStreaming), TypeAdapter(ContentBlockParam)

def known(checker, given, path):
    try:
        found = checker.dump_python(checker.validate_python(given), mode="json", warnings=False)
    except ValueError as error:
        sys.exit(f"{path}: {error}")
    if found != given:
        sys.exit(f"{path}: {json.dumps(given)} is read as {json.dumps(found)}")

for path in json.loads(sys.argv[1]):
    body = json.load(open(path))["body"]
    for turn in body["messages"]:
        for part in turn["content"]:
            if part["type"] != "web_search_tool_result":  # its list is of a type that pydantic reads only once
                known(block, part, path)
        assert turn["role"] in ("user", "assistant")
    left = {name: value for name, value in body.items() if name not in ("stream", "temperature", "top_p", "top_k")}  # the types name these no more, the API takes them
    known(whole, {**left, "messages": []}, path)
print("true")
"""
OTHER_HOSTS = ("host", "json-schema-field", "thinking-field")
"""Requests in the words of hosts that differ from the protocol."""
UNREAD = ("malformed", "order", "broken", "body", "empty", "comments-only", "text-type-in-name-only", "text-data-only", "text-no-last-line", "done-mark")
"""Answers and streams of which the SDK reads nothing, or the broken part as if it were whole."""
HOSTS = (
    "host",
    "tools-whole-at-start",
    "error-of-another-shape",
    "error-base",
    "error-type-of-its-own",
    "error-name-only",
    "error-text",
    "error-under-200",
    "error-list",
    "unknown",
    "usage-none",
    "usage-strange",
)
"""What only hosts send that differ from the protocol."""


def _answers() -> dict[str, tuple[int, bytes]]:
    """Return status and body of every answer that the protocol's own host may give."""
    found = {}
    for path in [*wire_golden.cases(wire.NAME, ".response.json"), *wire_golden.cases(wire.NAME, ".stream.txt")]:
        name = path.name.removesuffix(".response.json").removesuffix(".txt")
        if not name.startswith((*UNREAD, *HOSTS)):
            case = json.loads(path.read_text()) if path.suffix == ".json" else {}
            found[name] = (case.get("status", 200), wire_golden.body(case["body"]) if case else path.read_bytes())
    return found


def _ours(name: str, status: int, body: bytes) -> Response | Trouble:
    if status >= 400:
        return wire.trouble(status, {}, body)
    if not name.endswith(".stream"):
        try:
            return wire.read(status, {}, body)
        except TroubleError as error:
            return error.trouble
    decoder, assembler = wire.Decoder(), Assembler()
    events = [*decoder.feed(body), *decoder.end()]
    for event in events:
        assembler.take(event)
    if decoder.is_done:
        return assembler.response
    trouble = events[-1].trouble
    assert isinstance(trouble, Trouble)
    return trouble


@pytest.fixture(scope="module")
def read() -> tuple[dict[str, Any], dict[str, tuple[int, bytes]]]:
    answers = _answers()

    def answer(call: Any) -> Reply:
        name = json.loads(call.body)["model"]
        kind = "text/event-stream" if name.endswith(".stream") else "application/json"
        return Reply(status=answers[name][0], body=answers[name][1], headers={"Content-Type": kind})

    with serving(answer) as server:
        return run_with("anthropic", VERSION, READER, server.url, json.dumps(sorted(answers))), answers


@pytest.mark.slow
def test_the_sdk_reads_the_same_as_we_do(read: tuple[dict[str, Any], dict[str, tuple[int, bytes]]]) -> None:
    theirs, answers = read
    kinds = set()
    for name, (status, body) in answers.items():
        ours, found = _ours(name, status, body), theirs[name]
        kinds.add(type(ours))
        if isinstance(ours, Trouble):
            assert found.get("status") == status, name
            assert not found.get("type") or (found["type"], found["message"]) == (ours.type, ours.message), name
            continue
        blocks = found["blocks"]
        assert ours.text == "".join(block["text"] for block in blocks if block["type"] == "text"), name
        assert [_thought(part) for part in ours.content if isinstance(part, Thinking)] == [_thought_of(block) for block in blocks if _thought_of(block)], name
        calls = [(part.id, part.name, part.parsed()) for part in ours.content if isinstance(part, ToolCall)]
        assert calls == [(block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"], name
        assert [part for part in ours.content if isinstance(part, Text)] == [Text(block["text"]) for block in blocks if block.get("text")], name
        assert ours.stop_word == found["stop"], name
        assert _counts(ours.usage) == _counts_of(found["usage"]), name
    assert kinds == {Response, Trouble}


def _thought(part: Thinking) -> tuple[str, ...]:
    return (part.redacted,) if part.redacted else (part.text, part.signature or "")


def _thought_of(block: dict[str, Any]) -> tuple[str, ...] | None:
    if block["type"] == "redacted_thinking":
        return (block["data"],)
    said = (block.get("thinking", ""), block.get("signature", ""))
    return said if block["type"] == "thinking" and any(said) else None


def _counts(usage: Usage | None) -> tuple[int, ...] | None:
    return None if usage is None else (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens, usage.searches)


def _counts_of(said: dict[str, Any] | None) -> tuple[int, ...] | None:
    if said is None:
        return None
    cached = said.get("cache_read_input_tokens") or 0
    split = said.get("cache_creation") or {}
    written = said.get("cache_creation_input_tokens") or sum(split.values())
    searches = (said.get("server_tool_use") or {}).get("web_search_requests", 0)
    return said["input_tokens"] + cached + written, said["output_tokens"], cached, searches


@pytest.mark.slow
def test_the_sdk_knows_every_field_we_send() -> None:
    paths = [path for path in wire_golden.cases(wire.NAME, ".call.json") if path.name.removesuffix(".call.json") not in OTHER_HOSTS]
    assert run_with("anthropic", VERSION, CHECKER, json.dumps([str(path) for path in paths])) is True
