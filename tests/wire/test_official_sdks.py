"""The fixtures against the vendors' own SDKs: what these read of them, and what they think of what we send."""

from __future__ import annotations

import json

import pytest

import wire_golden
from real_software import run_with
from wire_sdk import ours as read_by_us, served, text_of

GOOGLE = """
import json, sys
from google import genai
from google.genai import errors, types

address, cases = sys.argv[1], json.loads(sys.argv[2])
client = genai.Client(api_key="any", http_options=types.HttpOptions(base_url=address))

def said(answers):
    texts, calls, stop, used = [], [], None, None
    for answer in answers:
        candidate = (answer.candidates or [None])[0]
        for part in (candidate.content.parts if candidate and candidate.content else None) or []:
            if part.text and not part.thought:
                texts.append(part.text)
            if part.function_call:
                calls.append([part.function_call.name, part.function_call.args or {}])
        stop = candidate.finish_reason.value if candidate and candidate.finish_reason else stop
        stop = answer.prompt_feedback.block_reason.value if answer.prompt_feedback and answer.prompt_feedback.block_reason else stop
        used = answer.usage_metadata or used
    counts = used and [used.prompt_token_count or 0, used.candidates_token_count or 0, used.thoughts_token_count or 0, used.tool_use_prompt_token_count or 0]
    return {"text": "".join(texts), "calls": calls, "stop": stop, "counts": counts}

found = {}
for name in cases:
    ask = client.models.generate_content_stream if name.endswith(".stream") else client.models.generate_content
    try:
        answers = ask(model=name, contents="Hi")
        found[name] = said(list(answers) if name.endswith(".stream") else [answers])
    except errors.APIError as error:
        found[name] = {"code": error.code, "status": error.status, "message": error.message}
print(json.dumps(found))
"""
GOOGLE_REQUESTS = """
import json, sys
from google.genai import types

for path in json.loads(sys.argv[1]):
    body = json.load(open(path))["body"]
    try:
        for content in [*body["contents"], *([body["systemInstruction"]] if "systemInstruction" in body else [])]:
            types.Content.model_validate(content)
        for tool in body.get("tools", ()):
            types.Tool.model_validate(tool)
        types.ToolConfig.model_validate(body.get("toolConfig", {}))
        types.GenerationConfig.model_validate(body.get("generationConfig", {}))
    except ValueError as error:
        sys.exit(f"{path}: {error}")
print("true")
"""
OLLAMA = """
import json, sys
import ollama

address, cases = sys.argv[1], json.loads(sys.argv[2])
found = {}
for name in cases:
    is_stream = name.endswith(".stream")
    try:
        answers = ollama.Client(host=address).chat(model=name, messages=[{"role": "user", "content": "Hi"}], stream=is_stream)
        answers = list(answers) if is_stream else [answers]
        found[name] = {
            "text": "".join(answer.message.content or "" for answer in answers),
            "thinking": "".join(answer.message.thinking or "" for answer in answers),
            "calls": [[call.function.name, call.function.arguments] for answer in answers for call in answer.message.tool_calls or ()],
            "stop": answers[-1].done_reason,
            "counts": [answers[-1].prompt_eval_count, answers[-1].eval_count],
        }
    except ollama.ResponseError as error:
        found[name] = {"code": error.status_code, "message": error.error}
print(json.dumps(found))
"""
OLLAMA_REQUESTS = """
import json, sys
from ollama import _types

for path in json.loads(sys.argv[1]):
    body = json.load(open(path))["body"]
    for message in body["messages"]:
        images = {"images": [{"value": image} for image in message["images"]]} if "images" in message else {}
        _types.Message.model_validate({**message, **images})
    _types.ChatRequest.model_validate(body)
    _types.Options.model_validate(body.get("options", {}))
print("true")
"""


@pytest.mark.slow
def test_googles_sdk_reads_the_same_as_we_do() -> None:
    # What no SDK reads: another protocol, pages, an array where one answer belongs, a failure under 200, and, in streams, what is broken.
    apart = ("another-protocol", "not-json", "array", "error-under-200", "array.stream", "error-in-array.stream", "broken-json.stream", "page.stream", "done-mark.stream")
    theirs, answers = served("google-generative", "google-genai", "3.6.1", GOOGLE, "path", *apart)
    for name, (status, body) in answers.items():
        ours = read_by_us("google-generative", name, status, body)
        if ours is None:
            assert "code" in theirs[name], name
            continue
        found = {"text": text_of(ours), "calls": [[call.name, call.parsed()] for call in ours.tool_calls], "stop": ours.stop_word}
        assert found == {key: theirs[name][key] for key in found}, name
        if ours.usage is not None:
            prompt, made, thought, used = theirs[name]["counts"]
            assert (ours.usage.input_tokens, ours.usage.output_tokens, ours.usage.reasoning_tokens) == (prompt + used, made + thought, thought), name
    assert theirs["error-inside.stream"]["code"] == 503
    assert theirs["error-quota"]["status"] == "RESOURCE_EXHAUSTED"


@pytest.mark.slow
def test_googles_sdk_knows_every_field_we_send() -> None:
    paths = [str(path) for path in wire_golden.cases("google-generative", ".call.json")]
    assert run_with("google-genai", "3.6.1", GOOGLE_REQUESTS, json.dumps(paths)) is True


@pytest.mark.slow
def test_ollamas_sdk_reads_the_same_as_we_do() -> None:
    # What no SDK reads: another protocol, pages, what is empty or several lines where one answer belongs, text for arguments, pictures as the API describes them.
    apart = ("another-protocol", "not-json", "empty", "list", "lines", "lines-cut", "error-under-200", "error-behind-under-200", "error-array", "error-number", "tools", "images")
    broken = ("broken-json.stream", "page.stream", "empty-lines.stream", "after-the-end.stream")
    theirs, answers = served("ollama-chat", "ollama", "0.6.3", OLLAMA, "body", *apart, *broken)
    for name, (status, body) in answers.items():
        ours = read_by_us("ollama-chat", name, status, body)
        if ours is None:
            assert "code" in theirs[name], name
            continue
        calls = [[call.name, call.parsed()] for call in ours.tool_calls]
        found = {"text": ours.text, "thinking": ours.thinking, "calls": calls, "stop": ours.stop_word}
        assert found == {key: theirs[name][key] for key in found}, name
        counts = [ours.usage.input_tokens, ours.usage.output_tokens] if ours.usage else [0, 0]
        assert counts == [count or 0 for count in theirs[name]["counts"]], name
    assert theirs["error-not-found"] == {"code": 404, "message": "model 'acme:8b' not found"}


@pytest.mark.slow
def test_ollamas_sdk_knows_what_we_send() -> None:
    paths = [str(path) for path in wire_golden.cases("ollama-chat", ".call.json")]
    assert run_with("ollama", "0.6.3", OLLAMA_REQUESTS, json.dumps(paths)) is True
