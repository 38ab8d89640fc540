"""What a model tells of itself; it is frozen, and its facts are a copy."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import Cost, Limits, Model, Registry, Usage, cost

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

FACTS: dict[str, Any] = {
    "provider": "p",
    "id": "m",
    "name": "M",
    "status": "deprecated",
    "replaced_by": "p/n",
    "aliases": ["a", {"id": "b", "since": "2026-01-01"}],
    "limits": {"context_tokens": 1000, "output_tokens": 50},
    "earlier_limits": [{"until": "2026-01-01", "context_tokens": 100}, {"until": "2026-06-01", "context_tokens": 500, "input_tokens": 400}],
    "input": ["text", "image"],
    "output": ["text"],
    "capabilities": {"tools": True, "json": False, "vision": True},
    "thinking": {"mode": "levels", "levels": ["low"]},
    "prices": [{"input_usd_per_mtok": "0.5", "output_usd_per_mtok": 1}],
}


@pytest.fixture
def model() -> Model:
    return Model("p/m", FACTS, "digest")


def test_a_model_tells_what_is_known(model: Model) -> None:
    assert (model.ref, model.provider, model.id, model.name, model.status, model.replaced_by) == ("p/m", "p", "m", "M", "deprecated", "p/n")
    assert model.aliases == ("a", "b")
    assert (model.input, model.output) == (("text", "image"), ("text",))
    assert model.limits == Limits(1000, None, 50)
    assert repr(model.limits) == "Limits(context_tokens=1000, input_tokens=None, output_tokens=50)"
    assert repr(model) == "<Model p/m>"


def test_what_is_not_known_is_none() -> None:
    model = Model("p/m", {"provider": "p", "id": "m"}, "digest", is_listed=False)
    assert (model.name, model.aliases, model.limits) == ("m", (), Limits())
    assert (model.status, model.replaced_by, model.input, model.output) == (None, None, None, None)
    assert [model.can(word) for word in ("tools", "thinking", "vision", "audio")] == [None] * 4
    assert not model.is_listed


@pytest.mark.parametrize(
    ("day", "limits"),
    [
        ("2025-12-31", Limits(100, None, 50)),
        ("2026-01-01", Limits(500, 400, 50)),
        ("2026-05-31", Limits(500, 400, 50)),
        ("2026-06-01", Limits(1000, None, 50)),
    ],
)
def test_limits_are_those_of_the_day(day: str, limits: Limits, model: Model) -> None:
    assert model.limits_on(day) == limits


@pytest.mark.parametrize(
    ("word", "answer"), [("tools", True), ("json", False), ("streaming", None), ("thinking", True), ("vision", True), ("image", True), ("audio", False), ("pdf", False)]
)
def test_a_capability_has_three_values(word: str, answer: bool | None, model: Model) -> None:
    assert model.can(word) is answer


def test_a_model_that_never_thinks_says_so() -> None:
    assert Model("p/m", {"provider": "p", "id": "m", "thinking": {"mode": "none"}}, "d").can("thinking") is False


def test_facts_are_a_copy_all_the_way_down(model: Model) -> None:
    before = model.facts
    changed = model.facts
    changed["limits"]["context_tokens"] = 1
    changed["prices"][0].clear()
    changed["aliases"][1]["id"] = "c"
    changed.clear()
    assert model.facts == before == FACTS
    assert cost(model, Usage(1_000_000), "2026-11-20").usd == Decimal("0.5")


def test_facts_of_a_resolved_model_are_not_those_of_the_next(small: Registry) -> None:
    small.resolve("acme/large-2").facts["prices"].clear()
    assert small.resolve("acme/large-2").facts["prices"]


def _objects(artifact: Path) -> list[Any]:
    resolved = Registry(str(artifact)).resolve("acme/large-2")
    usage = Usage(1000, cache_read_tokens=10)
    return [resolved, resolved.limits, usage, cost(resolved, usage, "2026-11-20")]


def test_objects_are_frozen(small_artifact: Path) -> None:
    for thing in _objects(small_artifact):
        for attribute in [name for name in dir(thing) if not name.startswith("_")] + ["other"]:
            with pytest.raises(AttributeError):
                setattr(thing, attribute, None)
            with pytest.raises(AttributeError):
                delattr(thing, attribute)


def test_objects_are_equal_and_hash_alike_when_they_say_the_same(small_artifact: Path) -> None:
    first, second = _objects(small_artifact), _objects(small_artifact)
    assert first == second
    assert [hash(thing) for thing in first] == [hash(thing) for thing in second]
    assert {*first} == {*second}
    others: list[Hashable] = [1, "acme/large-2", None, ()]
    assert all(thing != other for thing in first for other in others)


def test_models_differ_by_ref_by_the_id_that_was_asked_for_and_by_registry(small: Registry) -> None:
    one = small.resolve("acme/latest", "2026-11-20")
    assert one != small.resolve("acme/large-2")
    assert one != small.resolve("acme/large-1")
    assert one == small.resolve("ac:latest", "2026-11-20")
    assert Model("p/m", FACTS, "d") != Model("p/m", FACTS, "e")


def test_a_cost_shows_its_lines_and_repr(model: Model) -> None:
    found = cost(model, Usage(2000, 10, cache_read_tokens=500), dt.date(2026, 11, 20))
    assert repr(found) == "<Cost 0.00101 USD, priced, as of 2026-11-20>"
    assert found.lines == (
        {"unit": "input_usd_per_mtok", "quantity": 1500, "usd_per_unit": "0.5", "usd": "0.00075"},
        {"unit": "output_usd_per_mtok", "quantity": 10, "usd_per_unit": "1", "usd": "0.00001"},
        {"unit": "cache_read_usd_per_mtok", "quantity": 500, "usd_per_unit": "0.5", "usd": "0.00025"},
    )
    unknown = cost(model, Usage(10, searches=1), "2026-11-20")
    assert (unknown.usd, unknown.attodollars, repr(unknown)) == (None, None, "<Cost unknown, unknown, as of 2026-11-20>")
    assert unknown.lines[-1] == {"unit": "usd_per_search", "quantity": 1, "usd_per_unit": None, "usd": None}
    assert unknown != found
    assert isinstance(found, Cost)


def test_a_cost_without_a_day_is_that_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model("p/m", {"provider": "p", "id": "m", "prices": [{"until": "2026-06-01", "input_usd_per_mtok": 1}, {"since": "2026-06-01", "input_usd_per_mtok": 2}]}, "d")
    for day, usd in (("2026-05-31", 1), ("2026-06-01", 2)):
        monkeypatch.setattr("modelwright.runtime.cost.today", lambda day=day: day)
        found = cost(model, Usage(1_000_000))
        assert (found.as_of, found.usd) == (day, Decimal(usd))


@pytest.mark.parametrize(("on", "at"), [("2026-1-1", None), ("yesterday", None), ("2026-11-20", "9:30"), ("2026-11-20", "noon")])
def test_a_day_or_time_written_another_way_is_refused(on: str, at: str | None, model: Model) -> None:
    with pytest.raises(ValueError, match="is written"):
        cost(model, Usage(1), on, at=at)
