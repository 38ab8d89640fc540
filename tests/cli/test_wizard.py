"""`providers refresh --wizard` in a terminal: every change is shown and decided on, then the review is written, applied or left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli.refresh_world import GONE, NEW, RAISED, World, a_world, model, moved, unmoved
from cli.terminals import BREAK, END, Terminal, without_colours
from modelwright.cli import applying
from modelwright.review.file import APPROVED, DEFERRED, PENDING, REJECTED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run

QUESTION = "[q]uit [s]: "
THEN = "Then (write-review, apply, none) [write-review]: "
WHY = "Why [rejected in the wizard]: "
UNTIL = "Until which day [2026-12-20]: "


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_world(tmp_path, home, monkeypatch, run) as world:
        world.lists["acme"] = moved()
        yield world


def wizard(*answers: str) -> Terminal:
    """Start the wizard and answer its questions about changes, one after the other, each with the questions that follow from it in lines below."""
    terminal = Terminal("refresh", "--wizard")
    for answer in answers:
        terminal.shows(QUESTION)
        for line in answer.split("\n"):
            terminal.types(line)
    return terminal


def then(terminal: Terminal, wish: str, code: int = 0) -> str:
    """Say what is to be done with the decisions; return what the command prints about it."""
    terminal.shows(THEN)
    terminal.types(wish)
    assert terminal.ends() == code, terminal.screen
    return terminal.rest.removeprefix(f"{wish}\n")


def decisions(world: World) -> dict[str, tuple[str, str | None, str | None]]:
    """Return per change in the review what is decided, why and until when."""
    return {item.change.id: (item.decision, item.reason, item.until) for item in applying.read_review(str(world.review))}


def test_every_change_is_shown_with_its_difference_and_decided_on(world: World) -> None:
    before = world.files()
    terminal = Terminal("refresh", "--wizard")
    terminal.shows("3 changes: 1 safe, 1 notable, 1 breaking; 1 held\n")
    shown = without_colours(terminal.shows(QUESTION))
    assert shown.startswith(
        "\n1 of 3: acme\n  ~ acme-small  price-raised price  (acme)\n      input_usd_per_mtok: 0.5 → 0.6\n      held: a first-party source: a price is approved by hand\n[a]pprove, "
    )
    terminal.types("a")
    assert "\n2 of 3: acme\n  ! acme-old  model-missing  (acme)\n" in without_colours(terminal.shows(QUESTION))
    terminal.types("r")
    terminal.shows(WHY)
    terminal.types("it still answers: we asked")
    assert "\n3 of 3: acme\n  + acme-next  model-added  name Acme Next; price input_usd_per_mtok 4, " in without_colours(terminal.shows(QUESTION))
    terminal.types("d")
    terminal.shows(UNTIL)
    terminal.types("2026-12-24")
    said = then(terminal, "write-review")
    assert said == "review.yaml: 3 changes, 3 of them decided; review.md: the same for a pull request\n"
    assert decisions(world) == {RAISED: (APPROVED, None, None), GONE: (REJECTED, "it still answers: we asked", None), NEW: (DEFERRED, None, "2026-12-24")}
    assert world.files() == before
    assert world.refresh("--apply").out == f"applied {RAISED}\ndeclined {GONE}\n"


def test_what_was_decided_is_applied_at_once_and_kept_in_the_review(world: World) -> None:
    said = then(wizard("a", "d\n", "r\n"), "apply")
    assert f"applied {RAISED}\ndeclined {NEW}\n1 applied, 1 declined; 1 file of models changed\n" in said
    assert world.found() == [GONE]
    assert decisions(world) == {RAISED: (APPROVED, None, None), GONE: (DEFERRED, None, "2026-12-20"), NEW: (REJECTED, "rejected in the wizard", None)}
    (line,) = (world.registry / "upstream" / "applied.jsonl").read_text().splitlines()
    assert (json.loads(line)["applied"], json.loads(line)["declined"]) == ([RAISED], [NEW])
    assert "because: rejected in the wizard" in (world.registry / "decisions.yaml").read_text()


def test_what_is_refused_at_the_end_is_not_lost(world: World) -> None:
    """Acme says an output limit that is above the context window; who decided on all the rest need not do so again."""
    world.lists["acme"] = [model("acme-small", 128_000, max_output_tokens=256_000), *moved()]
    before = world.files()
    assert "nothing was written" in then(wizard("a", "r\n", "s"), "apply", code=3)
    assert [decision for decision, _, _ in decisions(world).values()] == [APPROVED, REJECTED, PENDING]
    assert world.files() == before


def test_nothing_is_written_when_that_is_the_wish(world: World) -> None:
    before = world.files()
    assert then(wizard("a", "a", "a"), "none") == ""
    assert world.files() == before
    assert not world.review.exists()


def test_all_of_a_kind_are_decided_at_once(world: World) -> None:
    world.lists["acme"] = [
        model("acme-large", 400_000, (3, 15), max_output_tokens=128_000),
        model("acme-small", 256_000, (0.5, 1.5)),
        *unmoved()[2:],
        *(model(f"acme-{number}", 1000, (1, 2)) for number in range(3)),
    ]
    then(wizard("A", "R\nwe have enough"), "write-review")
    found = decisions(world)
    assert len(found) == 6
    assert {decision for change, decision in found.items() if "#limits." in change} == {(APPROVED, None, None)}
    assert {decision for change, decision in found.items() if "#added" in change} == {(REJECTED, "we have enough", None)}


def test_of_a_kind_that_is_approved_what_is_held_is_asked_for_and_of_one_that_is_rejected_it_is_not(world: World) -> None:
    world.lists["acme"] = [model("acme-small", 128_000, (0.45, 1.5)), model("acme-old", 32_000, (0.01, 2)), *unmoved()]
    world.lists["bolt"] = [model("bolt-1", 64_000, (0.01, 4))]
    terminal = wizard("A")
    assert "acme-old  price-lowered" in without_colours(terminal.shows(QUESTION))
    terminal.types("R")
    terminal.shows(WHY)
    terminal.types("too cheap to be true")
    then(terminal, "write-review")
    rejected = (REJECTED, "too cheap to be true", None)
    assert decisions(world) == {"acme/acme-small#price": (APPROVED, None, None), "acme/acme-old#price": rejected, "bolt/bolt-1#price": rejected}


def test_who_quits_keeps_what_was_decided(world: World) -> None:
    then(wizard("a", "q"), "write-review")
    assert [decision for decision, _, _ in decisions(world).values()] == [APPROVED, PENDING, PENDING]


def test_what_the_review_decides_already_is_not_asked_for_and_stays(world: World) -> None:
    world.write_review({RAISED: "approved\n    reason: announced in the mail", GONE: "deferred\n    until: 2026-12-01"})
    terminal = Terminal("refresh", "--wizard")
    assert "\n3 of 3: acme\n" in without_colours(terminal.shows(QUESTION))
    terminal.types("a")
    then(terminal, "write-review")
    assert decisions(world) == {RAISED: (APPROVED, "announced in the mail", None), GONE: (DEFERRED, None, "2026-12-01"), NEW: (APPROVED, None, None)}
    world.now += 11 * 86_400
    terminal = Terminal("refresh", "--wizard")
    assert "2 of 3: acme" in terminal.shows(QUESTION)
    terminal.types("s")
    then(terminal, "none")
    assert terminal.screen.count(QUESTION) == 1


def test_a_review_that_is_damaged_ends_the_wizard_before_it_asks(world: World) -> None:
    world.review.write_text("version: 1\nchanges: 5\n")
    terminal = Terminal("refresh", "--wizard")
    assert terminal.ends() == 1
    assert QUESTION not in terminal.screen
    assert world.review.read_text() == "version: 1\nchanges: 5\n"


@pytest.mark.parametrize("key", [BREAK, END], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("answers", [(), ("a",), ("a", "r"), ("a", "d"), ("a", "a", "a")], ids=["at the first", "at the second", "at the reason", "at the day", "at the end"])
def test_who_breaks_off_writes_nothing(world: World, answers: tuple[str, ...], key: str) -> None:
    before = world.files()
    terminal = wizard(*answers)
    terminal.shows({(): QUESTION, ("a",): QUESTION, ("a", "r"): WHY, ("a", "d"): UNTIL}.get(answers, THEN))
    assert terminal.breaks_off(key) == 130
    assert world.files() == before
    assert not world.review.exists()


def test_an_answer_that_is_none_is_asked_for_again(world: World) -> None:
    terminal = wizard("x", "approve", "d\nsoon\n2026-11-20\n2026-11-21", "q")
    terminal.shows(THEN)
    terminal.types("nothing")
    then(terminal, "write-review")
    for complaint in (
        "'x' is not one of",
        "'approve' is not one of",
        "'soon' is not a day; write YYYY-MM-DD",
        "2026-11-20 has come already; today is 2026-11-20",
        "'nothing' is not one of",
    ):
        assert complaint in terminal.screen
    assert decisions(world)[RAISED] == (DEFERRED, None, "2026-11-21")


def test_where_nothing_changed_nothing_is_asked(world: World) -> None:
    world.lists["acme"] = unmoved()
    terminal = Terminal("refresh", "--wizard")
    assert terminal.ends() == 0
    assert terminal.screen.endswith("\nnothing changed upstream\n")


@pytest.mark.parametrize("format_", ["json", "markdown"])
def test_what_is_for_programs_asks_nothing(world: World, format_: str) -> None:
    world.refresh()
    said = world.refresh("--format", format_).out
    terminal = Terminal("refresh", "--wizard", "--format", format_)
    assert terminal.ends() == 0
    assert terminal.screen.endswith(said)
    assert world.refresh("--wizard", "--format", format_).out == said
    assert not world.review.exists()


def test_nothing_that_is_listed_or_typed_commands_the_terminal_or_breaks_the_review(world: World) -> None:
    world.lists["acme"] = [*unmoved(), model("acme-next", 1000, (1, 2), name="\x1b]0;owned\x07\x1b[2J\rnext")]
    terminal = wizard(f"r\nno \u2028{'no ' * 1000}")
    shown = without_colours(terminal.shows(WHY))
    then(terminal, "write-review")
    assert all(character == "\n" or character.isprintable() for character in shown)
    ((decision, reason, _),) = decisions(world).values()
    assert decision == REJECTED
    assert reason == f"no \ufffd{'no ' * 1000}"[:2000]
