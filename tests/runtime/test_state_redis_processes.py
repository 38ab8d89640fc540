"""Four processes on one server of Redis: exactly the budget is granted, one failure cools for all, and what happens when the server dies, freezes and comes back."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.budget import Budget, Spender
from modelwright.runtime.spending import Spending
from modelwright.runtime.state.redis import RedisStore
from routing_world import artifact_of
from runtime.dispatch.loopback import Asked, Server, Wire, serving
from runtime.dispatch.places import provider
from runtime.dispatch.spoken import SPOKEN
from runtime.state.conformance import START, Clock, line
from runtime.state.races import process, race
from runtime.state.redis_server import RedisServer, needs_redis, running

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

CALLING = Path(__file__).parent / "state" / "calling.py"
CHAT = "openai-chat"


@pytest.mark.parametrize("limit", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_four_processes_are_granted_exactly_the_limit(limit: int, server: RedisServer, tmp_path: Path) -> None:
    granted = race(server.url, tmp_path, "grab", limit, limit)
    assert sum(granted) == limit
    store = RedisStore(server.url, clock=Clock())
    assert store.totals([line(limit=limit)], START) == [limit]
    assert store.totals([line(limit=limit)], START + 600) == [sum((number + 1) // 2 for number in granted)]  # those that were settled
    store.close()


@pytest.mark.slow
def test_four_processes_spend_ten_cents_and_no_more(server: RedisServer, tmp_path: Path) -> None:
    assert sum(race(server.url, tmp_path, "spend", "0.10")) == 33
    spending = Spending(RedisStore(server.url, clock=Clock()), [Budget("cost", "0.10", period="daily")])
    assert [left for _, left, _ in spending.left(Spender("work", "acme/large"))] == [10**15]


class Caller:
    """One process that calls; see calling.py."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] = process(program=CALLING)

    def begin(self, do: str, **more: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()

    def end(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def do(self, do: str, **more: Any) -> Any:
        self.begin(do, **more)
        return self.end()


class World:
    """Four processes, two providers, `one` and `two`, and what they were asked."""

    def __init__(self, callers: list[Caller], servers: tuple[Server, Server], artifact: Path) -> None:
        self.callers, (self.one, self.two), self.artifact = callers, servers, artifact

    def open(self, url: str, *budgets: dict[str, Any], **more: Any) -> None:
        self.one.begin(_answers)
        self.two.begin(_answers)
        for index, caller in enumerate(self.callers):
            caller.do("open", artifact=str(self.artifact), state=url, budgets=budgets, is_async=index % 2 == 1, **more)
            caller.do("heard")

    def all(self, do: str) -> list[Any]:
        """Have all do the same at the same time."""
        for caller in self.callers:
            caller.begin(do)
        return [caller.end() for caller in self.callers]

    def asked(self) -> int:
        return len(self.one.asked) + len(self.two.asked)


def _answers(wire: Wire, asked: Asked) -> None:
    wire.whole(SPOKEN[CHAT].answer)


def _is_rate_limited(wire: Wire, asked: Asked) -> None:
    wire.whole(b'{"error": {"message": "slow down", "type": "rate_limit_error", "code": null}}', status=429)


@pytest.fixture(scope="module")
def every_caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    needs_redis()
    with serving(_answers) as one, serving(_answers) as two:
        providers = {"one": provider(one.url, CHAT), "two": provider(two.url, CHAT)}
        callers = [Caller() for _ in range(4)]
        yield World(callers, (one, two), artifact_of(tmp_path_factory.mktemp("world") / "registry.artifact", providers=providers))
        for caller in callers:
            caller.process.communicate(timeout=20)
        assert [caller.process.returncode for caller in callers] == [0] * 4


@pytest.fixture
def world(every_caller: World) -> Iterator[World]:
    yield every_caller
    every_caller.all("close")


def _booked(url: str, *budgets: dict[str, Any]) -> list[int]:
    store = RedisStore(url)
    spending = Spending(store, made := [Budget(**one) for one in budgets])
    found = [one.limit - left for one, (_, left, _) in zip(made, spending.left(Spender("one", "one/m")), strict=True)]
    store.close()
    return found


CALLS = {"metric": "calls", "value": 60, "period": "yearly"}
TOKENS = {"metric": "total_tokens", "value": 10**9, "period": "yearly"}
MINUTE = {"metric": "calls", "value": 22, "rolling_seconds": 86_400}


def test_four_processes_share_one_budget_and_one_cooldown_exactly(world: World, server: RedisServer) -> None:
    world.open(server.url, CALLS, TOKENS)
    assert [one["asked"] for one in world.all("call")] == [["one/m"]] * 4  # so that each has read that nothing cools
    world.one.begin(_is_rate_limited)
    met = world.callers[0].do("call")
    cooled_at = time.monotonic()
    assert (met["asked"], met["became"]) == (["one/m", "two/m"], "answered")
    assert len(world.one.asked) == 1
    time.sleep(max(0.0, cooled_at + 1.0 - time.monotonic()))  # the promise is that it is known within a second
    spent = world.all("spend")
    assert len(world.one.asked) == 1
    assert sum(one["answered"] for one in spent) == 60 - 4 - 1
    assert len(world.two.asked) == 60 - 4
    assert {one["became"] for one in spent} <= {"all_models_limits_exceeded", "all_models_excluded_by_policies"}
    assert all("budget" in one["said"] for one in spent)
    assert _booked(server.url, CALLS, TOKENS) == [60, 60 * 1500]


def test_when_a_cooldown_is_over_one_of_four_processes_tries_again(world: World, server: RedisServer) -> None:
    world.open(server.url)
    world.one.begin(_is_rate_limited)
    world.callers[0].do("call")
    (key,) = server.client.keys("{modelwright}:n:*")
    expires, until, *rest = server.client.get(key).split(b" ")
    server.client.set(key, b" ".join([expires, repr(float(until) - 3600).encode(), *rest]))
    time.sleep(1.0)  # until nobody believes what was read before
    release = threading.Event()

    def slowly(wire: Wire, asked: Asked) -> None:
        release.wait(20)
        wire.whole(SPOKEN[CHAT].answer)

    world.one.begin(slowly)
    for caller in world.callers:
        caller.begin("call")
    until_all = time.monotonic() + 20
    while len(world.two.asked) < 1 + 3 and time.monotonic() < until_all:
        time.sleep(0.005)
    release.set()
    assert sorted(caller.end()["asked"] for caller in world.callers) == [["one/m"], ["two/m"], ["two/m"], ["two/m"]]
    assert len(world.one.asked) == 1
    assert not server.client.exists(key)


@pytest.mark.slow
def test_a_rolling_budget_of_calls_is_a_rate_limit_of_all_processes(world: World, server: RedisServer) -> None:
    world.open(server.url, MINUTE, {**TOKENS, "scope": "model"})
    assert sum(one["answered"] for one in world.all("spend")) == 22
    assert world.asked() == 22
    assert _booked(server.url, MINUTE) == [22]


# The server dies, freezes, and comes back


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    """Give a server that forgets nothing when it is killed."""
    with running(tmp_path, appendonly="yes", appendfsync="always") as server:
        yield server


def _spend_and(world: World, after: int, do: Any) -> list[Any]:
    """Have all spend, *do* something after so many calls, and return what came of it."""
    for caller in world.callers:
        caller.begin("spend")
    until = time.monotonic() + 20
    while world.asked() < after and time.monotonic() < until:
        time.sleep(0.001)
    do()
    return [caller.end() for caller in world.callers]


@pytest.mark.parametrize("how", ["kill", pytest.param("freeze", marks=pytest.mark.slow)])
def test_while_it_is_down_nothing_is_sent_and_when_it_is_back_nothing_was_lost(how: str, world: World, own_server: RedisServer) -> None:
    budget = {**CALLS, "value": 150}
    world.open(f"{own_server.url}?answer_seconds=0.3", budget, on_state_down="fail_closed")
    ended = _spend_and(world, 60, getattr(own_server, how))
    assert {one["became"] for one in ended} == {"state"}
    assert all("see that it runs, and can be reached from here" in one["said"] for one in ended)
    asked = world.asked()
    assert 60 <= asked < 150
    for _ in range(3):
        assert {one["became"] for one in world.all("call")} == {"state"}
    assert world.asked() == asked
    assert all(heard.count("state_down") == 1 and "state_up" not in heard for heard in world.all("heard"))
    own_server.start() if how == "kill" else own_server.thaw()
    time.sleep(0.3)  # until they try again
    spent = world.all("spend")
    assert "state" not in {one["became"] for one in spent}
    assert all("state_up" in heard for heard in world.all("heard"))
    assert asked < world.asked() <= 150
    assert _booked(own_server.url, budget) == [world.asked()]


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "freeze"])
def test_who_may_go_on_is_held_to_limits_of_its_own_and_books_all_of_it_later(how: str, world: World, own_server: RedisServer) -> None:
    budget = {**CALLS, "value": 40}
    world.open(f"{own_server.url}?answer_seconds=0.3", budget, on_state_down="fail_open")
    world.all("call")
    getattr(own_server, how)()
    spent = world.all("spend")
    assert [one["answered"] for one in spent] == [40] * 4
    own_server.start() if how == "kill" else own_server.thaw()
    time.sleep(0.3)
    assert {one["became"] for one in world.all("call")} == {"all_models_limits_exceeded"}
    assert all(heard.count("state_down") == heard.count("state_up") == 1 for heard in world.all("heard"))
    assert world.asked() == 4 + 160
    assert _booked(own_server.url, {**budget, "value": 1000}) == [164]
