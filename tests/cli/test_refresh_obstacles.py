"""What stands in the way of an apply is told, with exit code 1 or 3, and nothing is written."""

from __future__ import annotations

import ctypes
import os
import resource
from typing import TYPE_CHECKING

import pytest

from cli.applies import a_reviewed_world, applied, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cli.refresh_world import World
    from command_line import Run


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_reviewed_world(tmp_path, home, monkeypatch, run) as world:
        yield world


def refused(world: World, before: Callable[[], object] = lambda: None) -> str:
    """Apply, see that it fails and changes nothing, and return what it says."""
    old = state(world)
    assert applied(world, before) in (1, 3)
    said = (world.root / "output").read_text()
    assert state(world) == old
    assert "Traceback" not in said
    assert "nothing was written" in said
    return said


def test_a_file_that_grows_too_large_is_told_and_nothing_is_written(world: World) -> None:

    said = refused(world, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert "registry cannot be written: [Errno 27] File too large" in said


@pytest.mark.parametrize("path", ["models/acme.yaml", "models/bolt.yaml", "decisions.yaml", "upstream/acme.json", "upstream/applied.jsonl", ".apply/lock", ".apply/stage/x"])
def test_a_folder_in_the_place_of_a_file_is_told_and_nothing_is_written(world: World, path: str) -> None:
    place = world.registry / path
    place.unlink(missing_ok=True)
    place.mkdir(parents=True)
    assert path.rpartition("/")[2] in refused(world)
    assert list(place.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_told_and_nothing_is_written(world: World) -> None:
    (world.registry / "upstream").write_text("mine")
    assert "upstream" in refused(world)
    (world.registry / "upstream").unlink()
    (world.registry / ".apply").write_text("mine")
    assert ".apply" in refused(world)


def test_a_file_that_lies_elsewhere_is_not_written(world: World) -> None:
    elsewhere = world.root / "elsewhere.yaml"
    (world.registry / "models" / "acme.yaml").rename(elsewhere)
    (world.registry / "models" / "acme.yaml").symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    assert "`models/acme.yaml` leads out of the root" in refused(world)
    assert elsewhere.read_bytes() == before


def test_a_registry_that_may_only_be_read_is_told_and_stays_as_it_is(world: World) -> None:
    for folder in (world.registry, world.registry / "models"):
        folder.chmod(0o500)
    try:
        assert "Permission denied" in refused(world, lay_down_powers)
        assert world.run("lint").out == ""
    finally:
        for folder in (world.registry, world.registry / "models"):
            folder.chmod(0o700)


def lay_down_powers() -> None:
    """Take from this process what root may and others may not, where it is root's."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        if libc.capset(header, none):
            raise OSError(ctypes.get_errno(), "capset")
