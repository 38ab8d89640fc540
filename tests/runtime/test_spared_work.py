"""What a call does not do because nobody would look at it, and that it does it where somebody would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.budget import Budget
from modelwright.runtime.dispatch.core import Core
from modelwright.runtime.state.memory import MemoryStore
from paid_calls import Desk, Provided, chat
from routing_world import registry_of
from runtime.state.conformance import START

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REF = "north/blind"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a core guessed and priced, by the name of the method."""
    names: list[str] = []

    def telling(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: (names.append(name), method(*given))[1]  # type: ignore[func-returns-value]

    for name in ("guess", "cost"):
        monkeypatch.setattr(Core, name, telling(name, getattr(Core, name)))
    return names


def desk(home: Path, policies: list[str], **more: Any) -> Desk:
    return Desk(home, Provided(north=chat((20, 5))), registry_of(policy={"routing_policies": policies}), environ={"NORTH_API_KEY": "key-of-north"}, **more)


@pytest.mark.parametrize(("policies", "seen"), [([], []), (["cheapest"], []), (["cheapest", "health"], [(1, 0)])])
def test_whether_a_route_worked_is_remembered_where_a_policy_weighs_it(tmp_path: Path, policies: list[str], seen: list[tuple[int, int]]) -> None:
    store = MemoryStore(clock=lambda: START)
    asked = desk(tmp_path, policies, state=store).ask(REF)
    key = f"{asked.candidate.account['id']}/{asked.candidate.model.ref}"
    assert [counts[1:3] for counts in store.outcomes([key], START).get(key, [])] == seen


@pytest.mark.parametrize(("policies", "times"), [([], 0), (["context"], 1)])
def test_a_prompt_is_measured_where_policies_weigh_routes(tmp_path: Path, done: list[str], policies: list[str], times: int) -> None:
    desk(tmp_path, policies).ask(REF)
    assert done.count("guess") == times


@pytest.mark.parametrize(("budgets", "times"), [([], 1), ([Budget("calls", 5, period="daily")], 2)])
def test_a_call_is_priced_beforehand_where_there_are_budgets(tmp_path: Path, done: list[str], budgets: list[Budget], times: int) -> None:
    assert desk(tmp_path, [], budgets=budgets).ask(REF).usage.input_tokens == 20
    assert done.count("cost") == times
