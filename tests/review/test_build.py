"""The plan: one change a fact, its kind and risk, what is held and why, and what stays quiet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.importers import all_importers
from modelwright.review import upstreams
from modelwright.review.plan import RISKS
from review.shop import READ, Listed, Shop, listing, price, says

if TYPE_CHECKING:
    from pathlib import Path

FULL: dict[str, Any] = {
    "name": "Large",
    "released_on": "2026-01-31",
    "limits": {"context_tokens": 1000, "output_tokens": 100},
    "input": ["text"],
    "capabilities": {"tools": True, "json": False},
    "thinking": {"mode": "none"},
    "status": "preview",
    "protocol": "openai-chat",
    "prices": [{"input_usd_per_mtok": 2, "output_usd_per_mtok": 10}],
}
_CLASSES: list[tuple[str, str, Any]] = [
    ("name-changed", "name", "Larger"),
    ("date-changed", "released_on", "2026-02-28"),
    ("date-changed", "updated_on", "2026-02-28"),
    ("fact-withdrawn", "released_on", None),
    ("fact-withdrawn", "name", None),
    ("limit-raised", "limits.output_tokens", 200),
    ("limit-shrunk", "limits.output_tokens", 50),
    ("limit-learned", "limits.input_tokens", 50),
    ("limit-withdrawn", "limits.output_tokens", None),
    ("context-shrunk", "limits.context_tokens", 999),
    ("capability-learned", "capabilities.streaming", False),
    ("capability-gained", "capabilities.json", True),
    ("capability-lost", "capabilities.tools", False),
    ("capability-withdrawn", "capabilities.tools", None),
    ("modality-gained", "input", ["image", "text"]),
    ("modality-gained", "output", ["text"]),
    ("modality-lost", "input", ["image"]),
    ("modality-lost", "input", None),
    ("thinking-changed", "thinking", {"mode": "toggle"}),
    ("fact-withdrawn", "thinking", None),
    ("lifecycle-changed", "status", "deprecated"),
    ("lifecycle-changed", "retires_on", "2027-01-01"),
    ("protocol-changed", "protocol", "openai-responses"),
    ("endpoint-changed", "base_url", "https://other.example"),
    ("price-raised", "price", price(3)),
    ("price-raised", "price", price(1, 11)),
    ("price-lowered", "price", price(1)),
    ("price-changed", "price", price(2, 10, cache_read_usd_per_mtok=1)),
    ("price-changed", "price", {"state": "varies"}),
    ("price-withdrawn", "price", None),
]


def _accepted(tmp_path: Path) -> tuple[Shop, dict[str, Any]]:
    """Return a registry of one model, all of it accepted from a catalogue, and the flat facts."""
    shop = Shop(tmp_path, {"acme": [{"id": "large", **FULL}]})
    said = shop.flat("acme/large")
    shop.accept(says({"acme": {"large": said}}))
    return shop, said


@pytest.mark.parametrize(("word", "field", "new"), _CLASSES)
def test_a_change_is_of_the_kind_the_vocabulary_describes(word: str, field: str, new: Any, tmp_path: Path) -> None:
    shop, said = _accepted(tmp_path)
    rest = {name: value for name, value in said.items() if name != field}
    (change,) = shop.plan(says({"acme": {"large": rest | ({} if new is None else {field: new})}})).changes
    told = shop.catalog.words("changes")[word]
    assert (change.id, change.word, change.risk) == (f"acme/large#{field}", word, told["risk"])
    assert change.old == said.get(field)
    assert change.new == new
    assert "held" not in told or change.held == told["held"]


def test_every_kind_that_a_refresh_can_give_is_tested() -> None:
    from modelwright.review import classify

    known = {*classify._BY_NAME.values(), *classify._BY_GROUP.values()}
    assert known <= {word for word, _, _ in _CLASSES}


def test_a_price_that_was_unknown_is_learned(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", "prices": [{"state": "unknown"}]}, {"id": "small"}]})
    found = shop.changes(says({"acme": {"large": {"price": price(1)}, "small": {"price": price(0)}}}))
    assert {change.word for change in found.values()} == {"price-learned"}
    assert found["acme/small#price"].new == price(0)


_HELD = [
    ("catalogue", price(1.8, 9), "safe", None),
    ("catalogue", price(1.6, 8), "safe", None),
    ("catalogue", price(1.5, 8), "notable", None),
    ("catalogue", price(2.4, 12), "safe", "a catalogue source: a price is approved by hand"),
    ("catalogue", price(0.1, 5), "notable", "input_usd_per_mtok moves more than 10-fold"),
    ("catalogue", price(0, 10), "notable", "input_usd_per_mtok crosses zero"),
    ("catalogue", {"state": "free"}, "notable", "input_usd_per_mtok crosses zero"),
    ("catalogue", {"state": "included"}, "notable", "the state of the price changes"),
    ("aggregator", price(2.4, 12), "safe", None),
    ("aggregator", price(2.5, 12), "breaking", None),
    ("aggregator", price(20, 100), "breaking", None),
    ("aggregator", price(20.1, 100), "breaking", "input_usd_per_mtok moves more than 10-fold"),
    ("aggregator", price(2.1, 10, cache_read_usd_per_mtok=1), "breaking", None),
    ("first-party", price(2.1), "breaking", "a first-party source: a price is approved by hand"),
    ("first-party", price(1.9), "notable", "a first-party source: a price is approved by hand"),
]


@pytest.mark.parametrize(("policy", "new", "risk", "held"), _HELD)
def test_what_a_source_may_do_to_a_price_is_a_matter_of_its_policy(policy: str, new: Any, risk: str, held: str | None, tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", **FULL}]})
    (change,) = shop.plan(says({"acme": {"large": {"price": new}}}, policy=policy)).changes
    assert (change.risk, change.held) == (risk, held)
    assert change.is_safe == (risk == "safe" and held is None)


def test_a_first_party_price_that_was_unknown_is_approved_by_hand(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}]})
    (change,) = shop.plan(listing({"large": {"price": price(1)}})).changes
    assert (change.word, change.held) == ("price-learned", "a first-party source: a price is approved by hand")


def test_of_sources_that_disagree_the_first_in_rank_speaks_and_is_held(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", **FULL}]})
    sources = [
        says({"acme": {"large": {"limits.context_tokens": 3000}}}, "litellm", place=2),
        says({"acme": {"large": {"limits.context_tokens": 2000}}}),
        listing({"large": {"limits.context_tokens": 2000}}),
    ]
    (change,) = shop.plan(*sources).changes
    assert (change.source, change.new, change.also, change.against) == ("acme", 2000, ("models-dev",), (("litellm", 3000),))
    assert change.held == "sources disagree: litellm says 3000"
    shop.settle([change])
    after = shop.plan(*sources)
    assert (after.changes, after.declined) == ([], 1)


def test_a_new_models_facts_are_each_from_the_first_source_that_states_them(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}]})
    sources = [
        says({"acme": {"large": {}, "new": {"name": "New", "limits.context_tokens": 1}}}),
        listing({"large": {}, "new": {"limits.context_tokens": 1, "limits.output_tokens": 1}}),
    ]
    (change,) = shop.plan(*sources).changes
    assert (change.word, change.source, change.also) == ("model-added", "acme", ("models-dev",))
    assert change.new == {"id": "new", "name": "New", "limits.context_tokens": 1, "limits.output_tokens": 1}
    shop.settle([change])
    assert not shop.changes(*sources)


def test_what_loses_when_a_model_is_added_is_declined_too(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}]})
    sources = [says({"acme": {"large": {}, "new": {"limits.context_tokens": 2}}}), listing({"large": {}, "new": {"limits.context_tokens": 1}})]
    shop.settle(shop.plan(*sources).changes)
    assert shop.facts("acme/new")["limits"] == {"context_tokens": 1}
    after = shop.plan(*sources)
    assert (after.changes, after.declined) == ([], 1)


def test_changes_are_in_display_order_and_what_is_new_comes_last(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"zen": [{"id": "z"}, {"id": "a"}], "acme": [{"id": "large"}]})
    said: Listed = {"zen": {"new-b": {}, "New-a": {}, "a": {"name": "A"}, "z": {"name": "Z", "input": ["text"]}}, "acme": {"large": {"name": "L"}}}
    assert list(shop.changes(says(said))) == ["zen/z#input", "zen/z#name", "zen/a#name", "zen/New-a#added", "zen/new-b#added", "acme/large#name"]


@pytest.mark.parametrize("is_accepted", [True, False])
def test_a_source_that_lists_far_less_is_left_out_until_that_is_allowed(is_accepted: bool, tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": f"m{number}"} for number in range(6)]})
    if is_accepted:
        shop.accept(listing({f"m{number}": {} for number in range(6)}))
    now = listing({"m0": {"limits.context_tokens": 1}, "m1": {}})
    plan = shop.plan(now)
    (state,) = plan.sources
    assert (plan.changes, state.id, state.state, state.models, state.is_missing) == ([], "acme", "shrunk", 2, True)
    assert state.detail == "lists 2 of 6 models it is known for; when that is right, name it with --allow-shrink acme"
    assert {change.word for change in shop.plan(now, allow_shrink=["acme"]).changes} == {"limit-learned", "model-missing"}
    assert not shop.plan(listing({f"m{number}": {} for number in range(3)})).sources


def test_a_source_that_is_asked_about_one_provider_is_not_shrunk_for_want_of_the_others(tmp_path: Path) -> None:
    listed: Listed = {"acme": {"m": {}}, "zen": {f"m{number}": {} for number in range(30)}}
    shop = Shop(tmp_path, {provider: [{"id": identity} for identity in said] for provider, said in listed.items()})
    shop.accept(says(listed))
    assert not shop.plan(replace(says({"acme": listed["acme"]}), about=frozenset({"acme"}))).sources
    assert [state.state for state in shop.plan(says({"acme": listed["acme"]})).sources] == ["shrunk"]


def test_a_shrunk_source_does_not_keep_another_from_being_read(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": f"m{number}"} for number in range(6)]})
    plan = shop.plan(listing({"other": {}}), says({"acme": {"m1": {"name": "M"}}}))
    assert ([change.id for change in plan.changes], [state.id for state in plan.sources]) == (["acme/m1#name"], ["acme"])


_UNFIT: list[tuple[str, str, Any]] = [
    ("a-negative-limit", "limits.context_tokens", -1),
    ("no-number", "limits.context_tokens", "many"),
    ("an-unknown-limit", "limits.images", 3),
    ("an-unknown-key-of-a-price", "price", price(1, surcharge_usd=2)),
    ("a-negative-price", "price", price(-1)),
    ("a-control-character", "name", "La\x1brge"),
    ("no-day", "released_on", "soon"),
    ("no-list", "input", "text"),
    ("an-empty-list", "input", []),
    ("no-address", "base_url", "javascript:alert(1)"),
    ("no-mode", "thinking", {"levels": ["low"]}),
]


@pytest.mark.parametrize(("field", "value"), [one[1:] for one in _UNFIT], ids=[one[0] for one in _UNFIT])
def test_what_the_schema_has_no_room_for_is_left_out_and_counted(field: str, value: Any, tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}]})
    plan = shop.plan(says({"acme": {"large": {field: value, "updated_on": "2026-02-28"}, "new": {field: value, "updated_on": "2026-02-28"}}}))
    assert {change.id: change.new for change in plan.changes} == {"acme/large#updated_on": "2026-02-28", "acme/new#added": {"id": "new", "updated_on": "2026-02-28"}}
    assert plan.unfit == 1


@pytest.mark.parametrize("identity", ["two words", "new\nline", "", "x" * 257])
def test_a_model_whose_id_is_none_of_ours_is_left_out(identity: str, tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}]})
    plan = shop.plan(says({"acme": {identity: {"name": "New"}, "new": {}}}))
    assert [change.id for change in plan.changes] == ["acme/new#added"]


def test_what_one_source_says_wrongly_does_not_hide_what_another_says_rightly(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}]})
    wrong, right = {"acme": {"large": {"limits.context_tokens": -1}}}, {"acme": {"large": {"limits.context_tokens": 5}}}
    for said in ((wrong, right), (right, wrong)):
        plan = shop.plan(says(said[0]), says(said[1], "litellm", place=2))
        assert ([change.new for change in plan.changes], plan.unfit) == ([5], 1)


def test_a_disagreement_that_was_settled_stays_quiet_for_that_value(tmp_path: Path) -> None:
    told = {"from": "a catalogue", "read_on": "2026-11-01", "because": "vendor-page"}
    settled = [
        {"field": "limits.context_tokens", "says": 128, **told},
        {"field": "input_usd_per_mtok", "says": 3, **told},
        {"field": "name", "says": "Other", "from": "x", "read_on": "2026-11-01"},
    ]
    shop = Shop(tmp_path, {"acme": [{"id": "large", **FULL, "disagreements": settled}]})
    plan = shop.plan(says({"acme": {"large": {"limits.context_tokens": 128, "price": price(3, 10), "name": "Other"}}}))
    assert ([change.field for change in plan.changes], plan.declined) == (["name"], 2)
    plan = shop.plan(says({"acme": {"large": {"limits.context_tokens": 129, "price": price(3, 11)}}}))
    assert ([change.field for change in plan.changes], plan.declined) == (["limits.context_tokens", "price"], 0)


_DECLINED = [
    ("limits.context_tokens", {"limits.context_tokens": 900}, {"limits.context_tokens": 901}),
    ("price", {"price": price(3)}, {"price": price(3.5)}),
    ("input", {"input": ["image", "text"]}, {"input": ["pdf", "text"]}),
]


@pytest.mark.parametrize(("field", "now", "later"), _DECLINED)
def test_what_was_declined_is_quiet_until_the_source_says_something_else(field: str, now: dict[str, Any], later: dict[str, Any], tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", **FULL}]})
    before = shop.facts("acme/large")
    shop.settle(shop.plan(says({"acme": {"large": now}})).changes, "rejected", reason="the vendor says otherwise")
    for _ in range(2):
        plan = shop.plan(says({"acme": {"large": now}}))
        assert (plan.changes, plan.declined) == ([], 1)
    assert [change.field for change in shop.plan(says({"acme": {"large": later}})).changes] == [field]
    assert shop.facts("acme/large") == before
    assert "because: the vendor says otherwise" in shop.read("decisions.yaml")


@pytest.mark.parametrize(("until", "is_quiet"), [("2026-11-21", True), ("2026-11-20", False), ("2026-01-01", False)])
def test_a_decision_holds_until_its_day(until: str, is_quiet: bool, tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", **FULL}]})
    said = says({"acme": {"large": {"name": "Other"}}})
    shop.settle(shop.plan(said).changes, "rejected", until=until)
    assert (not shop.changes(said)) == is_quiet


def test_a_model_as_a_whole_can_be_declined(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}, {"id": "small"}, {"id": "back", "missing_since": "2026-11-01"}]})
    shop.settle(shop.plan(listing({"large": {}, "back": {}, "new": {"limits.context_tokens": 1}})).changes, "rejected")
    plan = shop.plan(listing({"large": {}, "back": {}, "new": {"limits.context_tokens": 2}}))
    assert (plan.changes, plan.declined) == ([], 3)


def test_providers_that_come_and_go_are_told_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}], "zen": [{"id": "z"}]})
    shop.accept(says({"acme": {"large": {}}, "zen": {"z": {}}}, others=("old",)))
    now = says({"acme": {"large": {}}}, others=("brand", "old"))
    found = shop.changes(now)
    assert {identity: change.word for identity, change in found.items()} == {"models-dev:brand#added": "provider-added", "models-dev:zen#missing": "provider-missing"}
    shop.settle(found.values())
    assert not shop.changes(now)


def test_a_provider_that_was_declined_stays_quiet(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}]})
    shop.accept(says({"acme": {"large": {}}}, others=()))
    now = says({"acme": {"large": {}}}, others=("brand",))
    shop.settle(shop.plan(now).changes, "rejected")
    plan = shop.plan(now)
    assert (plan.changes, plan.declined) == ([], 1)


def test_an_heir_follows_the_model_it_inherits_from_and_only_that_ones_file_changes(tmp_path: Path) -> None:
    shop = Shop(
        tmp_path,
        {
            "acme": [{"id": "large", "limits": {"context_tokens": 5}}],
            "zen": [{"id": "z", "inherit": "acme/large"}, {"id": "own", "inherit": "acme/large", "limits": {"context_tokens": 5}}],
        },
    )
    said = {"limits.context_tokens": 6}
    source = says({"acme": {"large": said}, "zen": {"z": said, "own": said}})
    found = shop.changes(source)
    assert {identity: change.follows for identity, change in found.items()} == {
        "acme/large#limits.context_tokens": None,
        "zen/z#limits.context_tokens": "acme/large#limits.context_tokens",
        "zen/own#limits.context_tokens": None,
    }
    before = shop.read("models/zen.yaml")
    shop.settle([change for change in found.values() if change.ref != "zen/own"])
    assert shop.read("models/zen.yaml") == before
    assert shop.facts("zen/z")["limits"] == {"context_tokens": 6}
    assert list(shop.changes(source)) == ["zen/own#limits.context_tokens"]


def test_an_heir_that_is_approved_alone_says_so_itself(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", "limits": {"context_tokens": 5}}], "zen": [{"id": "z", "inherit": "acme/large"}]})
    source = says({"acme": {"large": {"limits.context_tokens": 6}}, "zen": {"z": {"limits.context_tokens": 6}}})
    shop.settle([shop.changes(source)["zen/z#limits.context_tokens"]])
    assert [shop.facts(ref)["limits"]["context_tokens"] for ref in ("acme/large", "zen/z")] == [5, 6]
    assert list(shop.changes(source)) == ["acme/large#limits.context_tokens"]


def test_a_model_of_inherit_all_gets_an_entry_of_its_own(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", "limits": {"context_tokens": 5}}], "zen": {"inherit_all": {"provider": "acme"}, "models": []}})
    said = says({"zen": {"large": {"limits.context_tokens": 6, "price": price(1), "name": "Z"}}})
    shop.settle(shop.plan(said).changes)
    assert shop.facts("acme/large")["limits"] == {"context_tokens": 5}
    assert shop.flat("zen/large") == {"limits.context_tokens": 6, "price": price(1), "name": "Z"}
    assert not shop.changes(said)


def test_a_catalogue_is_read_under_our_ids_and_what_it_has_besides_is_named(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [], "zen": []}, {"acme": {"catalogues": {"models-dev": ["acme-ai", "acme-eu"]}}})
    catalogue: dict[str, Any] = {
        "acme-ai": ({}, [{"id": "a", "name": "A"}]),
        "acme-eu": ({}, [{"id": "a", "name": "B"}, {"id": "b"}]),
        "acme": ({}, [{"id": "c"}]),
        "other": ({}, []),
    }
    found = upstreams.of_catalogue(shop.catalog, "models-dev", catalogue, READ)
    assert (found.policy, found.rank, found.speaks_for, found.tells_missing) == ("catalogue", (3, 1), None, False)
    assert found.models == {"acme": {"a": {"name": "A"}, "b": {}}}
    assert found.others == ("acme", "other")
    assert "models-dev" in all_importers()


def test_a_listing_speaks_for_what_the_registry_says_it_is_authoritative_for(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": []})
    found = upstreams.of_listing(
        shop.catalog, "acme", "acme", {"policy": "aggregator", "authoritative": ["id", "prices"], "route": "api"}, [{"id": "a", "price": {"state": "free"}}], READ
    )
    assert (found.rank, found.policy, found.tells_missing, found.route) == ((2, 1), "aggregator", True, "api")
    assert found.speaks_for == frozenset({"id", "prices"})
    assert found.models == {"acme": {"a": {"price": {"state": "free"}}}}
    assert not upstreams.of_listing(shop.catalog, "acme", "acme", {}, [], READ).tells_missing


def test_a_plan_counts_its_risks(tmp_path: Path) -> None:
    shop, said = _accepted(tmp_path)
    plan = shop.plan(says({"acme": {"large": said | {"name": "L", "limits.context_tokens": 1, "status": "deprecated"}}}))
    assert plan.counts() == {"changes": 3, **dict.fromkeys(RISKS, 1), "held": 1, "declined": 0}
