"""When the same route is tried again, and how long is waited before."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch import dispatcher as waiting, waits
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError
from modelwright.runtime.dispatch.limits import TimeLimits
from modelwright.runtime.dispatch.steps import UNREACHABLE, Down
from runtime.dispatch.desk import Desk, impatient
from runtime.dispatch.faults import FAULTS, whole
from runtime.dispatch.spoken import SPOKEN, failure
from runtime.state.conformance import START, Clock

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.dispatch.loopback import Asked, Wire
    from runtime.dispatch.places import Places

CHAT = "openai-chat"
BAD, GOOD, GONE = (f"{kind}-{CHAT}/m" for kind in ("bad", "good", "gone"))


class Naps:
    """Sleeps without sleeping, and remembers how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> Naps:
    naps = Naps()
    monkeypatch.setattr(waiting, "time", naps)
    return naps


def failing(status: int, body: bytes | str = "no", times: int = 99, protocol: str = CHAT, **headers: str) -> Any:
    """Return what fails so many times and then answers."""
    left = [times]

    def play(wire: Wire, asked: Asked) -> None:
        if not left[0]:
            whole(wire, asked, SPOKEN[protocol])
            return
        left[0] -= 1
        wire.whole(body if isinstance(body, bytes) else failure(protocol, body), status, **headers)

    return play


OFTEN = [
    (500, "no", {}, 3),
    (502, "no", {}, 3),
    (529, "no", {}, 2),
    (503, "the model is overloaded", {}, 2),
    (408, "no", {}, 2),
    (504, "no", {}, 2),
    (429, "no", {}, 1),
    (429, "no", {"retry_after": "1"}, 3),
    (400, "no", {}, 1),
    (401, "no", {}, 1),
    (402, "no", {}, 1),
    (404, "no such model", {}, 1),
    (413, "no", {}, 1),
]


@pytest.mark.parametrize(("status", "text", "headers", "times"), OFTEN)
def test_a_route_that_stands_alone_is_tried_again_as_often_as_helps(status: int, text: str, headers: dict[str, Any], times: int, places: Places, home: Path, naps: Naps) -> None:
    places.bad.begin(failing(status, text, **headers))
    desk = Desk(places.registry, home)
    outcome = desk.ask(BAD)
    assert (len(places.bad.asked), len(outcome.classes), len(naps.seconds)) == (times, times, times - 1)
    assert [facts["after_seconds"] for event, facts in desk.heard if event == "retried"] == naps.seconds
    assert (str(outcome.failed).count(BAD), f"({times} times)" in str(outcome.failed)) == (1, times > 1)


@pytest.mark.parametrize(("status", "text", "headers", "times"), OFTEN)
def test_a_route_with_another_behind_it_is_tried_once(status: int, text: str, headers: dict[str, Any], times: int, places: Places, home: Path, naps: Naps) -> None:
    places.bad.begin(failing(status, text, **headers))
    Desk(places.registry, home).ask([BAD, GOOD])
    assert (len(places.bad.asked), naps.seconds) == (1, [])


@pytest.mark.parametrize("is_async", [False, True])
def test_what_comes_right_at_the_second_try_is_an_answer(*, is_async: bool, places: Places, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "_BACKOFF_SECONDS", (0.01,))
    places.bad.begin(failing(503, times=1))
    desk = Desk(places.registry, home)
    outcome = desk.ask(BAD, is_async=is_async)
    assert outcome.classes == ["server_error", None]
    assert [event for event, _ in desk.heard] == ["routed", "sent", "failed", "retried", "sent", "settled"]
    (call,) = desk.ledger.calls()
    assert [attempt["failure"] for attempt in call["attempts"]] == ["server_error", None]


def test_the_last_that_is_left_is_tried_again_where_those_behind_it_are_known_to_cool(places: Places, home: Path, naps: Naps) -> None:
    desk = Desk(places.registry, home)
    with desk.sync() as dispatcher:
        with pytest.raises(Exception, match="unreachable"):
            dispatcher.complete(GONE, "Hello?")
        naps.seconds.clear()
        places.bad.begin(failing(503, times=1))
        assert dispatcher.complete([BAD, GONE], "Hello?").text
    assert (len(places.bad.asked), naps.seconds) == (2, [0.25])


def test_the_last_that_is_left_is_tried_again_where_those_behind_it_share_its_credential(places: Places, home: Path, naps: Naps) -> None:
    places.bad.begin(failing(401))
    outcome = Desk(places.registry, home).ask([BAD, BAD.replace("/m", "/n")])
    assert (len(places.bad.asked), naps.seconds) == (1, [])
    assert "bad-openai-chat/n: its credential failed just now (auth)" in str(outcome.error)


def at(seconds: float) -> str:
    return formatdate(START + seconds, usegmt=True)


GOOGLE = json.dumps(
    {"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED", "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}]}}
)
ASKED = {
    "seconds": (429, {"retry_after": "7"}, 7),
    "part of a second": (503, {"retry_after": "0.5"}, 0.5),
    "milliseconds": (429, {"retry_after_ms": "250", "retry_after": "9"}, 0.25),
    "a date": (429, {"retry_after": at(5)}, 5),
    "a date of the past": (503, {"retry_after": at(-5)}, 0),
    "a negative number": (503, {"retry_after": "-1"}, 0),
    "a rate that is reset": (
        429,
        {"x_ratelimit_remaining_requests": "0", "x_ratelimit_reset_requests": "1m", "x_ratelimit_remaining_tokens": "9", "x_ratelimit_reset_tokens": "9m"},
        60,
    ),
    "a time at which a rate is reset": (429, {"anthropic_ratelimit_tokens_remaining": "0", "anthropic_ratelimit_tokens_reset": "2026-11-18T11:07:00Z"}, 20),
    "its body": (429, {}, 3),
    "nothing sensible": (503, {"retry_after": "soon"}, 0.25),
    "longer than anybody waits": (429, {"retry_after": "61"}, None),
    "longer than there is time": (429, {"retry_after": "40"}, None),
}


@pytest.mark.parametrize("form", ASKED)
def test_what_a_provider_asks_is_waited_in_every_form_it_has(form: str, places: Places, home: Path, naps: Naps) -> None:
    status, headers, seconds = ASKED[form]
    protocol = "google-generative" if form == "its body" else CHAT
    places.bad.begin(failing(status, GOOGLE.encode() if form == "its body" else "no", times=1, protocol=protocol, **headers))
    limits = TimeLimits(total=35 if form == "longer than there is time" else 90)
    outcome = Desk(places.registry, home, now=Clock(), limits=limits).ask(f"bad-{protocol}/m")
    assert [round(nap, 3) for nap in naps.seconds] == ([seconds] if seconds else [])
    assert (outcome.answer is None) == (seconds is None)


@pytest.mark.parametrize("seconds", [120, 10])
def test_a_route_is_left_alone_as_long_as_it_asks_and_at_least_as_long_as_its_failure_says(seconds: int, places: Places, home: Path) -> None:
    places.bad.begin(failing(429, retry_after=str(seconds)))
    desk = Desk(places.registry, home, longest_wait_seconds=1)
    began = desk.store.now()
    desk.ask([BAD, GOOD])
    (until,) = [facts["until"] for event, facts in desk.heard if event == "cooled"]
    assert until - began == pytest.approx(max(seconds, 60), abs=5)


def test_nothing_is_tried_again_where_failing_over_is_off(places: Places, home: Path, naps: Naps) -> None:
    places.bad.begin(failing(500))
    outcome = Desk(places.registry, home, failover="off").ask([BAD, GOOD])
    assert (outcome.classes, naps.seconds, places.good.asked) == (["server_error"], [], [])


@pytest.mark.parametrize("is_async", [False, True])
def test_when_the_time_of_the_call_is_over_the_others_are_neither_asked_nor_blamed(*, is_async: bool, places: Places, home: Path) -> None:
    slow = next(fault for fault in FAULTS if fault.name == "slow head")
    places.bad.begin(lambda wire, asked: slow.play(wire, asked, SPOKEN[CHAT], CHAT))
    desk = Desk(places.registry, home, limits=impatient(0.2))
    outcome = desk.ask([BAD, GOOD], is_async=is_async)
    assert (outcome.classes, places.good.asked) == (["timeout"], [])
    assert outcome.seconds < 2
    assert [event for event, _ in desk.heard if event == "cooled"] == []


def test_a_connection_for_which_the_call_has_no_time_left_is_a_timeout_and_no_dead_route(places: Places, home: Path) -> None:
    class Slow:
        def open(self, request: Any) -> Down:
            time.sleep(request.read_seconds + 0.01)
            return Down(UNREACHABLE, "no connection in time")

        def close(self) -> None:
            pass

    desk = Desk(places.registry, home, limits=impatient(0.05))
    with Dispatcher(places.registry, transport=Slow(), **desk.given) as dispatcher, pytest.raises(CallError) as raised:
        dispatcher.complete(BAD, "Hello?")
    assert [one.failure.kind for one in raised.value.attempts if one.failure] == ["timeout"]
    assert "cooled" not in [event for event, _ in desk.heard]
