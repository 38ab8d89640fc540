"""How one answer is read: within its times and its size, to its end and not beyond."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.ir.events import Started, Stopped, UsageSeen
from modelwright.runtime.dispatch import receive
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError, StreamBrokenError
from modelwright.runtime.dispatch.limits import TimeLimits
from modelwright.runtime.dispatch.steps import CUT, Down
from runtime.dispatch.desk import Desk, texts
from runtime.dispatch.scripted import Scripted
from runtime.dispatch.spoken import SPOKEN, TEXT, sse

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.dispatch.places import Places

LIMITS = TimeLimits(connect=1, first_token=10, between=5, attempt=60, total=100)
LONG = "x" * 600


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "MOST_BYTES", 1000)
    monkeypatch.setattr(receive, "_MOST_OF_FAILURE", 1000)


def dispatcher(script: Scripted, places: Places, home: Path, **more: Any) -> Dispatcher:
    return Dispatcher(places.registry, transport=script, **{**Desk(places.registry, home, limits=LIMITS, timer=script.timer, failover="off").given, **more})


def failed(script: Scripted, places: Places, home: Path, *, is_stream: bool = False, protocol: str = "openai-chat") -> CallError:
    with dispatcher(script, places, home) as one, pytest.raises(CallError) as raised:
        _ = list(one.stream(f"bad-{protocol}/m", "Hello?")) if is_stream else one.complete(f"bad-{protocol}/m", "Hello?")
    return raised.value


def word(text: str) -> bytes:
    return sse({"id": "x", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]})


NOTHING = b": nothing\n\n" * 50


@pytest.mark.parametrize("is_stream", [False, True])
def test_an_answer_that_does_not_end_is_none(places: Places, home: Path, *, is_stream: bool) -> None:
    error = failed(Scripted(*[NOTHING] * 9), places, home, is_stream=is_stream)
    assert "the answer is longer than 1,000 bytes" in str(error)
    assert error.kind == "failed"


def test_a_stream_that_does_not_end_is_broken(places: Places, home: Path) -> None:
    error = failed(Scripted(word("a"), *[NOTHING] * 9), places, home, is_stream=True)
    assert isinstance(error, StreamBrokenError)
    assert error.response.text == "a"


def test_of_a_failure_that_says_too_much_the_status_counts(places: Places, home: Path) -> None:
    error = failed(Scripted(*[b"<p>" * 200] * 9, status=429), places, home)
    assert error.failure is not None
    assert (error.failure.kind, error.failure.status) == ("rate_limit", 429)


def test_of_a_failure_that_stops_in_the_middle_the_status_counts(places: Places, home: Path) -> None:
    error = failed(Scripted(b'{"error"', Down(CUT, "gone"), status=402), places, home)
    assert error.failure is not None
    assert error.failure.kind == "billing"


def test_the_body_of_a_failure_is_not_waited_for_as_long_as_an_answer(places: Places, home: Path) -> None:
    script = Scripted(b"{", 3.0, b" ", 3.0, b"}", status=500)
    failed(script, places, home)
    assert script.waits == [5, 5, 2]


@pytest.mark.parametrize("is_stream", [False, True])
def test_an_answer_that_keeps_coming_is_over_when_its_time_is(places: Places, home: Path, *, is_stream: bool) -> None:
    script = Scripted(word("a"), *[4.0, b": still there\n\n"] * 30)
    error = failed(script, places, home, is_stream=is_stream)
    assert error.failure is not None
    assert (error.failure.kind, error.failure.message) == ("stream_broken" if is_stream else "timeout", "no end after 60 seconds")
    assert script.timer.now == 1060
    assert max(script.waits[1:]) == 5


def test_the_first_word_has_a_limit_of_its_own_that_other_pieces_do_not_put_off(places: Places, home: Path) -> None:
    script = Scripted(*[4.0, b": still there\n\n"] * 2, 1.0, word("a"), 2.0, *SPOKEN["openai-chat"].pieces[-3:])
    with dispatcher(script, places, home) as one:
        assert texts(list(one.stream("bad-openai-chat/m", "Hello?"))) == "a"
    assert script.waits[:4] == [10, 6, 2, 5]


def test_usage_that_comes_after_the_end_is_counted_and_a_failure_there_is_none(places: Places, home: Path) -> None:
    answer = sse({"candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]})
    late = sse({"usageMetadata": {"promptTokenCount": 30, "candidatesTokenCount": 7}})
    with dispatcher(Scripted(answer, late, sse({"error": {"code": 500, "message": "no"}})), places, home) as one:
        stream = one.stream("bad-google-generative/m", "Hello?")
        events = list(stream)
    assert [type(event) for event in events][-2:] == [Stopped, UsageSeen]
    assert (stream.answer.usage.input_tokens, stream.answer.usage.output_tokens) == (30, 7)


def test_the_end_of_the_connection_is_waited_for_a_quarter_of_a_second_at_most(places: Places, home: Path) -> None:
    script = Scripted(b"".join(SPOKEN["ollama-chat"].pieces), 0.1, b"\n", 0.2, b"\n", b"\n", b"\n")
    with dispatcher(script, places, home) as one:
        assert texts(list(one.stream("bad-ollama-chat/m", "Hello?"))) == TEXT
    assert script.waits[1:] == pytest.approx([0.25, 0.15])


def test_a_stream_whose_end_is_that_of_the_connection_is_not_waited_for_any_more(places: Places, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "MOST_BYTES", 10_000)
    script = Scripted(*SPOKEN["openai-chat"].pieces[:-1])
    with dispatcher(script, places, home) as one:
        stream = one.stream("bad-openai-chat/m", "Hello?")
        assert texts(list(stream)) == stream.answer.text == TEXT
    assert len(script.waits) == len(SPOKEN["openai-chat"].pieces)


def test_an_answer_without_a_word_is_one(places: Places, home: Path) -> None:
    pieces = [SPOKEN["anthropic-messages"].pieces[0], *SPOKEN["anthropic-messages"].pieces[-2:]]
    with dispatcher(Scripted(*pieces), places, home) as one:
        stream = one.stream("bad-anthropic-messages/m", "Hello?")
        events = list(stream)
    assert {type(event) for event in events} == {Started, UsageSeen, Stopped}
    assert (stream.answer.text, stream.answer.response.stop_reason, stream.answer.usage.output_tokens) == ("", "stop", 500)


def test_a_route_that_only_streams_gives_a_whole_answer_however_long_that_takes(places: Places, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "MOST_BYTES", 10_000)
    pieces = SPOKEN["openai-chat"].pieces
    script = Scripted(*[part for piece in pieces for part in (4.0, piece)])
    with dispatcher(script, places, home) as one:
        find = one._core.ways.find

        def found(candidate: Any, **how: Any) -> Any:
            way = find(candidate, **how)
            object.__setattr__(way.target, "quirks", {"always_stream": True})
            return way

        monkeypatch.setattr(type(one._core.ways), "find", lambda _, candidate, **how: found(candidate, **how))
        answer = one.complete("bad-openai-chat/m", "Hello?")
    assert (answer.text, answer.usage.output_tokens) == (TEXT, 500)
    assert json.loads(script.asked[0].body)["stream"] is True
    assert script.timer.now - 1000 > LIMITS.first_token


def test_a_credential_in_the_address_is_put_there_and_told_to_nobody(places: Places, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Scripted(Down(CUT, "https://x.example/?key=sk-canary-7d1f0c is gone"))
    with dispatcher(script, places, home) as one:
        find = one._core.ways.find

        class InAddress:
            def headers(self) -> dict[str, str]:
                return {}

            def query(self) -> dict[str, str]:
                return {"key": "sk-canary-7d1f0c"}

            def parts(self) -> dict[str, str]:
                return self.query()

        def found(candidate: Any, **how: Any) -> Any:
            way = find(candidate, **how)
            object.__setattr__(way, "credential", InAddress())
            return way

        monkeypatch.setattr(type(one._core.ways), "find", lambda _, candidate, **how: found(candidate, **how))
        with pytest.raises(CallError) as raised:
            one.complete("bad-openai-chat/m", "Hello?")
        with pytest.raises(CallError):
            list(one.stream("bad-google-generative/m", "Hello?"))
    assert script.asked[0].url.endswith("/chat/completions?key=sk-canary-7d1f0c")
    assert "?alt=sse&key=" in script.asked[-1].url
    assert "https://x.example/?key=*** is gone" in str(raised.value)
