"""The fixtures of OpenAI's two protocols against OpenAI's own SDK: what it reads of them, and whether it knows what we send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import wire_golden
from real_software import run_with
from wire_sdk import ours as read_by_us, served, text_of

if TYPE_CHECKING:
    from modelwright.ir.chat import Response

VERSION = "3.57.0"
CHAT = """
import json, sys
import openai

address, cases = sys.argv[1], json.loads(sys.argv[2])
client = openai.OpenAI(api_key="any", base_url=address, max_retries=0)

def said(answers, is_stream):
    texts, thoughts, calls, stop, used = [], [], {}, None, None
    for answer in answers:
        used = answer.usage or used
        for choice in answer.choices or ():
            if choice.index:
                continue
            message = choice.delta if is_stream else choice.message
            texts += [text for text in (message.content, message.refusal) if text]
            thoughts.append(getattr(message, "reasoning_content", None) or getattr(message, "reasoning", None) or "")
            for number, call in enumerate(message.tool_calls or ()):
                made = calls.setdefault(call.index if is_stream else number, ["", "", ""])
                made[0] = made[0] or call.id
                function = getattr(call, "function", None)
                given = function or call.custom
                made[1] += given.name or ""
                made[2] += (given.arguments if function else given.input) or ""
            stop = choice.finish_reason or stop
    counts = used and [used.prompt_tokens, used.completion_tokens]
    return {"text": "".join(texts), "thinking": "".join(thoughts), "calls": list(calls.values()), "stop": stop, "counts": counts}

found = {}
for name in cases:
    is_stream = name.endswith(".stream")
    try:
        answer = client.chat.completions.create(model=name, messages=[{"role": "user", "content": "Hi"}], stream=is_stream)
        found[name] = said(list(answer) if is_stream else [answer], is_stream)
    except openai.APIStatusError as error:
        found[name] = {"status": error.status_code, "code": error.code, "type": error.type, "message": error.message}
    except openai.APIError as error:
        found[name] = {"code": error.code, "type": error.type, "message": error.message}
    except Exception as error:
        found[name] = {"broken": repr(error)}
print(json.dumps(found))
"""
RESPONSES = """
import json, sys
import openai

address, cases = sys.argv[1], json.loads(sys.argv[2])
client = openai.OpenAI(api_key="any", base_url=address, max_retries=0)

def asked(name):
    if not name.endswith(".stream"):
        return client.responses.create(model=name, input="Hi"), None
    last, texts = None, []
    for event in client.responses.create(model=name, input="Hi", stream=True):
        if event.type in ("response.output_text.delta", "response.refusal.delta"):
            texts.append(event.delta)
        if event.type == "error":
            return None, {"code": event.code, "message": event.message}
        if event.type in ("response.completed", "response.incomplete", "response.failed"):
            last = event.response
    return last, "".join(texts)

found = {}
for name in cases:
    try:
        answer, told = asked(name)
        if answer is None:
            found[name] = told if isinstance(told, dict) else {"broken": "no end"}
            continue
        if answer.error:
            found[name] = {"code": answer.error.code, "message": answer.error.message}
            continue
        texts = [getattr(part, "text", None) or getattr(part, "refusal", "") for item in answer.output if item.type == "message" for part in item.content]
        found[name] = {
            "text": "".join(texts),
            "told": told,
            "calls": [[item.call_id, item.name, item.arguments] for item in answer.output if item.type == "function_call"],
            "state": answer.status,
            "counts": answer.usage and [answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.input_tokens_details.cached_tokens],
        }
    except openai.APIStatusError as error:
        found[name] = {"status": error.status_code, "code": error.code, "type": error.type, "message": error.message}
    except openai.APIError as error:
        found[name] = {"code": error.code, "message": error.message}
    except Exception as error:
        found[name] = {"broken": repr(error)}
print(json.dumps(found))
"""
CHECKER = """
import json, sys
from pydantic import TypeAdapter
from openai.types.chat import ChatCompletionContentPartParam, ChatCompletionMessageParam, ChatCompletionMessageToolCallUnionParam, completion_create_params
from openai.types.responses import FunctionToolParam, ResponseInputItemParam, response_create_params

chat, message = TypeAdapter(completion_create_params.CompletionCreateParamsNonStreaming), TypeAdapter(ChatCompletionMessageParam)
part, call = TypeAdapter(ChatCompletionContentPartParam), TypeAdapter(ChatCompletionMessageToolCallUnionParam)
tool = TypeAdapter(FunctionToolParam)
responses, item = TypeAdapter(response_create_params.ResponseCreateParamsNonStreaming), TypeAdapter(ResponseInputItemParam)

def known(checker, given, path):
    try:
        found = checker.dump_python(checker.validate_python(given), mode="json", warnings=False)
    except ValueError as error:
        sys.exit(f"{path}: {error}")
    if found != given:
        sys.exit(f"{path}: {json.dumps(given)} is read as {json.dumps(found)}")

def whole(given):
    # What the types insist on, and the API does without.
    kinds = {"output_text": {"annotations": []}, "input_image": {"detail": "auto"}}
    content = {name: [{**kinds.get(part["type"], {}), **part} for part in given[name]] for name in ("content", "output") if isinstance(given.get(name), list)}
    return {**({"id": "msg_1", "status": "completed"} if given.get("role") == "assistant" else {}), **given, **content}

for path in json.loads(sys.argv[1]):
    body = json.load(open(path))["body"]
    left = {name: value for name, value in body.items() if name != "stream"}
    if "messages" in body:
        for turn in body["messages"]:
            # Lists are taken apart, for pydantic reads those of these types only once.
            listed = turn["content"] if isinstance(turn["content"], list) else []
            for one in listed:
                known(part, one, path)
            for one in turn.get("tool_calls", ()):
                known(call, one, path)
            left_over = {name: value for name, value in turn.items() if name != "tool_calls" and (turn["role"], name) != ("tool", "name")}  # a name is taken, but no more in the types
            known(message, {**left_over, "content": ""} if listed or turn["content"] is None else left_over, path)
        known(chat, {**left, "messages": []}, path)
    else:
        for one in body["input"]:
            known(item, whole(one), path)
        for one in left.pop("tools", ()):
            known(tool, {"strict": None, **one}, path)
        known(responses, {**left, "input": []}, path)
print("true")
"""

MALFORMED = ("empty", "page", "list", "null", "other", "no-choices", "choice", "call", "stop", "part", "chat", "item", "text", "thinking", "status")
UNREAD = (
    *(f"malformed-{name}" for name in MALFORMED),
    *("streamed-unasked", "streamed-unasked-cut", "streamed-unasked-error", "error-plain-under-200"),
    *(f"{name}.stream" for name in ("body-answer", "body-error", "body-other", "body-page", "broken-json", "broken-chunk", "broken-text", "empty", "comments-only", "error-plain")),
    *("mark-too-early.stream", "cut.stream", "text-no-last-line.stream"),
)
"""What is broken, cut or no answer at all: the SDK takes it for an end, or stumbles."""
CHAT_APART = (
    *UNREAD,
    *(
        "error-cloudflare-under-200",
        "error-cloudflare-body.stream",
        "error-in-choice",
        "error-minimax",
        "error-under-200",
        "error-vllm-under-200",
        "error-word",
        "message-null",
        "choices-open.stream",
    ),
    *("error-base.stream", "error-in-choice.stream", "error-word.stream", "content-parts", "content-parts.stream", "thinking-details-only"),
    *("tools-said-to-stop", "tool-of-old", "tool-of-old.stream", "tool-custom.stream", "audio", "audio.stream"),
    *(f"tools-{name}.stream" for name in ("name-each", "name-never", "no-ids", "no-index", "same-index")),
    *("usage-cache-apart", "usage-strange", "usage-thinking-apart", "usage-thinking-too-much", "usage-thinking-untold", "usage-groq.stream", "usage-in-choice.stream"),
)
"""Besides what only servers of other makers answer, which the SDK has no words for or counts as it came."""
RESPONSES_APART = (
    *UNREAD,
    *("cancelled", "cancelled.stream", "failed-untold", "tool-custom", "tool-custom.stream", "tool-id-of-item", "tools-no-ids"),
    *("end-in-progress.stream", "end-of-old.stream", "item-done-only.stream"),
    *(f"order-{name}.stream" for name in ("delta-no-text", "delta-of-no-call", "end-of-no-call", "no-response", "part-place", "place", "thought-no-text")),
)
OTHER_HOSTS = (
    *("cache", "opaque", "thinking-enable", "thinking-object", "thinking-toggle", "thinking-type", "thinking-levels-default", "thinking-levels-off-word"),
    *("thinking-sent-back", "loss-thinking-enable", "loss-thinking-object", "loss-thinking-toggle", "loss-thinking-type", "top-k", "extra", "media", "tool-custom"),
)
"""Requests in the words of hosts that differ from the protocol, or in words the SDK's types lack."""


def _call_list(ours: Response) -> list[list[str]]:
    return [[call.id, call.name, call.arguments] for call in ours.tool_calls]


@pytest.mark.slow
def test_the_sdk_reads_the_same_of_chat_completions_as_we_do() -> None:
    theirs, answers = served("openai-chat", "openai", VERSION, CHAT, "body", *CHAT_APART)
    failed = 0
    for name, (status, body) in answers.items():
        ours, found = read_by_us("openai-chat", name, status, body), theirs[name]
        assert "broken" not in found, (name, found)
        if ours is None:
            assert "message" in found, name
            failed += 1
            continue
        assert (text_of(ours), ours.thinking, ours.stop_word) == (found["text"], found["thinking"], found["stop"]), name
        assert _call_list(ours) == [[number, called, given or "{}"] for number, called, given in found["calls"]], name
        assert (ours.usage and [ours.usage.input_tokens, ours.usage.output_tokens]) == found["counts"], name
    assert (len(answers) - failed, failed) >= (30, 15)
    assert theirs["error-quota"]["code"] == "insufficient_quota"
    assert theirs["error-inside.stream"]["message"] == "The server had an error"


@pytest.mark.slow
def test_the_sdk_reads_the_same_of_responses_as_we_do() -> None:
    theirs, answers = served("openai-responses", "openai", VERSION, RESPONSES, "body", *RESPONSES_APART)
    failed = 0
    for name, (status, body) in answers.items():
        ours, found = read_by_us("openai-responses", name, status, body), theirs[name]
        assert "broken" not in found, (name, found)
        if ours is None:
            assert "message" in found, name
            failed += 1
            continue
        assert text_of(ours) == found["text"], name
        assert found["told"] in (None, "", found["text"]), name
        assert _call_list(ours) == found["calls"], name
        assert (ours.usage and [ours.usage.input_tokens, ours.usage.output_tokens, ours.usage.cache_read_tokens]) == found["counts"], name
        assert (ours.stop_reason is None) == (found["state"] in ("queued", "in_progress")), name
    assert (len(answers) - failed, failed) >= (30, 5)
    assert theirs["error-inside.stream"]["code"] == "rate_limit_exceeded"


@pytest.mark.slow
def test_the_sdk_knows_every_field_we_send() -> None:
    chat = [path for path in wire_golden.cases("openai-chat", ".call.json") if not path.name.startswith(OTHER_HOSTS)]
    responses = [path for path in wire_golden.cases("openai-responses", ".call.json") if not path.name.startswith("limit-field")]
    assert run_with("openai", VERSION, CHECKER, json.dumps([str(path) for path in [*chat, *responses]])) is True
