"""Every fault of a provider, in each protocol, for each way of calling: the right answer or the right error, in time, accounted for, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch import receive, waits
from modelwright.runtime.dispatch.errors import BROKEN as BROKEN_ERROR, CallError, StreamBrokenError
from runtime.dispatch.desk import CARRIERS, PATIENT, USD, Desk, impatient
from runtime.dispatch.faults import ANSWERED, FAULTS, HUGE, Fault, playing
from runtime.dispatch.places import KEY, Places
from runtime.dispatch.spoken import INPUT_TOKENS, OUTPUT_TOKENS, SPOKEN, TEXT, WORDS

if TYPE_CHECKING:
    from pathlib import Path

WHOLE_COST = (INPUT_TOKENS * 1 + OUTPUT_TOKENS * 2) * USD // 10**6
SECONDS = 0.3
"""That a fault is waited for which nothing else tells."""
MORE_SECONDS = 3.0
"""That a busy machine may take."""
SYNC = "sync"
WAYS = list(itertools.product((SYNC, "httpx"), (False, True)))
OF_AIOHTTP = list(itertools.product(("aiohttp",), (False, True)))


def _cases() -> list[Any]:
    """Return all cells; what is not slow has each fault once over httpx and once over aiohttp, and all protocols and ways of calling among them."""
    found = []
    for place, fault in enumerate(FAULTS):
        for row, protocol in enumerate(SPOKEN):
            for ways in (WAYS, OF_AIOHTTP):
                for column, (caller, is_stream) in enumerate(ways):
                    if caller == "aiohttp" and is_stream and fault.name == "length too short":
                        continue  # whether what came before it is given depends on how the packets fall
                    is_sample = (row, column) == (place % len(SPOKEN), (place + place // len(SPOKEN)) % len(ways))
                    name = f"{fault.name}-{protocol}-{caller}-{'stream' if is_stream else 'complete'}"
                    found.append(pytest.param(fault, protocol, caller, is_stream, id=name, marks=() if is_sample else pytest.mark.slow))
    return found


every_cell = pytest.mark.parametrize(("fault", "protocol", "caller", "is_stream"), _cases())


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less where nobody asks for it, and read less of what has no end."""
    monkeypatch.setattr(waits, "_BACKOFF_SECONDS", (0.01, 0.02))
    monkeypatch.setattr(receive, "_FAILURE_SECONDS", SECONDS)
    monkeypatch.setattr(receive, "MOST_BYTES", HUGE // 2)


def _is_whole(desk: Desk, ref: str) -> None:
    """Check that the one call in the ledger is the whole answer, paid in full."""
    (call,) = desk.ledger.calls()
    assert (call["outcome"], call["input_tokens"], call["output_tokens"], call["model"]) == ("succeeded", INPUT_TOKENS, OUTPUT_TOKENS, ref)
    assert desk.spent(ref) == WHOLE_COST


def _is_accounted_for(desk: Desk, ref: str, outcome: str, kinds: list[str | None]) -> None:
    (call,) = desk.ledger.calls()
    assert (call["outcome"], [attempt["failure"] for attempt in call["attempts"]]) == (outcome, kinds)
    if outcome == "failed":
        assert (call["usd"], desk.spent(ref)) == (None, 0)
    else:
        assert 0 < desk.spent(ref) <= WHOLE_COST
        assert call["output_tokens"] >= len("".join(WORDS[:2])) // 4


@every_cell
def test_a_fault_ends_in_the_right_answer_or_error_in_time_and_leaves_nothing(fault: Fault, protocol: str, caller: str, *, is_stream: bool, places: Places, home: Path) -> None:
    places.bad.begin(playing(fault, protocol))
    ref, kind = f"{fault.place}-{protocol}/m", fault.expected(protocol, is_stream=is_stream)
    desk = Desk(places.registry, home, carrier=caller, limits=impatient(SECONDS) if fault.is_waited_for else PATIENT, longest_wait_seconds=1)
    outcome = desk.ask(ref, is_async=caller != SYNC, is_stream=is_stream)
    assert (outcome.kind, outcome.leaks, desk.reserved()) == (kind, [], 0), str(outcome.error)
    assert outcome.seconds < SECONDS * fault.is_waited_for + MORE_SECONDS
    assert places.bad.is_quiet()
    assert KEY not in str(outcome.error) + repr(desk.heard)
    if kind == ANSWERED:
        assert outcome.answer is not None
        assert outcome.answer.text == TEXT
        _is_whole(desk, ref)
        return
    is_broken = is_stream and fault.is_said_late
    assert isinstance(outcome.error, StreamBrokenError) == is_broken
    if is_broken:
        assert isinstance(outcome.error, StreamBrokenError)
        assert outcome.error.kind == BROKEN_ERROR
        assert outcome.error.response.text == "".join(outcome.texts) == "".join(WORDS[: len(outcome.texts)])
        assert outcome.texts
    else:
        assert outcome.texts == []
    _is_accounted_for(desk, ref, "partial" if is_broken else "failed", outcome.classes)
    assert set(outcome.classes) == {kind}
    assert places.elsewhere.asked == []


@every_cell
def test_with_a_healthy_provider_behind_it_a_fault_before_the_first_word_costs_one_attempt(
    fault: Fault, protocol: str, caller: str, *, is_stream: bool, places: Places, home: Path
) -> None:
    places.bad.begin(playing(fault, protocol))
    places.good.begin(playing(FAULTS[0], protocol))
    kind = fault.expected(protocol, is_stream=is_stream)
    bad, good = f"{fault.place}-{protocol}/m", f"good-{protocol}/m"
    desk = Desk(places.registry, home, carrier=caller, limits=impatient(SECONDS, total=30) if fault.is_waited_for else PATIENT)
    outcome = desk.ask([bad, good], is_async=caller != SYNC, is_stream=is_stream)
    assert (outcome.leaks, desk.reserved()) == ([], 0)
    if kind == ANSWERED:
        assert places.good.asked == []
        _is_whole(desk, bad)
    elif is_stream and fault.is_said_late:
        assert (outcome.kind, places.good.asked) == (kind, [])
        assert isinstance(outcome.error, StreamBrokenError)
        _is_accounted_for(desk, bad, "partial", [kind])
    else:
        assert outcome.answer is not None, str(outcome.error)
        assert (outcome.answer.text, outcome.classes) == (TEXT, [kind, None])
        assert len(places.bad.asked) <= 1
        _is_whole(desk, good)
    assert outcome.seconds < SECONDS * fault.is_waited_for + MORE_SECONDS
    assert places.bad.is_quiet()
    assert places.elsewhere.asked == []


@pytest.mark.parametrize("caller", [SYNC, *CARRIERS])
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.place == "bad" and not fault.is_waited_for and fault.name != "huge"], ids=lambda fault: fault.name)
def test_what_a_fault_leaves_on_a_connection_is_not_taken_for_the_next_answer(fault: Fault, caller: str, places: Places, home: Path) -> None:
    """As the rest of a body that is longer than it was said to be."""
    protocol, ref = "openai-chat", "bad-openai-chat/m"
    play, healthy = playing(fault, protocol), playing(FAULTS[0], protocol)
    places.bad.begin(lambda wire, asked: (play if len(places.bad.asked) == 1 else healthy)(wire, asked))  # noqa: PLW0108  # it is to be said anew each time
    desk = Desk(places.registry, home, carrier=caller, failover="off", longest_wait_seconds=0.001)

    async def awaited() -> str:
        async with desk.awaited() as dispatcher:
            with contextlib.suppress(CallError):
                await dispatcher.complete(ref, "Hello?")
            dispatcher._core.store._notes = {}  # type: ignore[attr-defined]  # nothing cools
            return (await dispatcher.complete(ref, "Hello?")).text

    if caller != SYNC:
        assert asyncio.run(awaited()) == TEXT
        return
    with desk.sync() as dispatcher:
        with contextlib.suppress(CallError):
            dispatcher.complete(ref, "Hello?")
        dispatcher._core.store._notes = {}  # type: ignore[attr-defined]  # nothing cools
        assert dispatcher.complete(ref, "Hello?").text == TEXT
