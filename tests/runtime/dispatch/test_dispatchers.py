"""What the two dispatchers say and take, alike."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.ir.chat import Message, Request
from modelwright.runtime.dispatch import async_dispatcher as awaited_module, dispatcher as module
from modelwright.runtime.dispatch.async_dispatcher import AsyncDispatcher
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError
from modelwright.runtime.dispatch.httpx_transport import AsyncHttpxTransport, HttpxTransport
from modelwright.runtime.dispatch.limits import TimeLimits
from modelwright.runtime.dispatch.prepare import Ways
from modelwright.runtime.dispatch.steps import CUT, Down
from modelwright.runtime.errors import UsageError
from modelwright.runtime.ledger import Ledger
from routing_world import kept, registry_of
from runtime.dispatch.desk import Desk
from runtime.dispatch.places import ENVIRON, provider
from runtime.dispatch.scripted import Scripted
from runtime.dispatch.spoken import SPOKEN, TEXT
from runtime.dispatch.test_retries import BAD, CHAT, GOOD, failing

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.dispatch.places import Places


def test_an_answer_explains_which_way_it_came_and_what_it_cost(places: Places, home: Path) -> None:
    places.bad.begin(failing(401))
    answer = Desk(places.registry, home).ask([BAD, BAD.replace("/m", "/n"), GOOD]).answer
    assert answer is not None
    first, *more = answer.explain().splitlines()
    assert first == f"{GOOD}: asked for"
    assert more[0].startswith(f"  tried {BAD} over default: auth (401): no, ")
    assert more[1].startswith(f"  skipped {BAD}: auth (401)")
    assert more[2].startswith("  skipped bad-openai-chat/n: its credential failed just now (auth)")
    assert "  1,000 tokens in, 500 out; " in more[3]
    assert repr(answer) == f"<Answer of {GOOD}: {TEXT!r}>"
    assert repr(answer.attempts[0]).startswith(f"<Attempt {BAD} over default: auth (401): no, ")
    assert repr(answer.attempts[1]).startswith(f"<Attempt {GOOD} over default: answered, ")


def test_what_nobody_counted_is_said_to_be_a_guess(places: Places, home: Path) -> None:
    pieces = SPOKEN[CHAT].pieces
    with Dispatcher(places.registry, transport=Scripted(*pieces[:5], pieces[-1]), **Desk(places.registry, home).given) as one:
        stream = one.stream(BAD, "Hello?")
        assert "".join(stream.texts()) == TEXT
    assert stream.answer.usage.estimated
    assert "2 tokens in, 4 out (a guess: the provider counted nothing)" in stream.answer.explain()


def test_what_cannot_be_said_is_skipped_or_lost_as_the_caller_wants(places: Places, home: Path) -> None:
    request = Request([Message("user", "Hello?")], seed=7, max_output_tokens=9)
    ref = "bad-anthropic-messages/m"
    script = Scripted(SPOKEN["anthropic-messages"].answer)
    with Dispatcher(places.registry, transport=script, **Desk(places.registry, home).given) as one:
        with pytest.raises(CallError, match="seed") as raised:
            one.complete(ref, request)
        assert (raised.value.kind, script.asked) == ("all_models_excluded_by_policies", [])
        answer = one.complete(ref, request, lossy=True)
    assert len(answer.losses) == 1
    assert f"  lost: {answer.losses[0]}" in answer.explain()


def test_settings_are_part_of_a_request_that_is_made_already(places: Places) -> None:
    with Dispatcher(places.registry, transport=Scripted()) as one, pytest.raises(TypeError, match="the request is made already; put seed into it"):
        one.complete(BAD, Request("Hello?"), seed=7)


def test_time_limits_are_more_than_nothing_and_say_what_they_are() -> None:
    assert repr(TimeLimits(connect=1, attempt=2.5)) == "TimeLimits(connect=1, first_token=60, between=60, attempt=2.5, total=600)"
    with pytest.raises(ValueError, match=r"connect is 0; a time limit is more than 0 seconds"):
        TimeLimits(connect=0)


def test_without_a_registry_it_is_the_one_that_is_loaded(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (module, awaited_module):
        monkeypatch.setattr(one, "load", lambda: places.registry)
    with Dispatcher(transport=Scripted(SPOKEN[CHAT].answer), environ=ENVIRON) as dispatcher:
        assert dispatcher.complete(BAD, "Hello?").text == TEXT
    assert asyncio.run(AsyncDispatcher(environ=ENVIRON).route(BAD)).kept[0].name == BAD


def test_an_awaited_dispatcher_does_what_the_other_does(places: Places, home: Path) -> None:
    desk = Desk(places.registry, home)

    async def main() -> None:
        async with AsyncDispatcher(places.registry, **desk.given) as dispatcher:
            assert isinstance(dispatcher._carrier(), AsyncHttpxTransport)
            await dispatcher.use("mine", GOOD)
            assert kept(await dispatcher.route(session="mine")) == [GOOD]
            events = [event async for event in dispatcher.stream(None, "Hello?", session="mine")]
            assert events
            assert (await dispatcher.complete(None, "Hello?", session="mine")).text == TEXT

    asyncio.run(main())
    assert len(desk.ledger.calls()) == 2


@pytest.mark.parametrize("ledger", ["path", "text"])
def test_a_ledger_is_a_path_or_one_that_is_open_and_transports_begin_with_the_first_call(ledger: str, places: Places, home: Path) -> None:
    home.mkdir(exist_ok=True)
    path = home / "mine.sqlite"
    with Dispatcher(places.registry, environ=ENVIRON, ledger=path if ledger == "path" else str(path)) as dispatcher:
        assert dispatcher.complete(GOOD, "Hello?").text == TEXT
        assert isinstance(dispatcher._transport, HttpxTransport)
    (call,) = Ledger(path).calls()
    assert call["asked"] == GOOD
    Dispatcher(places.registry).close()


class _Strange(Scripted):
    def open(self, request: Any) -> Any:
        self.asked.append(request)
        raise RuntimeError("a transport that raises")


def test_a_transport_that_is_awaited_or_unknown_is_refused_where_it_is_named(places: Places) -> None:
    Dispatcher(places.registry, transport="httpx").close()
    for name in ("aiohttp", "acme"):
        with pytest.raises(UsageError, match=f"a Dispatcher has no transport '{name}', only httpx; aiohttp is for an AsyncDispatcher"):
            Dispatcher(places.registry, transport=name)


def test_a_transport_that_raises_ends_the_call_with_its_error_and_leaves_nothing(places: Places, home: Path) -> None:
    desk = Desk(places.registry, home)
    with Dispatcher(places.registry, transport=_Strange(), **desk.given) as dispatcher, pytest.raises(RuntimeError, match="a transport that raises"):
        dispatcher.complete(BAD, "Hello?")
    assert desk.reserved() == 0


@pytest.mark.parametrize("make", [module._Steps, awaited_module._Steps])
def test_a_step_that_nobody_knows_is_an_error(make: Any) -> None:
    class Run:
        def steps(self) -> Any:
            yield "jump"

    steps = make(Run(), None)
    with pytest.raises(TypeError, match="unknown step 'jump'"):
        asyncio.run(steps.__anext__()) if hasattr(steps, "__anext__") else next(steps)


def test_ways_are_kept_for_half_a_minute_and_no_more_than_a_thousand(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    ways = Ways(places.registry, ENVIRON, lambda: now[0])
    (candidate,) = places.registry.route(BAD).kept
    way = ways.find(candidate, is_stream=False)
    assert (ways.kept(candidate, is_stream=False), ways.kept(candidate, is_stream=True)) == (way, None)
    assert repr(way) == f"<Way {BAD} over default>"
    assert way.cleaned(f"the key {ENVIRON['LOOPBACK_KEY']} is wrong" + "!" * 999) == ("the key *** is wrong" + "!" * 999)[:500]
    now[0] = 30.0
    assert ways.kept(candidate, is_stream=False) is None
    monkeypatch.setattr("modelwright.runtime.dispatch.prepare._MOST", 1)
    ways.find(candidate, is_stream=True)
    assert len(ways._kept) == 1


def test_a_secret_of_a_few_letters_is_left_in_texts_that_it_would_riddle(places: Places) -> None:
    ways = Ways(places.registry, {"LOOPBACK_KEY": "no"}, lambda: 0.0)
    way = ways.find(places.registry.route(BAD).kept[0], is_stream=False)
    assert way.cleaned("there is no answer") == "there is no answer"


def test_a_protocol_that_nobody_here_speaks_is_said_so(home: Path) -> None:
    registry = registry_of(providers={"strange": provider("http://127.0.0.1:1", "web-search")})
    with Dispatcher(registry, transport=Scripted(), **Desk(registry, home).given) as dispatcher:
        (skipped,) = dispatcher.route("strange/m").skipped
        assert skipped.reason == "nothing here speaks web-search"
        with pytest.raises(CallError, match="nothing here speaks web-search"):
            dispatcher.complete("strange/m", "Hello?")


def test_an_answer_that_breaks_off_without_a_word_of_it_is_a_failure_like_another(places: Places, home: Path) -> None:
    script = Scripted(SPOKEN["anthropic-messages"].pieces[0], Down(CUT, "gone"))
    desk = Desk(places.registry, home, failover="off")
    with Dispatcher(places.registry, transport=script, **desk.given) as dispatcher, pytest.raises(CallError) as raised:
        list(dispatcher.stream("bad-anthropic-messages/m", "Hello?"))
    assert (raised.value.kind, desk.ledger.calls()[0]["outcome"]) == ("failed", "failed")
