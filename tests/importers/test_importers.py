"""Other catalogues become registry files: what they say in our words, what we have no word for left out, nothing corrected."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from import_golden import FIXTURES, SOURCES, catalogue, imported
from modelwright.importers import all_importers, finder_of
from modelwright.importers.compare import Holdings
from modelwright.importers.shape import ShapeError
from modelwright.source.write_yaml import render_document

CATALOGUES = {source: catalogue(source) for source in SOURCES} | {"models-dev": json.loads((FIXTURES / "models-dev" / "api.json").read_text())}
JUNK: list[Any] = [None, True, 0, -1, 3.5, 1e308, 10**400, "", "x", "\x1b[2J", "2026-02-30", "25:99", [], {}, [None], [1, [2]], {"a": {}}, {"": None}, {"regex": "("}]


@pytest.mark.parametrize("source", SOURCES)
def test_an_importer_gives_exactly_what_its_fixture_says(source: str) -> None:
    assert imported(source) == (FIXTURES / source / "expected.yaml").read_text()


def test_importers_are_found_by_walking_the_package() -> None:
    assert list(all_importers()) == sorted(CATALOGUES)


@given(st.sampled_from(sorted(CATALOGUES)), st.data())
def test_whatever_is_wrong_in_a_catalogue_is_an_error_with_its_place(source: str, data: st.DataObject) -> None:
    broken = copy.deepcopy(CATALOGUES[source])
    for _ in range(data.draw(st.integers(1, 3))):
        broken = _mutated(broken, data)
    importer = all_importers()[source]
    try:
        found = importer.read(broken)
    except ShapeError as error:
        place, _, reason = str(error).partition(": ")
        assert place
        assert reason
        return
    holdings = Holdings(found, finder_of(importer, broken))
    for name, (provider, models) in found.items():
        render_document(provider | {"models": models}, schema="provider")
        holdings.find([name], ["large-1", "anything"])


def _mutated(value: Any, data: st.DataObject) -> Any:
    """Return *value* with junk in place of something in it."""
    keys: list[Any] = sorted(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not keys or data.draw(st.integers(0, 9)) == 0:
        return copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    key = data.draw(st.sampled_from(keys))
    value[key] = _mutated(value[key], data)
    return value


@pytest.mark.parametrize(
    ("source", "broken", "said"),
    [
        ("litellm", [], "the whole file: it is a list where an object belongs"),
        ("litellm", {"m": {"litellm_provider": "acme", "input_cost_per_token": "3"}}, "m: `input_cost_per_token` is text where a number belongs"),
        ("litellm", {"m": {"litellm_provider": "---"}}, "m: '---' holds no letter and no digit"),
        ("litellm", {"m": {"litellm_provider": "acme", "input_cost_per_token": 1e300}}, "m: `input_cost_per_token` is beyond all bounds"),
        ("genai-prices", [{"id": "acme"}], "the provider at 0: `name` is missing"),
        ("genai-prices", [{"id": "acme", "name": "A", "models": [{"id": "m", "prices": {"input_mtok": {"base": 1}}}]}], "acme.models.m: `tiers` is missing"),
        ("genai-prices", [{"id": "acme", "name": "A", "models": [{"id": "m", "match": {"like": "x"}, "prices": {}}]}], "acme.models.m: `match` has no clause `like`"),
        ("models-dev", {"acme": {"models": {"m": {"name": "M"}}, "npm": "", "env": [], "name": "A"}}, "acme.models.m: `id` is missing"),
    ],
)
def test_an_error_names_the_place_and_what_belongs_there(source: str, broken: Any, said: str) -> None:
    with pytest.raises(ShapeError) as error:
        all_importers()[source].read(broken)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("LARGE-1", "large-1"),
        ("large-1-2026-01-31", "large-1"),
        ("large-1-eu-2", "large-1"),
        ("large-number-one", "large-1"),
        ("larger-1", None),
        ("small-7", "small-1"),
        ("small-77", None),
    ],
)
def test_a_spelling_is_found_by_the_rules_of_genai_prices(name: str, identity: str | None) -> None:
    importer = all_importers()["genai-prices"]
    holdings = Holdings(importer.read(CATALOGUES["genai-prices"]), finder_of(importer, CATALOGUES["genai-prices"]))
    found = holdings.find(["acme"], [name])
    assert (None if found is None else found["id"]) == identity


def test_an_exact_id_wins_over_a_rule() -> None:
    importer = all_importers()["genai-prices"]
    data = [
        {
            "id": "acme",
            "name": "A",
            "models": [{"id": "m", "match": {"starts_with": "m"}, "prices": {}}, {"id": "m-2", "match": {"equals": "m-2"}, "prices": {}}],
        }
    ]
    found = Holdings(importer.read(data), finder_of(importer, data)).find(["acme"], ["m-3", "m-2"])
    assert found is not None
    assert found["id"] == "m-2"
