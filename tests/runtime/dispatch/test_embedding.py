"""Vectors of texts: batches put together again, failover within one model, budgets, cooldowns; played by a transport, so that nothing takes time."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from modelwright import AsyncDispatcher, Budget, CallError, Dispatcher
from modelwright.runtime.dispatch.prepare import Ways
from modelwright.runtime.dispatch.steps import Down
from modelwright.runtime.ledger import Ledger
from modelwright.runtime.state.memory import MemoryStore
from routing_world import registry_of
from runtime.dispatch.replied import Replied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelwright.runtime.dispatch.steps import Open

ONE, TWO, OTHER = "one/vectors", "two/vectors", "two/others"
PRICES = [{"input_usd_per_mtok": 1}]
ENVIRON = {"ONE_KEY": "sk-canary-one", "TWO_KEY": "sk-canary-two", "SPARE_KEY": "sk-canary-spare"}


def registry(**more: Any) -> Any:
    models = {name: {"input": ["text"], "output": ["embedding"], "prices": PRICES} for name in ("vectors", "others")} | {"chatty": {"output": ["text"], "prices": PRICES}}
    providers = {
        name: {"base_url": f"https://{name}.example/v1", "protocol": "openai-chat", "auth": {"kind": "bearer", "env": [f"{name.upper()}_KEY"]}, "models": models}
        for name in ("one", "two")
    }
    return registry_of(providers=providers, **more)


class Played:
    """A transport that embeds: the number of a text's letters, how many texts came before it, and the number of its host."""

    def __init__(self, *failures: tuple[int, bytes] | Down | None, answer: Callable[[list[str], dict[str, Any]], Any] | None = None) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.asked: list[Open] = []
        self._failures = list(failures)
        self._answer = answer or embedded

    def open(self, request: Open) -> Any:
        self.asked.append(request)
        self.bodies.append(json.loads(request.body))
        failure = self._failures.pop(0) if self._failures else None
        if isinstance(failure, Down):
            return failure
        return Replied(*failure) if failure else Replied(200, self._answer(self.bodies[-1]["input"], self.bodies[-1]))

    @property
    def hosts(self) -> list[str]:
        return [request.url.partition("//")[2].partition(".")[0] for request in self.asked]

    def close(self) -> None:
        pass


class _Awaited:
    """The same, awaited."""

    def __init__(self, played: Played) -> None:
        self._played = played

    async def open(self, request: Open) -> Any:
        reply = self._played.open(request)
        return reply if isinstance(reply, Down) else _AwaitedReply(reply)

    async def close(self) -> None:
        pass


class _AwaitedReply:
    def __init__(self, reply: Replied) -> None:
        self.head, self._reply = reply.head, reply

    async def read(self, seconds: float) -> bytes | None:
        return self._reply.read(seconds)

    async def close(self) -> None:
        pass


def embedded(texts: list[str], body: dict[str, Any]) -> dict[str, Any]:
    rows = [{"index": number, "embedding": [float(len(text)), *map(float, range(1, body.get("dimensions", 2)))]} for number, text in enumerate(texts)]
    return {"data": rows[::-1], "model": "acme-vectors", "usage": {"prompt_tokens": sum(map(len, texts)), "total_tokens": sum(map(len, texts))}}


def dispatcher(played: Played, found: Any = None, texts: int | None = None, tokens: int | None = None, **more: Any) -> Dispatcher:
    """Return a dispatcher whose ways take so many *texts* and *tokens* at once."""
    desk = Dispatcher(found or registry(), transport=played, **{"environ": ENVIRON, "state": MemoryStore(), **more})
    quirks = {name: most for name, most in (("embedding_texts", texts), ("embedding_tokens", tokens)) if most is not None}

    class Limited(Ways):
        __slots__ = ()

        def find(self, candidate: Any, **how: Any) -> Any:
            way = super().find(candidate, **how)
            object.__setattr__(way.target, "quirks", {**way.target.quirks, **quirks})
            return way

    desk._core.ways.__class__ = Limited
    return desk


def failed(status: int, message: str = "no", code: str | None = None) -> tuple[int, bytes]:
    return status, json.dumps({"error": {"message": message, "code": code}}).encode()


def test_vectors_come_in_the_order_of_the_texts_with_usage_and_cost() -> None:
    played = Played()
    with dispatcher(played) as desk:
        found = desk.embed(ONE, ["a", "bbb", "cc"], dimensions=3)
    assert found.vectors == ([1.0, 1.0, 2.0], [3.0, 1.0, 2.0], [2.0, 1.0, 2.0])
    assert (len(found), found.dimensions, list(found)) == (3, 3, list(found.vectors))
    assert (found.usage.input_tokens, found.usage.output_tokens, str(found.cost.usd), found.model) == (6, 0, "0.000006", "acme-vectors")
    assert (found.candidate.name, [one.failure for one in found.attempts], found.losses) == (ONE, [None], ())
    assert played.asked[0].url == "https://one.example/v1/embeddings"
    assert played.asked[0].headers["Authorization"] == "Bearer sk-canary-one"
    assert played.bodies == [{"model": "vectors", "input": ["a", "bbb", "cc"], "dimensions": 3}]
    assert repr(found) == "<Embeddings of one/vectors: 3 of 3 numbers>"
    assert found.explain().splitlines() == ["one/vectors: asked for", f"  6 tokens in, 0 out; {found.cost!r}"]


def test_it_is_the_same_awaited() -> None:
    async def ask() -> Any:
        async with AsyncDispatcher(registry(), transport=_Awaited(Played(failed(503))), environ=ENVIRON, state=MemoryStore()) as desk:
            return await desk.embed([ONE, TWO], "alone")

    found = asyncio.run(ask())
    assert (found.vectors, found.candidate.name) == (([5.0, 1.0],), TWO)


@given(texts=st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=12), most=st.integers(1, 5), tokens=st.none() | st.integers(1, 8))
def test_batches_are_put_together_in_order_and_their_usage_is_summed(texts: list[str], most: int, tokens: int | None) -> None:
    played = Played()
    with dispatcher(played, texts=most, tokens=tokens) as desk:
        found = desk.embed(ONE, texts)
    assert found.vectors == tuple([float(len(text)), 1.0] for text in texts)
    assert [text for body in played.bodies for text in body["input"]] == texts
    assert all(len(body["input"]) <= most for body in played.bodies)
    assert tokens is None or all(len(body["input"]) == 1 or sum(len(text.encode()) for text in body["input"]) <= 3 * tokens for body in played.bodies)
    assert found.usage.input_tokens == sum(map(len, texts))
    assert found.usage.requests == len(played.bodies) == len(found.attempts)
    assert found.cost.attodollars == sum(map(len, texts)) * 10**12


def test_a_provider_that_counts_nothing_is_guessed_and_says_so() -> None:
    played = Played(answer=lambda texts, body: {"data": embedded(texts, body)["data"]})
    with dispatcher(played, texts=1) as desk:
        found = desk.embed(ONE, ["12345", "1234"])
    assert (found.usage.input_tokens, found.usage.estimated) == (3, True)
    assert "a guess" in found.explain()


def test_a_fallback_of_the_files_makes_no_vectors_in_place_of_the_model_that_was_asked_for() -> None:
    found = registry(agents={"defaults": {"primary": ONE, "fallbacks": [TWO]}})
    played = Played(*[failed(401)] * 3)
    with dispatcher(played, found) as desk, pytest.raises(CallError) as caught:
        desk.embed(ONE, ["a"])
    assert played.hosts == ["one"]
    assert "two/vectors: it is not what was asked for, and vectors of two models cannot be compared" in str(caught.value)


def test_of_several_models_the_next_one_takes_over() -> None:
    played = Played(failed(503, "overloaded"))
    with dispatcher(played) as desk:
        found = desk.embed([ONE, TWO], ["a"])
    assert (played.hosts, found.candidate.name) == (["one", "two"], TWO)
    assert [None if one.failure is None else one.failure.kind for one in found.attempts] == ["overloaded", None]


def test_where_a_later_batch_fails_for_good_all_texts_are_embedded_anew_by_one_model() -> None:
    played = Played(None, failed(401), None, None)
    with dispatcher(played, texts=2) as desk:
        found = desk.embed([ONE, TWO], ["a", "bb", "ccc"])
    assert played.hosts == ["one", "one", "two", "two"]
    assert [body["input"] for body in played.bodies[2:]] == [["a", "bb"], ["ccc"]]
    assert (found.candidate.name, [vector[0] for vector in found.vectors]) == (TWO, [1.0, 2.0, 3.0])
    assert [None if one.failure is None else one.failure.kind for one in found.attempts] == [None, "auth", None, None]


def test_a_later_batch_goes_through_another_profile_to_the_same_model() -> None:
    keys = {name: {"kind": "api-key", "credentials": [{"env": f"{name.upper()}_KEY"}]} for name in ("one", "spare")}
    account = {"provider": "one", "profiles": keys, "profile_order": list(keys), "credentials": ["profile"], "models": ["vectors"]}
    played = Played(None, failed(401), None)
    with dispatcher(played, registry(accounts={"turns": account}), texts=1) as desk:
        found = desk.embed("turns/vectors", ["a", "bb", "ccc"])
    assert [request.headers["Authorization"].rpartition("-")[2] for request in played.asked] == ["one", "one", "spare", "spare"]
    assert [vector[0] for vector in found.vectors] == [1.0, 2.0, 3.0]


def test_a_request_that_is_wrong_is_not_tried_elsewhere() -> None:
    played = Played(failed(400, "input is wrong"))
    with dispatcher(played) as desk, pytest.raises(CallError) as caught:
        desk.embed([ONE, TWO], ["a"])
    assert caught.value.failure is not None
    assert (caught.value.failure.kind, played.hosts) == ("invalid_request", ["one"])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_more_or_fewer_vectors_than_texts_are_no_answer(count: int) -> None:
    rows = [{"index": number, "embedding": [1.0]} for number in range(count)]
    played = Played(answer=lambda _texts, _body: {"data": rows, "usage": {"prompt_tokens": 1}})
    with dispatcher(played, failover="off") as desk, pytest.raises(CallError, match=f"{count} vectors for 2 texts"):
        desk.embed(ONE, ["a", "b"])


def test_vectors_of_another_length_than_those_before_are_no_answer() -> None:
    played = Played(answer=lambda texts, body: embedded(texts, {**body, "dimensions": len(texts[0])}))
    with dispatcher(played, texts=1, failover="off") as desk, pytest.raises(CallError, match="vectors of 3 numbers after some of 2"):
        desk.embed(ONE, ["aa", "bbb"])


def test_dimensions_that_are_not_given_are_an_error_or_a_loss() -> None:
    def deaf(texts: list[str], body: dict[str, Any]) -> Any:
        return embedded(texts, {**body, "dimensions": 4})

    said = "vectors of 2 numbers were asked for, and the provider gave 4"
    played = Played(answer=deaf)
    with dispatcher(played) as desk:
        with pytest.raises(CallError, match=said) as caught:
            desk.embed([ONE, TWO], ["a"], dimensions=2)
        assert caught.value.failure is not None
        assert (caught.value.failure.kind, len(played.asked)) == ("invalid_request", 1)
        assert desk.embed(ONE, ["a"], dimensions=2, lossy=True).losses == (said,)


def test_a_model_that_answers_in_text_makes_no_embeddings_and_one_of_those_does_not_chat() -> None:
    played = Played()
    with dispatcher(played) as desk:
        with pytest.raises(CallError, match="one/chatty: it makes no embeddings"):
            desk.embed("one/chatty", ["a"])
        with pytest.raises(CallError, match="one/vectors: it makes embeddings only; use `embed`"):
            desk.complete(ONE, "Hi")
        assert desk.route(ONE).kept
    assert not played.asked


def test_a_protocol_without_embeddings_says_so() -> None:
    found = registry_of(providers={"mute": {"base_url": "https://mute.example", "protocol": "anthropic-messages", "auth": {"kind": "none"}, "models": {"m": {}}}})
    with dispatcher(Played(), found) as desk, pytest.raises(CallError, match="nothing here makes embeddings over anthropic-messages"):
        desk.embed("mute/m", ["a"])


def test_each_request_is_reserved_and_settled() -> None:
    budgets = [Budget("calls", 3, period="daily"), Budget("cost", "0.001", period="daily")]
    played = Played()
    with dispatcher(played, texts=2, budgets=budgets) as desk:
        desk.embed(ONE, ["a", "bb", "ccc"])
        assert [int(left) for _, left, _ in desk._core.left(desk.route(ONE).candidates)[0]] == [1, 10**15 - 6 * 10**12]
        with pytest.raises(CallError) as caught:
            desk.embed(ONE, ["a", "bb", "ccc"])
    assert caught.value.kind == "all_models_limits_exceeded"
    assert len(played.asked) == 3


def test_what_was_embedded_is_written_down(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "calls.sqlite")
    played = Played(None, failed(400))
    with dispatcher(played, texts=1, ledger=ledger) as desk, pytest.raises(CallError):
        desk.embed(ONE, ["a", "bb"], project="north", tags={"kind": "index"})
    rows = Ledger(tmp_path / "calls.sqlite").calls()
    assert sorted((row["outcome"], row["model"], row["input_tokens"], row["project"]) for row in rows) == [("failed", ONE, None, "north"), ("succeeded", ONE, 1, "north")]


def test_a_refused_credential_cools_chat_and_embeddings_alike() -> None:
    played = Played(failed(401), failed(401))
    with dispatcher(played) as desk:
        with pytest.raises(CallError):
            desk.embed(ONE, ["a"])
        with pytest.raises(CallError) as caught:
            desk.complete(["one/chatty"], "Hi")
    assert caught.value.kind in ("all_models_cooling", "failed")


def test_the_hook_hears_what_is_asked() -> None:
    heard: list[tuple[str, dict[str, Any]]] = []
    with dispatcher(Played(), hook=lambda event, facts: heard.append((event, facts))) as desk:
        desk.embed(ONE, ["a"])
    assert [event for event, _ in heard] == ["routed", "sent", "settled"]
    assert [facts["task"] for event, facts in heard if event in ("routed", "sent")] == ["embedding"] * 2
    assert "canary" not in repr(heard)
