"""A user of Sophon's has providers that are not well: acceptance/sophon.md 25, by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch.errors import CallError
from paid_calls import Desk, Provided, chat, failed

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Drop

GOOD = chat((10, 5))
PRICED = {"id": "large", "provider": "custom-openai", "inputPrice": 1, "outputPrice": 2}


def one(identity: str, priority: int, **more: Any) -> dict[str, Any]:
    return {"id": identity, "providerType": "custom-openai", "priority": priority, "baseUrl": f"http://{identity}.example/v1", "models": [{"id": "large"}], **more}


def used_up(identity: str, priority: int) -> dict[str, Any]:
    return one(identity, priority, budget={"amount": 0, "period": "daily"})


def test_sophon_25_a_provider_that_is_not_well_is_skipped_and_the_next_serves(use: Drop, home: Path) -> None:
    """M provider benched (unhealthy or over budget) is skipped, next priority serves."""
    use({"providers": [one("third", 3), one("first", 1), one("second", 2)], "modelCatalog": [PRICED]})
    desk = Desk(home, Provided(first=failed(500, "down"), second=GOOD, third=GOOD))
    desk.ask()
    assert desk.provided.asked == ["first", "second"]
    desk.provided.asked.clear()
    for _ in range(3):
        answer = desk.ask()
        assert [one.name for one in answer.routing.skipped] == ["first/large"]
    assert desk.provided.asked == ["second"] * 3
    desk.provided.answers["first"] = GOOD
    desk.clock.now += 60
    desk.provided.asked.clear()
    desk.ask()
    desk.ask()
    assert desk.provided.asked == ["first"] * 2


def test_sophon_25_a_provider_over_its_budget_is_skipped_and_the_next_serves(use: Drop, home: Path) -> None:
    """M provider benched (unhealthy or over budget) is skipped, next priority serves."""
    use({"providers": [used_up("first", 1), one("second", 2)], "modelCatalog": [PRICED]})
    desk = Desk(home, Provided(second=GOOD))
    desk.ask()
    assert desk.provided.asked == ["second"]


def test_sophon_25_where_all_are_benched_the_error_has_the_reason_of_each(use: Drop, home: Path) -> None:
    """M when all benched → error lists each reason."""
    use({"providers": [one("first", 1), used_up("second", 2), one("third", 3, status="Error")], "modelCatalog": [PRICED]})
    desk = Desk(home, Provided(first=failed(401, "who are you")))
    with pytest.raises(CallError, match="who are you"):
        desk.ask()
    desk.provided.asked.clear()
    with pytest.raises(CallError) as raised:
        desk.ask()
    for reason in ("first/large: its credential failed with auth; left alone until", "second/large: budget account second: 0 USD daily", "third/large: account third is error"):
        assert reason in str(raised.value)
    assert (raised.value.attempts, desk.provided.asked) == ((), [])
    assert {candidate.name: bool(candidate.reason) for candidate in raised.value.routing.skipped} == {"first/large": True, "second/large": True, "third/large": True}
