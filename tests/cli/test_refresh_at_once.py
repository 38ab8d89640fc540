"""Several applies at once, and reading while one comes in between: one after the other or refused, nothing torn and nothing lost."""

from __future__ import annotations

import os
import re
import signal
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import filelock
import pytest

from cli.applies import WIDER, a_reviewed_world, applied, both, go_on, halted, is_half_done, reset, start, state
from cli.disk import halt_reading, halt_when, on_operations
from cli.refresh_world import NEW, RAISED, ended
from modelwright.source import journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.refresh_world import World
    from command_line import Run


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_reviewed_world(tmp_path, home, monkeypatch, run) as world:
        yield world


def test_an_apply_that_is_half_done_is_waited_for(world: World) -> None:
    """Whoever comes then, to read or to write, sees the registry as it is to be; nobody fails."""
    _, new = both(world)
    first = halted(start(world, "refresh", "--apply", before=halt_when(lambda: is_half_done(world))))
    others = [start(world, *command, name=command[0]) for command in (["refresh", "--apply"], ["lint", "--no-cache"], ["compile"])]
    time.sleep(0.2)
    assert go_on(first) == 0
    assert [ended(other) for other in others] == [0, 0, 0]
    assert state(world) == new
    assert "3 were already" in (world.root / "refresh").read_text()
    assert "interrupted" not in (world.root / "lint").read_text()
    assert (world.home / "registry.artifact").read_bytes() == compiled(world)


def compiled(world: World) -> bytes:
    """Return what the registry compiles to now."""
    world.run("compile", "-o", "now.artifact")
    return (world.root / "now.artifact").read_bytes()


@pytest.mark.parametrize("is_half_done_at_the_end", [False, True])
def test_what_is_read_while_an_apply_comes_in_between_is_old_or_new_and_no_mixture(world: World, is_half_done_at_the_end: bool) -> None:
    both(world)
    before = compiled(world)
    reader = halted(start(world, "compile", before=halt_reading("models/bolt.yaml"), name="compile"))
    writer = start(world, "refresh", "--apply", before=halt_when(lambda: is_half_done_at_the_end and is_half_done(world)))
    if is_half_done_at_the_end:
        halted(writer)
        os.kill(reader, signal.SIGCONT)
        time.sleep(0.2)
        assert go_on(writer) == 0
        assert ended(reader) == 0
    else:
        assert ended(writer) == 0
        assert go_on(reader) == 0
    assert (world.home / "registry.artifact").read_bytes() == compiled(world) != before


def test_what_is_left_half_changed_while_it_is_read_is_not_compiled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.run("compile")
    before = (world.home / "registry.artifact").read_bytes()
    monkeypatch.setattr("modelwright.source.layout._PAUSE_SECONDS", 0.001)
    readers = [halted(start(world, command, before=halt_reading("models/bolt.yaml"), name=command)) for command in ("compile", "lint")]
    assert applied(world, on_operations(lambda _: os.kill(os.getpid(), signal.SIGKILL) if is_half_done(world) else None)) == -signal.SIGKILL
    assert [go_on(reader) for reader in readers] == [1, 0]
    assert (world.root / "compile").read_text() == "error: `registry` is being changed, or was left half changed; do the same again, which finishes it\n"
    assert (world.home / "registry.artifact").read_bytes() == before
    assert "it is finished now" in (world.root / "lint").read_text()


def split(world: World) -> tuple[Path, Path]:
    """Write a review of Acme's changes and one of Bolt's; return them."""
    text = world.review.read_text()
    reviews = world.root / "acme.yaml", world.root / "bolt.yaml"
    for review, other in zip(reviews, ('  - id: "bolt/', '  - id: "acme/'), strict=True):
        head, *items = re.split(r"(?m)^(?=  - id: \")", text)
        review.write_text(head + "".join(item for item in items if not item.startswith(other)))
    return reviews


def test_an_apply_that_another_overtook_is_refused_and_takes_nothing_back(world: World) -> None:
    acme, bolt = split(world)
    late = halted(start(world, "refresh", "--apply", "--review", acme, before=stop_before_writing))
    world.refresh("--apply", "--review", bolt)
    between = state(world)
    assert go_on(late) == 3
    assert "`upstream/applied.jsonl` was changed in the meantime" in (world.root / "output").read_text()
    assert "nothing was written: try again" in (world.root / "output").read_text()
    assert state(world) == between
    world.refresh("--apply", "--review", acme)
    both_ = state(world)
    assert [line["applied"] for line in both_["upstream/applied.jsonl"]] == [[WIDER], [RAISED, NEW]]
    reset(world)
    world.refresh("--apply", "--review", acme)
    world.refresh("--apply", "--review", bolt)
    assert {path: content for path, content in state(world).items() if "applied" not in path} == {path: content for path, content in both_.items() if "applied" not in path}


def stop_before_writing() -> None:
    """Have this process stopped when it has worked out what to write."""
    from modelwright.source import journal

    real = journal.write_all

    def late(*arguments: Any, **named: Any) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)
        real(*arguments, **named)

    journal.write_all = late


def test_who_waits_too_long_for_another_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(world)
    monkeypatch.setattr("modelwright.source.journal.write_all", partial(journal.write_all, wait_seconds=0.05))
    (world.registry / ".apply").mkdir()
    with filelock.FileLock(world.registry / ".apply" / "lock"):
        assert "is being written by another process; wait until it is done; nothing was written" in world.refresh("--apply", code=3).err
    assert state(world) == before


@pytest.mark.parametrize("times", [2, pytest.param(25, marks=pytest.mark.slow)])
def test_of_applies_at_once_each_is_done_or_refused_and_none_is_lost(world: World, times: int) -> None:
    acme, bolt = split(world)
    for number in range(times):
        reset(world)
        children = {
            start(world, "refresh", "--apply", "--review", review, name=f"{number}{index}"): name for index, (review, name) in enumerate([(acme, "acme"), (bolt, "bolt")] * 2)
        }
        codes = [(name, ended(child)) for child, name in children.items()]
        assert {code for _, code in codes} <= {0, 3}
        assert 0 in {code for _, code in codes}
        done = {name for name, code in codes if code == 0}
        changed = state(world)
        log = changed["upstream/applied.jsonl"]
        assert [RAISED, NEW] in [line["applied"] for line in log] or "acme" not in done
        assert [WIDER] in [line["applied"] for line in log] or "bolt" not in done
        assert len(log) == len(done)
        assert world.run("lint").out == ""
        world.refresh("--apply", "--review", acme)
        world.refresh("--apply", "--review", bolt)
        assert changed.keys() <= state(world).keys()
