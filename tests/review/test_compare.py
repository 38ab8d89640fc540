"""What was accepted, what the registry says and what the source says now: which differences are somebody's to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from review.shop import TODAY, Shop, listing, price, says

if TYPE_CHECKING:
    from pathlib import Path

_SPREAD = "limits.output_tokens"


def _shop(tmp_path: Path, *models: dict[str, Any], **more: Any) -> Shop:
    return Shop(tmp_path, {"acme": list(models)}, **more)


def _limits(tokens: int | None) -> dict[str, Any]:
    return {} if tokens is None else {"limits": {"output_tokens": tokens}}


def _said(tokens: int | None) -> dict[str, Any]:
    return {"name": "Large"} | ({} if tokens is None else {_SPREAD: tokens})


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "found"),
    [
        (100, 100, 100, None),
        (100, 100, 200, ("limit-raised", None)),
        (100, 150, 100, None),
        (100, None, 100, None),
        (None, 150, None, None),
        (100, 150, 200, ("limit-raised", "both moved: the registry and the source each left what was last accepted")),
        (100, 200, 200, None),
        (100, None, 200, ("limit-learned", None)),
        (100, 100, None, ("limit-withdrawn", "a limit is no longer stated")),
        (100, 150, None, ("limit-withdrawn", "both moved: the registry and the source each left what was last accepted")),
        (100, None, None, None),
        (None, 100, 200, ("limit-raised", None)),
        (None, None, 200, ("limit-learned", None)),
        (None, 200, 200, None),
    ],
)
def test_a_source_that_has_not_moved_proposes_nothing_and_one_that_has_is_weighed_against_ours(
    base: int | None, ours: int | None, theirs: int | None, found: tuple[str, str | None] | None, tmp_path: Path
) -> None:
    shop = _shop(tmp_path, {"id": "large", "name": "Large", **_limits(ours)})
    shop.accept(says({"acme": {"large": _said(base)}}))
    changes = shop.changes(says({"acme": {"large": _said(theirs)}}))
    if found is None:
        assert not changes
        return
    change = changes[f"acme/large#{_SPREAD}"]
    assert len(changes) == 1
    assert (change.word, change.held) == found
    assert (change.old, change.new, change.base) == (ours, theirs, base)


@pytest.mark.parametrize(("ours", "found"), [(100, {"old": 100, "new": 200}), (None, {"old": None, "new": 200}), (200, None)])
def test_of_a_source_nothing_was_accepted_from_every_difference_is_shown(ours: int | None, found: dict[str, Any] | None, tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "name": "Large", **_limits(ours)})
    changes = shop.plan(says({"acme": {"large": _said(200)}})).changes
    assert [{"old": change.old, "new": change.new} for change in changes] == ([] if found is None else [found])


def test_what_a_source_never_said_is_not_withdrawn(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "name": "Large", "limits": {"output_tokens": 5}})
    assert not shop.changes(says({"acme": {"large": {"name": "Large"}}}))


def test_modalities_in_another_order_and_numbers_of_another_type_are_the_same(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "input": ["image", "text"], "prices": [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 0.3}]})
    now = {"input": ["text", "image"], "price": price(1.0, 0.30000000000000004)}
    assert not shop.changes(says({"acme": {"large": now}}))


def test_what_a_source_does_not_speak_for_it_may_only_fill(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "name": "Large"})
    changes = shop.changes(listing({"large": {"name": "LARGE", "released_on": "2026-01-31"}}))
    assert {change.field: change.word for change in changes.values()} == {"released_on": "date-changed"}


def test_a_flat_rate_is_not_compared_with_another_sources_figures_until_those_move(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "prices": [{"state": "included"}]})
    assert not shop.changes(says({"acme": {"large": {"price": price(3)}}}))
    shop.accept(says({"acme": {"large": {"price": price(3)}}}))
    change = shop.changes(says({"acme": {"large": {"price": price(4)}}}))["acme/large#price"]
    assert (change.old, change.base, change.held is not None) == ({"state": "included"}, price(3), True)


def test_a_cache_write_is_compared_under_the_registrys_name_for_it(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "prices": [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 5, "cache_write_5m_usd_per_mtok": 2, "cache_write_1h_usd_per_mtok": 4}]})
    assert not shop.changes(says({"acme": {"large": {"price": price(1, cache_write_usd_per_mtok=2)}}}))
    change = shop.changes(says({"acme": {"large": {"price": price(1, cache_write_usd_per_mtok=3)}}}))["acme/large#price"]
    assert change.new == {"input_usd_per_mtok": 1, "output_usd_per_mtok": 5, "cache_write_5m_usd_per_mtok": 3}
    assert change.details == ("cache_write_5m_usd_per_mtok: 2 → 3",)


def test_figures_a_source_is_silent_about_are_no_difference(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "prices": [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 5, "cache_read_usd_per_mtok": 0.1}]})
    assert not shop.changes(says({"acme": {"large": {"price": price(1)}}}))


@pytest.mark.parametrize("kind", ["local", "proxy", "custom"])
def test_what_one_user_runs_is_no_news_for_the_registry(kind: str, tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large"}, providers={"acme": {"kind": kind}})
    assert not shop.changes(listing({"tiny": {"limits.context_tokens": 1}}))


@pytest.mark.parametrize("spelled", ["large", "LARGE", "big", "Big", "sent-as", "SENT-AS"])
def test_an_alias_or_another_case_counts_as_the_model(spelled: str, tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "Large" if spelled == "large" else "large", "aliases": ["big"], "upstream_id": "sent-as", "limits": {"output_tokens": 5}})
    assert not shop.changes(listing({spelled: {_SPREAD: 5}}))
    change = next(iter(shop.changes(listing({spelled: {_SPREAD: 6}})).values()))
    assert (change.ref.lower(), change.listed_as) == ("acme/large", spelled)


def test_an_id_wins_over_anothers_alias_and_over_another_case(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "aliases": ["small", {"id": "l", "until": "2027-01-01"}]}, {"id": "small"}, {"id": "Small"})
    assert [change.ref for change in shop.plan(listing({"small": {_SPREAD: 1}, "Small": {_SPREAD: 2}, "l": {_SPREAD: 3}})).changes] == ["acme/large", "acme/small", "acme/Small"]


def test_of_two_spellings_of_one_model_the_registrys_own_counts(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "aliases": ["big"]})
    for models in ({"big": {_SPREAD: 1}, "large": {_SPREAD: 2}}, {"large": {_SPREAD: 2}, "big": {_SPREAD: 1}}):
        assert [change.new for change in shop.plan(listing(models)).changes] == [2]


def _missing(shop: Shop, *upstreams: Any) -> list[str]:
    return [change.ref for change in shop.plan(*upstreams).changes if change.field == "missing"]


def test_a_model_is_missing_when_its_providers_listing_lacks_it(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large"}, {"id": "small"})
    change = shop.changes(listing({"large": {}}))["acme/small#missing"]
    assert (change.word, change.risk, change.old, change.new) == ("model-missing", "notable", None, TODAY)


def test_a_model_that_a_catalogue_never_had_is_not_missing_there(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large"}, {"id": "small"})
    assert not _missing(shop, says({"acme": {"large": {}}}))
    shop.accept(says({"acme": {"large": {}, "small": {}}}))
    assert _missing(shop, says({"acme": {"large": {}}})) == ["acme/small"]


def test_a_model_that_any_listing_has_is_not_missing(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large"}, {"id": "small"})
    shop.accept(says({"acme": {"large": {}, "small": {}}}))
    one, other = listing({"large": {}}), listing({"small": {}, "large": {}}, source="acme.second")
    assert not _missing(shop, says({"acme": {"large": {}}}), one, other)
    assert _missing(shop, says({"acme": {"large": {}}}), one) == ["acme/small"]


def test_a_listing_that_does_not_speak_for_ids_tells_neither_new_nor_missing_models(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large"}, {"id": "small"})
    assert not shop.changes(listing({"large": {}, "new": {_SPREAD: 1}}, groups=["limits"]))


def test_a_listing_of_one_route_misses_only_what_that_route_offers(tmp_path: Path) -> None:
    route = {"label": "x", "protocol": "openai-chat", "base_url": "https://x.example/v1", "auth": {"kind": "bearer"}}
    shop = _shop(
        tmp_path,
        {"id": "everywhere"},
        {"id": "here", "routes": ["here"]},
        {"id": "there", "routes": ["there"]},
        providers={"acme": {"routes": [{"id": "here", **route}, {"id": "there", **route}]}},
    )
    assert _missing(shop, listing({"other": {}}, route="here")) == ["acme/everywhere", "acme/here"]


@pytest.mark.parametrize("ended", [{"status": "retired"}, {"retires_on": TODAY}, {"missing_since": "2026-11-01"}])
def test_what_has_ended_or_is_known_to_be_missing_is_not_missed(ended: dict[str, str], tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large"}, {"id": "small", **ended})
    assert not _missing(shop, listing({"large": {}}))


def test_a_model_that_is_about_to_retire_is_missed_until_then(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large"}, {"id": "small", "retires_on": "2026-11-21"})
    assert _missing(shop, listing({"large": {}})) == ["acme/small"]


def test_a_missing_model_that_is_listed_again_has_returned(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large", "missing_since": "2026-11-01"})
    change = shop.changes(listing({"large": {}}))["acme/large#returned"]
    assert (change.word, change.old, change.new, change.is_safe) == ("model-returned", "2026-11-01", None, True)


def test_what_the_registry_took_out_on_purpose_is_not_new_again(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "large"})
    shop.accept(says({"acme": {"large": {}, "gone": {_SPREAD: 1}}}))
    assert not shop.changes(says({"acme": {"large": {}, "gone": {_SPREAD: 1}}}))


_TELLING = {"released_on": "2026-01-31", "limits.context_tokens": 1000, "limits.output_tokens": 100}


def _become(tmp_path: Path, old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return what each of the models *old*, accepted and gone, is said to be renamed to."""
    shop = _shop(tmp_path, *({"id": identity} for identity in old))
    shop.accept(says({"acme": old}))
    changes = shop.plan(says({"acme": new})).changes
    renamed = {change.ref.partition("/")[2]: change.new["id"] for change in changes if change.field == "renamed"}
    assert {change.ref for change in changes if change.field == "missing"} == {f"acme/{identity}" for identity in old if identity not in renamed}
    assert {change.new["id"] for change in changes if change.field == "added"} == new.keys() - set(renamed.values())
    return renamed


def test_a_new_id_with_the_same_facts_and_a_like_name_is_the_same_model(tmp_path: Path) -> None:
    assert _become(tmp_path, {"acme-large": _TELLING}, {"acme-large-v1": {**_TELLING, "name": "Large", "updated_on": "2026-02-01"}}) == {"acme-large": "acme-large-v1"}


def test_models_that_moved_below_another_name_are_told_by_the_ends_of_their_ids(tmp_path: Path) -> None:
    old, new = {"old/large": _TELLING, "old/small": _TELLING}, {"new/Small": _TELLING, "new/large": _TELLING}
    assert _become(tmp_path, old, new) == {"old/large": "new/large", "old/small": "new/Small"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"acme-1": _TELLING}, {"acme-2": _TELLING | {"released_on": "2026-02-28"}}),
        ({"acme-1": _TELLING}, {"acme-1a": _TELLING, "acme-1b": _TELLING}),
        ({"acme-1a": _TELLING, "acme-1b": _TELLING}, {"acme-1": _TELLING}),
        ({"acme-large": _TELLING}, {"zenith": _TELLING}),
        ({"acme-1": {"released_on": "2026-01-31"}}, {"acme-1a": {"released_on": "2026-01-31"}}),
        (
            {"acme-1": {"limits.context_tokens": 1, "limits.output_tokens": 2, "knowledge_until": "2025-01"}},
            {"acme-1a": {"limits.context_tokens": 1, "limits.output_tokens": 2, "knowledge_until": "2025-01"}},
        ),
        ({"a/x": _TELLING, "b/x": _TELLING}, {"c/x": _TELLING, "d/x": _TELLING}),
    ],
    ids=["successor", "two-new", "two-old", "unlike", "too-little", "no-day", "tails-alike"],
)
def test_a_renaming_that_is_not_clear_is_none(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert _become(tmp_path, old, new) == {}


def test_a_renaming_is_told_by_the_registrys_facts_where_nothing_was_accepted(tmp_path: Path) -> None:
    shop = _shop(tmp_path, {"id": "acme-large", "released_on": "2026-01-31", "limits": {"context_tokens": 1000, "output_tokens": 100}})
    change = shop.changes(listing({"acme-large-v1": _TELLING}))["acme/acme-large#renamed"]
    assert (change.word, change.risk, change.old, change.new) == ("model-renamed", "notable", "acme-large", {"id": "acme-large-v1", **_TELLING})
