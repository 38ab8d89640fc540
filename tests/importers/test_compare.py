"""The registry beside another catalogue: what is the same fact, what is the same value, and what is only a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conflicts_golden import lay
from modelwright import pipeline
from modelwright.importers.compare import Holdings, compare, lacking, listed_as
from modelwright.passes.disagreements import recorded, source_of, value_of
from modelwright.passes.prices import rate

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.ir.catalog import Catalog

SOURCE = {"from": "another catalogue", "read_on": "2026-11-19"}


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return the registry of fixtures/conflicts, resolved."""
    lay(tmp_path)
    return pipeline.resolve(pipeline.Inputs(str(tmp_path / "registry"), "2026-11-20")).catalog


def _found(catalog: Catalog, *models: dict[str, Any], provider: str = "acme") -> dict[str, tuple[Any, str]]:
    holdings = Holdings({"acme": ({}, list(models))})
    return {one.field: (one.theirs, one.state) for one in compare(catalog, {provider: ["acme"]}, holdings, SOURCE)}


def test_providers_are_mapped_by_the_registry_in_display_order(catalog: Catalog) -> None:
    assert list(listed_as(catalog, "litellm").items()) == [("mirror", ["acme"]), ("acme", ["acme", "acme-chat"])]
    assert listed_as(catalog, "models-dev") == {}


@pytest.mark.parametrize(
    ("theirs", "found"),
    [
        ({"context_tokens": 400000}, {"limits.context_tokens": (400000, "equal")}),
        ({"context_tokens": 272000}, {"limits.input_tokens": (272000, "equal")}),
        ({"input_tokens": 400000}, {"limits.context_tokens": (400000, "equal")}),
        ({"context_tokens": 300000}, {"limits.context_tokens": (300000, "unrecorded")}),
        ({"context_tokens": 272000, "input_tokens": 272000}, {"limits.context_tokens": (272000, "unrecorded"), "limits.input_tokens": (272000, "equal")}),
        ({"output_tokens": 1}, {}),
    ],
)
def test_a_catalogue_with_one_size_may_mean_the_window_or_the_input(theirs: dict[str, int], found: dict[str, Any], catalog: Catalog) -> None:
    assert _found(catalog, {"id": "acme-small", "limits": theirs}) == found


def test_numbers_are_compared_as_decimals_of_twelve_digits(catalog: Catalog) -> None:
    found = _found(catalog, {"id": "acme-large", "prices": [{"cache_read_usd_per_mtok": 0.30000000000000004, "input_usd_per_mtok": 3.00001}]})
    assert {field: state for field, (_, state) in found.items()} == {
        "cache_read_usd_per_mtok": "equal",
        "input_usd_per_mtok": "unrecorded",
        "tiers.100000.input_usd_per_mtok": "unrecorded",
    }


def test_tiers_that_are_one_token_apart_are_one(catalog: Catalog) -> None:
    tiers = [{"above_input_tokens": 99999, "input_usd_per_mtok": 6}]
    assert _found(catalog, {"id": "acme-large", "prices": [{"input_usd_per_mtok": 3, "tiers": tiers}]}) == {
        "input_usd_per_mtok": (3, "equal"),
        "tiers.100000.input_usd_per_mtok": (6, "equal"),
    }


def test_only_prices_of_the_day_are_compared(catalog: Catalog) -> None:
    prices = [{"until": "2026-11-20", "output_usd_per_mtok": 20}, {"since": "2026-11-20", "output_usd_per_mtok": 15}]
    assert _found(catalog, {"id": "acme-large", "prices": prices})["output_usd_per_mtok"] == (15, "equal")
    catalog.today = "2026-11-19"
    assert _found(catalog, {"id": "acme-large", "prices": prices})["output_usd_per_mtok"] == (20, "open")
    catalog.today = "2026-04-30"
    assert _found(catalog, {"id": "acme-large", "prices": prices})["output_usd_per_mtok"] == (20, "gone")


def test_what_is_settled_is_settled_for_that_value_alone(catalog: Catalog) -> None:
    assert _found(catalog, {"id": "acme-large", "limits": {"context_tokens": 128000}}) == {"limits.context_tokens": (128000, "settled")}
    assert _found(catalog, {"id": "acme-large", "limits": {"context_tokens": 128001}}) == {"limits.context_tokens": (128001, "unrecorded")}


def test_aliases_count_on_their_days(catalog: Catalog) -> None:
    assert _found(catalog, {"id": "acme-large-latest", "limits": {"output_tokens": 1}})
    assert not _found(catalog, {"id": "acme-latest", "limits": {"output_tokens": 1}})


def test_what_is_inherited_from_the_same_entry_is_compared_once(catalog: Catalog) -> None:
    holdings = Holdings({"acme": ({}, [{"id": "acme-large", "limits": {"context_tokens": 1, "output_tokens": 2}, "prices": [{"input_usd_per_mtok": 1}]}])})
    found = [(one.entry.ref, one.field) for one in compare(catalog, {"acme": ["acme"], "mirror": ["acme"]}, holdings, SOURCE)]
    assert found == [
        ("acme/acme-large", "limits.context_tokens"),
        ("acme/acme-large", "limits.output_tokens"),
        ("acme/acme-large", "input_usd_per_mtok"),
        ("acme/acme-large", "tiers.100000.input_usd_per_mtok"),
        ("mirror/acme-large", "limits.output_tokens"),
    ]


def test_a_plan_has_no_figures_to_compare_and_a_gift_costs_nothing(catalog: Catalog) -> None:
    prices = [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 0}]
    assert not _found(catalog, {"id": "acme-small", "prices": prices}, provider="mirror")
    assert _found(catalog, {"id": "acme-gift", "prices": prices}) == {"input_usd_per_mtok": (1, "unrecorded"), "output_usd_per_mtok": (0, "equal")}
    assert not _found(catalog, {"id": "acme-unpriced", "prices": prices})


def test_a_model_is_lacking_when_none_of_our_spellings_is_its(catalog: Catalog) -> None:
    theirs = [{"id": name} for name in ("ACME-large", "acme-large-latest", "acme-latest", "acme-new", "acme-new")]
    assert lacking(catalog, {"acme": ["acme"]}, Holdings({"acme": ({}, theirs)})) == {"acme": [{"id": "acme-new"}]}


def test_a_provider_that_offers_all_of_another_is_not_lacking_what_that_one_lacks(catalog: Catalog) -> None:
    mirror = next(file for file in catalog.files if file.data["provider"] == "mirror")
    mirror.data["inherit_all"] = {"provider": "acme"}
    holdings = Holdings({"acme": ({}, [{"id": "acme-new"}])})
    assert list(lacking(catalog, {"acme": ["acme"], "mirror": ["acme"]}, holdings)) == ["acme"]
    assert list(lacking(catalog, {"mirror": ["acme"]}, holdings)) == ["mirror"]


def test_a_disagreement_is_about_its_own_entry(catalog: Catalog) -> None:
    assert {one.entry.ref for one in recorded(catalog)} == {"acme/acme-large"}
    assert "disagreements" not in catalog.models["mirror/acme-large"].facts


def test_the_source_of_a_field_is_its_groups_or_the_prices_own(catalog: Catalog) -> None:
    large = catalog.models["acme/acme-large"]
    assert source_of(large, "input_usd_per_mtok", "2026-11-20")["from"] == "acme's page"
    assert source_of(large, "input_usd_per_mtok", "2026-04-30")["from"] == "acme's price list"
    assert source_of(large, "limits.context_tokens", "2026-11-20")["from"] == "acme's model page"
    assert value_of(large, "limits.input_tokens", "2026-11-20") is None


def test_a_rate_is_that_of_the_tier_the_service_tier_or_the_hours() -> None:
    price = {
        "input_usd_per_mtok": 3,
        "tiers": [{"above_input_tokens": 200, "input_usd_per_mtok": 9}, {"above_input_tokens": 100, "input_usd_per_mtok": 6}],
        "off_peak": [{"hours_utc": "00:00-01:00", "input_usd_per_mtok": 1}, {"hours_utc": "02:00-03:00", "input_usd_per_mtok": 4}],
        "variants": {"batch": {"output_usd_per_mtok": 2}},
    }
    fields = ("", "tiers.99.", "tiers.100.", "tiers.250.", "off_peak.", "variants.batch.", "variants.flex.")
    assert [rate(price, f"{field}input_usd_per_mtok") for field in fields] == [4, 3, 6, 9, 1, 3, None]
