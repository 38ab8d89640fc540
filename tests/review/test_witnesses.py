"""Several sources about one model: who knows better whether it is there, and who would say otherwise once another was believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelwright.review import file, upstreams
from review.shop import READ, Shop, listing, price, says

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.review.plan import Upstream

TELLING = {"name": "Large", "released_on": "2026-01-31", "limits.context_tokens": 1000, "limits.output_tokens": 100, "price": price(2)}
LARGE = {
    "id": "large",
    "name": "Large",
    "released_on": "2026-01-31",
    "limits": {"context_tokens": 1000, "output_tokens": 100},
    "prices": [{"input_usd_per_mtok": 2, "output_usd_per_mtok": 10}],
}


def quiet_after(shop: Shop, *sources: Upstream) -> list[str]:
    """Approve all that *sources* would change, check that nothing is left then, and return the ids."""
    changes = shop.changes(*sources)
    shop.settle(changes.values())
    assert shop.changes(*sources) == {}
    return list(changes)


def test_a_model_that_only_others_list_is_added_by_itself_and_then_it_is_not_missing(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "small"}]})
    sources = [listing({"small": {}}), says({"acme": {"small": {}, "next": {"name": "Next"}}})]
    (change,) = shop.plan(*sources).changes
    assert change.held == "sources disagree: acme does not list it"
    assert not change.is_safe
    assert quiet_after(shop, *sources) == ["acme/next#added"]
    assert [(said["field"], said["says"], said["source"]) for _, _, said in shop.catalog.decisions] == [("missing", True, "acme")]


def test_a_model_that_its_provider_no_longer_lists_is_missing_although_others_list_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}, {"id": "small"}]})
    assert quiet_after(shop, listing({"small": {}}), says({"acme": {"small": {}, "large": {}}})) == ["acme/large#missing"]


def test_a_model_that_a_catalogue_dropped_is_there_as_long_as_anybody_lists_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}, {"id": "small"}]})
    shop.accept(says({"acme": {"small": {}, "large": {}}}))
    dropped, other = says({"acme": {"small": {}}}), says({"acme": {"large": {}}}, source="litellm", place=2)
    assert list(shop.changes(dropped, other)) == []
    assert list(shop.changes(dropped, listing({"large": {}, "small": {}}))) == []
    assert quiet_after(shop, dropped) == ["acme/large#missing"]
    assert quiet_after(shop, dropped, other) == ["acme/large#returned"]


def test_of_two_listings_of_a_provider_one_is_enough(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large"}, {"id": "small"}]})
    routes = [listing({"large": {}}, source="acme.a"), listing({"small": {}}, source="acme.b", place=2)]
    assert list(shop.changes(*routes)) == []


def test_a_renaming_that_the_provider_does_not_know_of_is_a_model_more(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [LARGE]})
    shop.accept(says({"acme": {"large": TELLING}}))
    renamed = says({"acme": {"large-2": TELLING}})
    assert list(shop.changes(renamed)) == ["acme/large#renamed"]
    (change,) = shop.plan(listing({"large": {}}), renamed).changes
    assert (change.id, change.ref, change.listed_as, change.old, change.impact) == ("acme/large-2#added", "acme/large-2", "large-2", None, ())
    assert quiet_after(shop, listing({"large": {}}), renamed) == ["acme/large-2#added"]
    assert "replaced_by" not in shop.facts("acme/large")


def test_what_one_source_calls_renamed_another_does_not_add(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [LARGE]})
    shop.accept(says({"acme": {"large": TELLING}}))
    sources = [says({"acme": {"large-2": TELLING}}), says({"acme": {"large": {}, "large-2": {"name": "Second"}}}, source="litellm", place=2)]
    assert list(shop.changes(*sources)) == ["acme/large#renamed"]
    shop.settle(shop.plan(*sources).changes, file.REJECTED)
    assert list(shop.changes(*sources)) == ["acme/large-2#added"]


def test_who_says_what_the_registry_says_is_heard_before_another_is_believed(tmp_path: Path) -> None:
    """A provider's own listing moves first; a catalogue still has the old price and must not propose it back."""
    shop = Shop(tmp_path, {"acme": [LARGE]})
    sources = [listing({"large": {"price": price(3)}}), says({"acme": {"large": {"price": price(2)}}})]
    (change,) = shop.plan(*sources).changes
    assert change.against == (("models-dev", price(2)),)
    assert change.held == "sources disagree: models-dev says input_usd_per_mtok 2, output_usd_per_mtok 10"
    assert quiet_after(shop, *sources) == ["acme/large#price"]


@pytest.mark.parametrize("said", [{"price": price(2)}, {"price": price(2), "name": "Larger"}])
def test_who_has_not_moved_since_it_was_accepted_is_not_asked(tmp_path: Path, said: dict[str, Any]) -> None:
    shop = Shop(tmp_path, {"acme": [LARGE]})
    shop.accept(says({"acme": {"large": {"price": price(2)}}}))
    found = shop.changes(listing({"large": {"price": price(3)}}), says({"acme": {"large": said}}))
    assert found["acme/large#price"].against == ()


def test_who_no_longer_says_anything_is_against_it_too(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [LARGE]})
    shop.accept(says({"acme": {"large": {"price": price(2), "limits.context_tokens": 1000}}}))
    sources = [listing({"large": {"price": price(3), "limits.context_tokens": 2000}}), says({"acme": {"large": {}}})]
    found = shop.changes(*sources)
    assert {change.against for change in found.values()} == {(("models-dev", None),)}
    assert {change.held for change in found.values()} == {"sources disagree: models-dev no longer says anything"}
    assert quiet_after(shop, *sources) == ["acme/large#limits.context_tokens", "acme/large#price"]


def test_who_does_not_speak_for_a_fact_is_heard_only_where_it_would_be_unknown(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [LARGE]})
    shop.accept(says({"acme": {"large": {"name": "Large"}}}))
    shy = listing({"large": {"name": "Great"}}, groups=("limits",))
    assert shop.changes(says({"acme": {"large": {"name": "Larger"}}}), shy)["acme/large#name"].against == ()
    assert shop.changes(says({"acme": {"large": {}}}), shy)["acme/large#name"].against == (("acme", "Great"),)
    assert quiet_after(shop, says({"acme": {"large": {}}}), shy) == ["acme/large#name"]


def test_who_does_not_speak_for_ids_adds_facts_to_what_another_adds(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": []})
    shy = listing({"next": {"limits.context_tokens": 5000}}, groups=("limits",))
    assert shop.plan(shy).changes == []
    sources = [shy, says({"acme": {"next": {"name": "Next"}}})]
    assert quiet_after(shop, *sources) == ["acme/next#added"]
    assert shop.flat("acme/next") == {"name": "Next", "limits.context_tokens": 5000}


def test_what_was_accepted_without_being_added_adds_facts_to_what_another_adds(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": []})
    catalogue = says({"acme": {"next": {"name": "Next"}}})
    shop.accept(catalogue)
    assert shop.plan(catalogue).changes == []
    assert quiet_after(shop, listing({"next": {}}), catalogue) == ["acme/next#added"]
    assert shop.flat("acme/next") == {"name": "Next"}


def test_ids_of_other_providers_that_ours_could_not_be_are_no_news(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": []})
    upstream = upstreams.of_catalogue(shop.catalog, "models-dev", {name: ({}, []) for name in ("acme", "zed", "x" * 1_000_000, "y" * 64)}, READ)
    assert upstream.others == ("y" * 64, "zed")


def test_a_model_of_which_only_the_bad_id_is_told_is_left_out(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": []})
    plan = shop.plan(says({"acme": {"a b": {}, "c\nd": {"name": "X"}, "ok": {"name": "\n", "limits.context_tokens": 5}, "bad": {"name": ""}}}))
    assert [change.new for change in plan.changes] == [{"id": "ok", "limits.context_tokens": 5}]
    assert plan.unfit == 3
