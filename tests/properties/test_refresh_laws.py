"""What always holds when a refresh is reviewed and applied, whatever the registry says and however its sources moved."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import assume, given, settings, strategies as st

from modelwright import pipeline
from modelwright.diagnostics.diagnostic import ERROR
from modelwright.review import file
from modelwright.review.apply import apply
from modelwright.review.edits import new_model
from modelwright.review.plan import RENAMED
from modelwright.source.document import Document
from review.shop import READ, Shop, listing, price, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

    from modelwright.review.plan import Change, Upstream

few = settings(max_examples=settings().max_examples // 10)
PROVIDERS = ("acme", "bolt")
IDS = ("m-1", "m-2", "m-3", "M-4.x", "ns/m-5")
Flat = dict[str, Any]

_CHOICES: dict[str, list[Any]] = {
    "name": ["One", "Two: the #2", "Three"],
    "released_on": ["2026-01-31", "2026-02-28"],
    "limits.context_tokens": [1000, 2000, 1_000_000],
    "limits.output_tokens": [100, 200],
    "input": [["text"], ["image", "text"], ["text", "image"]],
    "capabilities.tools": [True, False],
    "capabilities.json": [True, False],
    "thinking": [{"mode": "toggle"}, {"mode": "levels", "levels": ["low", "high"]}, {"mode": "levels", "levels": ["low"]}],
    "status": ["preview", "active"],
    "price": [
        *(price(1), price(2), price(2.5), price(200), {"state": "free"}, {"state": "included"}),
        price(1, cache_read_usd_per_mtok=0.5),
        price(1, **{"tiers.500.input_usd_per_mtok": 2, "tiers.500.output_usd_per_mtok": 10}),
        price(1, **{"variants.batch.input_usd_per_mtok": 0.5, "variants.batch.output_usd_per_mtok": 2}),
    ],
}
_FACTS = [(name, value) for name, values in _CHOICES.items() for value in values]
_OWN: list[dict[str, Any]] = [
    {},
    {"aliases": ["big"]},
    {"note": "curated: by hand"},
    {"missing_since": "2026-11-01"},
    {"earlier_limits": [{"until": "2026-10-01", "context_tokens": 500}]},
    {"prices": [{"until": "2026-05-01", "input_usd_per_mtok": 1, "output_usd_per_mtok": 5}, {"since": "2026-05-01", "input_usd_per_mtok": 2, "output_usd_per_mtok": 10}]},
    {
        "prices": [
            {"until": "2027-01-01", "input_usd_per_mtok": 1, "output_usd_per_mtok": 5},
            {"since": "2027-01-01", "announced": True, "input_usd_per_mtok": 2, "output_usd_per_mtok": 10},
        ]
    },
    {"prices": [{"until": "2026-05-01", "input_usd_per_mtok": 1, "output_usd_per_mtok": 5}]},
]
_GROUPS = [
    ("id", "limits", "prices"),
    ("id",),
    ("limits", "capabilities", "name"),
    ("id", "name", "limits", "capabilities", "modalities", "thinking", "lifecycle", "released_on", "prices"),
]


class Case(NamedTuple):
    """A registry, what was accepted from its sources, and what they say now."""

    models: dict[str, list[dict[str, Any]]]
    accepted: list[Upstream]
    now: list[Upstream]

    def shop(self, folder: str) -> Shop:
        shop = Shop(Path(folder), self.models)
        for provider in PROVIDERS:
            text = shop.read(f"models/{provider}.yaml")
            shop.write(f"models/{provider}.yaml", re.sub(r"(?m)(?<![\[{>|])$", lambda found: f"   # {found.start()}" if found.start() else "", text.rstrip("\n")) + "\n")
        for upstream in self.accepted:
            shop.accept(upstream)
        return shop


@cache
def flats() -> st.SearchStrategy[Flat]:
    return st.lists(st.sampled_from(_FACTS), max_size=6).map(dict)


@st.composite
def moved(draw: st.DrawFn, said: dict[str, Flat], *, brings_news: bool = True) -> dict[str, Flat]:
    """Return what a source says that once said *said*: models and facts went, came and changed, and some have another id."""
    found: dict[str, Flat] = {}
    for identity, facts in said.items():
        match draw(st.integers(0, 7)):
            case 0:
                continue
            case 1 if brings_news:
                found[f"{identity}-b"] = facts
            case 2 | 3:
                left = {name: value for name, value in facts.items() if draw(st.booleans())}
                found[identity] = left | draw(flats())
            case _:
                found[identity] = facts
    return found | {f"new-{number}": draw(flats()) for number in range(draw(st.integers(0, 2)) if brings_news else 0)}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    flat = {provider: draw(st.dictionaries(st.sampled_from(IDS), flats(), max_size=4)) for provider in PROVIDERS}
    models = {
        provider: [{**(entry := new_model({"id": identity, **facts}, READ)), **({} if "prices" in entry else draw(st.sampled_from(_OWN)))} for identity, facts in said.items()]
        for provider, said in flat.items()
    }
    groups = draw(st.sampled_from(_GROUPS))
    makers: list[Callable[[dict[str, dict[str, Flat]]], Upstream]] = [
        lambda said: listing(said["acme"], groups=groups),
        lambda said: listing(said["bolt"], provider="bolt", policy="aggregator"),
        says,
        lambda said: says({"acme": said["acme"]}, source="litellm", place=2),
    ]
    accepted, now = [], []
    for make in draw(st.lists(st.sampled_from(makers), min_size=1, max_size=3, unique=True)):
        then = {provider: draw(moved(said, brings_news=False)) for provider, said in flat.items()}
        accepted += [make(then)] if draw(st.booleans()) else []
        now.append(make({provider: draw(moved(said)) for provider, said in then.items()}))
    return Case(models, accepted, now)


def planned(shop: Shop, now: Iterable[Upstream]) -> dict[str, Change]:
    return {change.id: change for change in shop.plan(*now, allow_shrink=[upstream.source for upstream in now]).changes}


def errors(shop: Shop) -> list[str]:
    return [finding.message for finding in pipeline.compile(shop.inputs).findings if finding.severity == ERROR]


@contextmanager
def opened(case: Case) -> Iterator[tuple[Shop, dict[str, Change]]]:
    """Lay out the registry of *case*, and give it with the changes that a refresh finds."""
    with tempfile.TemporaryDirectory() as folder:
        shop = case.shop(folder)
        assume(not errors(shop))
        yield shop, planned(shop, case.now)


def of_models(shop: Shop) -> dict[str, bytes]:
    return {path: content for path, content in shop.files().items() if path.startswith("models/")}


@few
@given(cases())
def test_what_is_approved_is_done_and_then_nothing_is_left(case: Case) -> None:
    with opened(case) as (shop, changes):
        refs = set(shop.catalog.models)
        shop.settle(changes.values())
        assert planned(shop, case.now) == {}
        assert errors(shop) == []
        assert refs <= set(shop.catalog.models)
        again = shop.outcome(changes.values())
        assert ([item.change.id for item in again.already], again.applied, again.contents) == (list(changes), [], {})


@few
@given(cases(), st.data())
def test_of_what_is_found_just_the_approved_is_done_and_the_rest_stays(case: Case, data: st.DataObject) -> None:
    with opened(case) as (shop, changes):
        approved = data.draw(st.sets(st.sampled_from(sorted(changes)))) if changes else set()
        refs = set(shop.catalog.models)
        shop.settle(change for name, change in changes.items() if name in approved)
        assert set(planned(shop, case.now)) == set(changes) - approved
        assert refs <= set(shop.catalog.models)


@few
@given(cases())
def test_what_is_rejected_changes_no_model_and_stays_quiet(case: Case) -> None:
    with opened(case) as (shop, changes):
        before = of_models(shop)
        shop.settle(changes.values(), file.REJECTED)
        may_come = {f"{change.provider}/{change.new['id']}#added" for change in changes.values() if change.field == RENAMED}
        assert set(planned(shop, case.now)) <= may_come
        assert of_models(shop) == before
        assert errors(shop) == []


@few
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_sources_are_read_is_of_no_consequence(case: Case, random: Random) -> None:
    with opened(case) as (shop, changes):
        now = list(case.now)
        random.shuffle(now)
        assert list(planned(shop, now).values()) == list(changes.values())


@few
@given(cases(), st.data())
def test_a_review_that_is_written_and_read_does_the_same(case: Case, data: st.DataObject) -> None:
    with opened(case) as (shop, changes):
        decisions = [data.draw(st.sampled_from([file.PENDING, file.APPROVED, file.REJECTED])) for _ in changes]
        items = [
            file.Item(change=change, decision=decision, reason="it: is #so" if decision == file.REJECTED else None, index=index)
            for index, (change, decision) in enumerate(zip(changes.values(), decisions, strict=True))
        ]
        text = file.render(items, (), schema="review.schema.json")
        document = Document("review.yaml", "review.yaml", "review", text.encode())
        document.load()
        assert pipeline.diagnosed(document) == []
        read = file.items_of(document)
        assert read == items
        assert file.render(read, (), schema="review.schema.json") == text
        assert apply(shop.inputs, shop.result, read) == apply(shop.inputs, shop.result, items)


@few
@given(cases(), st.data())
def test_in_the_files_only_the_lines_of_what_is_changed_are_others(case: Case, data: st.DataObject) -> None:
    with opened(case) as (shop, changes):
        approved = data.draw(st.sets(st.sampled_from(sorted(changes)))) if changes else set()
        before = {path: text.decode() for path, text in of_models(shop).items()}
        shop.settle(change for name, change in changes.items() if name in approved)
        touched = {(changes[name].ref, field) for name in approved for field in written(changes[name])}
        for path, text in before.items():
            provider = path.removeprefix("models/").removesuffix(".yaml")
            old, new = ([part for part in parts(said).items() if (f"{provider}/{part[0][0]}", part[0][1]) not in touched] for said in (text, shop.read(path)))
            known = {model for (model, _), _ in old}
            assert [part for part in new if part[0][0] in known] == old


def written(change: Change) -> set[str]:
    """Return the keys of its model's entry that *change* may write."""
    whole = {"missing": {"missing_since"}, "returned": {"missing_since"}, "renamed": {"replaced_by", "upstream_id"}}
    if change.field in whole:
        return whole[change.field]
    head = change.field.partition(".")[0]
    return {"prices"} if head == "price" else {head, "sources"} | ({"earlier_limits"} if head == "limits" else set())


def parts(text: str) -> dict[tuple[str, str], str]:
    """Return the text of a file of models in parts: by model and key; the head by itself."""
    found: dict[tuple[str, str], str] = {}
    model = key = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("  - id: "):
            model = line.removeprefix("  - id: ").split()[0].strip('"')
            key = "id"
        elif match := re.match(r"    ([a-z_$]+):", line):
            key = match[1]
        found[model, key] = found.get((model, key), "") + line.replace("models: []", "models:")
    return found
