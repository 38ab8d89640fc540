"""All sources are read at once, each under its own deadline, and an interrupt ends them all."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from discover.asking import NOW, Naps, ask, ids
from discover.servers import Call, Reply, Server, as_json, serving
from modelwright.discover.fetch import Limits, Reading, gather
from modelwright.discover.recording import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedIOBase
    from pathlib import Path

ONE = {"data": [{"id": "large"}]}


def _silent(server: Callable[[], Server]) -> Callable[[Call], Reply]:
    def answer(_: Call) -> Reply:
        server().closing.wait(4)
        return as_json(ONE)

    return answer


def _trickling(server: Callable[[], Server]) -> Callable[[Call], Reply]:
    def write(stream: BufferedIOBase) -> None:
        while not server().closing.wait(0.01):
            stream.write(b" ")

    return lambda _: Reply(write=write)


def _paging(server: Callable[[], Server]) -> Callable[[Call], Reply]:
    def answer(call: Call) -> Reply:
        server().closing.wait(0.01)
        return as_json({**ONE, "next": str(call.number)})

    return answer


@pytest.mark.parametrize("kind", [_silent, _trickling, _paging])
def test_a_source_that_does_not_end_has_no_answer_and_touches_no_other(kind: Callable[[Callable[[], Server]], Callable[[Call], Reply]]) -> None:
    with serving(kind(lambda: slow)) as slow, serving(lambda _: as_json(ONE)) as quick:
        found = gather([ask(slow.url, "slow"), ask(quick.url, "quick")], now=lambda: NOW, cache=None, limits=Limits(source_seconds=0.2, max_pages=10_000))
    assert [(one.listing.source, one.state) for one in found] == [("slow", "unreachable"), ("quick", "ok")]
    assert found[0].detail.startswith("no answer within 0.2 s; ")


def test_what_is_not_done_when_all_time_is_up_has_no_answer() -> None:
    done: list[Reading] = []
    with serving(_silent(lambda: slow)) as slow, serving(lambda _: as_json(ONE)) as quick:
        asks = [ask(slow.url, "slow"), ask(quick.url, "quick"), ask(slow.url, "slower")]
        found = gather(asks, now=lambda: NOW, cache=None, limits=Limits(total_seconds=0.3), on_done=done.append)
    assert [one.state for one in found] == ["unreachable", "ok", "unreachable"]
    assert found[2].detail.startswith("no answer within 0.3 s; ")
    assert [one.listing.source for one in done] == ["quick", "slow", "slower"]


def test_sources_are_asked_all_at_once() -> None:
    """Every server answers only once all have been asked."""
    barrier = threading.Barrier(20, timeout=8)

    def answer(_: Call) -> Reply:
        barrier.wait()
        return as_json(ONE)

    with ExitStack() as stack:
        servers = [stack.enter_context(serving(answer)) for _ in range(20)]
        found = gather([ask(one.url, f"acme-{number}") for number, one in enumerate(servers)], now=lambda: NOW, cache=None)
    assert [(one.listing.source, one.state) for one in found] == [(f"acme-{number}", "ok") for number in range(20)]


def test_no_more_are_asked_at_once_than_allowed() -> None:
    lock = threading.Lock()
    asked, most = [0], [0]

    def answer(_: Call) -> Reply:
        with lock:
            asked[0] += 1
            most[0] = max(most[0], asked[0])
        server.closing.wait(0.02)
        with lock:
            asked[0] -= 1
        return as_json(ONE)

    with serving(answer) as server:
        found = gather([ask(server.url, f"acme-{number}") for number in range(9)], now=lambda: NOW, cache=None, limits=Limits(concurrent=3))
    assert {one.state for one in found} == {"ok"}
    assert 1 < most[0] <= 3


def test_sources_are_told_of_as_they_end_and_given_in_order() -> None:
    done: list[str] = []
    first_done = threading.Event()

    def tell(one: Reading) -> None:
        done.append(one.listing.source)
        first_done.set()

    def wait(_: Call) -> Reply:
        first_done.wait(8)
        return as_json({"data": [{"id": "slow"}]})

    with serving(wait) as slow, serving(lambda _: as_json({"data": [{"id": "quick"}]})) as quick:
        found = gather(
            [ask(slow.url, "slow"), ask("", "nowhere"), ask(quick.url, "quick")],
            now=lambda: NOW,
            cache=None,
            on_done=lambda one: tell(one) if one.models else done.append(one.listing.source),
        )
    assert done == ["nowhere", "quick", "slow"]
    assert [ids(one) for one in found] == [["slow"], [], ["quick"]]


def test_nothing_asked_is_nothing_read() -> None:
    assert gather([], now=lambda: NOW, cache=None) == []


def test_what_the_caller_raises_ends_all_and_is_raised() -> None:
    def stop(_: Reading) -> None:
        raise KeyboardInterrupt

    with serving(_silent(lambda: slow)) as slow, serving(lambda _: as_json(ONE)) as quick, pytest.raises(KeyboardInterrupt):
        gather([ask(slow.url, "slow"), ask(quick.url, "quick")], now=lambda: NOW, cache=None, on_done=stop)


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals arrive in the main thread")
def test_an_interrupt_ends_all_and_keeps_what_was_read(tmp_path: Path) -> None:
    read_first = threading.Event()

    def interrupt(_: Call) -> Reply:
        read_first.wait(8)
        os.kill(os.getpid(), signal.SIGINT)
        slow.closing.wait(8)
        return as_json(ONE)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with serving(interrupt) as slow, serving(lambda _: as_json(ONE)) as quick, pytest.raises(KeyboardInterrupt):
            gather([ask(slow.url, "slow"), ask(quick.url, "quick")], now=lambda: NOW, cache=Store(str(tmp_path)), on_done=lambda _: read_first.set())
    finally:
        signal.signal(signal.SIGINT, before)
    assert [path.name for path in tmp_path.iterdir()] == ["quick.json"]


def test_a_name_that_is_looked_up_for_ever_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    real, closing, outlasted = socket.getaddrinfo, threading.Event(), threading.Event()

    def look_up(host: str | bytes, *more: object, **named: object) -> object:
        if host in ("slow.invalid", b"slow.invalid"):
            if not closing.wait(5):
                outlasted.set()
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return real(host, *more, **named)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    asks = [ask("http://slow.invalid/models", f"slow-{number}") for number in range(12)]
    try:
        with serving(lambda _: as_json(ONE)) as quick:
            found = gather([*asks, ask(quick.url.replace("127.0.0.1", "localhost"), "quick")], now=lambda: NOW, cache=None, limits=Limits(source_seconds=0.4), sleep=Naps())
        assert not outlasted.is_set()
    finally:
        closing.set()
    assert {one.detail.partition(";")[0] for one in found[:-1]} == {"no answer within 0.4 s"}
    assert found[-1].state == "ok"
