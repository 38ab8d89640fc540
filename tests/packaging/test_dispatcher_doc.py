"""The page about calling models does what it says: its ten-line program, in four processes, with a server killed in between."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

import checkout
from modelwright.cli import group
from modelwright.runtime.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = checkout.ROOT / "docs" / "dispatcher.md"
README = checkout.ROOT / "README.md"
ONE, TWO = "http://127.0.0.1:8001", "http://127.0.0.1:8002"
SERVER = """
import json, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = chat() if "chat" in self.path else messages()
        if "embeddings" in self.path:
            said = ("", {"data": [{"index": number, "embedding": [0.5] * body["dimensions"]} for number in range(len(body["input"]))], "usage": {"prompt_tokens": 9}})
        elif "count_tokens" in self.path:
            said = ("", {"input_tokens": 13})
        elif not body.get("stream"):
            said = ("", CHAT if "chat" in self.path else MESSAGE)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if body.get("stream") else "application/json")
        self.send_header("connection", "close")
        self.end_headers()
        for name, event in said if body.get("stream") else (said,):
            data = event if isinstance(event, str) else json.dumps(event)
            self.wfile.write((f"{name}data: {data}\\n\\n" if body.get("stream") else data).encode())
            self.wfile.flush()
            time.sleep(0.01)

CHAT = {"id": "1", "model": "small", "choices": [{"index": 0, "message": {"role": "assistant", "content": "{}"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 3}}
MESSAGE = {"id": "1", "type": "message", "role": "assistant", "model": "small", "content": [{"type": "text", "text": "{}"}],
           "stop_reason": "end_turn", "usage": {"input_tokens": 10, "output_tokens": 3}}

def chat():
    for word in ("one ", "two ", "three"):
        yield "", {"id": "1", "model": "small", "choices": [{"index": 0, "delta": {"content": word}}]}
    yield "", {"id": "1", "model": "small", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield "", {"id": "1", "model": "small", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 3}}
    yield "", "[DONE]"

def messages():
    def event(kind, **more):
        return f"event: {kind}\\n", {"type": kind, **more}
    yield event("message_start", message={**MESSAGE, "content": [], "usage": {"input_tokens": 10, "output_tokens": 1}})
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for word in ("one ", "two ", "three"):
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": word})
    yield event("content_block_stop", index=0)
    yield event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 3})
    yield event("message_stop")

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
"""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


@contextmanager
def provider() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server that stands for a provider and speaks two protocols; gives its address, and the process."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}", process
        finally:
            process.kill()


@pytest.fixture
def servers(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """Run both servers, compile the page's models.json for them, and go to an empty folder; gives the first server's process."""
    with provider() as (one, first), provider() as (two, _):
        home.mkdir()
        (home / "models.json").write_text(blocks(PAGE, "json")[0].replace(ONE, one).replace(TWO, two))
        monkeypatch.chdir(tmp_path)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1")
        for variable, address in (("ANTHROPIC_BASE_URL", two), ("OPENAI_BASE_URL", f"{one}/v1")):
            monkeypatch.setenv(variable, address)
            monkeypatch.setenv(variable.replace("BASE_URL", "API_KEY"), "sk-of-nobody")
        done = CliRunner().invoke(group, ["compile", "--quiet"])
        assert done.exit_code == 0, done.output
        yield first


def test_the_program_has_ten_lines() -> None:
    assert len([line for line in blocks(PAGE, "python")[0].splitlines() if line.strip()]) == 10


def test_four_processes_stay_within_ten_cents_and_outlive_the_first_server(servers: subprocess.Popen[str], tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(blocks(PAGE, "python")[0])
    command = [sys.executable, "program.py"]
    with ExitStack() as running:
        four = [running.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)) for _ in range(4)]
        ledger = Ledger(tmp_path / "calls.sqlite")
        until = time.monotonic() + 30
        while len(ledger.calls()) < 8 and time.monotonic() < until:
            time.sleep(0.01)
        servers.kill()
        said = [process.communicate(timeout=60) for process in four]
    assert [(process.returncode, err) for process, (_, err) in zip(four, said, strict=True)] == [(0, "")] * 4
    texts = [out for out, _ in said]
    calls = ledger.calls()
    ledger.close()
    spent = sum((Decimal(call["usd"]) for call in calls if call["usd"]), Decimal(0))
    assert Decimal("0.08") < spent <= Decimal("0.10")
    assert ["two/small: budget global: 0.1 USD daily: " in text.splitlines()[-1] for text in texts] == [True] * 4
    together = "".join(texts)
    assert "one/small: asked for" in together
    assert "two/small: a fallback" in together
    assert "  skipped one/small: its route failed with " in together
    whole = [call for call in calls if call["outcome"] == "succeeded"]
    assert together.count("one two three\n") == len(whole) == together.count("; <Cost ")
    assert len(whole) - together.count("<Cost 0.0022 USD, priced, ") == together.count("a guess: the provider counted nothing") <= 4  # killed before it said the usage
    assert {call["route"] for call in whole} == {"default"}
    assert {call["model"] for call in whole} == {"one/small", "two/small"}
    broken = [call for call in calls if call["outcome"] == "partial"]
    assert together.count("the stream broke off: ") == len(broken)
    assert len(calls) == len(whole) + len(broken) + 4


def test_the_other_programs_run_as_written(servers: subprocess.Popen[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "opentelemetry.sdk.trace.export", raising=False)  # it prints to what was the standard output when it was imported
    _, asked, vectors, many, canned, telemetry, sdk = blocks(PAGE, "python")
    for program in (asked, vectors, many, canned, telemetry, sdk, *(block for block in blocks(README, "python") if "Dispatcher" in block)):
        exec(compile(program, str(PAGE), "exec"), {})
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("{} Usage(input_tokens=10, output_tokens=3")
    assert shown[1] == "([0.5, 0.5], [0.5, 0.5]) Usage(input_tokens=9, requests=1) 1.8E-7 openai/text-embedding-3-small"
    assert shown[2] == "13 False None"
    assert shown[3] == "64 answers, 0.1408 USD"
    assert shown[4] == "Hello. ['routed', 'sent', 'settled']"
    assert shown[5:7] == ["chat small one/small", "call one/small one/small"]
    assert shown[7].startswith("openai.OpenAI chat.completions.create http://127.0.0.1:")


@pytest.mark.parametrize("page", [PAGE, README], ids=lambda page: page.stem)
def test_the_commands_run_as_written(servers: subprocess.Popen[str], page: Path) -> None:
    lines = [line.removeprefix("$ providers ") for block in blocks(page, "console") for line in block.splitlines()]
    found = [line for line in lines if line.startswith(("call ", "embed ", "count ", "usage"))]
    assert len(found) >= 2
    for line in found:
        done = CliRunner().invoke(group, re.findall(r'(?<=")[^"]+(?=")|[^ "]+', line))
        assert done.exit_code == 0, done.output


def test_the_table_of_failures_is_the_registrys() -> None:
    words: dict[str, Any] = yaml.safe_load((checkout.ROOT / "registry" / "vocabulary" / "errors.yaml").read_text())["words"]
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE))
    assert rows == {
        name: " | ".join((word["meaning"][0].lower() + word["meaning"][1:], word["retry"], "yes" if word["failover"] else "no", word["cools"])) for name, word in words.items()
    }


def test_every_event_that_a_hook_hears_is_named() -> None:
    sources = [path.read_text() for path in (checkout.ROOT / "compiler" / "modelwright" / "runtime").rglob("*.py")]
    told = {word for text in sources for word in re.findall(r"\b_?tell\(\s*\"([a-z_]+)\"", text)}
    assert "routed" in told
    assert told <= set(re.findall(r"`([a-z_]+)`", PAGE.read_text()))


def test_the_json_of_the_page_is_one_document() -> None:
    assert json.loads(blocks(PAGE, "json")[0])["version"] == 1
