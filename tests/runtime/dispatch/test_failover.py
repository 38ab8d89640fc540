"""Which candidate is tried after which, what is left alone, and who is told."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch import dispatcher as waiting
from modelwright.runtime.dispatch.errors import CallError
from modelwright.runtime.state.memory import MemoryStore
from runtime.dispatch.desk import USD, Desk
from runtime.dispatch.faults import whole
from runtime.dispatch.places import ENVIRON
from runtime.dispatch.spoken import INPUT_TOKENS, OUTPUT_TOKENS, SPOKEN, failure
from runtime.dispatch.test_retries import BAD, CHAT, GONE, GOOD, Naps, failing
from runtime.state.conformance import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.dispatch.loopback import Asked, Wire
    from runtime.dispatch.places import Places

MANY = 16


@pytest.fixture(autouse=True)
def _no_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "time", Naps())


def by_key(answers: dict[str, int]) -> Any:
    """Return what answers each key with a status; 200 with an answer."""

    def play(wire: Wire, asked: Asked) -> None:
        status = answers[asked.headers["authorization"].removeprefix("Bearer ")]
        if status == 200:
            whole(wire, asked, SPOKEN[CHAT])
        else:
            wire.whole(failure(CHAT), status)

    return play


def keys(places: Places) -> list[str]:
    return [asked.headers["authorization"].removeprefix("Bearer ") for asked in places.bad.asked]


@pytest.mark.parametrize("status", [401, 402, 429])
@pytest.mark.parametrize("is_async", [False, True])
def test_where_one_profile_fails_the_next_has_its_turn_and_the_first_is_left_alone(status: int, *, is_async: bool, places: Places, home: Path) -> None:
    first, second = ENVIRON["FIRST_KEY"], ENVIRON["SECOND_KEY"]
    places.bad.begin(by_key({first: status, second: 200}))
    desk = Desk(places.registry, home)
    assert desk.ask("turns/m", is_async=is_async).answer is not None
    assert keys(places) == [first, second]
    places.bad.asked.clear()
    assert desk.ask("turns/m", is_async=is_async).answer is not None
    assert keys(places) == [second]


def test_where_the_route_fails_the_next_profile_is_not_asked_to_go_there(places: Places, home: Path) -> None:
    first, second = ENVIRON["FIRST_KEY"], ENVIRON["SECOND_KEY"]
    places.bad.begin(by_key({first: 500, second: 500}))
    outcome = Desk(places.registry, home).ask(["turns/m", GOOD])
    assert (keys(places), outcome.classes) == ([first], ["server_error", None])


def test_candidates_are_tried_in_their_order(places: Places, home: Path) -> None:
    places.bad.begin(failing(500))
    desk = Desk(places.registry, home)
    outcome = desk.ask([GONE, BAD, GOOD, "good-ollama-chat/m"])
    assert outcome.classes == ["unreachable", "server_error", None]
    assert [facts["candidate"] for event, facts in desk.heard if event == "sent"] == [GONE, BAD, GOOD]


@pytest.mark.parametrize(
    ("failover", "status", "asked"),
    [("any", 400, 1), ("any", 500, 1), ("classified", 400, 0), ("classified", 500, 1), ("manual", 500, 0), ("off", 500, 0)],
)
def test_what_may_fail_over_is_the_users_to_say(failover: str, status: int, asked: int, places: Places, home: Path) -> None:
    places.bad.begin(failing(status))
    outcome = Desk(places.registry, home, failover=failover).ask([BAD, GOOD])
    assert (len(places.good.asked), outcome.answer is not None) == (asked, bool(asked))


@pytest.mark.parametrize("is_async", [False, True])
def test_what_cools_is_not_asked(*, is_async: bool, places: Places, home: Path) -> None:
    places.bad.begin(failing(500))
    desk = Desk(places.registry, home)
    desk.ask([BAD, GOOD], is_async=is_async)
    places.bad.asked.clear()
    for _ in range(3):
        outcome = desk.ask([BAD, GOOD], is_async=is_async)
        assert outcome.classes == [None]
    assert places.bad.asked == []
    skipped = [facts for event, facts in desk.heard if event == "skipped"]
    assert len(skipped) == 3
    assert {(facts["candidate"], facts["cause"]) for facts in skipped} == {(BAD, "cooling")}


def test_where_all_cool_the_error_says_why_of_each_and_until_when(places: Places, home: Path) -> None:
    clock = Clock()
    places.bad.begin(failing(429, retry_after="300"))
    desk = Desk(places.registry, home, state=MemoryStore(clock=clock), longest_wait_seconds=1)
    assert desk.ask([BAD, GONE]).classes == ["rate_limit", "unreachable", "unreachable", "unreachable"]
    failed = desk.ask([BAD, GONE]).failed
    assert (failed.kind, failed.attempts, failed.failure, failed.retry_at) == ("all_models_cooling", (), None, clock.now + 60)
    for said in ("its credential failed with rate_limit", "its route failed with unreachable", "try again at"):
        assert said in str(failed)
    assert failed.cure is not None


class Held:
    """Answers only when it is let go, so that many calls are under way at once."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self, wire: Wire, asked: Asked) -> None:
        self.go.wait(10)
        whole(wire, asked, SPOKEN[CHAT])


@pytest.mark.parametrize("is_async", [False, True])
def test_of_many_calls_at_the_end_of_a_cooldown_one_probes_and_all_are_answered(*, is_async: bool, places: Places, home: Path) -> None:
    clock = Clock()
    places.bad.begin(failing(500))
    desk = Desk(places.registry, home, state=MemoryStore(clock=clock))
    desk.ask([BAD, GOOD])
    held = Held()
    places.bad.begin(held)
    places.good.asked.clear()
    clock.now += 60
    if is_async:

        async def together() -> list[str]:
            async with desk.awaited() as dispatcher:
                calls = [asyncio.create_task(dispatcher.complete([BAD, GOOD], "Hello?")) for _ in range(MANY)]
                while sum(call.done() for call in calls) < MANY - 1:  # noqa: ASYNC110  # nobody tells
                    await asyncio.sleep(0.01)
                held.go.set()
                answers = await asyncio.gather(*calls)
                return [answer.candidate.name for answer in answers]

        names = asyncio.run(together())
    else:
        with desk.sync() as dispatcher, ThreadPoolExecutor(MANY) as pool:
            calls = [pool.submit(dispatcher.complete, [BAD, GOOD], "Hello?") for _ in range(MANY)]
            while sum(call.done() for call in calls) < MANY - 1:
                threading.Event().wait(0.01)
            held.go.set()
            names = [call.result().candidate.name for call in calls]
    assert sorted(names) == [BAD] + [GOOD] * (MANY - 1)
    assert len(places.bad.asked) == 1
    assert [event for event, _ in desk.heard].count("probing") == 1
    assert [event for event, _ in desk.heard].count("recovered") == 1
    assert desk.reserved() == 0


def test_many_threads_share_one_dispatcher(places: Places, home: Path) -> None:
    calls = 200
    desk = Desk(places.registry, home)
    with desk.sync() as dispatcher, ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(lambda number: _one(dispatcher, number), range(calls)))
    assert set(answers) == {"Hello big world"}
    rows = desk.ledger.calls()
    assert ([row["outcome"] for row in rows], desk.reserved()) == (["succeeded"] * calls, 0)
    assert desk.spent(GOOD) == calls * (INPUT_TOKENS + 2 * OUTPUT_TOKENS) * USD // 10**6
    assert places.good.most_open <= MANY + 1


def _one(dispatcher: Any, number: int) -> str:
    if number % 2:
        return str(dispatcher.complete(GOOD, f"Hello {number}?").text)
    return "".join(dispatcher.stream(GOOD, f"Hello {number}?").texts())


def test_threads_that_call_at_once_first_share_one_transport(places: Places, home: Path) -> None:
    from modelwright.runtime.dispatch.dispatcher import Dispatcher

    desk = Desk(places.registry, home)
    barrier, found = threading.Barrier(8), []

    def carrier() -> None:
        barrier.wait()
        found.append(dispatcher._carrier())

    with Dispatcher(places.registry, **desk.given) as dispatcher:
        threads = [threading.Thread(target=carrier) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({id(one) for one in found}) == 1


def test_the_hook_hears_every_decision_in_its_order(places: Places, home: Path) -> None:
    places.bad.begin(failing(401))
    desk = Desk(places.registry, home)
    desk.ask(["bad-openai-chat/m", "bad-openai-chat/n", GOOD])
    assert [event for event, _ in desk.heard] == ["routed", "sent", "failed", "settled", "cooled", "skipped", "sent", "settled"]
    told = dict(desk.heard[2:3])["failed"]
    assert (told["candidate"], told["class"], told["status"]) == (BAD, "auth", 401)
    assert desk.heard[0][1] == {"task": "chat", "asked": f"{BAD},bad-openai-chat/n,{GOOD}", "kept": [BAD, "bad-openai-chat/n", GOOD], "skipped": {}}


def test_where_nobody_listens_nothing_is_told_and_all_is_as_it_is(places: Places, home: Path) -> None:
    places.bad.begin(failing(500, times=1))
    assert Desk(places.registry, home, hook=None).ask([BAD, GOOD]).classes == ["server_error", None]


def test_a_hook_that_fails_ends_the_call_with_its_error_and_leaves_nothing(places: Places, home: Path) -> None:
    def hook(event: str, _: dict[str, Any]) -> None:
        if event == "failed":
            raise ValueError("the hook is broken")

    places.bad.begin(failing(500))
    desk = Desk(places.registry, home, hook=hook)
    outcome = desk.ask([BAD, GOOD])
    assert (str(outcome.error), outcome.leaks, desk.reserved()) == ("the hook is broken", [], 0)


def test_an_account_without_credential_is_skipped_with_how_to_get_one(places: Places, home: Path) -> None:
    desk = Desk(places.registry, home, environ={"SECOND_KEY": "sk-second-0002"})
    outcome = desk.ask([BAD, "turns/m"])
    assert isinstance(outcome.error, CallError) is False
    assert keys(places) == ["sk-second-0002"]
    assert [facts["cause"] for event, facts in desk.heard if event == "skipped"] == ["unfit", "unfit"]
