"""What an approved change becomes in the file: limits and prices are dated, what was read is named, and nothing that is inherited shows through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import pipeline
from modelwright.passes.prices import price_in_force
from modelwright.review.edits import new_model
from modelwright.review.plan import Filled
from review.shop import READ, TODAY, Shop, listing, price, says

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.review.plan import Change

SOURCE = {"source": READ}


def settled(tmp_path: Path, model: dict[str, Any], said: dict[str, Any] | None, *nows: dict[str, Any]) -> dict[str, Any]:
    """Return what the registry says of *model* when a source that said *said* before, None: nothing, says each of *nows*, and all of it is approved."""
    shop = Shop(tmp_path, {"acme": [{"id": "m", **model}]})
    if said is not None:
        shop.accept(says({"acme": {"m": said}}))
    for now in nows:
        upstream = says({"acme": {"m": now}})
        shop.settle(shop.plan(upstream).changes)
        assert shop.plan(upstream).changes == []
    assert [finding for finding in pipeline.compile(shop.inputs).findings if finding.severity == "error"] == []
    return shop.facts("acme/m")


WINDOW, ANSWER = "limits.context_tokens", "limits.output_tokens"
_EARLIER: list[tuple[str, dict[str, Any], dict[str, Any] | None, list[dict[str, Any]], list[dict[str, Any]] | None]] = [
    ("one", {"limits": {"context_tokens": 10}}, {WINDOW: 10}, [{WINDOW: 20}], [{"until": TODAY, "context_tokens": 10}]),
    (
        "two at once",
        {"limits": {"context_tokens": 10, "output_tokens": 1}},
        {WINDOW: 10, ANSWER: 1},
        [{WINDOW: 20, ANSWER: 2}],
        [{"until": TODAY, "context_tokens": 10, "output_tokens": 1}],
    ),
    ("again on the same day", {"limits": {"context_tokens": 10}}, {WINDOW: 10}, [{WINDOW: 20}, {WINDOW: 30}], [{"until": TODAY, "context_tokens": 10}]),
    (
        "another on the same day",
        {"limits": {"context_tokens": 10, "output_tokens": 1}},
        {WINDOW: 10, ANSWER: 1},
        [{WINDOW: 20, ANSWER: 1}, {WINDOW: 20, ANSWER: 2}],
        [{"until": TODAY, "context_tokens": 10, "output_tokens": 1}],
    ),
    (
        "behind earlier ones",
        {"limits": {"context_tokens": 10}, "earlier_limits": [{"until": "2026-01-01", "context_tokens": 5}]},
        {WINDOW: 10},
        [{WINDOW: 20}],
        [{"until": "2026-01-01", "context_tokens": 5}, {"until": TODAY, "context_tokens": 10}],
    ),
    ("withdrawn", {"limits": {"context_tokens": 10, "output_tokens": 1}}, {WINDOW: 10, ANSWER: 1}, [{WINDOW: 10}], [{"until": TODAY, "output_tokens": 1}]),
    ("learned", {}, None, [{WINDOW: 20}], None),
    ("a mistake of ours", {"limits": {"context_tokens": 10}}, None, [{WINDOW: 20}], None),
    ("different on purpose", {"limits": {"context_tokens": 10}}, {WINDOW: 15}, [{WINDOW: 20}], None),
]


@pytest.mark.parametrize(("model", "said", "nows", "earlier"), [case[1:] for case in _EARLIER], ids=[case[0] for case in _EARLIER])
def test_a_limit_that_held_until_the_source_moved_is_kept_with_the_day(
    tmp_path: Path, model: dict[str, Any], said: dict[str, Any] | None, nows: list[dict[str, Any]], earlier: list[dict[str, Any]] | None
) -> None:
    found = settled(tmp_path, model, said, *nows)
    assert found.get("earlier_limits") == earlier
    assert found["limits"] == {name.removeprefix("limits."): value for name, value in nows[-1].items()}


OLD = {"input_usd_per_mtok": 2, "output_usd_per_mtok": 10}
NEW = {"input_usd_per_mtok": 3, "output_usd_per_mtok": 15}
COMING = {"since": "2027-01-01", "announced": True, "input_usd_per_mtok": 4, "output_usd_per_mtok": 20}
_PRICES: list[tuple[str, list[dict[str, Any]], dict[str, Any] | None, list[dict[str, Any]], list[dict[str, Any]] | None]] = [
    ("closed and appended", [OLD], {"price": price(2)}, [{"price": price(3)}], [{**OLD, "until": TODAY}, {"since": TODAY, **NEW, **SOURCE}]),
    ("again on the same day", [OLD], {"price": price(2)}, [{"price": price(9)}, {"price": price(3)}], [{**OLD, "until": TODAY}, {"since": TODAY, **NEW, **SOURCE}]),
    ("withdrawn", [OLD], {"price": price(2)}, [{}], [{**OLD, "until": TODAY}]),
    ("withdrawn on the day it came", [OLD], {"price": price(2)}, [{"price": price(3)}, {}], [{**OLD, "until": TODAY}]),
    ("back on that day", [OLD], {"price": price(2)}, [{}, {"price": price(3)}], [{**OLD, "until": TODAY}, {"since": TODAY, **NEW, **SOURCE}]),
    ("learned", [], None, [{"price": price(3)}], [{**NEW, **SOURCE}]),
    ("learned where it was unknown", [{"state": "unknown"}], None, [{"price": price(3)}], [{"state": "unknown", "until": TODAY}, {"since": TODAY, **NEW, **SOURCE}]),
    ("free", [OLD], {"price": price(2)}, [{"price": {"state": "free"}}], [{**OLD, "until": TODAY}, {"since": TODAY, "state": "free", **SOURCE}]),
    ("no longer free", [{"state": "free"}], {"price": {"state": "free"}}, [{"price": price(3)}], [{"state": "free", "until": TODAY}, {"since": TODAY, **NEW, **SOURCE}]),
    (
        "with figures the source says nothing of",
        [{**OLD, "cache_read_usd_per_mtok": 0.5, "tiers": [{"above_input_tokens": 500, "input_usd_per_mtok": 4}]}],
        {"price": price(2)},
        [{"price": price(3)}],
        [
            {**OLD, "cache_read_usd_per_mtok": 0.5, "tiers": [{"above_input_tokens": 500, "input_usd_per_mtok": 4}], "until": TODAY},
            {"since": TODAY, "cache_read_usd_per_mtok": 0.5, **NEW, "tiers": [{"above_input_tokens": 500, "input_usd_per_mtok": 4}], **SOURCE},
        ],
    ),
    (
        "without a figure the source no longer states",
        [{**OLD, "cache_read_usd_per_mtok": 0.5}],
        {"price": price(2, cache_read_usd_per_mtok=0.5)},
        [{"price": price(3)}],
        [{**OLD, "cache_read_usd_per_mtok": 0.5, "until": TODAY}, {"since": TODAY, **NEW, **SOURCE}],
    ),
    (
        "until another that is announced",
        [{**OLD, "until": "2027-01-01"}, COMING],
        {"price": price(2)},
        [{"price": price(1)}],
        [{**OLD, "until": TODAY}, {"since": TODAY, "until": "2027-01-01", "input_usd_per_mtok": 1, "output_usd_per_mtok": 5, **SOURCE}, COMING],
    ),
    ("after one that is over", [{**OLD, "until": "2026-01-01"}], None, [{"price": price(3)}], [{**OLD, "until": "2026-01-01"}, {"since": TODAY, **NEW, **SOURCE}]),
    ("before one that is announced", [COMING], None, [{"price": price(3)}], [{"until": "2027-01-01", **NEW, **SOURCE}, COMING]),
    (
        "between two",
        [{"until": "2026-01-01", **OLD}, COMING],
        None,
        [{"price": price(3)}],
        [{"until": "2026-01-01", **OLD}, {"since": TODAY, "until": "2027-01-01", **NEW, **SOURCE}, COMING],
    ),
]


@pytest.mark.parametrize(("prices", "said", "nows", "expected"), [case[1:] for case in _PRICES], ids=[case[0] for case in _PRICES])
def test_prices_are_dated_and_appended_and_never_overwritten(
    tmp_path: Path, prices: list[dict[str, Any]], said: dict[str, Any] | None, nows: list[dict[str, Any]], expected: list[dict[str, Any]] | None
) -> None:
    found = settled(tmp_path, {"prices": prices} if prices else {}, said, *nows)
    assert found.get("prices") == expected
    in_force = price_in_force(found["prices"], TODAY)
    assert (in_force is None) == ("price" not in nows[-1])


def heir_shop(tmp_path: Path, heir: dict[str, Any] | None = None, base: dict[str, Any] | None = None, **more: Any) -> Shop:
    """Return a registry in which `bolt/heir` inherits from `acme/base`."""
    facts = base or {
        "limits": {"context_tokens": 10, "output_tokens": 1},
        "input": ["text"],
        "thinking": {"mode": "levels", "levels": ["low", "high"]},
        "capabilities": {"tools": True},
    }
    return Shop(tmp_path, {"acme": [{"id": "base", **facts}], "bolt": [{"id": "heir", "inherit": "acme/base", **(heir or {})}], **more})


def moved(shop: Shop, ref: str = "bolt/heir", **facts: Any) -> list[Change]:
    """Return what changes when a catalogue that said what the registry says of *ref* says *facts*, None for what it leaves out."""
    provider, identity = ref.split("/")
    said = shop.flat(ref)
    shop.accept(says({provider: {identity: said}}))
    now = {name: value for name, value in {**said, **{name.replace("__", "."): value for name, value in facts.items()}}.items() if value is not None}
    return shop.plan(says({provider: {identity: now}})).changes


def test_an_heir_says_for_itself_what_changes_for_it_alone(tmp_path: Path) -> None:
    shop = heir_shop(tmp_path)
    shop.settle(moved(shop, limits__context_tokens=20))
    assert shop.flat("bolt/heir")["limits.context_tokens"] == 20
    assert shop.flat("bolt/heir")["limits.output_tokens"] == 1
    assert shop.flat("acme/base")["limits.context_tokens"] == 10
    assert shop.facts("bolt/heir")["earlier_limits"] == [{"until": TODAY, "context_tokens": 10}]


@pytest.mark.parametrize(
    ("own", "facts", "unset"),
    [
        ({}, {"limits__output_tokens": None}, ["limits.output_tokens"]),
        ({"limits": {"output_tokens": 2}}, {"limits__output_tokens": None}, ["limits.output_tokens"]),
        ({}, {"limits__output_tokens": None, "capabilities__tools": None, "input": None}, ["limits.output_tokens", "capabilities.tools", "input"]),
        ({"$unset": ["capabilities.tools"]}, {"input": None}, ["capabilities.tools", "input"]),
        ({}, {"thinking": {"mode": "budget", "min_tokens": 1}}, ["thinking.levels"]),
        ({"thinking": {"mode": "toggle"}}, {"thinking": {"mode": "budget"}}, ["thinking.levels"]),
        ({"capabilities": {"json": True}}, {"capabilities__json": None}, []),
    ],
)
def test_what_an_heir_loses_does_not_show_through_from_what_it_inherits(tmp_path: Path, own: dict[str, Any], facts: dict[str, Any], unset: list[str]) -> None:
    shop = heir_shop(tmp_path, own)
    changes = moved(shop, **facts)
    shop.settle(changes)
    found = shop.flat("bolt/heir")
    for name, value in facts.items():
        assert found.get(name.replace("__", ".")) == value
    assert set(shop.facts("bolt/heir").get("$unset", ())) == set(unset)
    assert shop.outcome(changes).contents == {}
    assert [finding for finding in pipeline.compile(shop.inputs).findings if finding.severity == "error"] == []


def test_limits_that_were_inherited_are_kept_with_their_days(tmp_path: Path) -> None:
    base = {"limits": {"context_tokens": 10, "output_tokens": 1}, "earlier_limits": [{"until": "2026-01-01", "context_tokens": 5}]}
    shop = heir_shop(tmp_path, base=base)
    shop.settle(moved(shop, limits__context_tokens=20, limits__output_tokens=2))
    assert shop.facts("bolt/heir")["earlier_limits"] == [{"until": "2026-01-01", "context_tokens": 5}, {"until": TODAY, "context_tokens": 10, "output_tokens": 1}]
    assert shop.facts("acme/base")["earlier_limits"] == base["earlier_limits"]


def test_prices_that_were_inherited_become_its_own(tmp_path: Path) -> None:
    shop = heir_shop(tmp_path, {"inherit": {"model": "acme/base", "with": ["prices"]}}, {"prices": [OLD]})
    shop.settle(moved(shop, price=price(3)))
    assert shop.facts("bolt/heir")["prices"] == [{**OLD, "until": TODAY}, {"since": TODAY, **NEW, **SOURCE}]
    assert shop.facts("acme/base")["prices"] == [OLD]


def both(shop: Shop) -> dict[str, Change]:
    now = {"acme": {"base": {"limits.context_tokens": 20}}, "bolt": {"heir": {"limits.context_tokens": 20}}}
    shop.accept(says({"acme": {"base": {"limits.context_tokens": 10}}, "bolt": {"heir": {"limits.context_tokens": 10}}}))
    return shop.changes(says(now))


def test_what_follows_from_another_change_is_not_written_twice(tmp_path: Path) -> None:
    shop = heir_shop(tmp_path)
    changes = both(shop)
    assert changes["bolt/heir#limits.context_tokens"].follows == "acme/base#limits.context_tokens"
    before = shop.read("models/bolt.yaml")
    shop.settle(changes.values())
    assert shop.read("models/bolt.yaml") == before
    assert shop.flat("bolt/heir")["limits.context_tokens"] == 20
    assert shop.base("models-dev").models["bolt"] == {"heir": {"limits.context_tokens": 20}}
    assert shop.outcome(changes.values()).contents == {}


def test_what_would_follow_is_written_where_the_other_is_not_approved(tmp_path: Path) -> None:
    shop = heir_shop(tmp_path)
    changes = both(shop)
    shop.settle([changes["bolt/heir#limits.context_tokens"]])
    assert shop.flat("bolt/heir")["limits.context_tokens"] == 20
    assert shop.flat("acme/base")["limits.context_tokens"] == 10


def test_a_model_without_an_entry_of_its_own_gets_one_for_what_changes(tmp_path: Path) -> None:
    base = {"limits": {"context_tokens": 10, "output_tokens": 1}, "input": ["text"], "prices": [OLD]}
    shop = Shop(tmp_path, {"acme": [{"id": "base", **base}, {"id": "other"}], "bolt": {"inherit_all": {"provider": "acme", "with": ["prices"]}, "models": []}})
    changes = moved(shop, "bolt/base", limits__context_tokens=20, limits__output_tokens=2, input=None, price=price(3))
    shop.settle(changes)
    found = shop.flat("bolt/base")
    assert found == {"limits.context_tokens": 20, "limits.output_tokens": 2, "price": price(3)}
    assert shop.facts("bolt/base")["earlier_limits"] == [{"until": TODAY, "context_tokens": 10, "output_tokens": 1}]
    assert shop.outcome(changes).contents == {}
    assert {"bolt/base", "bolt/other"} <= set(shop.catalog.models)
    shop.settle(shop.plan(listing({"base": {}}, provider="bolt")).changes)
    assert shop.facts("bolt/other")["missing_since"] == TODAY


def test_a_new_model_says_of_each_group_of_facts_where_it_was_read(tmp_path: Path) -> None:
    other = {"from": "another list", "read_on": "2026-11-19"}
    shop = Shop(tmp_path, {"acme": []})
    sources = [
        listing({"m": {"name": "M", "limits.context_tokens": 10}}),
        says({"acme": {"m": {"name": "em", "limits.context_tokens": 10, "limits.output_tokens": 1, "price": price(3), "capabilities.tools": True}}}, origin=other),
        says({"acme": {"m": {"status": "preview", "capabilities.tools": False}}}, source="litellm", place=2),
    ]
    (change,) = shop.plan(*sources).changes
    assert change.filled == (
        Filled(source="models-dev", origin=other, facts=("limits.output_tokens", "price", "capabilities.tools")),
        Filled(source="litellm", origin=READ, facts=("status",)),
    )
    shop.settle([change])
    assert shop.facts("acme/m")["sources"] == {"default": READ, "capabilities": other, "prices": other, "lifecycle": READ}
    assert shop.base("acme").models == {"acme": {"m": {"name": "M", "limits.context_tokens": 10}}}
    assert shop.plan(*sources).changes == []
    assert shop.outcome([change]).contents == {}


def test_the_entry_of_a_new_model_has_its_facts_in_the_order_of_the_registry() -> None:
    said = {"price": price(3), "id": "m", "limits.output_tokens": 1, "name": "M", "limits.context_tokens": 10, "path": "/x", "capabilities.tools": True}
    entry = new_model(said, READ)
    assert list(entry) == ["id", "name", "limits", "capabilities", "prices", "path", "sources"]
    assert entry["limits"] == {"output_tokens": 1, "context_tokens": 10}
    assert new_model({"id": "m"}, READ, [Filled(source="x", origin=SOURCE["source"], facts=())])["sources"] == {"default": READ}


def test_what_was_read_is_named_for_the_group_that_changed(tmp_path: Path) -> None:
    facts = settled(
        tmp_path,
        {"name": "M", "limits": {"context_tokens": 10}, "capabilities": {"tools": True}},
        None,
        {"name": "Em", WINDOW: 20, "capabilities.tools": False, "status": "preview"},
    )
    assert facts["sources"] == {"identity": READ, "lifecycle": READ, "limits": READ, "capabilities": READ}


def test_a_change_is_of_the_day_on_which_it_was_read(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "m", "prices": [OLD]}]})
    (change,) = moved(shop, "acme/m", price=price(3))
    shop.settle([replace(change, origin={"from": "x", "read_on": "2026-11-01"})])
    assert shop.facts("acme/m")["prices"] == [{**OLD, "until": "2026-11-01"}, {"since": "2026-11-01", **NEW, "source": {"from": "x", "read_on": "2026-11-01"}}]
