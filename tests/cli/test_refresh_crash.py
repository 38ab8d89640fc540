"""An apply that is killed or fails at any operation leaves the registry as it was or as it was to be, wholly, and the next command says which."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from cli.applies import a_reviewed_world, applied, both, is_half_done, left, reset, start, state
from cli.disk import TOLD, die_at, fail_at, on_operations
from cli.refresh_world import ended
from modelwright.source import journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.applies import State
    from cli.refresh_world import World
    from command_line import Run

NEXT = (["lint", "--no-cache"], ["compile"], ["refresh", "--no-network"])


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_reviewed_world(tmp_path, home, monkeypatch, run) as world:
        yield world


def operations(world: World) -> int:
    """Return how many operations on files an apply is."""
    reader, writer = os.pipe()
    write = os.write

    def tell(_: int) -> None:
        write(writer, b".")

    applied(world, on_operations(tell))
    os.close(writer)
    with open(reader, "rb") as stream:
        count = len(stream.read())
    reset(world)
    return count


def check(world: World, number: int, command: list[str], old: State, new: State) -> str:
    """Kill an apply before operation *number*, check what *command* and another apply make of it, and return how far it came."""
    assert applied(world, die_at(number)) == -signal.SIGKILL
    return settled(world, command, old, new)


def settled(world: World, command: list[str], old: State, new: State) -> str:
    before, rest = state(world), left(world)
    assert "journal.json" in rest or before in (old, new)
    said = world.run(*command).err
    after = state(world)
    assert (after == old) if "it is rolled back" in said else (after == new) if "finished now" in said else (after == before and not rest), said
    assert left(world) == set()
    assert "interrupted" not in world.run(*command).err
    world.refresh("--apply")
    assert state(world) == new
    reset(world)
    return "pending" if "journal.json" in rest else "old" if before == old else "new"


@pytest.mark.slow
def test_an_apply_killed_at_any_operation_leaves_the_old_registry_or_the_new_one(world: World) -> None:
    old, new = both(world)
    found, number = [], 1
    while applied(world, die_at(number)) == -signal.SIGKILL:
        shutil.rmtree(world.root / "killed", ignore_errors=True)
        shutil.copytree(world.registry, world.root / "killed")
        for command in NEXT:
            reset(world, "killed")
            found.append(settled(world, command, old, new))
        number += 1
    assert state(world) == new
    assert number > 70
    assert sorted(set(found)) == ["new", "old", "pending"]
    assert found == sorted(found, key=["old", "pending", "new"].index)


def test_an_apply_killed_at_some_operation_leaves_the_old_registry_or_the_new_one(world: World) -> None:
    old, new = both(world)
    count = operations(world)
    found = [check(world, count * step // 9, NEXT[step % 3], old, new) for step in range(1, 10)]
    assert sorted(set(found)) == ["new", "old", "pending"]


def test_every_change_of_files_that_an_apply_makes_is_an_operation_that_counts(world: World) -> None:
    """Whatever else the interpreter tells of in its modules for files is a look at them. A tool that watches the test has files elsewhere."""
    heard, here = world.root / "heard", f"{world.root.parent}{os.sep}"

    def arm() -> None:
        events = set()

        def hear(event: str, arguments: tuple[object, ...]) -> None:
            if event not in events and any(f"{os.path.abspath(os.fsdecode(path))}{os.sep}".startswith(here) for path in arguments if isinstance(path, str | bytes | os.PathLike)):
                events.add(event)
                stream.write(f"{event}\n")
                stream.flush()

        stream = heard.open("w")
        sys.addaudithook(hear)

    assert applied(world, arm) == 0
    files = {event for event in heard.read_text().split() if event.startswith(("open", "os.", "shutil.", "tempfile.", "mmap.", "subprocess.", "ctypes.", "sqlite3."))}
    assert files - TOLD <= {"os.listdir", "os.scandir"}
    assert files & TOLD == {"open", "os.mkdir", "os.chmod", "os.link", "os.rename", "os.remove", "os.rmdir"}


def killed_half_way(world: World) -> None:
    """Kill an apply when its first file is in place."""
    assert applied(world, on_operations(lambda _: os.kill(os.getpid(), signal.SIGKILL) if is_half_done(world) else None)) == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("command", NEXT, ids=" ".join)
def test_a_command_killed_while_it_finishes_an_apply_leaves_that_to_the_next(world: World, command: list[str]) -> None:
    old, new = both(world)
    killed_half_way(world)
    shutil.copytree(world.registry, world.root / "killed")
    number = 1
    while ended(start(world, *command, before=die_at(number))) == -signal.SIGKILL:
        settled(world, NEXT[number % 3], old, new)
        reset(world, "killed")
        number += 1
    assert state(world) == new
    assert number > 20


@pytest.mark.parametrize("every", [14, pytest.param(1, marks=pytest.mark.slow)])
def test_a_full_disk_at_any_operation_is_told_and_changes_nothing_or_no_more_than_was_done(world: World, every: int) -> None:
    old, new = both(world)
    codes = []
    for number in range(1, operations(world) + 1, every):
        codes.append(applied(world, fail_at(number, OSError(errno.ENOSPC, "No space left on device"))))
        said = (world.root / "output").read_text()
        assert codes[-1] in (0, 1), said
        assert ("No space left on device" in said and "nothing was written" in said) if codes[-1] else said.startswith("applied"), said
        assert state(world) == (old if codes[-1] else new), said
        assert not journal.is_pending(str(world.registry))
        world.refresh("--apply")
        assert state(world) == new
        assert left(world) == set()
        reset(world)
    assert set(codes) == {0, 1}
