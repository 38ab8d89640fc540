"""The fixtures against Cohere's own SDK: what it reads of them, and what it would send itself."""

from __future__ import annotations

import json

import pytest

import wire_golden
from modelwright.ir.chat import Opaque
from modelwright.wire.cohere_chat import NAME
from real_software import run_with
from wire_sdk import ours as read_by_us, served, text_of

PACKAGE, VERSION = "cohere", "7.3.1"
ANSWERS = """
import json, sys
import cohere

address, cases = sys.argv[1], json.loads(sys.argv[2])
client = cohere.ClientV2(api_key="any", base_url=address, max_retries=0)

def counts(usage):
    billed = usage and (usage.billed_units or usage.tokens)
    return billed and [billed.input_tokens, billed.output_tokens, usage.cached_tokens or 0]

def whole(answer):
    message = answer.message
    return {
        "text": "".join(block.text for block in message.content or () if block.type == "text"),
        "thinking": "".join(block.thinking for block in message.content or () if block.type == "thinking") + (message.tool_plan or ""),
        "calls": [[call.function.name, call.function.arguments or "{}"] for call in message.tool_calls or ()],
        "cited": [citation.text for citation in message.citations or ()],
        "stop": answer.finish_reason,
        "counts": counts(answer.usage),
    }

def streamed(events):
    found = {"text": "", "thinking": "", "calls": [], "cited": [], "stop": None, "counts": None}
    calls = {}
    for event in events:
        message = getattr(getattr(event, "delta", None), "message", None)
        if event.type in ("content-start", "content-delta"):
            found["text"] += message.content.text or ""
            found["thinking"] += message.content.thinking or ""
        elif event.type == "tool-plan-delta":
            found["thinking"] += message.tool_plan
        elif event.type == "tool-call-start":
            calls[event.index] = [message.tool_calls.function.name, message.tool_calls.function.arguments]
        elif event.type == "tool-call-delta":
            calls[event.index][1] += message.tool_calls.function.arguments
        elif event.type == "citation-start":
            found["cited"].append(message.citations.text)
        elif event.type == "message-end":
            if event.delta.error or event.delta.finish_reason in ("ERROR", "TIMEOUT"):
                return {"code": 200}
            return {**found, "calls": [[name, arguments or "{}"] for _, (name, arguments) in sorted(calls.items())], "stop": event.delta.finish_reason, "counts": counts(event.delta.usage)}

found = {}
for name in cases:
    said = {"model": name, "messages": [{"role": "user", "content": "Hi"}]}
    try:
        found[name] = streamed(client.chat_stream(**said)) if name.endswith(".stream") else whole(client.chat(**said))
    except cohere.core.ApiError as error:
        found[name] = {"code": error.status_code, "message": error.body["message"] if isinstance(error.body, dict) else None}
print(json.dumps(found))
"""
REQUESTS = """
import json, sys
import cohere, httpx

sent = []
def answer(request):
    sent.append(json.loads(request.content))
    if sent[-1]["stream"]:
        return httpx.Response(200, text="", headers={"content-type": "text/event-stream"})
    return httpx.Response(200, json={"id": "1", "finish_reason": "COMPLETE", "message": {"role": "assistant", "content": []}})

client = cohere.ClientV2(api_key="any", max_retries=0, httpx_client=httpx.Client(transport=httpx.MockTransport(answer)))
for body in json.loads(sys.argv[1]):
    if body.pop("stream"):
        list(client.chat_stream(**body))
    else:
        client.chat(**body)
print(json.dumps(sent))
"""


APART = (
    *("another-protocol", "malformed-list", "malformed-page", "malformed-empty", "malformed-reason", "malformed-text", "malformed-call", "unknown-block"),
    *(
        "error-under-200",
        "failed",
        "failed-in-time",
        "text-plain",
        "usage-strange",
        "usage-nothing",
        "usage-cached-more",
        "usage-fractions",
        "usage-none",
        "usage-tokens-only",
        "tools-null",
    ),
    *("broken-json.stream", "page.stream", "body-error.stream", "body-answer.stream", "empty.stream", "comments-only.stream", "cut.stream", "mark-too-early.stream"),
    *("error-inside.stream", "error-typed.stream", "text-no-last-line.stream", "order-second-message.stream", "order-more-of-no-call.stream", "order-call-twice.stream"),
    *("malformed-text.stream", "malformed-end.stream", "malformed-type.stream", "malformed-list.stream", "tools-null.stream"),
)
"""What no SDK reads: another protocol, pages, what is broken or out of order, a failure under 200, text where blocks belong, counts and blocks that are none."""


@pytest.mark.slow
def test_coheres_sdk_reads_the_same_as_we_do() -> None:
    theirs, answers = served(NAME, PACKAGE, VERSION, ANSWERS, "body", *APART)
    for name, (status, body) in answers.items():
        ours = read_by_us(NAME, name, status, body)
        if ours is None:
            assert "code" in theirs[name], name
            continue
        assert theirs[name] == {
            "text": text_of(ours),
            "thinking": ours.thinking,
            "calls": [[call.name, call.arguments] for call in ours.tool_calls],
            "cited": [citation["text"] for part in ours.content if isinstance(part, Opaque) for citation in part.data["citations"]],
            "stop": ours.stop_word,
            "counts": ours.usage and [ours.usage.input_tokens, ours.usage.output_tokens, ours.usage.cache_read_tokens],
        }, name
    assert theirs["error-blocked"]["code"] == 498
    assert theirs["error-month"]["message"] == "You are using a Trial key, which is limited to 1000 API calls / month."


@pytest.mark.slow
def test_coheres_sdk_sends_what_we_send() -> None:
    """Each body we write is said to their client, argument by argument, and is the body it sends; what their client has no argument for is left out."""
    bodies = [json.loads(path.read_text())["body"] for path in wire_golden.cases(NAME, ".call.json") if path.name != "limit-field.call.json"]
    assert run_with(PACKAGE, VERSION, REQUESTS, json.dumps(bodies)) == bodies
