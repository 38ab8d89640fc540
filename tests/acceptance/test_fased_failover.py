"""What Fased's users see of failures: acceptance/fased.md 33 to 35, by number, as far as classes, their order, and the order of candidates show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch.errors import CallError
from modelwright.runtime.dispatch.steps import CUT, TIMEOUT, UNREACHABLE, Down
from paid_calls import Desk, Provided, chat, failed

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Drop
    from paid_calls import Answer

GOOD = chat((30, 12))
GIVEN_BACK = ("context_overflow", "invalid_request")


def fased(**agent: Any) -> dict[str, Any]:
    """Return a file with three providers of two models each, and an agent."""
    providers = {
        name: {"baseUrl": f"https://{name}.example/v1", "apiKey": f"a-made-up-key-of-{name}", "models": [{"id": model, "name": model} for model in ("large", "small")]}
        for name in ("one", "two", "three")
    }
    return {"models": {"providers": providers}, "agents": {"defaults": {"model": agent or {"primary": "one/large", "fallbacks": ["two/large"]}}}}


def classes(desk: Desk) -> list[str]:
    return [facts["class"] for event, facts in desk.heard if event == "failed"]


ROWS: list[tuple[int, str, str]] = [
    (402, "no", "billing"),
    (400, "insufficient_quota", "billing"),
    (429, "insufficient credits", "billing"),
    (403, "your credit balance is too low", "billing"),
    (400, "insufficient balance", "billing"),
    (400, "payment required", "billing"),
    (402, "weekly limit reached", "rate_limit"),
    (402, "monthly limit reached: insufficient credits", "billing"),
    (429, "no", "rate_limit"),
    (400, "rate limit reached", "rate_limit"),
    (400, "too many requests", "rate_limit"),
    (400, "you exceeded your current quota", "rate_limit"),
    (400, "RESOURCE_EXHAUSTED", "rate_limit"),
    (400, "usage limit reached", "rate_limit"),
    (413, "limit 6000 tokens per minute (TPM)", "rate_limit"),
    (429, "too many tokens per minute", "rate_limit"),
    (529, "no", "overloaded"),
    (503, "the model is overloaded", "overloaded"),
    (503, "no", "server_error"),
    (408, "no", "timeout"),
    (499, "no", "timeout"),
    (504, "no", "timeout"),
    (500, "no", "server_error"),
    (502, "no", "server_error"),
    (410, "session expired", "timeout"),
    (401, "no", "auth"),
    (403, "no", "auth"),
    (401, "this key was revoked", "auth_permanent"),
    (403, "your key is disabled", "auth_permanent"),
    (400, "no", "invalid_request"),
    (422, "no", "invalid_request"),
    (404, "model not found", "model_not_found"),
    (400, "prompt is too long", "context_overflow"),
    (413, "no", "context_overflow"),
    (400, "maximum context length is 8192 tokens; too many requests", "context_overflow"),
    (400, "image dimensions exceed 8000 pixels: rate limit", "invalid_request"),
    (429, "image size exceeds 5 MB", "invalid_request"),
    (429, "prompt is too long", "context_overflow"),
]


@pytest.mark.parametrize(("status", "text", "kind"), ROWS, ids=[f"{status} {text}" for status, text, _ in ROWS])
def test_fased_33_a_failure_is_of_its_class_and_of_two_that_fit_always_of_the_same(status: int, text: str, kind: str, use: Drop, home: Path) -> None:
    """M classification table above, each row one fixture (status+body); order of text checks fixed."""
    use(fased())
    desk = Desk(home, Provided(one=failed(status, text), two=GOOD))
    if kind in GIVEN_BACK:
        with pytest.raises(CallError):
            desk.ask()
        assert desk.provided.asked == ["one"]
    else:
        desk.ask()
        assert desk.provided.asked == ["one", "two"]
    assert classes(desk) == [kind]


@pytest.mark.parametrize(("kind", "found"), [(TIMEOUT, "timeout"), (CUT, "server_error"), (UNREACHABLE, "unreachable")])
def test_fased_33_a_connection_that_fails_leads_to_the_next(kind: str, found: str, use: Drop, home: Path) -> None:
    """M classification table above: timeout: ETIMEDOUT, ECONNRESET → failover."""
    use(fased())
    desk = Desk(home, Provided(one=GOOD, two=GOOD))
    carry = desk.provided.open
    desk.provided.open = lambda request: Down(kind, "gone") if "one.example" in request.url else carry(request)  # type: ignore[method-assign]
    desk.ask()
    assert (classes(desk), desk.provided.asked) == ([found], ["two"])


@pytest.mark.parametrize(
    "answer",
    [failed(400, "prompt is too long"), failed(413), failed(400, "image size exceeds 5 MB"), failed(429, "image exceeds 5 MB")],
    ids=["prompt", "413", "image", "image and 429"],
)
def test_fased_34_what_is_the_callers_stops_there_even_where_a_fallback_waits(answer: Answer, use: Drop, home: Path) -> None:
    """M context overflow, image-size, abort → no failover, no cooldown."""
    use(fased())
    desk = Desk(home, Provided(one=answer, two=GOOD))
    for _ in range(2):
        with pytest.raises(CallError) as raised:
            desk.ask()
        assert (raised.value.kind, len(raised.value.attempts)) == ("failed", 1)
    assert desk.provided.asked == ["one", "one"]
    assert "cooled" not in [event for event, _ in desk.heard]


def test_fased_34_an_abort_is_the_end_of_it(use: Drop, home: Path) -> None:
    """M context overflow, image-size, abort → no failover, no cooldown."""
    use(fased())
    desk = Desk(home, Provided(one=GOOD, two=GOOD))

    def interrupted(_: object) -> Any:
        desk.provided.asked.append("one")
        raise KeyboardInterrupt

    desk.provided.open = interrupted  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        desk.ask()
    assert desk.provided.asked == ["one"]
    assert "cooled" not in [event for event, _ in desk.heard]
    (call,) = desk.ledger.calls()
    assert [attempt["failure"] for attempt in call["attempts"]] == ["aborted"]


def test_fased_35_first_what_was_asked_for_then_the_fallbacks_and_at_last_the_agents_own(use: Drop, home: Path) -> None:
    """M failover candidates requested→fallbacks→primary; duplicates removed."""
    use(fased(primary="one/large", fallbacks=["two/large", "three/small"]))
    down = failed(500, "down")
    desk = Desk(home, Provided(one=down, two=down, three=down), longest_wait_seconds=0.001)
    for asked, found in {
        None: ["one/large", "two/large", "three/small"],
        "three/large": ["three/large", "two/large", "three/small", "one/large"],
        "two/large": ["two/large", "three/small", "one/large"],
    }.items():
        assert [one.name for one in desk.dispatcher.route(asked).candidates] == found
    with pytest.raises(CallError) as raised:
        desk.ask("three/large")
    assert desk.provided.asked == ["three", "two", "one"]  # a route that failed is not asked for its other models
    assert [attempt.name for attempt in raised.value.attempts] == ["three/large", "two/large", "one/large"]


@pytest.mark.parametrize(("answer", "is_sibling_asked"), [(failed(402), False), (failed(401), False), (failed(429), True)], ids=["billing", "auth", "rate limit"])
def test_fased_35_what_is_skipped_for_its_credential_is_told_with_its_reason(answer: Answer, *, is_sibling_asked: bool, use: Drop, home: Path) -> None:
    """M auth/billing failure skips the other models of that provider; rate_limit tries sibling models."""
    use(fased(primary="one/large", fallbacks=["one/small", "two/large"]))
    desk = Desk(home, Provided(one=answer, two=GOOD))
    skipped = {one.name: one.reason for one in desk.ask().routing.skipped}
    assert desk.provided.asked == (["one", "one", "two"] if is_sibling_asked else ["one", "two"])
    assert ("its credential failed just now" in skipped["one/small"]) != is_sibling_asked
