"""OpenAI's own client for Azure beside ours: the same request goes to the same place, and of what Azure answers it reads the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from discover.servers import Call, Reply, serving
from modelwright.ir.chat import Message, Request, Tool
from modelwright.wire import azure_openai as wire
from modelwright.wire.protocol import Target
from real_software import run_with
from wire_sdk import answers_of, ours as read_by_us, text_of

VERSION = "3.57.0"
PROGRAM = """
import json, sys
import openai

address, cases = sys.argv[1], json.loads(sys.argv[2])
client = openai.AzureOpenAI(api_key="the-key", azure_endpoint=address, api_version="2024-10-21", max_retries=0)
tools = [{"type": "function", "function": {"name": "look", "description": "Look.", "parameters": {"type": "object"}}}]
found = {}
for name in cases:
    is_stream = name.endswith(".stream")
    more = {"stream": True, "stream_options": {"include_usage": True}} if is_stream else {}
    try:
        answer = client.chat.completions.create(model=name, messages=[{"role": "user", "content": "Hi"}], tools=tools, max_completion_tokens=9, **more)
        texts, calls, stop, used = [], {}, None, None
        for chunk in answer if is_stream else [answer]:
            used = chunk.usage or used
            for choice in chunk.choices:
                message = (choice.delta if is_stream else choice.message)
                texts.append((message and message.content) or "")
                for number, call in enumerate((message and message.tool_calls) or ()):
                    made = calls.setdefault(call.index if is_stream else number, ["", ""])
                    made[0] += call.function.name or ""
                    made[1] += call.function.arguments or ""
                stop = choice.finish_reason or stop
        found[name] = {"text": "".join(texts), "calls": list(calls.values()), "stop": stop, "counts": used and [used.prompt_tokens, used.completion_tokens]}
    except openai.APIStatusError as error:
        found[name] = {"status": error.status_code, "code": error.code, "message": error.message}
    except openai.APIError as error:
        found[name] = {"code": error.code, "message": error.message}
print(json.dumps(found))
"""


@pytest.mark.slow
def test_the_vendors_client_asks_what_we_ask_and_reads_what_we_read() -> None:
    answers = answers_of(wire.NAME, "error-empty")
    by_name: dict[str, Call] = {}

    def answer(call: Call) -> Reply:
        name = json.loads(call.body)["model"]
        by_name[name] = call
        status, body = answers[name]
        return Reply(status=status, body=body, headers={"Content-Type": "text/event-stream" if name.endswith(".stream") else "application/json"})

    with serving(answer) as server:
        theirs = run_with("openai", VERSION, PROGRAM, server.url, json.dumps(sorted(answers)))
    for name, (status, body) in answers.items():
        _check_asked(by_name[name], name)
        ours, found = read_by_us(wire.NAME, name, status, body), theirs[name]
        if ours is None:
            assert found["message"], name
            continue
        assert (text_of(ours), ours.stop_word) == (found["text"], found["stop"]), name
        assert [[call.name, call.arguments] for call in ours.tool_calls] == found["calls"], name
        assert (ours.usage and [ours.usage.input_tokens, ours.usage.output_tokens]) == found["counts"], name
    assert theirs["error-filter"]["code"] == "content_filter"


def _check_asked(call: Call, name: str) -> None:
    request = Request([Message("user", "Hi")], tools=[Tool("look", "Look.", {"type": "object"})], max_output_tokens=9)
    url = f"https://acme.example/openai/deployments/{name}/chat/completions?api-version=2024-10-21"
    quirks: dict[str, Any] = {"output_limit_field": "max_completion_tokens", "fields_since": "2024-09-01"}
    built = wire.build(request, Target(url, name, quirks=quirks, is_stream=name.endswith(".stream")))
    assert (call.path, call.query, call.headers["api-key"]) == (f"/openai/deployments/{name}/chat/completions", {"api-version": "2024-10-21"}, "the-key")
    assert json.loads(built.body) == json.loads(call.body)
