"""Whatever a provider replies, an adapter gives a page that is valid or says that it is no listing, and does nothing else."""

from __future__ import annotations

import copy
import math
import random
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import given, strategies as st

from discover_golden import CASES, recorded
from examples import few
from modelwright.discover import all_adapters
from modelwright.discover.adapter import MalformedListingError
from modelwright.discover.ollama_tags import parse_show
from sighting_form import listing_of, problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwright.discover.adapter import Listing

T = TypeVar("T")

MUTATED = 10_000
RECORDED = [(recorded(case)[0], reply) for case in CASES for reply in recorded(case)[1]]
SHOWN = {
    "capabilities": ["completion", "tools", "vision", "thinking"],
    "details": {"family": "qwen3"},
    "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
}
JUNK: list[Any] = [
    *(None, True, False, 0, -1, 1, 3.5, -0.0, 1e308, 5e-324, 10**400, -(10**9), math.nan, math.inf, 2**53),
    *("", "x", "0", "-1", "1e9", "$0.000003", "NaN", "1e-40", "\x1b[2J", "\ud800", "a b", "models/", "2026-02-30", "2026-12-31T00:00:00Z", "list", "text", "high", "x" * 5000, "٣"),
    *(
        [],
        {},
        [None],
        [[]],
        {"": None},
        {"id": "n"},
        {"usd": "1"},
        {"supported": True},
        {"effort": ["low"]},
        [{"cost": 1, "min": 1}],
        {"data": {"data": []}},
        {"error": {"message": "\x1b"}},
    ),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(JUNK),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["data", "models", "result", "id", "name", "pricing", "capabilities", "reasoning", "error"]) | st.text(), inner)
    ),
    max_leaves=30,
)


def outcome(parse: Callable[[], T]) -> T | str:
    """Return what *parse* gives, or the message of the one error it may raise."""
    try:
        return parse()
    except MalformedListingError as error:
        return str(error)


def judge(listing: Listing, payload: Any) -> None:
    """Fail unless *payload* gives a valid page or is said to be no listing."""
    page = outcome(lambda: all_adapters()[listing.adapter].parse(listing, payload))
    if isinstance(page, str):
        assert page.isprintable()
        assert 0 < len(page) < 300
        return
    assert problems(page.models) == []
    assert page.skipped >= 0
    assert page.cursor is None or (0 < len(page.cursor) <= 4096 and page.cursor.isprintable())
    assert len({model["id"].lower() for model in page.models}) == len(page.models)
    for model in page.models:
        assert model["id"].isprintable()
        assert 0 not in model.get("limits", {}).values()
        assert listing.usd_per_mtok is not None or "price" not in model


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return container and key of everything inside *value*."""
    found: list[tuple[Any, Any]] = []
    inside = [value]
    while inside:
        container = inside.pop()
        keys = list(container) if isinstance(container, dict) else list(range(len(container))) if isinstance(container, list) else []
        found += [(container, key) for key in keys]
        inside += [container[key] for key in keys]
    return found


def mutated(payload: Any, dice: random.Random) -> Any:
    """Return *payload* with one to four things in it replaced, removed, doubled, wrapped or put elsewhere."""
    whole = {"": copy.deepcopy(payload)}
    for _ in range(dice.randint(1, 4)):
        found = places(whole)
        if not found:
            break
        container, key = dice.choice(found)
        other, place = dice.choice(found)
        kind = dice.choice(["replace", "replace", "remove", "double", "wrap", "move"])
        if kind == "replace":
            container[key] = copy.deepcopy(dice.choice(JUNK))
        elif kind == "remove":
            del container[key]
        elif kind == "double" and isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        elif kind == "wrap":
            container[key] = dice.choice([[container[key]], {"data": container[key]}, {"supported": container[key]}, {"usd": container[key]}, [[container[key]]]])
        else:
            container[key] = copy.deepcopy(other[place])
    return whole.get("")


@few
@given(JSON)
def test_any_json_is_a_page_or_no_listing(payload: Any) -> None:
    for name in all_adapters():
        judge(listing_of(name), payload)


@few
@given(
    st.sampled_from(sorted(all_adapters())),
    st.dictionaries(st.sampled_from(sorted({key for _, reply in RECORDED for entry, key in places(reply) if isinstance(entry, dict)})), JSON),
)
def test_an_entry_of_known_fields_with_anything_in_them_is_a_model_or_skipped(name: str, entry: dict[str, Any]) -> None:
    models = {"m": entry} if name == "cloud-code-models" else [entry]
    listing = next(listing for listing, _ in RECORDED if listing.adapter == name)
    judge(listing, {"models": models, "data": models, "modelSummaries": models})


@few
@given(st.sampled_from(RECORDED), st.randoms())
def test_a_damaged_recording_is_a_page_or_no_listing(case: tuple[Listing, Any], dice: random.Random) -> None:
    judge(case[0], mutated(case[1], dice))


@pytest.mark.slow
@pytest.mark.parametrize("adapter", all_adapters())
def test_ten_thousand_damaged_recordings_of_every_adapter_are_pages_or_no_listings(adapter: str) -> None:
    own = [(listing, reply) for listing, reply in RECORDED if listing.adapter == adapter]
    for number in range(MUTATED):
        listing, reply = own[number % len(own)]
        judge(listing, mutated(reply, random.Random(number)))


@few
@given(JSON | st.randoms().map(lambda dice: mutated(SHOWN, dice)))
def test_details_of_a_model_are_facts_or_none(payload: Any) -> None:
    facts = outcome(lambda: parse_show(payload))
    assert facts.isprintable() if isinstance(facts, str) else problems([{"id": "m", **facts}]) == []
