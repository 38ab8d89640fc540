"""How long Fased's users leave alone what failed: acceptance/fased.md 31-35, by number, as far as cooldowns show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch.errors import CallError
from paid_calls import Desk, Provided, chat, failed

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Drop
    from paid_calls import Answer

GOOD = chat((30, 12))
HOUR, DAY = 3600.0, 86_400.0
NO_CREDIT, RATE_LIMIT = failed(402, "insufficient credits"), failed(429, "too many requests")


def fased(cooldowns: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a file with a provider `one` of two models, and another, `two`, that is behind it."""
    models = {"one": ["large", "small"], "two": ["large"]}
    providers = {
        name: {"baseUrl": f"https://{name}.example/v1", "apiKey": f"a-made-up-key-of-{name}", "models": [{"id": model, "name": model} for model in ids]}
        for name, ids in models.items()
    }
    agent = {"primary": "one/large", "fallbacks": ["two/large"]}
    return {"models": {"providers": providers}, "agents": {"defaults": {"model": agent}}, **({"auth": {"cooldowns": cooldowns}} if cooldowns else {})}


def desk_of(home: Path, one: Answer) -> Desk:
    return Desk(home, Provided(one=one, two=GOOD))


def went(desk: Desk, ref: str | None = None) -> list[str]:
    """Ask, and return which hosts were."""
    desk.provided.asked.clear()
    desk.ask(ref)
    return list(desk.provided.asked)


def window(desk: Desk) -> float:
    """Ask what is ready, have it fail, and return how long it is left alone from then on: to the second, both sides of its end."""
    begun = desk.clock.now
    assert went(desk) == ["one", "two"]
    until: float = [facts["until"] for event, facts in desk.heard if event == "cooled"][-1]
    for moment in (begun + 1, (begun + until) / 2, until - 0.001):  # others' failures and calls meanwhile move nothing
        desk.clock.now = moment
        assert went(desk) == ["two"]
    desk.clock.now = until
    return until - begun


def test_fased_31_what_is_rate_limited_is_left_alone_longer_each_time_until_it_succeeds(use: Drop, home: Path) -> None:
    """M cooldown 60/300/1500/3600/3600 s for n=1..5; success resets; failure in active window doesn't extend."""
    use(fased())
    desk = desk_of(home, RATE_LIMIT)
    assert [window(desk) for _ in range(5)] == [60, 300, 1500, 3600, 3600]
    desk.provided.answers["one"] = GOOD
    assert went(desk) == ["one"]
    desk.provided.answers["one"] = RATE_LIMIT
    assert window(desk) == 60


@pytest.mark.parametrize(
    ("cooldowns", "hours"),
    [
        (None, [5, 10, 20, 24, 24]),
        ({"billingBackoffHours": 1}, [1, 2, 4, 8, 8]),
        ({"billingBackoffHours": 3, "billingMaxHours": 10}, [3, 6, 10, 10]),
        ({"billingBackoffHours": 3, "billingBackoffHoursByProvider": {"one": 2}}, [2, 4, 8, 16]),
        ({"billingBackoffHours": 3, "billingBackoffHoursByProvider": {"two": 2}}, [3, 6, 12, 24]),
        ({"billingMaxHours": 8}, [5, 8, 8]),
    ],
    ids=["as usual", "hours", "at most so many", "of this provider", "of another provider", "a most alone"],
)
def test_fased_32_what_has_no_credit_is_left_alone_for_hours_as_configured(cooldowns: dict[str, Any] | None, hours: list[float], use: Drop, home: Path) -> None:
    """M billing disable 5,10,20,24 h; configurable per provider."""
    use(fased(cooldowns))
    desk = desk_of(home, NO_CREDIT)
    assert [window(desk) / HOUR for _ in hours] == hours


def test_fased_32_failures_are_forgotten_after_as_many_hours_as_configured(use: Drop, home: Path) -> None:
    """M billing disable 5,10,20,24 h; configurable per provider."""
    use(fased({"failureWindowHours": 2}))
    desk = desk_of(home, NO_CREDIT)
    assert window(desk) == 5 * HOUR
    desk.clock.now += 2 * HOUR - 1
    assert window(desk) == 10 * HOUR
    desk.clock.now += 2 * HOUR
    assert window(desk) == 5 * HOUR


@pytest.mark.parametrize(
    ("answer", "kind", "seconds"),
    [
        (NO_CREDIT, "billing", 5 * HOUR),
        (failed(400, "insufficient_quota"), "billing", 5 * HOUR),
        (failed(402, "daily limit reached"), "rate_limit", 60),
        (failed(429), "rate_limit", 60),
        (failed(413, "limit of tokens per minute (TPM)"), "rate_limit", 60),
        (failed(529), "overloaded", 60),
        (failed(503, "the model is overloaded"), "overloaded", 60),
        (failed(408), "timeout", None),
        (failed(500), "server_error", 60),
        (failed(401), "auth", 60),
        (failed(403, "this key was revoked: key revoked"), "auth_permanent", 5 * HOUR),
        (failed(404, "model not found"), "model_not_found", 60),
    ],
    ids=lambda value: value[1][:60].decode() if isinstance(value, tuple) else None,
)
def test_fased_33_each_class_of_failure_has_its_window(answer: Answer, kind: str, seconds: float | None, use: Drop, home: Path) -> None:
    """M classification table above, each row one fixture (status+body); order of text checks fixed."""
    use(fased())
    desk = desk_of(home, answer)
    assert went(desk) == ["one", "two"]
    assert [facts["class"] for event, facts in desk.heard if event == "failed"] == [kind]
    assert [facts["until"] - desk.clock.now for event, facts in desk.heard if event == "cooled"] == ([] if seconds is None else [seconds])


@pytest.mark.parametrize(
    "answer",
    [failed(400, "prompt is too long: 300000 tokens > 200000 maximum"), failed(400, "image dimensions exceed max allowed size"), failed(422, "what is this?")],
    ids=["context overflow", "image size", "invalid"],
)
def test_fased_34_what_is_the_callers_is_given_back_and_cools_nothing(answer: Answer, use: Drop, home: Path) -> None:
    """M context overflow, image-size, abort → no failover, no cooldown."""
    use(fased())
    desk = desk_of(home, answer)
    for _ in range(2):
        with pytest.raises(CallError):
            desk.ask()
    assert desk.provided.asked == ["one", "one"]
    desk.provided.answers["one"] = GOOD
    assert went(desk) == ["one"]
    assert [event for event, _ in desk.heard if event == "cooled"] == []


def test_fased_34_a_call_that_was_given_up_cools_nothing(use: Drop, home: Path) -> None:
    """M context overflow, image-size, abort → no failover, no cooldown."""
    use(fased())
    desk = desk_of(home, GOOD)

    def give_up(_: object) -> None:
        raise KeyboardInterrupt

    carry, desk.provided.open = desk.provided.open, give_up  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        desk.ask()
    desk.provided.open = carry  # type: ignore[method-assign]
    assert went(desk) == ["one"]


@pytest.mark.parametrize(
    ("answer", "is_sibling_asked"),
    [(NO_CREDIT, False), (failed(401), False), (failed(403, "key revoked"), False), (RATE_LIMIT, True), (failed(529), True)],
    ids=["billing", "auth", "auth permanent", "rate limit", "overloaded"],
)
def test_fased_35_the_other_models_of_a_provider_are_skipped_where_it_is_its_credential_that_failed(answer: Answer, *, is_sibling_asked: bool, use: Drop, home: Path) -> None:
    """M auth/billing failure skips the other models of that provider; rate_limit tries sibling models."""
    said = fased()
    said["agents"]["defaults"]["model"]["fallbacks"] = ["one/small", "two/large"]
    use(said)
    desk = desk_of(home, answer)
    assert went(desk) == (["one", "one", "two"] if is_sibling_asked else ["one", "two"])
    desk.clock.now += 30
    assert went(desk) == (["one", "two"] if answer == RATE_LIMIT else ["two"])  # another model may have a rate of its own


def test_fased_37_where_all_are_cooled_the_earliest_end_is_told_and_the_last_is_probed_before_it(use: Drop, home: Path) -> None:
    """M all profiles cooled → earliest expiry reported; probe policy (2 min / 30 s) with fake clock."""
    use(fased())
    desk = Desk(home, Provided(one=NO_CREDIT, two=RATE_LIMIT))
    begun = desk.clock.now
    with pytest.raises(CallError, match=r"insufficient credits.*too many requests"):
        desk.ask()
    desk.clock.now += 29
    with pytest.raises(CallError) as raised:
        desk.ask()
    assert (raised.value.kind, raised.value.retry_at) == ("all_models_cooling", begun + 60)
    assert len(desk.provided.asked) == 2
    for second, is_probed in ((30, True), (59, False), (60, True)):  # half a minute after each attempt; at the end the window is over
        desk.provided.asked.clear()
        desk.clock.now = begun + second
        with pytest.raises(CallError):
            desk.ask()
        assert desk.provided.asked == (["two"] if is_probed else [])
    for second, is_probed in ((60 + 179, False), (60 + 180, True)):  # the second window is 300 seconds
        desk.provided.asked.clear()
        desk.clock.now = begun + second
        with pytest.raises(CallError):
            desk.ask()
        assert desk.provided.asked == (["two"] if is_probed else [])
