"""The review file: one item a change, the same bytes for the same plan, read back as it was written, and decisions that last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from modelwright import pipeline
from modelwright.review import file
from modelwright.review.apply import apply
from modelwright.review.facts import _GROUPS
from modelwright.review.file import APPROVED, DEFERRED, PENDING, REJECTED, Item
from modelwright.review.plan import Change, Filled, Impact, Plan, SourceState
from modelwright.source.document import Document
from modelwright.source.write_yaml import render_item
from review.shop import READ, Shop, listing, price, says

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CHANGE = Change(
    id="acme/ns/large#price",
    word="price-raised",
    risk="breaking",
    provider="acme",
    ref="acme/ns/large",
    field="price",
    old=price(2),
    new=price(3, **{"tiers.200000.input_usd_per_mtok": 6}),
    base=None,
    source="acme.api",
    origin=READ,
    listed_as="large",
    also=("models-dev",),
    against=(("litellm", price(4)), ("other", None)),
    held="sources disagree",
    details=("input_usd_per_mtok: 2 → 3",),
    impact=(Impact(kind="alias", ref="acme/big", breaks=True), Impact(kind="overlay", ref="user/models.json: alias mine")),
    follows="acme/base#price",
)
ADDED = replace(
    CHANGE,
    id="acme/next#added",
    word="model-added",
    ref="acme/next",
    field="added",
    old=None,
    new={"id": "next", "name": "Next"},
    listed_as="next",
    against=(("litellm", {"name": "Nekst"}),),
    filled=(Filled(source="models-dev", origin=READ, facts=("name",)),),
)
PROVIDER = Change(
    id="models-dev:a/b#added",
    word="provider-added",
    risk="notable",
    provider="a/b",
    ref="a/b",
    field="provider",
    old=None,
    new="a/b",
    base=None,
    source="models-dev",
    origin=READ,
    listed_as="a/b",
)


def rendered(changes: Iterable[Change], sources: Iterable[SourceState] = ()) -> str:
    return file.render([Item(change=change, index=index) for index, change in enumerate(changes)], list(sources), schema="review.schema.json")


def read(text: str) -> Document:
    document = Document("review.yaml", "review.yaml", "review", text.encode())
    document.load()
    return document


def test_an_item_has_everything_a_reader_needs_in_a_fixed_order() -> None:
    text = rendered(
        [CHANGE, ADDED, PROVIDER], [SourceState(id="b", state="unreachable", detail="no answer", is_missing=True), SourceState(id="a", state="ok", models=3, detail="not told")]
    )
    head, _, rest = text.partition("version: 1\n")
    assert head.startswith("# yaml-language-server: $schema=review.schema.json\n")
    assert rest == (
        "sources:\n  - id: a\n    state: ok\n    models: 3\n  - id: b\n    state: unreachable\n    detail: no answer\n"
        "changes:\n  # acme: 2 breaking\n"
        '  - id: "acme/ns/large#price"\n    class: price-raised\n    risk: breaking\n    held: sources disagree\n'
        "    old: {input_usd_per_mtok: 2, output_usd_per_mtok: 10}\n"
        "    new: {input_usd_per_mtok: 3, output_usd_per_mtok: 15, tiers.200000.input_usd_per_mtok: 6}\n"
        '    base: null\n    details: ["input_usd_per_mtok: 2 → 3"]\n'
        "    source: {id: acme.api, from: a catalogue of today, read_on: 2026-11-20, listed_as: large}\n"
        "    also: [models-dev]\n    against: {litellm: {input_usd_per_mtok: 4, output_usd_per_mtok: 20}, other: null}\n"
        '    impact: [alias acme/big breaks, "overlay user/models.json: alias mine"]\n    follows: "acme/base#price"\n    decision: pending\n'
        '  - id: "acme/next#added"\n    class: model-added\n    risk: breaking\n    held: sources disagree\n    new: {id: next, name: Next}\n'
        '    details: ["input_usd_per_mtok: 2 → 3"]\n    source: {id: acme.api, from: a catalogue of today, read_on: 2026-11-20}\n'
        "    also: [models-dev]\n    against: {litellm: {name: Nekst}}\n"
        "    filled:\n      - id: models-dev\n        from: a catalogue of today\n        read_on: 2026-11-20\n        facts: [name]\n"
        '    impact: [alias acme/big breaks, "overlay user/models.json: alias mine"]\n    follows: "acme/base#price"\n    decision: pending\n'
        '  # a/b: 1 notable\n  - id: "models-dev:a/b#added"\n    class: provider-added\n    risk: notable\n    new: a/b\n'
        "    source: {id: models-dev, from: a catalogue of today, read_on: 2026-11-20}\n    decision: pending\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        CHANGE,
        ADDED,
        PROVIDER,
        replace(CHANGE, base=CHANGE.old),
        replace(PROVIDER, id="models-dev:x#missing", word="provider-missing", provider="x", ref="x", old="x", base="x", new=None, listed_as="x"),
    ],
)
def test_an_item_reads_back_as_it_was_written(change: Change) -> None:
    document = read(rendered([change]))
    assert pipeline.diagnosed(document) == []
    (item,) = file.items_of(document)
    assert item == Item(change=change)
    assert rendered([item.change]) == document.source


def test_a_plan_of_nothing_is_a_review_too() -> None:
    text = rendered([])
    assert text.endswith("version: 1\nchanges: []\n")
    assert file.items_of(read(text)) == []


def test_texts_are_cut_and_cleaned_so_that_the_review_can_always_be_read() -> None:
    long = replace(CHANGE, held="x" * 5000, details=("a\x1b[31m\nb", "y" * 5000), impact=(Impact(kind="overlay", ref="z" * 5000),))
    document = read(rendered([long], [SourceState(id="a", state="malformed", detail="\x00" + "w" * 5000, is_missing=True)]))
    assert pipeline.diagnosed(document) == []
    (said,) = document.data["changes"]
    assert (len(said["held"]), said["held"][-1]) == (2000, "…")
    assert said["details"][0] == "a\ufffd[31m\ufffdb"
    assert len(document.data["sources"][0]["detail"]) == 2000


def test_every_fact_that_is_compared_can_stand_in_a_review() -> None:
    for field in [*_GROUPS, "limits.input_tokens", "capabilities.json_schema", "missing", "returned", "renamed"]:
        value: Any = {"price": price(1), "renamed": {"id": "x"}, "input": ["text"], "output": ["text"]}.get(field, "x")
        change = replace(
            CHANGE, id=f"acme/m#{field}", field=field, ref="acme/m", listed_as="m", old=None, new=value, against=(), word="model-renamed" if field == "renamed" else "fact-changed"
        )
        document = read(rendered([change]))
        assert pipeline.diagnosed(document) == [], field
        assert file.items_of(document)[0].change == change


def decided(before: Item, now: Change, today: str = "2026-11-21") -> Item:
    (item,) = file.decided(Plan(changes=[now]), {before.change.id: before}, today)
    return item


def test_a_decision_stays_as_long_as_the_change_is_the_same() -> None:
    before = Item(change=CHANGE, decision=REJECTED, reason="no", until="2027-01-01", index=7)
    later = replace(CHANGE, origin={"from": "again", "read_on": "2026-11-21"}, held=None, also=(), details=())
    assert decided(before, later) == Item(change=later, decision=REJECTED, reason="no", until="2027-01-01", index=0)
    for other in (replace(CHANGE, old=price(1)), replace(CHANGE, new=price(9)), replace(CHANGE, word="price-changed")):
        assert decided(before, other) == Item(change=other)
    assert file.decided(Plan(changes=[CHANGE]), {}, "2026-11-21") == [Item(change=CHANGE)]


def test_a_decision_on_what_was_not_looked_at_stays() -> None:
    """A source that cannot be reached tonight, or another provider's refresh, takes no decision away."""
    before = {CHANGE.id: Item(change=CHANGE, decision=APPROVED, reason="yes")}
    read = SourceState(id=CHANGE.source, state="ok")
    unread = SourceState(id=CHANGE.source, state="unreachable", is_missing=True)
    for sources, providers, is_kept in (([read], [], False), ([read], [CHANGE.provider], False), ([read], ["zen"], True), ([unread], [], True), ([], [], True)):
        assert file.decided(Plan(sources=sources), before, "2026-11-21", providers) == list(before.values()) * is_kept
    assert file.decided(Plan(sources=[unread], changes=[CHANGE]), before, "2026-11-21") == list(before.values())
    assert file.decided(Plan(sources=[unread]), {CHANGE.id: Item(change=CHANGE)}, "2026-11-21") == []


def test_what_is_deferred_is_asked_for_again_on_its_day() -> None:
    before = Item(change=CHANGE, decision=DEFERRED, until="2026-12-01")
    assert decided(before, CHANGE, "2026-11-30").decision == DEFERRED
    assert decided(before, CHANGE, "2026-12-01").decision == PENDING


def test_a_model_that_is_still_missing_the_next_day_is_the_same_change_with_its_first_day(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "gone"}, {"id": "here"}]})
    (today,) = shop.plan(listing({"here": {}})).changes
    (tomorrow,) = shop.plan(listing({"here": {}}, origin={"from": "a listing", "read_on": "2026-11-21"})).changes
    assert (today.new, tomorrow.new) == ("2026-11-20", "2026-11-21")
    kept = decided(Item(change=today, decision=APPROVED, reason="it is gone"), tomorrow)
    assert (kept.decision, kept.reason, kept.change.new) == (APPROVED, "it is gone", "2026-11-20")
    back = replace(tomorrow, old="2026-11-01")
    assert decided(Item(change=today, decision=APPROVED), back).decision == PENDING


_JUNK: list[Any] = [
    *(None, True, 0, -1, 1.5, "", "x", "2026-01-01", [], ["text"], [1], [["a"]], {}, 10**30),
    *({"id": "x"}, {"a": 1}, {"input_usd_per_mtok": "x"}, {"state": "free"}, {"state": 5}, {"mode": "x"}, {"mode": 5}, {"tiers.5.x": 1}, {"tiers.x.y": 1}, {"a.b.c": 1}),
    *(
        {"price": {"x": 1}, "id": "z"},
        {"price": 5, "id": "z"},
        {"id": "z", "limits.context_tokens": "x"},
        {"id": "z", "thinking": 5},
        {"id": "z", "nope": 1},
        {"id": 5},
        {"id": "a b"},
    ),
]


_TELLING = ["price", "input", "thinking", "limits.context_tokens", "added", "renamed"]


@pytest.mark.parametrize(
    "field", [*_TELLING, *(pytest.param(name, marks=pytest.mark.slow) for name in [*_GROUPS, "capabilities.tools", "missing", "returned"] if name not in _TELLING)]
)
def test_whatever_somebody_writes_into_an_item_it_is_told_or_done_and_never_a_crash(tmp_path: Path, field: str) -> None:
    facts = {"name": "Large", "limits": {"context_tokens": 1000}, "input": ["text"], "thinking": {"mode": "none"}, "prices": [{"input_usd_per_mtok": 2, "output_usd_per_mtok": 10}]}
    shop = Shop(tmp_path, {"acme": [{"id": "large", **facts}, {"id": "heir", "inherit": "acme/large"}, {"id": "empty"}]})
    result, usable = shop.result, 0
    for key in ("old", "new", "base", "against"):
        for junk in _JUNK:
            for ref in ("acme/large", "acme/heir", "acme/z"):
                item: dict[str, Any] = {"id": f"{ref}#{field}", "class": "fact-changed", "risk": "safe", "source": {"id": "s", **READ}, "decision": APPROVED}
                item |= {"new": {"id": "z"}} if field in ("added", "renamed") else {"old": price(2), "new": price(3)} if field == "price" else {}
                document = read("version: 1\nchanges:\n" + render_item(item | {key: junk}))
                if not pipeline.diagnosed(document):
                    usable += 1
                    apply(shop.inputs, result, file.items_of(document))
    assert usable > 20


@pytest.mark.parametrize("source", ["../models-dev", "a/b", "/etc/passwd", ".hidden", "A", "a\x00b", "", "x" * 300])
def test_a_source_cannot_name_a_path(source: str) -> None:
    document = read("version: 1\nchanges:\n" + render_item(file.as_data(Item(change=replace(CHANGE, source=source)))))
    assert [finding.name for finding in pipeline.diagnosed(document)] == ["invalid-value"]


@pytest.mark.parametrize("identity", ["acme/m#frobnicate", "acme/m", "acme/m#prices", "acme/m#limits", "acme/m\n#name", "#price", f"acme/{'m' * 500}#name"])
def test_an_id_that_is_about_nothing_a_refresh_compares_is_told(identity: str) -> None:
    document = read("version: 1\nchanges:\n" + render_item(file.as_data(Item(change=replace(CHANGE, id=identity)))))
    assert {finding.name for finding in pipeline.diagnosed(document)} == {"invalid-value"}


def test_hostile_names_and_ids_are_left_out_or_read_back(tmp_path: Path) -> None:
    """Nothing that is listed breaks the review or names a path: what the registry could not hold is not proposed at all."""
    odd = [
        "a\nb",
        "../../etc/passwd",
        "a\0b",
        "\x1b[31m",
        "a|b",
        "<!-- x -->",
        "x" * 1_000_000,
        "a#b",
        "{}",
        "- x",
        "a: b",
        "@all",
        "\u2028",
        "\ufeff",
        "\u202eabc",
        "~",
        "null",
        "1e3",
        "*a",
        "&a",
        "!x",
        "%",
        "'",
        '"',
        "#",
    ]
    shop = Shop(tmp_path, {"acme": [{"id": "large"}]})
    models: dict[str, dict[str, Any]] = {**{text: {} for text in odd}, **{f"m{number}": {"name": text, "limits.context_tokens": 5} for number, text in enumerate(odd)}}
    plan = shop.plan(says({"acme": models}))
    document = read(rendered(plan.changes))
    assert pipeline.diagnosed(document) == []
    assert [item.change for item in file.items_of(document)] == plan.changes
    added = {change.new["id"] for change in plan.changes}
    assert {"../../etc/passwd", "a|b", "a#b", "@all", "null", "~", "1e3"} <= added
    assert added.isdisjoint({"a\nb", "a\0b", "\x1b[31m", "x" * 1_000_000, "\u2028", "\ufeff", "- x", "<!-- x -->"})
    assert {f"m{number}" for number in range(len(odd))} <= added
    before = set(shop.files())
    shop.settle(plan.changes)
    assert set(shop.files()) - before == {"upstream/models-dev.json"}
    assert {f"acme/{identity}" for identity in added} <= set(shop.catalog.models)
    assert shop.plan(says({"acme": models})).changes == []
