"""A user of Routerly's lets policies choose: acceptance/routerly.md 9, 13, 14, 19, 20 and 23, by number."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import load
from modelwright.runtime.dispatch.dispatcher import Dispatcher
from modelwright.runtime.dispatch.errors import CallError
from modelwright.runtime.routing.needs import Needs
from modelwright.runtime.routing.router import Router
from routing_world import kept, skipped

if TYPE_CHECKING:
    from command_line import Drop, Run

FREE = {"inputPerMillion": 0, "outputPerMillion": 0}


class Nothing:
    """A transport over which nothing is to be sent."""

    def open(self, request: Any) -> Any:
        raise AssertionError(request)

    def close(self) -> None:
        pass


def row(name: str, *, window: int | None = None, price: float | None = None, **more: Any) -> dict[str, Any]:
    """Return a model on a server of one's own."""
    cost = {} if price is None else {"cost": {"inputPerMillion": price, "outputPerMillion": price}}
    size = {} if window is None else {"contextWindow": window}
    return {"id": name, "name": name, "provider": "custom", "endpoint": "http://192.168.1.50:8000/v1", **size, **cost, **more}


def ids(candidates: Any) -> list[str]:
    return [one.model.id for one in candidates]


def test_routerly_09_an_unpriced_model_is_not_taken_for_free(use: Drop) -> None:
    """M not counted as free by cheapest."""
    use([row("unpriced"), row("dear", price=9), row("cheap", price=1), row("free", cost=FREE)])
    routing = load().route()
    assert ids(routing.kept) == ["free", "cheap", "dear", "unpriced"]
    assert [note for one in routing.kept for note in one.notes if note.startswith("cheapest")] == ["cheapest 1.00", "cheapest 0.50", "cheapest 0.06", "cheapest 0.00"]


def test_routerly_13_what_the_prompt_does_not_fit_is_excluded_and_a_nearly_full_window_scores_less(use: Drop) -> None:
    """M context policy: prompt est ≥ contextWindow → candidate excluded; at 90% → lowered score."""
    use([row("full", window=9_000, price=1), row("nearly", window=10_000, price=1), row("roomy", window=90_000, price=1)])
    routing = Router(load()).route(input_tokens=9_000)
    assert ids(routing.kept) == ["roomy", "nearly"]
    assert [one.notes[0] for one in routing.kept] == ["context 1.00", "context 0.55"]
    assert [(one.model.id, one.reason) for one in routing.skipped] == [("full", "the prompt, about 9,000 tokens, does not fit its context of 9,000 (policy context)")]


def test_routerly_13_the_prompt_of_a_call_is_estimated(use: Drop) -> None:
    """M context policy: prompt est ≥ contextWindow → candidate excluded."""
    use([row("small", window=1_000, price=1), row("middling", window=1_001, price=1)])
    with Dispatcher(load(), transport=Nothing(), environ={}) as dispatcher, pytest.raises(CallError) as raised:
        dispatcher.complete(None, "a" * 4_100)
    assert set(skipped(raised.value.routing).values()) == {
        f"the prompt, about 1,025 tokens, does not fit its context of {window} (policy context)" for window in ("1,000", "1,001")
    }


def test_routerly_14_a_model_that_cannot_is_excluded_and_one_nobody_knows_of_is_kept_unless_it_is_said(use: Drop, run: Run, home: Any) -> None:
    """M capability policy: request needs vision, model vision:false → excluded; capability absent(unknown) → kept (compat) or excluded (strict) by setting."""
    rows = [row("unknown"), row("blind", capabilities={"vision": False}), row("sees", capabilities={"vision": True})]
    file = use(rows)
    routing = load().route(needs="vision")
    assert ids(routing.kept) == ["sees", "unknown"]
    assert {one.model.id: one.reason for one in routing.skipped} == {"blind": "it has no vision"}
    strict = home / "strict.json"
    strict.write_text('{"policy": {"capability_unknown": "exclude"}}')
    run("compile", "-q", "--config", file, "--config", strict)
    routing = load().route(needs="vision")
    assert ids(routing.kept) == ["sees"]
    assert {one.model.id: one.reason for one in routing.skipped} == {"blind": "it has no vision", "unknown": "nobody knows whether it has vision"}


def test_routerly_19_what_there_is_none_of_has_an_error_of_its_kind_with_a_reason_for_each(use: Drop) -> None:
    """M all candidates over limits → error kind `all_models_limits_exceeded` with per-model reason; zero candidates → `no_models_available`; all excluded → third kind."""
    spent = [{"metric": "calls", "windowType": "period", "period": "daily", "value": 0}]
    told = {}
    for rows in ([], [row("a", price=1, limits=spent), row("b", price=1, limits=spent)], [row("a", capabilities={"vision": False}), row("b", capabilities={"vision": False})]):
        use(rows)
        with Dispatcher(load(), transport=Nothing(), environ={}) as dispatcher, pytest.raises(CallError) as raised:
            dispatcher.complete(None, "Hello", needs="vision" if rows and "capabilities" in rows[0] else None)
        told[raised.value.kind] = [one.reason for one in raised.value.routing.skipped]
    assert list(told) == ["no_models_available", "all_models_limits_exceeded", "all_models_excluded_by_policies"]
    assert told["no_models_available"] == []
    assert len(told["all_models_limits_exceeded"]) == 2
    assert all(reason.startswith("budget ") and reason.endswith(" is spent") for reason in told["all_models_limits_exceeded"])
    assert told["all_models_excluded_by_policies"] == ["it has no vision", "it has no vision"]


def test_routerly_20_a_single_model_is_not_judged(use: Drop) -> None:
    """M one candidate → policies bypassed."""
    use([row("small", window=1_000, price=1)])
    routing = Router(load()).route(input_tokens=5_000)
    assert [(one.model.id, one.score, one.notes) for one in routing.kept] == [("small", None, ())]


def test_routerly_23_policies_that_say_the_same_of_all_do_not_count_and_their_order_is_their_weight(use: Drop, run: Run, home: Any) -> None:
    """M abstain rule & weight order deterministic."""
    file = use([row("roomy", window=90_000, price=4), row("cheap", window=10_000, price=1)])
    orders = {}
    for policies in ('["context", "cheapest"]', '["cheapest", "context"]', '["capability", "health"]'):
        own = home / "own.json"
        own.write_text(f'{{"policy": {{"routing_policies": {policies}}}}}')
        run("compile", "-q", "--config", file, "--config", own)
        orders[policies] = [(one.model.id, None if one.score is None else round(one.score, 3)) for one in Router(load()).route(input_tokens=9_900).kept]
    assert list(orders.values()) == [[("roomy", 0.75), ("cheap", 0.43)], [("cheap", 0.715), ("roomy", 0.5)], [("roomy", None), ("cheap", None)]]


def test_routerly_23_weights_may_be_said_instead_of_shown_by_the_order(use: Drop, run: Run, home: Any) -> None:
    """M abstain rule & weight order deterministic; here what the order says is data."""
    file = use([row("roomy", window=90_000, price=4), row("cheap", window=10_000, price=1)])
    scores = []
    for context, cheapest in ((2, 1), (1, 2), (1, 1)):
        own = home / "own.json"
        own.write_text(f'{{"policy": {{"routing_policies": [{{"name": "cheapest", "weight": {cheapest}}}, {{"name": "context", "weight": {context}}}]}}}}')
        run("compile", "-q", "--config", file, "--config", own)
        scores.append({one.model.id: round(one.score or 0, 3) for one in Router(load()).route(input_tokens=9_900).kept})
    assert scores == [{"roomy": 0.75, "cheap": 0.43}, {"cheap": 0.715, "roomy": 0.5}, {"roomy": 0.625, "cheap": 0.573}]


def test_routerly_29_windows_half_lives_and_thresholds_are_what_upstream_has_and_may_be_others(use: Drop, run: Run, home: Any) -> None:
    """S health breaker ≥0.9 failure excludes; half-life decay re-admits: 20 minutes, 5 minutes, two assumed successes; rates in 1 minute, shares in 60."""
    file = use([row("a", price=1)])
    words = {name: word.get("numbers", {}) for name, word in load().words("routing-policies").items()}
    assert words["health"] == {"window_seconds": 1200, "half_life_seconds": 300, "assumed_successes": 2, "broken_share": "0.9"}
    assert (words["performance"]["window_seconds"], words["performance"]["half_life_seconds"], words["performance"]["least_calls"]) == (1200, 300, 1)
    assert (words["rate-limit"]["window_seconds"], words["fairness"]["window_seconds"]) == (60, 3600)
    assert (float(words["semantic-intent"]["least_similarity"]), float(words["semantic-intent"]["least_margin"])) == (0.6, 0.08)
    own = home / "own.json"
    own.write_text('{"policy": {"routing_policies": [{"name": "health", "half_life_seconds": 60}]}}')
    run("compile", "-q", "--config", file, "--config", own)
    assert load().setting("policy")["routing_policies"] == [{"name": "health", "half_life_seconds": 60}]


def test_routerly_23_where_all_abstain_a_seed_says_which_comes_first(use: Drop) -> None:
    """M deterministic with seed RNG for the tie."""
    use([row(name, window=9_000, price=1) for name in ("a", "b", "c", "d")])

    def order(seed: int) -> list[list[str]]:
        router = Router(load(), choose=random.Random(seed).randrange)
        return [ids(router.route(needs=Needs(["tools"])).kept) for _ in range(8)]

    assert order(1) == order(1)
    assert {found[0] for found in order(1)} == {"a", "b", "c", "d"}
    assert kept(load().route()) == kept(load().route())
    assert ids(load().route().kept) == ["a", "b", "c", "d"]
