"""What zot does in its calls: acceptance/zot.md 35 and 36, by number."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from discover.servers import Call, Reply, as_json, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Drop, Run
    from discover.servers import Server


class Lab:
    """A provider of zot's file, at a server that gives its replies one after the other."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.replies: list[Reply] = []
        self.at: list[float] = []

    def answer(self, call: Call) -> Reply:
        self.at.append(time.monotonic())
        return self.replies[min(call.number, len(self.replies)) - 1]

    @property
    def waits(self) -> list[float]:
        return [after - before for before, after in zip(self.at, self.at[1:], strict=False)]


@pytest.fixture
def lab(use: Drop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(lambda call: there.answer(call)) as server:  # noqa: PLW0108  # there is no lab yet
        there = Lab(server)
        use({"providers": {"lab": {"baseUrl": server.url, "models": [{"id": "m", "priceInput": 3, "priceCacheRead": 0.3}]}}})
        yield there


def said(prompt: int = 10, cached: int = 0) -> Reply:
    usage: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": cached}}
    return as_json({"id": "1", "choices": [{"index": 0, "message": {"content": "Hello."}, "finish_reason": "stop"}], "usage": usage})


def test_zot_35_a_call_costs_what_it_used_and_what_the_cache_gave_has_its_own_price(lab: Lab, run: Run) -> None:
    """M cost: in 1M@3 + cacheRead 1M@0.3 = 3.3 (input excludes cache); tier applies when in+cr+cw > threshold."""
    lab.replies = [said(prompt=2_000_000, cached=1_000_000)]
    assert run("call", "lab/m", "Hi", "--json").json["usd"] == "3.3"
    assert run("usage", "--json").json["total"]["usd"] == "3.3"


@pytest.mark.parametrize("status", [502, 503])
def test_zot_36_the_same_route_is_tried_twice_more_after_a_quarter_and_three_quarters_of_a_second(lab: Lab, run: Run, status: int) -> None:
    """S retry 2× on 502/503/504 & connect error, 250/750 ms, Retry-After honoured; not on 400."""  # noqa: RUF002  # quoted
    lab.replies = [as_json({}, status), as_json({}, status), said()]
    found = run("call", "lab/m", "Hi", "--json").json
    assert [one["status"] for one in found["attempts"]] == [status, status, None]
    first, second = lab.waits
    assert 0.25 <= first < 0.7
    assert 0.75 <= second < 1.2


def test_zot_36_after_504_it_is_tried_once_more(lab: Lab, run: Run) -> None:
    """S retry 2× on 502/503/504 & connect error, 250/750 ms, Retry-After honoured; not on 400."""  # noqa: RUF002  # quoted
    lab.replies = [as_json({}, 504), said()]
    assert len(run("call", "lab/m", "Hi", "--json").json["attempts"]) == 2


def test_zot_36_where_nobody_answers_it_is_tried_twice_more(use: Drop, run: Run) -> None:
    """S retry 2× on 502/503/504 & connect error, 250/750 ms, Retry-After honoured; not on 400."""  # noqa: RUF002  # quoted
    use({"providers": {"lab": {"baseUrl": "http://127.0.0.1:9", "models": [{"id": "m"}]}}})
    found = json.loads(run("call", "lab/m", "Hi", "--json", code=4).out)
    assert [one["class"] for one in found["attempts"]] == ["unreachable"] * 3
    assert found["milliseconds"] >= 1000


def test_zot_36_what_the_provider_asks_for_is_waited_for_and_400_is_final(lab: Lab, run: Run) -> None:
    """S retry 2× on 502/503/504 & connect error, 250/750 ms, Retry-After honoured; not on 400."""  # noqa: RUF002  # quoted
    lab.replies = [as_json({}, 503, Retry_After="1"), said(), as_json({"error": {"message": "no"}}, 400)]
    run("call", "lab/m", "Hi")
    assert 1 <= lab.waits[0] < 1.6
    run("call", "lab/m", "Hi", code=1)
    assert len(lab.server.calls) == 3
