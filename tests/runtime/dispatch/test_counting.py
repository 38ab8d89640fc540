"""Counts of tokens: by the provider, or guessed and marked; they spend nothing, and their failures are held against no call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import AsyncDispatcher, Budget, CallError, Dispatcher, Message, Request, Tool
from modelwright.runtime.dispatch.steps import UNREACHABLE, Down, Head
from modelwright.runtime.ledger import Ledger
from modelwright.runtime.state.memory import MemoryStore
from routing_world import registry_of
from runtime.dispatch.replied import Replied

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.runtime.dispatch.steps import Open

ENVIRON = {"KEY": "sk-canary-key"}
ANSWERS = {
    "anthropic-messages": ("input_tokens", "/v1/messages/count_tokens"),
    "openai-responses": ("input_tokens", "/v1/responses/input_tokens"),
    "google-generative": ("totalTokens", "/v1beta/models/m:countTokens"),
}


def registry(protocol: str, **more: Any) -> Any:
    auth = {"kind": "bearer", "env": ["KEY"]}
    there = {
        name: {"base_url": f"https://{name}.example", "protocol": protocol, "auth": auth, "models": {"m": {"prices": [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 1}]}}}
        for name in ("one", "two")
    }
    return registry_of(providers=there, **more)


class Played:
    """A transport that gives these answers, one after the other."""

    def __init__(self, *answers: Any) -> None:
        self.asked: list[Open] = []
        self._answers = list(answers)

    def open(self, request: Open) -> Any:
        self.asked.append(request)
        answer = self._answers.pop(0)
        return answer if isinstance(answer, Down) else Replied(*answer)

    def close(self) -> None:
        pass


def dispatcher(played: Played, found: Any, **more: Any) -> Dispatcher:
    return Dispatcher(found, transport=played, **{"environ": ENVIRON, "state": MemoryStore(), **more})


ANTHROPIC = "anthropic-messages"


@pytest.mark.parametrize("protocol", ANSWERS)
def test_the_provider_counts_where_it_does(protocol: str) -> None:
    field, path = ANSWERS[protocol]
    played = Played((200, {field: 42}))
    with dispatcher(played, registry(protocol)) as desk:
        found = desk.count_tokens("one/m", "How long is this?", system="Be brief.")
    assert (found.input_tokens, int(found), found.is_estimate, found.why) == (42, 42, False, None)
    assert found.candidate is not None
    assert found.candidate.name == "one/m"
    assert played.asked[0].url == f"https://one.example{path}"
    assert "How long is this?" in played.asked[0].body.decode()
    assert played.asked[0].headers["Authorization"] == "Bearer sk-canary-key"
    assert repr(found) == "<TokenCount 42, by one/m>"


def test_a_protocol_that_cannot_is_guessed_and_says_so() -> None:
    played = Played()
    with dispatcher(played, registry("openai-chat")) as desk:
        found = desk.count_tokens("one/m", "12345678")
        assert (found.input_tokens, found.is_estimate, found.candidate, found.attempts) == (2, True, None, ())
        assert found.why is not None
        assert "nothing here counts tokens over openai-chat" in found.why
        with pytest.raises(CallError, match="nothing here counts tokens"):
            desk.count_tokens("one/m", "12345678", exact=True)
    assert repr(found) == "<TokenCount 2, a guess>"
    assert not played.asked


def test_a_guess_counts_all_the_text_there_is() -> None:
    tool = Tool("look", "Looks.", {"type": "object"})
    request = Request([Message("user", "1234")], system="12345678", tools=[tool], json_schema={"type": "object"})
    with dispatcher(Played(), registry("openai-chat")) as desk:
        assert desk.count_tokens("one/m", request).input_tokens == (4 + 8 + 4 + 6 + 18 + 18 + 3) // 4


@pytest.mark.parametrize(
    "answer",
    [(404, {"error": "no such path"}), (500, b"boom"), (200, {"nothing": 1}), Down(UNREACHABLE, "nobody"), (401, {"error": {"type": "authentication_error", "message": "no"}})],
)
def test_a_provider_that_fails_to_count_is_guessed_and_no_call_suffers(answer: Any) -> None:
    chat = (
        200,
        {
            "id": "x",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{"type": "text", "text": "yes"}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 3, "output_tokens": 1},
        },
    )
    played = Played(answer, chat)
    with dispatcher(played, registry(ANTHROPIC), failover="off") as desk:
        found = desk.count_tokens("one/m", "12345678")
        assert (found.input_tokens, found.is_estimate) == (2, True)
        assert len(found.attempts) == 1
        assert found.why
        assert desk.complete("one/m", "Hi").text == "yes"


def test_what_failed_to_count_is_not_asked_again_at_once() -> None:
    played = Played((404, {"error": {"type": "not_found_error", "message": "no"}}), (200, {"input_tokens": 7}))
    found = registry(ANTHROPIC)
    with dispatcher(played, found, failover="off") as desk:
        assert "model_not_found" in (desk.count_tokens("one/m", "12345678").why or "")
        assert "left alone until" in (desk.count_tokens(["one/m"], "12345678").why or "")
    assert len(played.asked) == 1


def test_of_several_models_the_next_one_counts() -> None:
    played = Played((529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}), (200, {"input_tokens": 7}))
    with dispatcher(played, registry(ANTHROPIC)) as desk:
        found = desk.count_tokens(["one/m", "two/m"], "Hi")
    assert found.candidate is not None
    assert (found.input_tokens, found.candidate.name, len(found.attempts)) == (7, "two/m", 2)


def test_a_fallback_does_not_count_for_another() -> None:
    found = registry(ANTHROPIC, agents={"defaults": {"primary": "one/m", "fallbacks": ["two/m"]}})
    with dispatcher(Played((401, {"error": {"message": "no"}})), found) as desk:
        count = desk.count_tokens("one/m", "12345678")
    assert count.is_estimate
    assert "each model counts its own way" in (count.why or "")


def test_it_spends_nothing_and_is_not_written_down(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "calls.sqlite")
    played = Played((200, {"input_tokens": 7}), (200, {"input_tokens": 7}))
    with dispatcher(played, registry(ANTHROPIC), budgets=[Budget("calls", 1, period="daily")], ledger=ledger) as desk:
        assert [desk.count_tokens("one/m", "Hi").input_tokens for _ in range(2)] == [7, 7]
        assert [left for _, left, _ in desk._core.left(desk.route("one/m").candidates)[0]] == [1]
    assert Ledger(tmp_path / "calls.sqlite").calls() == []


def test_what_cannot_be_said_is_a_guess_or_a_loss() -> None:
    played = Played((200, {"input_tokens": 7}))
    with dispatcher(played, registry(ANTHROPIC)) as desk:
        assert "cannot say `seed`" in (desk.count_tokens("one/m", "Hi", seed=3).why or "")
        assert desk.count_tokens("one/m", "Hi", seed=3, lossy=True).losses == ("anthropic-messages cannot say `seed`: it is left out",)


def test_it_is_the_same_awaited() -> None:
    class Awaited:
        async def open(self, _: Any) -> Any:
            return AwaitedReply()

        async def close(self) -> None:
            pass

    class AwaitedReply:
        head = Head(200, {})

        def __init__(self) -> None:
            self._pieces = [b'{"input_tokens":9}']

        async def read(self, _: float) -> bytes | None:
            return self._pieces.pop() if self._pieces else None

        async def close(self) -> None:
            pass

    async def ask() -> int:
        async with AsyncDispatcher(registry(ANTHROPIC), transport=Awaited(), environ=ENVIRON, state=MemoryStore()) as desk:
            return int(await desk.count_tokens("one/m", "Hi"))

    assert asyncio.run(ask()) == 9
