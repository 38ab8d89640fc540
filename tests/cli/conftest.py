"""The command line in this process: its output, its exit code, and a small registry to ask about."""

from __future__ import annotations

import gc
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from checkout import ROOT
from command_line import Outcome
from compile_golden import FIXTURES, lay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run

_NOON_OF_THE_DAY = 20_785 * 86_400 + 43_200
"""2026-11-28, the day tests judge by."""


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("modelwright.runtime.day.time", lambda: _NOON_OF_THE_DAY)
    monkeypatch.setenv("COLUMNS", "200")
    yield
    gc.enable()  # commands that end soon switch it off


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what calls `providers`."""
    from modelwright.cli import main

    def call(*arguments: str | Path, code: int = 0) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["providers", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        assert stopped.value.code == code, printed.out + printed.err
        return Outcome(printed.out, printed.err)

    return call


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with a small registry, and go there."""
    root = tmp_path / "work"
    lay(FIXTURES / "_base", root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def real_words(tree: Path) -> None:
    """Give the small registry the words of the real one."""
    shutil.rmtree(tree / "registry" / "vocabulary")
    shutil.copytree(ROOT / "registry" / "vocabulary", tree / "registry" / "vocabulary")


@pytest.fixture
def compiled(tree: Path, run: Run, home: Path) -> Path:
    """Return the artifact of the small registry, where `providers compile` writes it."""
    run("compile")
    return home / "registry.artifact"


@pytest.fixture
def user_file(home: Path) -> Path:
    """Return where the user's own models.json is; its folder is there."""
    home.mkdir(exist_ok=True)
    return home / "models.json"
