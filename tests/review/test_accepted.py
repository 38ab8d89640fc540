"""What was last accepted from a source: a line a model in the file, and only what was approved moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import pipeline
from modelwright.review import accepted
from modelwright.review.plan import Base, Change, Filled
from review.shop import READ, Shop, price, says

if TYPE_CHECKING:
    from pathlib import Path

BASE = Base(models={"acme": {"large": {"name": "Large", "price": price(2)}, "Äcme/small": {}}, "bolt": {"b": {"input": ["text"]}}}, others=["zed", "able"], is_known=True)
CHANGE = Change(
    id="acme/large#name",
    word="name-changed",
    risk="safe",
    provider="acme",
    ref="acme/large",
    field="name",
    old="Large",
    new="Larger",
    base="Large",
    source="models-dev",
    origin=READ,
    listed_as="large",
)


def test_the_file_has_a_line_a_model_and_reads_back(tmp_path: Path) -> None:
    text = accepted.render("models-dev", READ, BASE).decode()
    assert text == (
        '{\n "version": 1,\n "source": "models-dev",\n "from": "a catalogue of today",\n "read_on": "2026-11-20",\n "others": ["able", "zed"],\n "models": {\n'
        '  "acme": {\n   "large": {"name": "Large", "price": {"input_usd_per_mtok": 2, "output_usd_per_mtok": 10}},\n   "Äcme/small": {}\n  },\n'
        '  "bolt": {\n   "b": {"input": ["text"]}\n  }\n }\n}\n'
    )
    shop = Shop(tmp_path, {"acme": []})
    shop.write(accepted.path_of("models-dev"), text)
    document = accepted.document_of(str(shop.root), "models-dev")
    assert pipeline.diagnosed(document) == []
    assert accepted.base_of(document) == replace(BASE, others=["able", "zed"])
    assert accepted.document_of(str(shop.root), "other").problems


def test_a_base_of_nothing_is_a_file_too(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": []})
    shop.write(accepted.path_of("x"), accepted.render("x", READ, Base(models={"acme": {}})))
    document = accepted.document_of(str(shop.root), "x")
    assert pipeline.diagnosed(document) == []
    assert accepted.base_of(document) == Base(models={}, others=None, is_known=True)


_LARGE = {"name": "Large", "price": price(2)}
_MOVES: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({}, {"name": "Larger", "price": price(2)}),
    ({"new": None}, {"price": price(2)}),
    ({"field": "price", "new": price(3)}, {"name": "Large", "price": price(3)}),
    ({"field": "limits.context_tokens", "new": 0}, {**_LARGE, "limits.context_tokens": 0}),
    ({"field": "missing", "new": "2026-11-20"}, None),
    ({"field": "returned", "new": None}, _LARGE),
]


@pytest.mark.parametrize(("what", "large"), _MOVES)
def test_what_was_approved_of_a_model_moves_and_nothing_else(what: dict[str, Any], large: dict[str, Any] | None) -> None:
    before = replace(BASE, models={provider: dict(models) for provider, models in BASE.models.items()})
    found = accepted.moved(BASE, [replace(CHANGE, **what)])
    assert found.models["acme"].pop("large", None) == large
    assert found.models == {"acme": {"Äcme/small": {}}, "bolt": BASE.models["bolt"]}
    assert before == BASE


def test_a_new_model_is_accepted_as_far_as_the_source_itself_states_it() -> None:
    new = {"id": "next", "name": "Next", "status": "preview"}
    added = replace(CHANGE, field="added", new=new, listed_as="next", filled=(Filled(source="litellm", origin=READ, facts=("status",)),))
    assert accepted.moved(Base(), [added]) == Base(models={"acme": {"next": {"name": "Next"}}}, is_known=True)


def test_a_model_with_another_id_moves_to_it() -> None:
    found = accepted.moved(BASE, [replace(CHANGE, field="renamed", new={"id": "larger", "name": "Larger"})])
    assert found.models["acme"] == {"Äcme/small": {}, "larger": {"name": "Larger"}}


def test_what_leaves_nothing_of_a_provider_leaves_no_provider() -> None:
    found = accepted.moved(BASE, [replace(CHANGE, provider="bolt", field="missing", listed_as="b")])
    assert list(found.models) == ["acme"]


def test_providers_come_and_go() -> None:
    came = replace(CHANGE, field="provider", provider="new", new="new")
    assert accepted.moved(BASE, [came, came]).others == ["able", "new", "zed"]
    assert accepted.moved(Base(), [came]).others == ["new"]
    gone = replace(CHANGE, field="provider", provider="bolt", new=None)
    assert list(accepted.moved(BASE, [gone, gone]).models) == ["acme"]


def test_all_that_a_source_says_may_be_accepted_at_once() -> None:
    part = says({"bolt": {"c": {"name": "C"}}})
    assert accepted.adopted(BASE, part) == Base(models={"acme": BASE.models["acme"], "bolt": {"c": {"name": "C"}}}, others=BASE.others, is_known=True)
    whole = says({"bolt": {"c": {}}}, others=("y", "x"))
    assert accepted.adopted(BASE, whole) == Base(models={"bolt": {"c": {}}}, others=["y", "x"], is_known=True)
