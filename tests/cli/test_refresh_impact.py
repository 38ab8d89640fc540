"""Whom a change of the registry touches in the user's files, in whichever dialect they are written: accounts, agents, names, models of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli.refresh_world import World, a_world, model, unmoved
from modelwright.dialects import NATIVE, all_dialects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run

FILES: dict[str, Any] = {
    "native": {
        "aliases": {"mine": "acme/acme-old"},
        "accounts": {"work": {"provider": "acme", "models": ["acme-small", {"id": "acme-old"}]}},
        "agents": {"coder": {"primary": "acme/acme-small", "fallbacks": ["acme/big", "work/acme-old"], "tasks": {"cheap": "acme/acme-old"}}},
        "allowed_models": ["acme/acme-small"],
    },
    "sophon": {
        "providers": [{"id": "work", "providerType": "acme", "models": [{"id": "acme-small"}, {"id": "big"}, {"id": "acme-old"}]}],
        "modelCatalog": [{"id": "acme-old", "provider": "acme", "contextWindow": 1000}],
    },
    "sloppy": {
        "models": [
            {"title": "work", "apiKey": "", "apiUrl": "", "model": "acme-small", "providerCatalogId": "acme"},
            {"title": "other", "apiKey": "", "apiUrl": "", "model": "acme-old", "providerCatalogId": "acme"},
        ],
        "modelRouting": {"fast": "acme:big"},
    },
    "routerly": [
        {"id": "acme-small", "provider": "acme", "cost": {"inputPerMillion": 1, "outputPerMillion": 2}},
        {"id": "big", "provider": "acme"},
        {"id": "acme/acme-old", "provider": "acme"},
    ],
    "zot": {"providers": {"acme": {"models": [{"id": "acme-small", "priceInput": 1, "priceOutput": 2}, {"id": "acme-old", "contextWindow": 1000}, {"id": "acme-large"}]}}},
    "fased": {
        "agents": {
            "defaults": {
                "model": {"primary": "acme/acme-small", "fallbacks": ["acme/big"]},
                "taskModels": {"cheapCheck": "acme/acme-old"},
                "models": {"acme/acme-small": {"alias": "quick"}},
            },
            "list": [{"id": "coder", "model": "quick"}],
        }
    },
}
PRICE, LARGE, OLD = "acme/acme-small#price", "acme/acme-large#renamed", "acme/acme-old#missing"
TOUCHED = {
    "native": {
        PRICE: ["agent :18: coder primary acme/acme-small", "overlay :29: allows acme/acme-small", "account :9: work has acme-small"],
        LARGE: ["agent :20: coder fallbacks acme/big"],
        OLD: [
            "overlay :3: alias mine breaks",
            "agent :21: coder fallbacks work/acme-old breaks",
            "agent :24: coder tasks cheap acme/acme-old breaks",
            "account :10: work has acme-old breaks",
        ],
    },
    "sophon": {
        PRICE: ["account :7: work has acme-small"],
        LARGE: ["account :10: work has big"],
        OLD: ["account :13: work has acme-old breaks", "overlay :21: acme/acme-old breaks"],
    },
    "sloppy": {PRICE: ["account :7: work has acme-small"], LARGE: ["overlay :19: alias fast"], OLD: ["account :14: other has acme-old breaks"]},
    "routerly": {
        PRICE: ["overlay :3: alias acme-small", "account :3: acme has acme-small", "overlay :3: acme/acme-small says its own price"],
        LARGE: ["overlay :11: alias big", "account :11: acme has big"],
        OLD: ["account :15: acme has acme-old breaks"],
    },
    "zot": {PRICE: ["overlay :6: acme/acme-small says its own price"], LARGE: ["overlay :15: acme/acme-large"], OLD: ["overlay :11: acme/acme-old breaks"]},
    "fased": {
        PRICE: ["overlay :15: alias quick", "agent :5: defaults primary acme/acme-small", "agent :22: coder primary acme/acme-small", "overlay :14: allows acme/acme-small"],
        LARGE: ["agent :7: defaults fallbacks acme/big", "overlay :7: allows acme/big"],
        OLD: ["agent :11: defaults tasks cheap-check acme/acme-old breaks"],
    },
}


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    """A price went up, a model went, and one got another id."""
    with a_world(tmp_path, home, monkeypatch, run) as world:
        large, small, _, mini = world.lists["acme"] = unmoved()
        large["released"] = "2026-02-01"
        world.refresh("acme", "--baseline")
        world.lists["acme"] = [{**large, "id": "acme-large-v1"}, model(small["id"], 128_000, (0.6, 1.5)), mini]
        yield world


def test_there_is_a_file_of_every_dialect() -> None:
    assert FILES.keys() == TOUCHED.keys() == {NATIVE, *all_dialects()}


@pytest.mark.parametrize("dialect", FILES)
def test_a_change_names_the_lines_of_the_user_s_files_that_it_touches(dialect: str, world: World) -> None:
    file = world.root / "theirs.json"
    file.write_text(json.dumps(FILES[dialect], indent=1))
    found = {change["id"]: change["impact"] for change in world.plan("--no-cache", "--config", file)["changes"]}
    told = {
        name: [f"{one['kind']} {one['ref'].removeprefix('config/theirs.json')}{' breaks' if one['breaks'] else ''}" for one in impact if one["kind"] != "alias"]
        for name, impact in found.items()
    }
    assert told == TOUCHED[dialect]


def test_the_review_names_them_without_where_they_are_on_this_machine(world: World) -> None:
    file = world.root / "theirs.json"
    file.write_text(json.dumps(FILES["fased"], indent=1))
    world.refresh("--write-review", "--no-cache", "--config", file)
    assert "agent config/theirs.json:11: defaults tasks cheap-check acme/acme-old breaks" in world.review.read_text()
    assert str(world.root) not in world.review.read_text() + world.review.with_suffix(".md").read_text()
