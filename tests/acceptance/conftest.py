"""
What acceptance tests share.

The command line in this process, on the day tests judge by; a user who drops in a file; and a small registry whose providers a
server on the loopback interface lists.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli.conftest import _clock, run
from cli.refresh_world import World, a_world
from discover.asking import be_impatient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Drop, Run

__all__ = ["_clock", "run"]


@pytest.fixture
def drop(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drop:
    """Return what puts a file of a user's, text or data, where the program looks for it, and gives its path; the working directory is empty."""
    work = tmp_path / "elsewhere"
    work.mkdir()
    monkeypatch.chdir(work)

    def drop(said: Any, name: str = "models.json") -> Path:
        home.mkdir(exist_ok=True)
        file = home / name
        file.write_text(said if isinstance(said, str) else json.dumps(said, indent=2))
        return file

    return drop


@pytest.fixture
def use(drop: Drop, run: Run) -> Drop:
    """Return what drops a file in and compiles it, which has to work."""

    def use(said: Any, name: str = "models.json") -> Path:
        file = drop(said, name)
        run("compile", "--quiet")
        return file

    return use


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_world(tmp_path, home, monkeypatch, run) as world:
        yield world


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    be_impatient(monkeypatch)
