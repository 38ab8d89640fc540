"""Who is touched by a change: aliases, what it replaces, heirs, and what the user wrote over it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import pipeline
from modelwright.ir.inputs import USER, UserFile
from modelwright.review.impact import Touched
from modelwright.review.plan import Impact
from review.shop import Shop, listing, says

if TYPE_CHECKING:
    from pathlib import Path

FACTS: dict[str, Any] = {"limits": {"context_tokens": 1000, "output_tokens": 100}, "capabilities": {"tools": True}, "prices": [{"input_usd_per_mtok": 1, "output_usd_per_mtok": 5}]}
HEIRS: list[dict[str, Any]] = [
    {"id": "all", "inherit": "acme/large"},
    {"id": "own-window", "inherit": "acme/large", "limits": {"context_tokens": 500}},
    {"id": "priced", "inherit": {"model": "acme/large", "with": ["prices"]}},
    {"id": "successor-of", "replaced_by": "acme/large"},
]


def shop_of(tmp_path: Path) -> Shop:
    return Shop(tmp_path, {"acme": [{"id": "large", "aliases": ["big", {"id": "huge", "since": "2026-01-01"}], **FACTS}, {"id": "plain"}], "bolt": HEIRS})


def touched(shop: Shop, field: str, ref: str = "acme/large", overlay: dict[str, Any] | None = None) -> list[str]:
    """Return who is touched when *field* of *ref* changes, the user having written *overlay*."""
    users = None
    if overlay is not None:
        path = shop.root.parent / "models.json"
        path.write_text(json.dumps({"version": 1, **overlay}, indent=1))
        result = pipeline.resolve(shop.inputs._replace(user_files=(UserFile(str(path), "user/models.json", USER),)))
        assert result.findings == []
        users = result.catalog
    return [str(impact) for impact in Touched(shop.catalog, users).by(shop.catalog.models.get(ref), ref, field)]


@pytest.mark.parametrize(
    ("field", "heirs"),
    [
        ("limits.context_tokens", ["inherit bolt/all", "inherit bolt/priced"]),
        ("limits.output_tokens", ["inherit bolt/all", "inherit bolt/own-window", "inherit bolt/priced"]),
        ("limits.input_tokens", []),
        ("capabilities.tools", ["inherit bolt/all", "inherit bolt/own-window", "inherit bolt/priced"]),
        ("price", ["inherit bolt/priced"]),
        ("status", []),
    ],
)
def test_a_fact_touches_the_heirs_that_take_it(tmp_path: Path, field: str, heirs: list[str]) -> None:
    assert touched(shop_of(tmp_path), field) == heirs


def test_a_model_that_goes_breaks_its_names_and_what_it_replaces(tmp_path: Path) -> None:
    shop = shop_of(tmp_path)
    assert touched(shop, "missing") == ["alias acme/big breaks", "alias acme/huge breaks", "replaced_by bolt/successor-of breaks"]
    assert touched(shop, "renamed") == ["alias acme/big", "alias acme/huge", "replaced_by bolt/successor-of"]
    assert touched(shop, "missing", "acme/plain") == []


OVERLAY = {
    "aliases": {"mine": "acme/large", "other": "acme/plain"},
    "providers": {
        "acme": {"models": {"large": {"limits": {"context_tokens": 5}, "price": {"input_usd_per_mtok": 2}}, "next": {"name": "Next"}}},
        "bolt": {"models": {"mine": {"inherit": "acme/large"}, "yours": {"inherit": {"model": "acme/large", "with": ["prices"]}}}},
    },
}
_NAMED = ["overlay user/models.json:4: alias mine", "overlay user/models.json:25: bolt/mine inherits", "overlay user/models.json:28: bolt/yours inherits"]


@pytest.mark.parametrize(
    ("field", "ref", "expected"),
    [
        ("limits.context_tokens", "acme/large", [*_NAMED, "overlay user/models.json:10: acme/large says its own limits.context_tokens"]),
        ("limits.output_tokens", "acme/large", _NAMED),
        ("price", "acme/large", [*_NAMED, "overlay user/models.json:10: acme/large says its own price"]),
        ("name", "acme/large", _NAMED),
        ("missing", "acme/large", [f"{one} breaks" for one in [*_NAMED, "overlay user/models.json:10: acme/large"]]),
        ("renamed", "acme/large", [*_NAMED, "overlay user/models.json:10: acme/large"]),
        ("added", "acme/next", ["overlay user/models.json:18: acme/next"]),
        ("added", "acme/else", []),
        ("status", "acme/plain", ["overlay user/models.json:5: alias other"]),
    ],
)
def test_what_the_user_wrote_is_touched_too(tmp_path: Path, field: str, ref: str, expected: list[str]) -> None:
    assert [said for said in touched(shop_of(tmp_path), field, ref, OVERLAY) if said.startswith("overlay")] == expected


def test_a_base_of_hundreds_names_the_first_fifty(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", **FACTS}], "bolt": [{"id": f"m{number}", "inherit": "acme/large"} for number in range(200)]})
    (change,) = shop.plan(says({"acme": {"large": {"limits.context_tokens": 2000}}})).changes
    assert len(change.impact) == 50
    assert change.impact[0] == Impact(kind="inherit", ref="bolt/m0")


def test_a_plan_tells_with_every_change_whom_it_touches(tmp_path: Path) -> None:
    shop = shop_of(tmp_path)
    changes = shop.changes(listing({"plain": {}, "large": {"limits.context_tokens": 2000}}))
    assert [str(impact) for impact in changes["acme/large#limits.context_tokens"].impact] == ["inherit bolt/all", "inherit bolt/priced"]
