"""Whoever gives up stops the request at the provider, pays for what came, and holds nothing against the route."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch.errors import StreamBrokenError
from runtime.dispatch.desk import CARRIERS, USD, Desk, in_use
from runtime.dispatch.faults import FAULTS, begin, playing
from runtime.dispatch.spoken import INPUT_TOKENS, OUTPUT_TOKENS, SPOKEN
from runtime.dispatch.test_retries import BAD, CHAT, GOOD, failing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runtime.dispatch.loopback import Asked, Wire
    from runtime.dispatch.places import Places

every_protocol = pytest.mark.parametrize("protocol", SPOKEN)
GIVEN_UP = ["routed", "sent", "settled"]


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest) -> str:
    """Over what an awaited call goes."""
    name: str = request.param
    return name


def stalling(protocol: str = CHAT) -> Callable[[Wire, Asked], None]:
    """Return what says a few words and then nothing."""
    fault = next(fault for fault in FAULTS if fault.name == "stall")
    return playing(fault, protocol)


def silent(wire: Wire, asked: Asked) -> None:  # one form for all plays
    wire.stall()


def is_given_up(desk: Desk, places: Places, *, ref: str = BAD, words: int = 0) -> None:
    """Check that the provider saw it, that what came is paid for, and that nothing is held against anybody or left."""
    assert places.bad.gone.wait(2), "the server still thinks that somebody listens"
    assert places.bad.is_quiet()
    (call,) = desk.ledger.calls()
    assert (call["outcome"], [attempt["failure"] for attempt in call["attempts"]]) == ("partial", ["aborted"])
    assert call["output_tokens"] >= words
    assert (desk.reserved(), [event for event, _ in desk.heard]) == (0, GIVEN_UP)
    spent = desk.spent(ref)
    assert 0 < spent < (INPUT_TOKENS + 2 * OUTPUT_TOKENS) * USD // 10**6 * 2


@every_protocol
def test_a_stream_that_is_closed_early_stops_the_request(protocol: str, places: Places, home: Path) -> None:
    places.bad.begin(stalling(protocol))
    desk, ref = Desk(places.registry, home), f"bad-{protocol}/m"
    with desk.sync() as dispatcher:
        with dispatcher.stream(ref, "Hello?") as stream:
            texts = stream.texts()
            assert [next(texts), next(texts)] == ["Hello", " big"]
        is_given_up(desk, places, ref=ref, words=2)
        assert list(stream) == []
        with pytest.raises(ValueError, match="not been read to its end"):
            _ = stream.answer
        stream.close()


def test_a_stream_that_nobody_holds_any_more_stops_the_request(places: Places, home: Path) -> None:
    places.bad.begin(stalling())
    desk = Desk(places.registry, home)
    with desk.sync() as dispatcher:
        for event in dispatcher.stream(BAD, "Hello?"):
            assert event
            break
        gc.collect()
        is_given_up(desk, places, words=1)


def test_a_stream_that_was_never_read_asks_nobody(places: Places, home: Path) -> None:
    desk = Desk(places.registry, home)
    with desk.sync() as dispatcher:
        dispatcher.stream(BAD, "Hello?").close()
    assert (places.bad.asked, desk.ledger.calls(), desk.reserved()) == ([], [], 0)


@every_protocol
def test_an_awaited_stream_that_is_closed_early_stops_the_request(protocol: str, carrier: str, places: Places, home: Path) -> None:
    places.bad.begin(stalling(protocol))
    desk, ref = Desk(places.registry, home, carrier=carrier), f"bad-{protocol}/m"

    async def main() -> None:
        async with desk.awaited() as dispatcher:
            async with dispatcher.stream(ref, "Hello?") as stream, aclosing(stream.texts()) as texts:  # type: ignore[type-var]  # it is a generator
                assert [await anext(texts), await anext(texts)] == ["Hello", " big"]
            await asyncio.to_thread(is_given_up, desk, places, ref=ref, words=2)
            assert [event async for event in stream] == []
            with pytest.raises(ValueError, match="not been read to its end"):
                _ = stream.answer

    asyncio.run(main())


def test_an_awaited_stream_that_nobody_holds_any_more_stops_the_request(carrier: str, places: Places, home: Path) -> None:
    places.bad.begin(stalling())
    desk = Desk(places.registry, home, carrier=carrier)

    async def main() -> None:
        async with desk.awaited() as dispatcher:
            async for event in dispatcher.stream(BAD, "Hello?"):
                assert event
                break
            gc.collect()
            await asyncio.to_thread(is_given_up, desk, places, words=1)

    asyncio.run(main())


def test_an_awaited_stream_may_outlive_its_loop(carrier: str, places: Places, home: Path) -> None:
    places.bad.begin(stalling())
    desk = Desk(places.registry, home, carrier=carrier)

    async def main() -> Any:
        dispatcher = desk.awaited()
        stream = dispatcher.stream(BAD, "Hello?")
        async for event in stream:
            assert event
            break
        await dispatcher._transport.close()  # type: ignore[union-attr]
        return stream

    stream = asyncio.run(main())
    del stream
    gc.collect()
    is_given_up(desk, places, words=1)


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("when", ["before the head", "in the middle"])
def test_a_task_that_is_cancelled_stops_the_request(when: str, carrier: str, *, is_stream: bool, places: Places, home: Path) -> None:
    places.bad.begin(silent if when == "before the head" else stalling())
    desk = Desk(places.registry, home, carrier=carrier)

    async def call(dispatcher: Any) -> None:
        if is_stream:
            async for _ in dispatcher.stream(BAD, "Hello?"):
                pass
        else:
            await dispatcher.complete(BAD, "Hello?")

    async def main() -> None:
        async with desk.awaited() as dispatcher:
            task = asyncio.create_task(call(dispatcher))
            await asyncio.to_thread(_wait_for, lambda: places.bad.asked)
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await asyncio.to_thread(is_given_up, desk, places, words=2 if is_stream and when == "in the middle" else 0)

    asyncio.run(main())


def _wait_for(is_so: Callable[[], Any]) -> None:
    until = time.monotonic() + 5
    while not is_so() and time.monotonic() < until:
        time.sleep(0.002)


@pytest.fixture
def _ctrl_c() -> Iterator[None]:
    """Have an interrupt do here what it does in a program of one's own."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _interrupt_when(is_so: Callable[[], Any]) -> threading.Thread:
    main = threading.main_thread().ident

    def interrupt() -> None:
        _wait_for(is_so)
        time.sleep(0.05)
        signal.pthread_kill(main, signal.SIGINT)  # type: ignore[arg-type]  # it runs

    thread = threading.Thread(target=interrupt)
    thread.start()
    return thread


@pytest.mark.usefixtures("_ctrl_c")
@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("when", ["before the head", "in the middle"])
def test_ctrl_c_stops_the_request(when: str, *, is_stream: bool, places: Places, home: Path) -> None:
    places.bad.begin(silent if when == "before the head" else stalling())
    desk = Desk(places.registry, home)
    with desk.sync() as dispatcher:
        thread = _interrupt_when(lambda: places.bad.asked)
        with pytest.raises(KeyboardInterrupt):
            _ = list(dispatcher.stream(BAD, "Hello?")) if is_stream else dispatcher.complete(BAD, "Hello?")
        thread.join()
        is_given_up(desk, places, words=2 if is_stream and when == "in the middle" else 0)


@pytest.mark.usefixtures("_ctrl_c")
def test_ctrl_c_between_two_attempts_costs_nothing(places: Places, home: Path) -> None:
    places.bad.begin(failing(429, retry_after="20"))
    desk = Desk(places.registry, home)
    with desk.sync() as dispatcher:
        thread = _interrupt_when(lambda: "retried" in [event for event, _ in desk.heard])
        with pytest.raises(KeyboardInterrupt):
            dispatcher.complete(BAD, "Hello?")
        thread.join()
    (call,) = desk.ledger.calls()
    assert (call["outcome"], [attempt["failure"] for attempt in call["attempts"]], desk.reserved(), desk.spent(BAD)) == ("failed", ["rate_limit"], 0, 0)


def test_what_is_given_up_on_the_way_to_the_next_candidate_is_written_down_once(places: Places, home: Path) -> None:
    def hook(event: str, facts: dict[str, Any]) -> None:
        if event == "sent" and facts["candidate"] == GOOD:
            raise KeyboardInterrupt

    places.bad.begin(failing(500))
    desk = Desk(places.registry, home, hook=hook)
    with desk.sync() as dispatcher, pytest.raises(KeyboardInterrupt):
        dispatcher.complete([BAD, GOOD], "Hello?")
    (call,) = desk.ledger.calls()
    assert [attempt["failure"] for attempt in call["attempts"]] == ["server_error", "aborted"]


def test_a_call_that_is_cancelled_while_its_credential_is_looked_for_has_what_failed_before_written_down(places: Places, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places.bad.begin(failing(500))
    desk = Desk(places.registry, home)
    with desk.sync() as dispatcher:
        find = dispatcher._core.ways.find

        def interrupted(candidate: Any, **more: Any) -> Any:
            if candidate.name == GOOD:
                raise KeyboardInterrupt
            return find(candidate, **more)

        monkeypatch.setattr(type(dispatcher._core.ways), "find", lambda _, candidate, **more: interrupted(candidate, **more))
        with pytest.raises(KeyboardInterrupt):
            dispatcher.complete([BAD, GOOD], "Hello?")
    (call,) = desk.ledger.calls()
    assert (call["outcome"], [attempt["failure"] for attempt in call["attempts"]]) == ("failed", ["server_error"])


@pytest.mark.parametrize("is_async", [False, True])
def test_a_stream_that_broke_never_ends_as_if_all_were_well(*, is_async: bool, places: Places, home: Path) -> None:
    def cut(wire: Wire, asked: Asked) -> None:
        begin(wire, asked, SPOKEN[CHAT])
        wire.close()

    places.bad.begin(cut)
    desk = Desk(places.registry, home)
    outcome = desk.ask([BAD, GOOD], is_async=is_async, is_stream=True)
    assert isinstance(outcome.error, StreamBrokenError)
    assert (outcome.texts, outcome.error.response.text, outcome.error.usage.estimated) == (["Hello", " big"], "Hello big", True)
    assert "9 characters had come" in str(outcome.error)
    assert (outcome.classes, places.good.asked) == (["stream_broken"], [])
    assert desk.ask([BAD, GOOD], is_async=is_async).classes == [None]  # it is left alone now
    assert len(places.bad.asked) == 1


def test_what_was_counted_when_a_stream_broke_is_billed_and_no_less_than_what_came(places: Places, home: Path) -> None:
    protocol = "anthropic-messages"  # counts the input at once, and the output at the end
    spoken = SPOKEN[protocol]

    def cut(wire: Wire, _: Asked) -> None:
        wire.head(content_type=spoken.kind, transfer_encoding="chunked")
        wire.chunks([*spoken.pieces[:3], *[spoken.pieces[3]] * 100], ends=False)
        wire.close()

    places.bad.begin(cut)
    outcome = Desk(places.registry, home).ask(f"bad-{protocol}/m", is_stream=True)
    assert isinstance(outcome.error, StreamBrokenError)
    usage = outcome.error.usage
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (INPUT_TOKENS, -(-len("Hello" + " big" * 100) // 4), True)


def test_a_cancelled_open_leaves_no_connection_in_the_pool(carrier: str, places: Places, home: Path) -> None:
    places.bad.begin(silent)
    desk = Desk(places.registry, home, carrier=carrier)

    async def main() -> None:
        async with desk.awaited() as dispatcher:
            for _ in range(20):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await dispatcher.complete(BAD, "Hello?")
            assert in_use(dispatcher._transport) == []
            assert await asyncio.to_thread(places.bad.is_quiet)

    asyncio.run(main())
    assert desk.reserved() == 0
