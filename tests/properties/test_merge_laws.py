"""What always holds when layers are laid over each other (contract §4)."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from layer_strategies import Facts, endpoints, expected, inheriting_overlays, leaves, overlays, registries, registry_files, resolve, sightings
from modelwright import pipeline
from modelwright.cli import build
from modelwright.ir.catalog import at
from modelwright.passes import freeze, trace

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from modelwright.ir.catalog import Catalog, Entry, Pointer
    from modelwright.pipeline import Result

_NOT_A_FACT = ("id", "inherit", "$unset", "sources")


def _records(result: Result) -> dict[str, Facts]:
    return dict(freeze.models(result.catalog))


def _bytes(result: Result) -> tuple[bytes, bytes]:
    return build.artifact_bytes(result), build.json_bytes(result)


def _shuffled(value: Any, chance: random.Random) -> Any:
    """Return *value* with the keys of its mappings in another order."""
    if isinstance(value, list):
        return [_shuffled(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value)
    chance.shuffle(keys)
    return {key: _shuffled(value[key], chance) for key in keys}


@given(registry=registries, seen=sightings, user=overlays)
def test_same_inputs_give_the_same_bytes_and_leave_no_trace(registry: Facts, seen: Facts, user: Facts) -> None:
    alone = _bytes(resolve(registry))
    assert _bytes(resolve(registry, seen, user=user)) == _bytes(resolve(registry, seen, user=user))
    assert _bytes(resolve(registry)) == alone


@given(registry=registries, user=overlays)
def test_the_order_of_files_does_not_matter(registry: Facts, user: Facts) -> None:
    listed, listdir = _bytes(resolve(registry, user=user)), os.listdir
    try:
        os.listdir = lambda path: sorted(listdir(path), reverse=True)  # type: ignore[assignment]
        assert _bytes(resolve(registry, user=user)) == listed
    finally:
        os.listdir = listdir


@given(registry=registries, seen=sightings, user=inheriting_overlays, chance=st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(registry: Facts, seen: Facts, user: Facts, chance: random.Random) -> None:
    whole = resolve(registry, seen, user=user)
    other = resolve({provider: _ordered(models, _shuffled(models, chance)) for provider, models in registry.items()}, seen, user=_shuffled(user, chance))
    assert _records(other) == _records(whole)


def _ordered(models: Facts, shuffled: Facts) -> Facts:
    """Return *shuffled* with the models, which a registry keeps in a list, in the order of *models*."""
    return {model: shuffled[model] for model in models}


@given(registry=registries, seen=sightings, user=overlays, project=overlays)
def test_every_field_is_the_word_of_the_highest_layer_that_names_it(registry: Facts, seen: Facts, user: Facts, project: Facts) -> None:
    catalog = resolve(registry, seen, user=user, project=project).catalog
    found = {ref: {leaf: value for leaf, value in leaves(entry.facts).items() if leaf[0] not in _NOT_A_FACT} for ref, entry in catalog.models.items()}
    assert found == expected(registry, seen, user, project)


@given(registry=registries, user=overlays)
def test_a_model_no_overlay_names_has_the_same_record(registry: Facts, user: Facts) -> None:
    alone, whole = _records(resolve(registry)), _records(resolve(registry, user=user))
    named = {f"{provider}/{model}" for provider, models in user.items() for model in models}
    assert {ref: record for ref, record in whole.items() if ref not in named} == {ref: record for ref, record in alone.items() if ref not in named}


@given(registry=registries, seen=sightings)
def test_sightings_change_nothing_that_was_curated_but_the_name(registry: Facts, seen: Facts) -> None:
    alone, whole = resolve(registry).catalog, resolve(registry, seen).catalog
    for ref, entry in alone.models.items():
        curated, after = leaves(entry.facts), leaves(whole.models[ref].facts)
        assert {leaf: after[leaf] for leaf in curated if leaf != ("name",)} == {leaf: value for leaf, value in curated.items() if leaf != ("name",)}
        assert (whole.models[ref].seen_on is not None) == (entry.id in seen.get(entry.provider, {}))
    for ref in whole.models.keys() - alone.models.keys():
        assert "prices" not in whole.models[ref].facts
        assert whole.models[ref].seen_on == "2026-11-19"


@given(registry=registries, seen=sightings, user=inheriting_overlays, project=inheriting_overlays)
def test_every_value_has_exactly_one_winning_origin_and_it_says_the_value(registry: Facts, seen: Facts, user: Facts, project: Facts) -> None:
    catalog = resolve(registry, seen, user=user, project=project).catalog
    for entry, pointer, value in _values(catalog):
        _check_words(entry, pointer, value)


@given(user=endpoints, project=endpoints, chance=st.randoms(use_true_random=False))
def test_every_field_of_a_route_that_a_file_says_has_exactly_one_winning_origin(user: Facts, project: Facts, chance: random.Random) -> None:
    registry: Facts = {"acme": {}, "zenith": {}}
    catalog = resolve(registry, user=user, project=project).catalog
    for entry in catalog.providers.values():
        for index, route in enumerate(entry.facts["routes"]):
            for key, value in route.items():
                pointers = [("routes", index, key, part) for part in value] if isinstance(value, dict) else [("routes", index, key)]
                for pointer in pointers:
                    if trace.words(entry, pointer):  # what follows from other fields is nobody's word
                        _check_words(entry, pointer, trace.value_at(entry, pointer))
    other = resolve(registry, user=_shuffled(user, chance), project=_shuffled(project, chance)).catalog
    assert list(freeze.providers(other)) == list(freeze.providers(catalog))


def _check_words(entry: Entry, pointer: Pointer, value: Any) -> None:
    words = trace.words(entry, pointer)
    assert [word.value for word in words if word.wins] == [value], (entry.ref, pointer)
    for word in words:
        is_there, said = at(json.loads(word.place.document.text), word.place.pointer)
        assert is_there
        assert word.value in (said, "(removed)")


def _values(catalog: Catalog) -> list[tuple[Entry, Pointer, Any]]:
    found: list[tuple[Entry, Pointer, Any]] = []
    for entry in catalog.models.values():
        for leaf, value in leaves(entry.facts).items():
            if leaf == ("prices",):
                found += [(entry, ("prices", index, key), figure) for index, price in enumerate(value) for key, figure in price.items()]
            elif leaf[0] not in _NOT_A_FACT:
                found.append((entry, leaf, value))
    return found


@given(registry=registries, user=overlays)
def test_origins_name_exactly_the_fields_the_user_gave(registry: Facts, user: Facts) -> None:
    records = _records(resolve(registry, user=user))
    for provider, models in user.items():
        for model, patch in models.items():
            given_ = {".".join(leaf) for leaf in leaves(patch)} | {f"price.{key}" for key in patch.get("price", ())} | set(patch.get("$unset", ()))
            assert records[f"{provider}/{model}"].get("origins", {}) == dict.fromkeys(given_, "user")


@pytest.mark.parametrize("is_reversed", [False, True])
def test_of_two_files_that_declare_a_model_the_first_by_name_wins_however_the_disk_lists_them(is_reversed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = registry_files({"acme": {"m1": {"name": "One"}}})
    files["models/zzz.yaml"] = files["models/acme.yaml"].replace("One", "Two")
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.setattr(os, "listdir", lambda path, list_=os.listdir: sorted(list_(path), reverse=is_reversed))
    found = pipeline.resolve(pipeline.Inputs(str(tmp_path), "2026-11-20")).catalog
    assert found.models["acme/m1"].facts["name"] == "One"
    assert [note.kind for note in found.notes] == ["file-name", "duplicate-model"]
