"""`providers call`: one call from the terminal, against real servers on the loopback interface."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from discover.servers import Call, Reply, as_json, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from command_line import Outcome, Run
    from discover.servers import Server

KEY = "sk-canary-0123456789abcdef"
PIXEL = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PRICE = [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 2}]
CHAT, MESSAGES = "openai-chat", "anthropic-messages"
both = pytest.mark.parametrize("protocol", [CHAT, MESSAGES])


def sse(*events: Any) -> bytes:
    named = [(f"event: {event['type']}\n" if "type" in event else "", json.dumps(event)) for event in events]
    return "".join(f"{name}data: {data}\n\n" for name, data in named).encode()


def whole(protocol: str, text: str, stop: str | None = None) -> Reply:
    if protocol == CHAT:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": stop or "stop"}
        return as_json({"id": "c1", "model": "m", "choices": [choice], "usage": {"prompt_tokens": 10, "completion_tokens": 3}})
    usage = {"input_tokens": 10, "output_tokens": 3}
    return as_json(
        {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": text}], "stop_reason": stop or "end_turn", "usage": usage}
    )


def begun(protocol: str, *texts: str) -> bytes:
    """Return the beginning of a stream that says *texts*."""
    if protocol == CHAT:
        return sse(*({"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]} for text in texts))
    start = {
        "type": "message_start",
        "message": {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": {"input_tokens": 10, "output_tokens": 1}},
    }
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    return sse(start, block, *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts))


def ended(protocol: str) -> bytes:
    """Return the end of the same."""
    if protocol == CHAT:
        last = {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        return sse(last, {"id": "c1", "model": "m", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 3}}) + b"data: [DONE]\n\n"
    delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}}
    return sse({"type": "content_block_stop", "index": 0}, delta, {"type": "message_stop"})


def streamed(write: Callable[[Any], None]) -> Reply:
    return Reply(headers={"Content-Type": "text/event-stream"}, write=write)


def fluent(protocol: str, *texts: str) -> Reply:
    return streamed(lambda file: file.write(begun(protocol, *texts) + ended(protocol)))


class Shop:
    """A server that answers as a test says, two providers that are there, and calls of `providers call`."""

    def __init__(self, server: Server, run: Run, user_file: Path) -> None:
        self.server, self.run, self._file = server, run, user_file
        self.answer: Callable[[Call], Reply] = lambda _: as_json({}, 500)

    def lay(self, protocol: str, **more: Any) -> None:
        """Write the user's file, with a dead provider and one that lives, and compile."""
        version = "" if protocol == MESSAGES else "/v1"
        common = {"protocol": protocol, "models": {"m": {"prices": PRICE, "input": ["text", "image"], "limits": {"output_tokens": 100}}}}
        dead = {**common, "base_url": "http://127.0.0.1:9", "auth": {"kind": "none"}}
        auth = {"kind": "bearer", "env": ["ACME_KEY"]} if protocol == CHAT else {"kind": "api-key", "header": "x-api-key", "env": ["ACME_KEY"]}
        alive = {**common, "base_url": self.server.url + version, "auth": auth}
        said = {"version": 1, "providers": {"dead": dead, "live": alive}, "agents": {"defaults": {"primary": "dead/m", "fallbacks": ["live/m"]}}, **more}
        self._file.write_text(json.dumps(said))
        self.run("compile", "--quiet")

    def call(self, *arguments: str | Path, code: int = 0) -> Outcome:
        return self.run("call", *arguments, code=code)

    @property
    def body(self) -> Any:
        """What was sent last."""
        return json.loads(self.server.calls[-1].body)


@pytest.fixture
def shop(tree: Path, real_words: None, run: Run, user_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACME_KEY", KEY)
    with serving(lambda call: there.answer(call)) as server:  # noqa: PLW0108  # there is no shop yet
        there = Shop(server, run, user_file)
        yield there


@both
def test_the_answer_is_on_standard_output_and_route_usage_and_cost_are_on_the_other(shop: Shop, protocol: str) -> None:
    shop.lay(protocol)
    shop.answer = lambda _: whole(protocol, "Because of Rayleigh.")
    said = shop.call("live/m", "Why is the sky blue?")
    assert said.out == "Because of Rayleigh.\n"
    assert said.err.startswith("live/m over default; 10 tokens in, 3 out; 0.000016 USD; ")
    sent = shop.server.calls[0]
    assert KEY in (sent.headers["authorization"] if protocol == CHAT else sent.headers["x-api-key"])
    assert sent.path == ("/v1/chat/completions" if protocol == CHAT else "/v1/messages")
    assert shop.call("live/m", "Why?", "--quiet").err == ""


def test_cooldowns_and_budgets_may_be_kept_elsewhere(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.lay(CHAT, budgets=[{"metric": "calls", "value": 1, "period": "yearly"}])
    shop.answer = lambda _: whole(CHAT, "Yes.")
    places = [f"sqlite:{tmp_path / 'one.sqlite'}", f"sqlite:{tmp_path / 'two.sqlite'}"]
    for place in places:
        assert shop.call("live/m", "Really?", "--state", place).out == "Yes.\n"
    assert "0 calls left" in shop.call("live/m", "Really?", "--state", places[0], code=1).err
    monkeypatch.setenv("PROVIDERS_STATE", places[1])
    assert "0 calls left" in shop.call("live/m", "Really?", code=1).err
    assert len(shop.server.calls) == 2
    assert shop.call("live/m", "Really?", "--state", "memory:").out == "Yes.\n"
    monkeypatch.setenv("PROVIDERS_STATE", "redis://:canary@127.0.0.1:1/")
    said = shop.call("live/m", "Really?")
    assert said.out == "Yes.\n"
    assert "note: cooldowns and budgets of other processes are not known: redis://127.0.0.1:1/0: " in said.err
    refused = shop.call("live/m", "Really?", "--state", "reddis://:canary@127.0.0.1", code=2).err
    assert "Invalid value for --state: 'reddis:…' names no store; write `memory:`" in refused
    assert "canary" not in said.err + refused


@both
def test_a_stream_is_printed_as_it_comes(shop: Shop, protocol: str) -> None:
    shop.lay(protocol)
    shop.answer = lambda _: fluent(protocol, "Because ", "of Rayleigh.")
    said = shop.call("live/m", "Why?", "--stream")
    assert said.out == "Because of Rayleigh.\n"
    assert "10 tokens in, 3 out; 0.000016 USD" in said.err
    assert shop.body["stream"] is True


@both
def test_what_the_options_say_is_sent(shop: Shop, protocol: str, tmp_path: Path) -> None:
    shop.lay(protocol)
    shop.answer = lambda _: whole(protocol, "{}")
    (tmp_path / "pixel.png").write_bytes(PIXEL)
    shop.call("live/m", "What is it?", "--image", tmp_path / "pixel.png", "--system", "Be brief.", "--max-tokens", "50")
    text = json.dumps(shop.body)
    assert "image/png" in text
    assert "Be brief." in text
    assert 50 in shop.body.values()


def test_an_answer_in_json_fits_the_schema_that_is_sent(shop: Shop, tmp_path: Path) -> None:
    shop.lay(CHAT)
    shop.answer = lambda _: whole(CHAT, '{"colour":"blue"}')
    schema = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"], "additionalProperties": False}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    assert shop.call("live/m", "Which?", "--json-schema", tmp_path / "schema.json").json == {"colour": "blue"}
    assert shop.body["response_format"]["json_schema"]["schema"] == schema


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input_is_the_prompt_where_none_is_given(shop: Shop, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    shop.lay(CHAT)
    shop.answer = lambda _: whole(CHAT, "Hello.")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Grüße".encode())))
    shop.call("live/m", *arguments)
    assert shop.body["messages"][0]["content"] == "Grüße"


@pytest.mark.parametrize(
    ("given", "reason"),
    [(b"", "the prompt is empty"), (b" \n", "the prompt is empty"), (b"\xff", "standard input is not UTF-8"), (b"a" * 50_000_001, "longer than 50,000,000 bytes")],
)
def test_a_prompt_that_is_none_is_wrong_usage(shop: Shop, given: bytes, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.lay(CHAT)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert reason in shop.call("live/m", code=2).err
    assert not shop.server.calls


def test_what_the_terminal_sent_in_another_encoding_is_wrong_usage(shop: Shop) -> None:
    shop.lay(CHAT)
    for arguments in (["h\udce4llo"], ["hello", "--system", "Be \udce4."]):
        assert "it is not UTF-8" in shop.call("live/m", *arguments, code=2).err
    assert shop.server.calls == []


@pytest.mark.parametrize(
    ("option", "content", "reason"),
    [
        ("--image", b"GIF", "is no picture that models take"),
        ("--json-schema", b"{", "is no JSON"),
        ("--json-schema", b"[" * 100_000, "is no JSON"),
        ("--json-schema", b"[]", "is no JSON Schema"),
    ],
)
def test_a_file_that_cannot_be_is_wrong_usage(shop: Shop, option: str, content: bytes, reason: str, tmp_path: Path) -> None:
    shop.lay(CHAT)
    (tmp_path / "file").write_bytes(content)
    assert reason in shop.call("live/m", "Hi", option, tmp_path / "file", code=2).err
    assert not shop.server.calls


@pytest.mark.parametrize("arguments", [["--timeout", "0"], ["--max-tokens", "0"], ["--needs", "telepathy"], ["--image", "no-such-file"]])
def test_an_option_that_cannot_be_is_wrong_usage(shop: Shop, arguments: list[str]) -> None:
    shop.lay(CHAT)
    shop.call("live/m", "Hi", *arguments, code=2)


@both
def test_where_the_first_provider_is_dead_the_next_one_answers_and_it_is_said_why(shop: Shop, protocol: str) -> None:
    shop.lay(protocol)
    shop.answer = lambda _: whole(protocol, "Here.")
    said = shop.call("dead/m", "Hi", "--explain")
    assert said.out == "Here.\n"
    assert "taken    live/m: a fallback" in said.err
    assert "tried    dead/m over default: unreachable: no connection" in said.err
    assert "1 failed attempt before" in said.err
    again = shop.call("dead/m", "Hi", "--explain")
    assert "skipped  dead/m: its route failed with unreachable; left alone until " in again.err
    assert "tried" not in again.err


@both
def test_as_json_it_is_one_document(shop: Shop, protocol: str) -> None:
    shop.lay(protocol)
    shop.answer = lambda call: fluent(protocol, "Hel", "lo.") if json.loads(call.body).get("stream") else whole(protocol, "Hello.")
    for more in ([], ["--stream"]):
        found = shop.call("live/m", "Hi", "--json", *more).json
        assert (found["version"], found["asked"], found["text"], found["stop_reason"], found["error"]) == (1, "live/m", "Hello.", "stop", None)
        assert (found["name"], found["ref"], found["route"], found["account"]) == ("live/m", "live/m", "default", None)
        assert (found["usd"], found["state"], found["usage_is_guess"]) == ("0.000016", "priced", False)
        assert (found["usage"]["input_tokens"], found["usage"]["output_tokens"]) == (10, 3)
        assert [one["class"] for one in found["attempts"]] == [None]


@pytest.mark.parametrize(
    ("status", "body", "code", "kind", "cure"),
    [
        (401, {"error": {"message": f"Incorrect API key provided: {KEY}", "type": "authentication_error"}}, 4, "auth", "providers auth status"),
        (400, {"error": {"message": "This model's maximum context length is 8192 tokens", "code": "context_length_exceeded"}}, 1, "context_overflow", "shorten the prompt"),
        (400, {"error": {"message": "bad temperature"}}, 1, "invalid_request", "change the request"),
        (402, {"error": {"message": "Insufficient credits"}}, 4, "billing", "top up"),
        (404, {"error": {"message": "m does not exist", "code": "model_not_found"}}, 4, "model_not_found", "providers probe"),
    ],
)
def test_a_failure_has_its_class_a_cure_and_the_documented_code_and_no_secret(shop: Shop, status: int, body: Any, code: int, kind: str, cure: str) -> None:
    shop.lay(CHAT, agents={})
    shop.answer = lambda _: as_json(body, status)
    said = shop.call("live/m", "Hi", "--explain", code=code)
    assert said.out == ""
    assert f"error: no model answered; live/m: {kind} ({status}): " in said.err
    assert cure in said.err
    home = os.environ["PROVIDERS_HOME"]
    for name in ("state.sqlite", "ledger.sqlite"):
        os.remove(os.path.join(home, name))
    found = shop.call("live/m", "Hi", "--json", code=code)
    assert (found.json["text"], found.json["error"]["kind"], found.json["error"]["class"]) == (None, "failed", kind)
    assert cure in found.json["error"]["cure"]
    assert KEY[3:] not in said.err + found.out + found.err


def test_what_cannot_be_said_is_left_out_where_that_is_allowed_and_told(shop: Shop) -> None:
    shop.lay(CHAT, agents={})
    shop.answer = lambda _: whole(CHAT, "Hello.")
    assert "cannot say thinking 5000 to this model; use one of" in shop.call("live/m", "Hi", "--thinking", "5000", code=1).err
    assert "note: openai-chat cannot say thinking 5000 to this model: it is 'low'" in shop.call("live/m", "Hi", "--thinking", "5000", "--lossy").err
    assert shop.body["reasoning_effort"] == "low"


def test_what_failed_lately_ends_with_the_code_of_what_failed(shop: Shop) -> None:
    shop.lay(CHAT, agents={})
    shop.answer = lambda _: as_json({"error": {"message": "no"}}, 401)
    shop.call("live/m", "Hi", code=4)
    assert "every model failed lately and is left alone for a while" in shop.call("live/m", "Hi", code=4).err
    assert len(shop.server.calls) == 1


def test_a_missing_credential_is_a_failure_of_its_own_code(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.lay(CHAT, agents={})
    monkeypatch.delenv("ACME_KEY")
    said = shop.call("live/m", "Hi", code=4)
    assert "error: no model can or may answer this; live/m: no credential: " in said.err
    assert "ACME_KEY" in said.err


def test_a_model_that_nobody_knows_is_answered_with_the_nearest(shop: Shop) -> None:
    shop.lay(CHAT)
    assert "unknown model 'acme/nothing'" in shop.call("acme/nothing", "Hi", code=1).err


def test_a_model_that_cannot_do_what_is_needed_is_not_called(shop: Shop) -> None:
    shop.lay(CHAT, agents={})
    assert "it has no audio" in shop.call("live/m", "Hi", "--needs", "audio", code=1).err
    assert not shop.server.calls


@both
def test_a_stream_that_breaks_off_leaves_what_came_and_says_what_that_cost(shop: Shop, protocol: str) -> None:
    shop.lay(protocol)
    shop.answer = lambda _: streamed(lambda file: file.write(begun(protocol, "Once upon")) and None)
    said = shop.call("live/m", "Hi", "--stream", code=4)
    assert said.out == "Once upon\n"
    assert "error: the stream broke off: the connection ended before the answer did" in said.err
    assert "USD; " in said.err
    assert "the part that came" in said.err
    found = shop.run("usage", "--json").json
    assert (found["total"]["calls"], found["total"]["partial"]) == (1, 1)


def test_a_broken_stream_in_json_has_what_came(shop: Shop) -> None:
    shop.lay(CHAT)
    shop.answer = lambda _: streamed(lambda file: file.write(begun(CHAT, "Once upon")) and None)
    found = shop.call("live/m", "Hi", "--stream", "--json", code=4).json
    assert (found["text"], found["error"]["kind"]) == ("Once upon", "stream_broken")
    assert found["usage_is_guess"]


def test_the_call_is_written_down_and_budgets_hold_from_one_call_to_the_next(shop: Shop) -> None:
    shop.lay(CHAT, agents={}, budgets=[{"scope": "global", "metric": "calls", "value": 2, "period": "daily"}])
    shop.answer = lambda _: whole(CHAT, "Hello.")
    shop.call("live/m", "Hi", "--project", "website")
    shop.call("live/m", "Hi")
    said = shop.call("live/m", "Hi", code=1)
    assert "error: every model is over its limits; live/m: " in said.err
    assert "or raise it in `budgets`" in said.err
    assert len(shop.server.calls) == 2
    total = shop.run("usage", "--json").json["total"]
    assert (total["calls"], total["failed"], total["usd"]) == (3, 1, "0.000032")
    assert shop.run("usage", "--project", "website", "--json").json["total"]["calls"] == 1


def test_a_call_that_takes_too_long_is_given_up(shop: Shop) -> None:
    shop.lay(CHAT, agents={})

    def hang(_: Call) -> Reply:
        shop.server.closing.wait(10)
        return whole(CHAT, "late")

    shop.answer = hang
    began = time.monotonic()
    said = shop.call("live/m", "Hi", "--timeout", "0.5", code=4)
    assert time.monotonic() - began < 3
    assert "live/m: timeout: no" in said.err
    assert "allow more time" in said.err


def test_an_answer_that_stopped_early_says_so(shop: Shop) -> None:
    shop.lay(CHAT)
    shop.answer = lambda _: whole(CHAT, "Once", "length")
    assert "; stopped: length" in shop.call("live/m", "Hi").err


def test_what_is_no_text_and_what_was_made_up_is_noted(shop: Shop) -> None:
    shop.lay(MESSAGES, agents={})
    shop.answer = lambda _: as_json({**json.loads(whole(MESSAGES, "").body), "content": [{"type": "tool_use", "id": "t1", "name": "look", "input": {}}]})
    said = shop.call("live/m", "Hi")
    assert "note: the answer has 1 part that is no text" in said.err


def test_somebody_at_the_terminal_is_told_how_to_end_the_prompt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.lay(CHAT)
    shop.answer = lambda _: whole(CHAT, "Hello.")
    monkeypatch.setattr(sys, "stdin", terminal := io.TextIOWrapper(io.BytesIO(b"Hi")))
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    assert "Ctrl-D ends it" in shop.call("live/m").err


def test_nothing_a_model_says_commands_the_terminal_and_colours_are_as_wanted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.lay(CHAT)
    shop.answer = lambda _: whole(CHAT, "red\x1b[31m\tgreen\n\ud800")
    assert shop.call("live/m", "Hi").out == "red\x1b[31m\tgreen\n?\n"
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[2m" in shop.call("live/m", "Hi").err
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in shop.call("live/m", "Hi").err
    from modelwright.cli import call_report

    monkeypatch.setattr("sys.stdout", terminal := io.StringIO())
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    call_report._write("red\x1b[31m\tgreen\n")
    assert terminal.getvalue() == "red\ufffd[31m\tgreen\n"


@pytest.mark.parametrize("name", ["state.sqlite", "ledger.sqlite"])
def test_a_call_goes_on_where_nothing_can_be_kept_and_says_so(shop: Shop, home: Path, name: str) -> None:
    shop.lay(CHAT)
    shop.answer = lambda _: whole(CHAT, "Hello.")
    (home / name).write_bytes(b"no database at all, not even a small one" * 100)
    said = shop.call("live/m", "Hi")
    assert said.out == "Hello.\n"
    assert said.err.count("note: ") == 1
    assert name in said.err


def test_whoever_stops_reading_stops_the_request(shop: Shop) -> None:
    shop.lay(CHAT)
    gone = threading.Event()
    shop.answer = lambda _: streamed(lambda file: _until_gone(file, gone, pause=0.01))
    with subprocess.Popen([sys.executable, "-m", "modelwright", "call", "live/m", "Hi", "--stream"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(4)
        process.stdout.close()
        assert gone.wait(10)
        assert process.wait(10) == 0


@both
@pytest.mark.parametrize("more", [[], ["--json"]])
@pytest.mark.parametrize("is_stream", [True, False])
def test_ctrl_c_ends_the_request_upstream_and_says_what_was_used(shop: Shop, protocol: str, more: list[str], is_stream: bool) -> None:
    shop.lay(protocol)
    arrived, gone = threading.Event(), threading.Event()

    def write(file: Any) -> None:
        file.write(begun(protocol, "Once") if is_stream else b" ")
        file.flush()
        arrived.set()
        _until_gone(file, gone, piece=begun(protocol, "") if is_stream and protocol == CHAT else b": \n\n" if is_stream else b" ")

    shop.answer = lambda _: streamed(write)
    command = [sys.executable, "-m", "modelwright", "call", "live/m", "Hi", *more, *(["--stream"] if is_stream else [])]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what a job in the background inherits, and leaves to its own, is to ignore it
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    with process:
        assert arrived.wait(10)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 130, err
    assert gone.wait(5)
    if more:
        found = json.loads(out)
        assert (found["error"]["kind"], found["name"], found["state"]) == ("aborted", "live/m", "priced")
    else:
        assert out == ("Once\n" if is_stream else "")
        assert "interrupted; the request was stopped\nlive/m; " in err
        assert "until it was stopped" in err
    assert "Traceback" not in err
    assert shop.run("usage", "--json").json["total"]["partial"] == 1


def _until_gone(file: Any, gone: threading.Event, *, piece: bytes | None = None, pause: float = 0.05) -> None:
    """Write until nobody reads any more."""
    try:
        for _ in range(400):
            file.write(begun(CHAT, "word ") if piece is None else piece)
            file.flush()
            time.sleep(pause)
    except OSError:
        gone.set()
