"""An apply does what was approved and nothing else: every item is held against the files of now, and one that is stale stops all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelwright.review import accepted, file
from modelwright.review.apply import apply
from modelwright.review.decisions import Decisions
from modelwright.source.write_yaml import render_document
from review.shop import READ, TODAY, Shop, listing, price, says

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.review.apply import Outcome, Refusal
    from modelwright.review.plan import Change

LARGE: dict[str, Any] = {
    "id": "large",
    "name": "Large",
    "released_on": "2026-01-31",
    "limits": {"context_tokens": 1000, "output_tokens": 100},
    "input": ["text"],
    "capabilities": {"tools": True},
    "thinking": {"mode": "toggle"},
    "status": "preview",
    "protocol": "openai-chat",
    "prices": [{"input_usd_per_mtok": 2, "output_usd_per_mtok": 10}],
}
_FIELDS: list[tuple[str, Any, dict[str, Any]]] = [
    ("name", "Larger", {"name": "Big"}),
    ("released_on", "2026-02-28", {"released_on": "2026-03-31"}),
    ("limits.context_tokens", 2000, {"limits": {"context_tokens": 1500, "output_tokens": 100}}),
    ("capabilities.tools", False, {"capabilities": {"json": True}}),
    ("input", ["image", "text"], {"input": ["audio", "text"]}),
    ("thinking", {"mode": "budget"}, {"thinking": {"mode": "adaptive"}}),
    ("status", "deprecated", {"status": "active"}),
    ("protocol", "openai-responses", {"protocol": "anthropic-messages"}),
    ("price", price(3), {"prices": [{"input_usd_per_mtok": 2.5, "output_usd_per_mtok": 10}]}),
]
"""A fact, what the source says now, and what somebody may have written there meanwhile."""


def shop_of(tmp_path: Path, *models: dict[str, Any], **providers: Any) -> Shop:
    return Shop(tmp_path, {"acme": list(models), **providers})


def write(shop: Shop, *models: dict[str, Any]) -> None:
    """Have the file of Acme's models say *models*."""
    shop.write("models/acme.yaml", render_document({"provider": "acme", "sources": {"default": READ}, "models": list(models)}, schema="models"))


def moved(shop: Shop, **facts: Any) -> list[Change]:
    """Return what changes when a catalogue that said what the registry says of `acme/large` says *facts*, None for what it leaves out."""
    said = shop.flat("acme/large")
    shop.accept(says({"acme": {"large": said}}))
    now = {name: value for name, value in {**said, **{name.replace("__", "."): value for name, value in facts.items()}}.items() if value is not None}
    return shop.plan(says({"acme": {"large": now}})).changes


def refused(outcome: Outcome) -> Refusal:
    (refusal,) = outcome.refusals
    assert outcome.contents == {}
    return refusal


@pytest.mark.parametrize(("field", "new", "_"), _FIELDS, ids=[field for field, _, _ in _FIELDS])
def test_a_change_elsewhere_in_the_model_is_no_hindrance_and_stays(tmp_path: Path, field: str, new: Any, _: Any) -> None:
    shop = shop_of(tmp_path, LARGE)
    changes = moved(shop, **{field.replace(".", "__"): new})
    write(shop, {**LARGE, "note": "by hand", "aliases": ["big"], "limits": LARGE["limits"] | {"input_tokens": 900}}, {"id": "other"})
    shop.settle(changes)
    assert shop.flat("acme/large")[field] == new
    found = shop.facts("acme/large")
    assert (found["note"], found["aliases"], found["limits"]["input_tokens"]) == ("by hand", ["big"], 900)
    assert "acme/other" in shop.catalog.models


@pytest.mark.parametrize(("field", "new", "touched"), _FIELDS, ids=[field for field, _, _ in _FIELDS])
def test_a_value_that_was_changed_since_the_review_is_refused_with_its_place(tmp_path: Path, field: str, new: Any, touched: dict[str, Any]) -> None:
    shop = shop_of(tmp_path, LARGE)
    changes = moved(shop, **{field.replace(".", "__"): new})
    write(shop, {**LARGE, **touched})
    before = shop.files()
    refusal = refused(shop.outcome(changes))
    assert refusal.why.startswith(f"{field} of acme/large is ")
    assert " by now; the review is about " in refusal.why
    assert "decide anew" in refusal.help
    assert refusal.span is not None
    line = shop.read("models/acme.yaml").splitlines()[refusal.span.line - 1]
    assert next(iter(touched)) in line or "usd_per_mtok" in line
    assert shop.files() == before


@pytest.mark.parametrize(("field", "new", "_"), _FIELDS, ids=[field for field, _, _ in _FIELDS])
def test_what_somebody_did_by_hand_meanwhile_is_done_already(tmp_path: Path, field: str, new: Any, _: Any) -> None:
    shop = shop_of(tmp_path, LARGE)
    changes = moved(shop, **{field.replace(".", "__"): new})
    shop.settle(changes)
    text = shop.read("models/acme.yaml")
    again = shop.outcome(changes)
    assert (len(again.already), again.applied, again.contents) == (1, [], {})
    assert shop.read("models/acme.yaml") == text


def test_a_model_that_is_new_is_added_unless_it_came_otherwise(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    (change,) = shop.plan(says({"acme": {"large": shop.flat("acme/large"), "next": {"name": "Next", "limits.context_tokens": 5000}}})).changes
    shop.settle([change])
    assert shop.facts("acme/next") == {"id": "next", "name": "Next", "limits": {"context_tokens": 5000}, "sources": {"default": READ}}
    assert shop.outcome([change]).contents == {}
    write(shop, LARGE, {"id": "next", "name": "Next", "limits": {"context_tokens": 6000}})
    refusal = refused(shop.outcome([change]))
    assert refusal.why == "the model is in the registry by now, with other facts"
    assert str(refusal.span).endswith("models/acme.yaml:16:5")


@pytest.mark.parametrize("kind", ["missing", "returned", "renamed", "name"])
def test_a_model_that_is_not_there_any_more_is_refused(tmp_path: Path, kind: str) -> None:
    shop = shop_of(tmp_path, LARGE, {"id": "gone"})
    (change,) = moved(shop, name="Larger")
    new = {"missing": TODAY, "renamed": {"id": "larger"}}.get(kind, "Larger")
    write(shop, {"id": "other"})
    assert refused(shop.outcome([replace(change, field=kind, new=new)])).why == "acme/large is not in the registry any more"


def test_a_model_that_is_missing_is_marked_once_and_the_mark_goes_when_it_returns(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE, {"id": "small"})
    gone = shop.plan(listing({"small": {}})).changes
    shop.settle(gone)
    assert shop.facts("acme/large")["missing_since"] == TODAY
    assert [len(shop.outcome(gone).already), shop.outcome(gone).contents] == [1, {}]
    back = shop.plan(listing({"small": {}, "large": {}})).changes
    assert [change.id for change in back] == ["acme/large#returned"]
    shop.settle(back)
    assert shop.facts("acme/large") == LARGE
    assert [len(shop.outcome(back).already), shop.outcome(back).contents] == [1, {}]


def renamed(shop: Shop) -> Change:
    """Return the change that `acme/large` is called `large-2` now."""
    said = {"large": shop.flat("acme/large")}
    shop.accept(listing(said, groups=("id", "name", "limits", "prices", "released_on")))
    (change,) = shop.plan(listing({"large-2": said["large"]}, groups=("id", "name", "limits", "prices", "released_on"))).changes
    assert change.id == "acme/large#renamed"
    return change


def test_a_model_with_another_id_keeps_its_old_one_which_leads_to_the_new(tmp_path: Path) -> None:
    """The old id stays in the registry, is sent as the new one and says what to use instead; the new one is there too."""
    shop = shop_of(tmp_path, {**LARGE, "aliases": ["big"]})
    change = renamed(shop)
    shop.settle([change])
    assert shop.facts("acme/large") == {**LARGE, "aliases": ["big"], "replaced_by": "acme/large-2", "upstream_id": "large-2"}
    assert shop.flat("acme/large-2") == shop.flat("acme/large")
    assert shop.plan(listing({"large-2": shop.flat("acme/large-2")}, groups=("id", "name", "limits", "prices", "released_on"))).changes == []
    assert [shop.outcome([change]).contents, len(shop.outcome([change]).already)] == [{}, 1]


def test_when_the_new_id_goes_too_both_are_missing(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE, {"id": "small"})
    said = {"large": shop.flat("acme/large"), "small": {}}
    shop.accept(listing(said))
    shop.settle(shop.plan(listing({"large-2": said["large"], "small": {}})).changes)
    assert [change.id for change in shop.plan(listing({"small": {}})).changes] == ["acme/large#missing", "acme/large-2#missing"]


def test_a_renaming_is_refused_when_somebody_chose_otherwise(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    change = renamed(shop)
    write(shop, {**LARGE, "replaced_by": "acme/small"}, {"id": "small"})
    assert refused(shop.outcome([change])).why == "acme/large is replaced by another by now"
    write(shop, LARGE, {**LARGE, "id": "large-2", "name": "Else"})
    assert refused(shop.outcome([change])).why == "acme/large-2 is in the registry by now, with other facts"


def test_of_a_renaming_only_what_is_left_to_do_is_done(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    change = renamed(shop)
    write(shop, LARGE, {**LARGE, "id": "large-2", "note": "by hand"})
    shop.settle([change])
    assert shop.facts("acme/large-2")["note"] == "by hand"
    assert shop.facts("acme/large")["replaced_by"] == "acme/large-2"
    write(shop, {**LARGE, "replaced_by": "acme/large-2"})
    shop.settle([change])
    assert shop.facts("acme/large-2")["name"] == "Large"


def test_one_item_that_is_refused_stops_all_and_each_says_why(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    changes = moved(shop, name="Larger", limits__context_tokens=2000, status="deprecated")
    write(shop, {**LARGE, "name": "Big", "status": "active"})
    outcome = shop.outcome(changes)
    assert [refusal.item.change.field for refusal in outcome.refusals] == ["name", "status"]
    assert outcome.contents == {}


def test_an_item_that_stands_twice_is_refused(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    (change,) = moved(shop, name="Larger")
    outcome = shop.outcome([change, change])
    assert {refusal.why for refusal in outcome.refusals} == {"the review has more than one item of this id"}


def test_a_review_of_another_registry_is_refused(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    (change,) = Shop(tmp_path / "other", {"bolt": [{"id": "b"}]}).plan(says({"bolt": {"b": {"name": "B"}}})).changes
    assert refused(shop.outcome([change])).why == "the registry has no provider 'bolt'"


@pytest.mark.parametrize("damage", ["models: [", "", "\xff"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, damage: str) -> None:
    shop = shop_of(tmp_path, LARGE)
    changes = [*moved(shop, name="Larger"), *shop.plan(says({"acme": {"next": {"name": "Next"}}}, source="litellm")).changes]
    shop.write("models/acme.yaml", damage.encode("latin-1"))
    outcome = shop.outcome(changes)
    assert [refusal.why.endswith("registry/models/acme.yaml is not in order") for refusal in outcome.refusals] == [True, True]
    assert {refusal.help for refusal in outcome.refusals} == {"mend it first; `providers lint` says what is wrong"}


def test_a_file_written_in_a_way_that_cannot_be_edited_is_refused(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    (change,) = moved(shop, name="Larger")
    shop.write("models/acme.yaml", f"provider: acme\nsources: {{default: {json.dumps(READ)}}}\nmodels: [&m {json.dumps(LARGE)}, *m]\n")
    outcome = shop.outcome([change])
    assert outcome.refusals or outcome.findings
    assert outcome.contents == {} or outcome.findings


def test_a_model_that_stands_twice_is_refused(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    (change,) = moved(shop, name="Larger")
    write(shop, LARGE, LARGE)
    refusal = refused(shop.outcome([change]))
    assert "`large` stands 2 times" in refusal.why
    assert refusal.item.change is change


def test_the_first_models_of_a_provider_get_a_file(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    (shop.root / "models" / "acme.yaml").unlink()
    shop.settle(shop.plan(says({"acme": {"next": {"name": "Next"}}})).changes)
    assert shop.read("models/acme.yaml") == (
        "# yaml-language-server: $schema=../../schemas/models.schema.json\nprovider: acme\nmodels:\n  - id: next\n    name: Next\n"
        f"    sources: {{default: {{from: a catalogue of today, read_on: {TODAY}}}}}\n"
    )


def test_an_error_that_the_registry_would_have_is_found_and_one_that_it_has_does_not_matter(tmp_path: Path) -> None:
    wrong = {"id": "wrong", "limits": {"context_tokens": 10, "output_tokens": 20}}
    shop = shop_of(tmp_path, LARGE, wrong)
    outcome = shop.outcome(moved(shop, limits__output_tokens=2000))
    assert [finding.name for finding in outcome.findings] == ["output-above-context"]
    assert "acme/large" in outcome.findings[0].message
    assert shop.outcome(moved(shop, name="Larger")).findings == []
    better = says({"acme": {"wrong": {"limits.context_tokens": 15}}}, source="litellm")
    assert shop.outcome(shop.plan(better).changes).findings == []


def test_what_is_rejected_is_remembered_once_with_reason_and_day(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    changes = moved(shop, name="Larger", limits__context_tokens=2000)
    shop.settle(changes, file.REJECTED, reason="it is: not so", until="2026-12-24")
    first = shop.read("decisions.yaml")
    assert first.endswith('    because: "it is: not so"\n    until: 2026-12-24\n')
    assert shop.outcome(changes, file.REJECTED).contents == {}
    shop.write("decisions.yaml", first.rstrip("\n") + "  # no end")
    shop.settle(moved(shop, status="deprecated"), file.REJECTED)
    assert shop.read("decisions.yaml").startswith(first.rstrip("\n") + "  # no end\n  - ref: acme/large\n    field: status\n")
    assert [said["field"] for _, _, said in shop.catalog.decisions] == ["limits.context_tokens", "name", "status"]
    assert "because: rejected in a review" in shop.read("decisions.yaml")
    shop.write("decisions.yaml", "# none yet\ndecisions: []\n")
    shop.settle(changes, file.REJECTED)
    assert shop.read("decisions.yaml").startswith("# none yet\ndecisions:\n  - ref: acme/large\n    field: limits.context_tokens\n")


@pytest.mark.parametrize("text", ["decisions:\n- {ref: a/b, field: name, says: x, decided_on: 2026-01-01, because: y}\n", "decisions: [\n", "decisions:\n  []\n"])
def test_decisions_that_cannot_be_appended_to_are_refused(tmp_path: Path, text: str) -> None:
    shop = shop_of(tmp_path, LARGE)
    changes = moved(shop, name="Larger")
    shop.write("decisions.yaml", text)
    refusal = refused(shop.outcome(changes, file.REJECTED))
    assert refusal.why == "registry/decisions.yaml cannot be appended to"
    assert refusal.span is not None


def test_what_loses_against_something_approved_is_remembered_and_stays_quiet(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    sources = [
        says({"acme": {"large": {"name": name, "price": price(dollars)}}}, source=source, place=place)
        for place, (source, name, dollars) in enumerate([("models-dev", "A", 2), ("litellm", "B", 2), ("third", "Large", 3)])
    ]
    changes = shop.changes(*sources)
    assert dict(changes["acme/large#name"].against) == {"litellm": "B", "third": "Large"}
    assert dict(changes["acme/large#price"].against) == {"models-dev": price(2), "litellm": price(2)}
    shop.settle(changes.values())
    assert {(said["source"], said["field"], str(said["says"])) for _, _, said in shop.catalog.decisions} == {
        ("litellm", "name", "B"),
        ("third", "name", "Large"),
        ("models-dev", "price", str(price(2))),
        ("litellm", "price", str(price(2))),
    }
    assert {said["because"] for _, _, said in shop.catalog.decisions} == {"approved what models-dev says", "approved what third says"}
    assert shop.plan(*sources).changes == []


def test_only_the_sources_of_what_was_approved_have_a_new_base(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    sources = [says({"acme": {"large": {"name": "Larger"}}}), says({"acme": {"large": {"status": "active"}}}, source="litellm", place=2)]
    name, status = shop.plan(*sources).changes
    assert set(shop.outcome([name]).contents) == {"models/acme.yaml", "upstream/models-dev.json"}
    assert set(shop.outcome([status]).contents) == {"models/acme.yaml", "upstream/litellm.json"}
    shop.settle([name])
    assert shop.base("models-dev").models == {"acme": {"large": {"name": "Larger"}}}


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"version": 1}', "a folder"])
def test_a_base_that_is_damaged_is_not_written_over(tmp_path: Path, damage: str) -> None:
    shop = shop_of(tmp_path, LARGE)
    changes = moved(shop, name="Larger")
    place = shop.root / accepted.path_of("models-dev")
    place.unlink()
    if damage == "a folder":
        place.mkdir()
    else:
        place.write_text(damage)
    refusal = shop.outcome(changes).refusals[0]
    assert refusal.why.endswith("upstream/models-dev.json is not in order")
    assert refusal.help == "restore it from version control, or remove it to accept everything anew"


def test_a_provider_that_a_catalogue_has_besides_is_noted_once(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    shop.accept(says({"acme": {}}, others=("zed",)))
    changes = shop.plan(says({"acme": {}}, others=("zed", "new", "a/b"))).changes
    assert [change.id for change in changes] == ["models-dev:a/b#added", "models-dev:new#added"]
    assert set(shop.settle(changes).contents) == {"upstream/models-dev.json"}
    assert shop.base("models-dev").others == ["a/b", "new", "zed"]
    assert shop.outcome(changes).contents == {}
    assert shop.plan(says({"acme": {}}, others=("zed", "new", "a/b"))).changes == []


def test_a_decision_whose_day_has_come_counts_no_more(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, LARGE)
    (change,) = moved(shop, name="Larger")
    shop.settle([change], file.REJECTED, until="2026-12-01")
    result = shop.result
    assert Decisions.of(result.catalog).is_declined(change)
    result.catalog.today = "2026-12-01"
    assert not Decisions.of(result.catalog).is_declined(change)
    assert apply(shop.inputs, result, [file.Item(change=change, decision=file.REJECTED)]).declined
