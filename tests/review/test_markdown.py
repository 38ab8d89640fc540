"""The comment of a pull request: grouped, old → new, short enough for GitHub, and nothing that is listed is markup in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from modelwright.review import markdown
from modelwright.review.plan import Change, Impact, Plan, SourceState
from review.shop import READ, Shop, listing, price, says

if TYPE_CHECKING:
    from pathlib import Path

WORDS: dict[str, Any] = {"price-raised": {"title": "Higher prices"}, "model-added": {"title": "New models"}}
CHANGE = Change(
    id="acme/large#price",
    word="price-raised",
    risk="breaking",
    provider="acme",
    ref="acme/large",
    field="price",
    old=price(2),
    new=price(3),
    base=None,
    source="acme",
    origin=READ,
    listed_as="large",
)
HEAD = "<!-- modelwright:refresh -->\n## Refresh of the registry\n\n"
TABLE = "| | model | change | old | new | source |\n| --- | --- | --- | --- | --- | --- |\n"


def rendered(*changes: Change, sources: list[SourceState] | None = None, **more: Any) -> str:
    return markdown.render(Plan(changes=list(changes), sources=sources or [], declined=more.pop("declined", 0)), WORDS, **more)


def test_every_change_is_a_row_below_its_provider() -> None:
    changes = [
        replace(CHANGE, held="a limit shrinks", details=("input: 2 → 3", "output: 10 → 15"), impact=(Impact(kind="alias", ref="acme/big", breaks=True),)),
        replace(CHANGE, id="acme/next#added", word="model-added", risk="safe", field="added", ref="acme/next", old=None, new={"id": "next", "name": "Next"}),
        replace(CHANGE, field="missing", word="model-missing", risk="notable", new="2026-11-20"),
        replace(CHANGE, field="renamed", word="model-renamed", risk="notable", new={"id": "larger", "name": "Larger"}),
        replace(CHANGE, field="status", word="lifecycle-changed", old=None, new="deprecated"),
        replace(CHANGE, field="provider", word="provider-added", provider="zed", ref="zed", old=None, new="zed"),
    ]
    assert rendered(*changes) == (
        HEAD
        + "**6 changes**: 1 safe, 2 notable, 3 breaking; 1 held.\n\n### acme\n\n"
        + TABLE
        + "| 🔴 | large | Higher prices\\: price<br>input\\: 2 → 3<br>output\\: 10 → 15<br>held: a limit shrinks<br>touches alias acme/big breaks |  |  | acme |\n"
        + "| 🟢 | next | New models | - | name Next | acme |\n"
        + "| 🟡 | large | model-missing | input_usd_per_mtok 2, output_usd_per_mtok 10 | missing since 2026-11-20 | acme |\n"
        + "| 🟡 | large | model-renamed | input_usd_per_mtok 2, output_usd_per_mtok 10 | larger\\: name Larger | acme |\n"
        + "| 🔴 | large | lifecycle-changed\\: status | - | deprecated | acme |\n"
        + "\n### zed\n\n"
        + TABLE
        + "| 🔴 | zed | provider-added | - | zed | acme |\n"
    )


def test_what_changed_in_nothing_is_said_in_a_line() -> None:
    assert rendered() == f"{HEAD}Nothing changed upstream.\n"
    assert rendered(declined=2) == f"{HEAD}Nothing changed upstream. 2 changes were declined before.\n"
    assert "1 breaking; 0 held. 2 declined before are left out.\n" in rendered(CHANGE, declined=2)


def test_sources_that_could_not_be_compared_are_folded_away() -> None:
    sources = [SourceState(id="acme", state="ok"), SourceState(id="bolt", state="unreachable", detail="no | answer", is_missing=True)]
    assert rendered(sources=sources) == (
        f"{HEAD}Nothing changed upstream.\n<details><summary>Sources that could not be compared: 1</summary>\n\n"
        "| source | state | detail |\n| --- | --- | --- |\n| bolt | unreachable | no \\| answer |\n\n</details>\n"
    )


@pytest.mark.parametrize("count", [0, 3, 3000])
@pytest.mark.parametrize("unread", [0, 3, 3000])
def test_it_is_never_longer_than_github_takes_and_counts_what_is_left_out(count: int, unread: int) -> None:
    sources = [SourceState(id=f"s{number}", state="malformed", detail="@a" * 500, is_missing=True) for number in range(unread)]
    changes = [replace(CHANGE, ref=f"acme/m{number}", provider=f"p{number // 10}", old="@b" * 500, new="#c" * 500) for number in range(count)]
    text = rendered(*changes, sources=sources)
    assert len(text) <= markdown.MAX_CHARACTERS
    assert text.startswith(HEAD)
    rows = text.count("\n| 🔴 |")
    assert rows == count or f"\n… and {count - rows} more changes; the review file has them all.\n" in text
    told = text.count("| malformed |")
    assert told == unread or f"\n| … and {unread - told} more | | |\n" in text
    assert rows > 0 or not count


@pytest.mark.parametrize("limit", [400, 1000, 5000])
def test_it_is_no_longer_than_it_may_be(limit: int) -> None:
    changes = [replace(CHANGE, ref=f"acme/m{number}") for number in range(200)]
    assert len(rendered(*changes, max_characters=limit)) <= limit


HOSTILE = [
    "<script>x</script>",
    "[a](http://evil.example)",
    "![x](y)",
    "a|b|c",
    "**b**",
    "`c`",
    "# h",
    "> q",
    "@all #1",
    "a\nb\n\n# c",
    "\x1b[31m",
    "<!-- x",
    "-->",
    "&lt;",
    "$x$",
    "~~s~~",
    "https://evil.example",
    "x" * 100_000,
    "\\|",
    "- [ ] t",
    "|---|",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_is_listed_is_markup(tmp_path: Path, text: str) -> None:
    change = replace(CHANGE, ref=f"acme/{text}", old=text, new=text, held=text, details=(), impact=(Impact(kind="overlay", ref=text),), source="acme", provider="acme")
    said = rendered(change, replace(change, details=(text, text)), sources=[SourceState(id="acme", state="malformed", detail=text, is_missing=True)])
    harmless = rendered(
        *(
            replace(each, ref="acme/x", old="x", new="x", held="x", details=("x", "x") if each.details else (), impact=(Impact(kind="overlay", ref="x"),))
            for each in (change, replace(change, details=(text, text)))
        ),
        sources=[SourceState(id="acme", state="malformed", detail="x", is_missing=True)],
    )
    assert _structure(said) == _structure(harmless)
    assert all(character == "\n" or character.isprintable() for character in said)


def _structure(text: str) -> list[str]:
    """Return the kinds of everything in *text* but its letters, as GitHub's Markdown has it."""
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    found = []
    for token in parser.parse(text):
        children = [child for child in token.children or () if child.type != "text"]
        found += [token.type, *(f"{child.type} {child.content}" for child in children)]
    return found


def test_the_real_plan_of_a_shop_reads_well(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"acme": [{"id": "large", "limits": {"context_tokens": 1000}}]})
    plan = shop.plan(listing({"large": {"limits.context_tokens": 2000}}), says({"acme": {"new|one": {}}}))
    text = markdown.render(plan, shop.catalog.words("changes"))
    assert "| 🟢 | large | Larger limits\\: limits.context_tokens | 1000 | 2000 | acme |\n" in text
    assert "| 🟢 | new\\|one | New models<br>held: sources disagree\\: acme does not list it | - |  | models-dev |\n" in text
