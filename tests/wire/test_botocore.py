"""What botocore's own client reads of the answers in the fixtures, beside what we read."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
from botocore.session import Session

import wire_golden
from discover.servers import Reply, serving
from modelwright.ir.chat import Media, Opaque, Text, Thinking, ToolCall
from modelwright.wire import bedrock_converse as wire
from modelwright.wire.protocol import TroubleError
from wire_checks import assembled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelwright.ir.chat import Response

WHOLE = [path for path in wire_golden.cases(wire.NAME, ".response.json") if not path.name.startswith(("malformed", "not-json", "another", "error-page", "error-under-200"))]
STRICTER = ("after-stop", "block-", "call-", "index-", "no-", "two-", "headers", "json-in", "page-in", "broken-json", "error-no-json")
"""Streams of which botocore, which reads message by message, does not see what is wrong with them, or that only we read."""
STREAMS = [path for path in wire_golden.cases(wire.NAME, ".frames.json") if not path.name.startswith(STRICTER)]
SAID: dict[str, tuple[int, dict[str, str], bytes]] = {}


def _name(path: Path) -> str:
    return path.name


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Give a client of a server that answers with the fixture that is called like the model."""
    with serving(lambda call: _reply(call.path)) as server:
        session = Session()
        session.set_credentials("a", "b")
        yield session.create_client("bedrock-runtime", region_name="us-east-1", endpoint_url=server.url, config=Config(retries={"total_max_attempts": 1}))


def _reply(path: str) -> Reply:
    case = wire_golden.FIXTURES / wire.NAME / path.split("/")[2]
    if case.name.endswith(".frames.json"):
        return Reply(body=wire_golden.streamed(case), headers={"Content-Type": "application/vnd.amazon.eventstream"})
    said = json.loads(case.read_text())
    return Reply(status=said["status"], body=wire_golden.body(said["body"]), headers={"Content-Type": "application/json", **said["headers"]})


MESSAGES = [{"role": "user", "content": [{"text": "?"}]}]


@pytest.mark.parametrize("path", WHOLE, ids=_name)
def test_a_whole_answer_is_read_alike(path: Path, client: Any) -> None:
    said = json.loads(path.read_text())
    try:
        theirs = client.converse(modelId=path.name, messages=MESSAGES)
    except ClientError as error:
        failure = error.response["Error"]
    else:
        failure = None
    if failure is not None:
        ours = wire.trouble(said["status"], said["headers"], wire_golden.body(said["body"]))
        assert (ours.type, ours.message) == (failure["Code"], failure["Message"] or ours.message)
        return
    found = wire.read(said["status"], said["headers"], wire_golden.body(said["body"]))
    assert _parts(found) == _theirs(theirs["output"]["message"]["content"])
    assert found.stop_word == theirs["stopReason"]
    assert found.id == theirs["ResponseMetadata"]["RequestId"]
    _counts_alike(found, theirs["usage"])


@pytest.mark.parametrize("path", STREAMS, ids=_name)
def test_a_stream_is_read_alike(path: Path, client: Any) -> None:
    decoder = wire.Decoder()
    events = [*decoder.feed(wire_golden.streamed(path)), *decoder.end()]
    found = assembled(events)
    blocks: dict[int, dict[str, Any]] = {}
    end: dict[str, Any] = {}
    failure = None
    try:
        for event in client.converse_stream(modelId=path.name, messages=MESSAGES)["stream"]:
            _take(event, blocks, end)
    except (EventStreamError, ParserError, BotoCoreError) as error:
        failure = error
    assert _parts(found) == _theirs([blocks[index] for index in sorted(blocks)])
    assert (found.stop_word, decoder.is_done) == (end.get("stopReason"), failure is None)
    if failure is None and "usage" in end:
        _counts_alike(found, end["usage"])
    if isinstance(failure, EventStreamError):
        trouble = events[-1].trouble
        assert trouble.type == failure.response["Error"]["Code"][:1].upper() + failure.response["Error"]["Code"][1:]
        assert trouble.message.startswith(failure.response["Error"]["Message"]) or not failure.response["Error"]["Message"]


def _counts_alike(found: Response, usage: dict[str, Any]) -> None:
    assert found.usage is not None
    cached = usage.get("cacheReadInputTokens", 0), usage.get("cacheWriteInputTokens", 0)
    assert (found.usage.input_tokens, found.usage.output_tokens) == (usage["inputTokens"] + sum(cached), usage["outputTokens"])
    assert found.usage.cache_read_tokens == cached[0]


def _parts(found: Response) -> list[Any]:
    """Return what we read, in few words."""
    parts: list[Any] = []
    for part in found.content:
        if isinstance(part, Text):
            parts.append(("text", part.text))
        elif isinstance(part, ToolCall):
            parts.append(("call", part.id, part.name, part.parsed()))
        elif isinstance(part, Thinking):
            parts.append(("thought", part.text, part.signature, part.redacted))
        elif isinstance(part, Media):
            parts.append(("medium", part.media_type, part.data))
        elif isinstance(part, Opaque) and "answer" not in part.data:
            parts.append(("other", next(iter(part.data))))
    return parts


def _theirs(content: list[dict[str, Any]]) -> list[Any]:
    """Return what botocore read, in the same words."""
    parts: list[Any] = []
    for block in content:
        (kind, said), *_ = block.items()
        if kind == "text":
            parts.append(("text", said))
        elif kind == "toolUse" and "type" not in said:
            parts.append(("call", said["toolUseId"], said["name"], said["input"]))
        elif kind == "reasoningContent" and "redactedContent" in said:
            parts.append(("thought", "", None, base64.b64encode(said["redactedContent"]).decode()))
        elif kind == "reasoningContent":
            parts.append(("thought", said["reasoningText"]["text"], said["reasoningText"].get("signature"), None))
        elif kind == "image":
            parts.append(("medium", f"image/{said['format']}", said["source"]["bytes"]))
        elif kind == "citationsContent":
            parts += [("text", "".join(one["text"] for one in said["content"])), ("other", "citations")]
        else:
            parts.append(("other", kind))
    return parts


def _take(event: dict[str, Any], blocks: dict[int, dict[str, Any]], end: dict[str, Any]) -> None:
    """Add an event to the blocks it makes, as programs that use botocore do."""
    (name, said), *_ = event.items()
    if name == "contentBlockStart" and said["start"]:
        blocks[said["contentBlockIndex"]] = {kind: {**start} for kind, start in said["start"].items()}
    elif name == "contentBlockDelta":
        (kind, more), *_ = said["delta"].items()
        block = blocks.setdefault(said["contentBlockIndex"], {})
        _ADD[kind](block, more)
    elif name in ("messageStop", "metadata"):
        end.update(said)
        for block in blocks.values():
            call = block.get("toolUse")
            if call is not None and not isinstance(call.get("input"), dict):
                call["input"] = json.loads(call.get("input") or "{}")


def _add_text(block: dict[str, Any], more: str) -> None:
    block["text"] = block.get("text", "") + more


def _add_citation(block: dict[str, Any], more: Any) -> None:
    written = block.pop("text", None)
    held = block.setdefault("citationsContent", {"content": [{"text": written}], "citations": []})
    held["citations"].append(more)


def _add_thought(block: dict[str, Any], more: dict[str, Any]) -> None:
    if "redactedContent" in more:
        block["reasoningContent"] = more
        return
    held = block.setdefault("reasoningContent", {"reasoningText": {"text": ""}})["reasoningText"]
    (name, value), *_ = more.items()
    held[name] = held.get(name, "") + value


def _add_input(block: dict[str, Any], more: dict[str, str]) -> None:
    block["toolUse"]["input"] = block["toolUse"].get("input", "") + more["input"]


def _add_result(block: dict[str, Any], more: list[Any]) -> None:
    block["toolResult"].setdefault("content", []).extend(more)


def _add_picture(block: dict[str, Any], more: dict[str, Any]) -> None:
    source = block["image"].setdefault("source", {"bytes": b""})
    source["bytes"] += more["source"]["bytes"]


_ADD: dict[str, Any] = {"text": _add_text, "citation": _add_citation, "reasoningContent": _add_thought, "toolUse": _add_input, "toolResult": _add_result, "image": _add_picture}


def test_what_only_fails_here_fails_as_malformed() -> None:
    for path in wire_golden.cases(wire.NAME, ".response.json"):
        if path.name.startswith(("malformed", "not-json")):
            said = json.loads(path.read_text())
            with pytest.raises(TroubleError) as caught:
                wire.read(said["status"], said["headers"], wire_golden.body(said["body"]))
            assert caught.value.trouble.type == "malformed"
