"""A store on another machine is never asked in the event loop, and whoever gives up meanwhile leaves nothing reserved."""

from __future__ import annotations

import asyncio
import gc
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch.errors import CallError, StreamBrokenError
from modelwright.runtime.errors import StateError
from modelwright.runtime.state.memory import MemoryStore
from runtime.dispatch.desk import Desk
from runtime.dispatch.places import ENVIRON
from runtime.dispatch.spoken import TEXT
from runtime.dispatch.test_cancellation import _wait_for, silent, stalling
from runtime.dispatch.test_retries import BAD, GOOD, failing

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from modelwright.runtime.dispatch.async_dispatcher import AsyncDispatcher
    from runtime.dispatch.places import Places


def is_in_loop() -> bool:
    with suppress(RuntimeError):
        return asyncio.get_running_loop() is not None
    return False


class Remote(MemoryStore):
    """A store in memory that says it is on another machine, and notes who asks it in an event loop."""

    is_remote = True

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.in_loop: list[str] = []
        self.before: Callable[[str], object] = lambda _: None

    def __getattribute__(self, name: str) -> Any:
        if name in ("notes", "swap", "reserve", "settle", "totals", "see", "outcomes", "close"):
            self.asked.append(name)
            self.in_loop += [name] * is_in_loop()
            self.before(name)
        return super().__getattribute__(name)


@pytest.fixture
def desk(places: Places, home: Path) -> Desk:
    desk = Desk(places.registry, home)
    desk.store = desk.given["state"] = Remote()
    return desk


def store_of(desk: Desk) -> Remote:
    assert isinstance(desk.store, Remote)
    return desk.store


def within(desk: Desk, work: Callable[[AsyncDispatcher], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with desk.awaited() as dispatcher:
            await work(dispatcher)

    asyncio.run(main())
    assert store_of(desk).in_loop == []
    assert {"notes", "reserve", "settle", "close"} <= set(store_of(desk).asked)
    assert desk.reserved() == 0


def test_an_answer_whole_and_in_pieces(desk: Desk) -> None:
    async def work(dispatcher: AsyncDispatcher) -> None:
        assert (await dispatcher.complete(GOOD, "Hello?")).text == TEXT
        stream = dispatcher.stream(GOOD, "Hello?")
        assert "".join([text async for text in stream.texts()]) == TEXT

    within(desk, work)


def test_a_failure_that_another_route_makes_good(desk: Desk, places: Places) -> None:
    places.bad.begin(failing(500))

    async def work(dispatcher: AsyncDispatcher) -> None:
        assert (await dispatcher.complete([BAD, GOOD], "Hello?")).text == TEXT
        assert len(places.bad.asked) == 1
        assert (await dispatcher.complete([BAD, GOOD], "Hello?")).text == TEXT
        assert len(places.bad.asked) == 1  # it cools

    within(desk, work)


def test_a_failure_that_nothing_makes_good(desk: Desk, places: Places) -> None:
    places.bad.begin(failing(401))

    async def work(dispatcher: AsyncDispatcher) -> None:
        for _ in range(2):
            with pytest.raises(CallError):
                await dispatcher.complete(BAD, "Hello?")

    within(desk, work)


def test_a_session_that_has_a_model(desk: Desk) -> None:
    desk.given["hook"] = None

    async def work(dispatcher: AsyncDispatcher) -> None:
        await dispatcher.use("mine", GOOD)
        assert (await dispatcher.complete(None, "Hello?", session="mine")).candidate.name == GOOD

    within(desk, work)


@pytest.mark.parametrize("what", ["stream", "route", "use"])
def test_the_loop_goes_on_while_the_store_says_nothing(what: str, desk: Desk) -> None:
    async def work(dispatcher: AsyncDispatcher) -> None:
        async def stream() -> None:
            answered = dispatcher.stream(None, "Hello?", session="mine")
            assert "".join([text async for text in answered.texts()]) == TEXT
            assert answered.answer.candidate.name == GOOD

        async def route() -> None:
            assert [one.name for one in (await dispatcher.route(session="mine")).kept] == [GOOD]

        async def use() -> None:
            await dispatcher.use("mine", BAD)
            assert [one.name for one in (await dispatcher.route(session="mine")).kept] == [BAD]

        await dispatcher.use("mine", GOOD)
        asked, answers = threading.Event(), threading.Event()

        def before(_: str) -> None:
            asked.set()
            assert not is_in_loop()
            answers.wait(20)

        store_of(desk).before = before
        task = asyncio.create_task({"stream": stream, "route": route, "use": use}[what]())
        assert await asyncio.to_thread(asked.wait, 20)
        answers.set()
        await task
        await dispatcher.complete(GOOD, "Hello?")

    within(desk, work)


def test_routes_are_told_without_a_look_for_credentials_in_the_loop(desk: Desk) -> None:
    looked: list[bool] = []

    class Environ(dict[str, str]):
        def get(self, name: str, usual: Any = None) -> Any:
            looked.append(is_in_loop())
            return super().get(name, usual)

    async def main() -> None:
        desk.given |= {"environ": Environ(ENVIRON), "state": "memory:"}
        async with desk.awaited() as dispatcher:
            assert (await dispatcher.route(GOOD)).kept

    asyncio.run(main())
    assert set(looked) == {False}


def test_a_stream_that_is_dropped_without_a_word_is_settled_in_a_thread(desk: Desk, places: Places) -> None:
    async def work(dispatcher: AsyncDispatcher) -> None:
        places.bad.begin(stalling())
        async for _ in dispatcher.stream(BAD, "Hello?"):
            break
        gc.collect()
        await asyncio.to_thread(_wait_for, lambda: not desk.reserved())
        assert await asyncio.to_thread(places.bad.gone.wait, 20)

    within(desk, work)


def test_a_stream_that_breaks_and_one_that_is_left(desk: Desk, places: Places) -> None:
    async def work(dispatcher: AsyncDispatcher) -> None:
        places.bad.begin(stalling())
        async with dispatcher.stream(BAD, "Hello?") as left:
            async for _ in left.texts():
                break
        assert desk.reserved() == 0
        dispatcher._core.limits = desk.given["limits"].__class__(between=0.05)
        with pytest.raises(StreamBrokenError):
            async for _ in dispatcher.stream(BAD, "Hello?"):
                pass

    within(desk, work)


def test_a_call_that_is_cancelled_while_the_provider_is_silent(desk: Desk, places: Places) -> None:
    async def work(dispatcher: AsyncDispatcher) -> None:
        places.bad.begin(silent)
        task = asyncio.create_task(dispatcher.complete(BAD, "Hello?"))
        await asyncio.to_thread(_wait_for, lambda: places.bad.asked)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    within(desk, work)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", ["notes", "reserve"])
def test_a_call_that_is_cancelled_while_the_store_is_asked(name: str, times: int, desk: Desk, places: Places) -> None:
    async def work(dispatcher: AsyncDispatcher) -> None:
        asked, answers = threading.Event(), threading.Event()

        def before(what: str) -> None:
            if what == name:
                asked.set()
                answers.wait(20)

        store_of(desk).before = before
        task = asyncio.create_task(dispatcher.complete(GOOD, "Hello?"))
        assert await asyncio.to_thread(asked.wait, 20)  # the loop goes on
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
            assert not task.done()
        answers.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    within(desk, work)
    assert places.good.asked == []


def test_a_store_that_fails_ends_the_call_with_its_error(desk: Desk, places: Places) -> None:
    async def work(dispatcher: AsyncDispatcher) -> None:
        def before(what: str) -> None:
            if what == "reserve":
                raise StateError("there", "it is down", "wait")

        store_of(desk).before = before
        with pytest.raises(StateError, match="it is down"):
            await dispatcher.complete(GOOD, "Hello?")
        store_of(desk).before = lambda _: None
        await dispatcher.complete(GOOD, "Hello?")
        assert len(places.good.asked) == 1

    within(desk, work)


def test_calls_that_are_waited_for_ask_it_themselves(desk: Desk) -> None:
    with desk.sync() as dispatcher:
        assert dispatcher.complete(GOOD, "Hello?").text == TEXT
    assert desk.reserved() == 0
