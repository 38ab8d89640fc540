"""What Sophon's users spend: acceptance/sophon.md 19 and 26, by number."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.dispatch.errors import CallError
from paid_calls import Desk, Provided, chat, messages

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Drop, Run


def one(identity: str, priority: int, **more: Any) -> dict[str, Any]:
    return {"id": identity, "providerType": "custom-openai", "priority": priority, "baseUrl": f"http://{identity}.example/v1", "models": [{"id": "large"}], **more}


PRICED = {"id": "large", "provider": "custom-openai", "inputPrice": 1, "outputPrice": 2}
DAYS = {"daily": "2026-11-19", "weekly": "2026-11-23", "monthly": "2026-12-01"}
"""Of the periods of a budget: the day after the one on which the clock stands, 2026-11-18."""


def test_sophon_19_a_subscription_costs_nothing_counts_in_no_budget_and_its_tokens_are_written_down(
    use: Drop, run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M subscription providers: cost 0.0 for any usage, excluded from budget sums, token counts still recorded."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    token = {"accessToken": "a-made-up-token", "expiresAt": (time.time() + 7200) * 1000}
    (tmp_path / ".credentials.json").write_text(json.dumps({"claudeAiOauth": token}))
    use({"providers": [{"id": "plan", "providerType": "anthropic-subscription", "models": [{"id": "claude-sonnet-4-5"}], "budget": {"amount": 0.01, "period": "daily"}}]})
    desk = Desk(home, Provided(api=messages((3_000_000, 900_000))))
    for _ in range(3):
        answer = desk.ask()
        assert (answer.cost.state, answer.cost.usd) == ("included", 0)
        assert desk.left() == [10**16]
    found = run("usage", "--by", "account", "--json", "--ledger", home / "ledger.sqlite").json["usage"]
    assert found == [{"key": "plan", "calls": 3, "failed": 0, "partial": 0, "input_tokens": 9_000_000, "output_tokens": 2_700_000, "usd": "0", "unknown_cost": 0, "included": 3}]


@pytest.mark.parametrize("period", DAYS)
def test_sophon_26_over_the_budget_of_one_provider_the_next_serves_until_the_window_ends(period: str, use: Drop, home: Path) -> None:
    """S per-provider budget: exceeding moves to next; reset at window boundary."""
    use({"providers": [one("first", 1, budget={"amount": 1, "period": period}), one("second", 2)], "modelCatalog": [PRICED]})
    desk = Desk(home, Provided(first=chat((200_000, 400_000)), second=chat((10, 5))))
    assert desk.ask().cost.attodollars == 10**18
    answer = desk.ask()
    assert desk.provided.asked == ["first", "second"]
    (skipped,) = answer.routing.skipped
    assert re.fullmatch(rf"budget account first: 1 USD {period}: 0 USD left, \S+ USD needed; room from {DAYS[period]}T00:00:00Z", skipped.reason)
    while desk.clock.now < _time_of(DAYS[period]) - 0.5:
        desk.clock.now = min(desk.clock.now + 86_400, _time_of(DAYS[period]) - 0.5)
        desk.ask()
    assert set(desk.provided.asked[1:]) == {"second"}
    desk.clock.now += 0.5
    desk.ask()
    assert desk.provided.asked[-1] == "first"


def test_sophon_26_where_every_provider_is_over_its_budget_it_is_said_of_each(use: Drop, home: Path) -> None:
    """S per-provider budget: exceeding moves to next."""
    budget = {"budget": {"amount": 0, "period": "daily"}}
    use({"providers": [one("first", 1, **budget), one("second", 2, **budget)], "modelCatalog": [PRICED]})
    with pytest.raises(CallError) as raised:
        Desk(home, Provided()).ask()
    assert raised.value.kind == "all_models_limits_exceeded"
    assert [candidate.account["id"] for candidate in raised.value.routing.skipped] == ["first", "second"]
    assert all("0 USD daily" in candidate.reason for candidate in raised.value.routing.skipped)


def _time_of(day: str) -> float:
    from datetime import UTC, datetime

    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
