"""What dispatchers remember of calls for routing policies, and how they ask what a request is about."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import AsyncDispatcher
from modelwright.ir.chat import Message, Request
from modelwright.runtime.budget import Budget
from modelwright.runtime.dispatch.texts import asked
from modelwright.runtime.state import Outcome
from modelwright.runtime.state.memory import MemoryStore
from paid_calls import Desk, Provided, chat, failed
from routing_world import registry_of
from runtime.state.conformance import START, Clock

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.runtime.dispatch.steps import Down, Open

NORTH, SOUTH = "north/eyes", "south/seer"
KEYS = {"NORTH_API_KEY": "key-of-north", "SOUTH_API_KEY": "key-of-south"}
CHUNKS: tuple[dict[str, Any], ...] = (
    {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "yes"}}]},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}},
)
STREAMED = (
    200,
    b"".join(b"data: " + json.dumps({"id": "x", "object": "chat.completion.chunk", "model": "m", **chunk}).encode() + b"\n\n" for chunk in CHUNKS) + b"data: [DONE]\n\n",
)


class Slow(Provided):
    """Takes two seconds until an answer begins, and half a second for each piece."""

    def __init__(self, timer: Clock, **answers: Any) -> None:
        super().__init__(**answers)
        self._timer = timer

    def open(self, request: Open) -> Any | Down:
        self._timer.now += 2.0
        reply: Any = super().open(request)
        read = reply.read

        def slowly(seconds: float) -> bytes | None:
            self._timer.now += 0.5
            return read(seconds)  # type: ignore[no-any-return]

        reply.read = slowly
        return reply


def desk(home: Path, policies: list[Any], answers: dict[str, Any], **more: Any) -> Desk:
    timer = Clock()
    registry = registry_of(policy={"routing_policies": policies, "intents": {"coding": [SOUTH]}})
    return Desk(home, Slow(timer, **answers), registry, environ=KEYS, timer=timer, **more)


def seen(store: MemoryStore, ref: str) -> list[tuple[int, ...]]:
    key = f"{ref.partition('/')[0]}/{ref}"
    return [tuple(stretch[1:]) for stretch in store.outcomes([key], START).get(key, [])]


@pytest.mark.parametrize(
    ("policies", "expected"), [(["performance"], [(1, 0, 0, 1, 3000, 0, 0, 5, 3000)]), (["fairness"], [(1, 0, 0, 1, 3000, 0, 0, 5, 3000)]), (["cheapest", "semantic-intent"], [])]
)
def test_how_long_a_whole_answer_took_is_remembered_where_a_policy_weighs_it(tmp_path: Path, policies: list[str], expected: list[tuple[int, ...]]) -> None:
    store = MemoryStore(clock=lambda: START)
    desk(tmp_path, policies, {"north": chat((20, 5))}, state=store).ask(NORTH)
    assert seen(store, NORTH) == expected


def test_of_a_stream_the_first_piece_is_remembered_too(tmp_path: Path) -> None:
    store = MemoryStore(clock=lambda: START)
    place = desk(tmp_path, ["performance"], {"north": STREAMED}, state=store)
    assert "".join(place.dispatcher.stream(NORTH, "Well?").texts()) == "yes"
    ((successes, failures, _, timed, milliseconds, streamed, first, tokens, token_milliseconds),) = seen(store, NORTH)
    assert (successes, failures, timed, streamed, first, tokens) == (1, 0, 1, 1, 2500, 5)
    assert token_milliseconds == milliseconds - first


def test_what_was_refused_for_coming_too_often_is_counted_and_another_route_comes_first(tmp_path: Path) -> None:
    store = MemoryStore(clock=lambda: START)
    place = desk(tmp_path, ["rate-limit"], {"north": failed(429, "rate limit reached"), "south": chat((20, 5))}, state=store)
    answer = place.ask([NORTH, SOUTH])
    assert answer.candidate.name == SOUTH
    assert seen(store, NORTH) == [(0, 1, 1, 0, 0, 0, 0, 0, 0)]
    assert [one.name for one in place.dispatcher._core.router.route([NORTH, SOUTH]).kept] == [SOUTH, NORTH]


def test_the_faster_route_is_taken(tmp_path: Path) -> None:
    store = MemoryStore(clock=lambda: START)
    store.see([Outcome(f"north/{NORTH}", 1, timed=1, milliseconds=900), Outcome(f"south/{SOUTH}", 1, timed=1, milliseconds=300)], START)
    answer = desk(tmp_path, ["performance"], {"north": chat((1, 1)), "south": chat((1, 1))}, state=store).ask([NORTH, SOUTH])
    assert answer.candidate.name == SOUTH
    assert [one.notes for one in answer.routing.kept] == [("performance 1.00: 300 ms",), ("performance 0.33: 900 ms",)]


def test_of_all_candidates_the_store_is_asked_at_once(tmp_path: Path) -> None:
    asked: list[str] = []

    class Counting(MemoryStore):
        def __getattribute__(self, name: str) -> Any:
            if name in ("notes", "totals", "outcomes"):
                asked.append(name)
            return super().__getattribute__(name)

    budgets = [Budget("calls", 9, scope="model", period="daily"), Budget("cost", 1, period="daily"), Budget("calls", 1, scope="model", of=NORTH, period="daily")]
    place = desk(tmp_path, ["health"], {"north": chat((20, 5))}, state=Counting(clock=lambda: START), budgets=budgets)
    place.ask(NORTH)
    asked.clear()
    routing = place.dispatcher.route([NORTH, SOUTH, "north/blind"])
    assert asked == ["totals", "outcomes", "notes", "totals"]
    assert {one.name: one.reason for one in routing.skipped} == {NORTH: f"budget {budgets[2]} is spent"}


# What a request is about


def test_a_plug_is_given_what_the_user_said_last(tmp_path: Path) -> None:
    texts: list[str] = []

    def plug(text: str, candidates: Any) -> str:
        texts.append(f"{text} {len(candidates)}")
        return "coding"

    place = desk(tmp_path, ["semantic-intent"], {"north": chat((1, 1)), "south": chat((1, 1))}, intent=plug)
    assert place.ask([NORTH, SOUTH]).candidate.name == SOUTH
    assert texts == ["Well? 2"]


def test_a_plug_that_fails_costs_no_call(tmp_path: Path) -> None:
    def plug(*_: Any) -> str:
        raise OSError("no such model")

    place = desk(tmp_path, ["semantic-intent"], {"north": chat((1, 1)), "south": chat((1, 1))}, intent=plug)
    assert place.ask([NORTH, SOUTH]).candidate.name == NORTH
    assert [facts for event, facts in place.heard if event == "intent_failed"] == [{"error": "OSError", "reason": "no such model"}]


def test_a_plug_may_ask_a_model_of_the_same_dispatcher(tmp_path: Path) -> None:
    def plug(text: str, _: Any) -> str:
        return place.ask(NORTH).text if text else ""

    place = desk(tmp_path, ["semantic-intent"], {"north": chat((1, 1), "coding"), "south": chat((1, 1))}, intent=plug)
    assert place.ask([NORTH, SOUTH]).candidate.name == SOUTH


def test_an_async_dispatcher_asks_in_a_thread() -> None:
    threads: list[bool] = []

    class Answering:
        async def open(self, request: Any) -> Any:
            return Slow(Clock(), south=chat((1, 1), "from the south"), north=chat((1, 1))).open(request)

        async def close(self) -> None:
            pass

    def plug(*_: Any) -> str:
        threads.append(threading.current_thread() is threading.main_thread())
        return "coding"

    async def main() -> str:
        registry = registry_of(policy={"routing_policies": ["semantic-intent"], "intents": {"coding": [SOUTH]}})
        async with AsyncDispatcher(registry, transport=_Awaited(Answering()), environ=KEYS, intent=plug) as dispatcher:
            return (await dispatcher.complete([NORTH, SOUTH], "Well?")).text

    assert asyncio.run(main()) == "from the south"
    assert threads == [False]


class _Awaited:
    """A transport whose replies are awaited."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def open(self, request: Any) -> Any:
        reply = await self._inner.open(request)
        read, close = reply.read, reply.close

        async def awaited(seconds: float) -> Any:
            return read(seconds)

        async def closed() -> None:
            close()

        reply.read, reply.close = awaited, closed
        return reply

    async def close(self) -> None:
        await self._inner.close()


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([Message("user", "one"), Message("assistant", "two"), Message("user", " three ")], "three"),
        ([Message("user", "one"), Message("assistant", "two")], "one"),
        ([Message("user", "one "), Message("user", "  ")], "one"),
        ([Message("assistant", "two")], "two"),
    ],
)
def test_what_is_asked_is_what_the_user_said_last(messages: list[Message], expected: str) -> None:
    assert asked(Request(messages)) == expected
