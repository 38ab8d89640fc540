"""The command line in this process, and a small registry whose providers a server on the loopback interface lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.conftest import _clock, run
from cli.refresh_world import World, a_world
from discover.asking import be_impatient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run

__all__ = ["_clock", "run"]


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_world(tmp_path, home, monkeypatch, run) as world:
        yield world


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    be_impatient(monkeypatch)
