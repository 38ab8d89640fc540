"""
What acceptance tests share.

The command line in this process, on the day tests judge by; a user who drops in a file; and a small registry whose providers a
server on the loopback interface lists.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from cli.conftest import _clock, run
from cli.refresh_world import World, a_world
from discover.asking import be_impatient
from modelwright.runtime import day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Drop, Run

__all__ = ["_clock", "run"]

_KEPT = 8
"""How many compiled registries are kept, of 2.5 MB each."""


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


@pytest.fixture(scope="session")
def last_compiled() -> dict[Any, dict[str, bytes]]:
    return {}


@pytest.fixture
def use(drop: Drop, run: Run, tmp_path: Path, last_compiled: dict[Any, dict[str, bytes]]) -> Drop:
    """Return what drops a file in and compiles it, which has to work; once, where a test shortly before had the same files on the same day."""
    here, anywhere = str(tmp_path).encode(), b"/where/the/test/is"

    def files() -> dict[str, bytes]:
        return {str(path.relative_to(tmp_path)): path.read_bytes().replace(here, anywhere) for path in sorted(tmp_path.rglob("*")) if path.is_file()}

    def use(said: Any, name: str = "models.json") -> Path:
        file = drop(said, name)
        before = files()
        named = sorted(f"{name}={value.replace(str(tmp_path), '')}" for name, value in os.environ.items() if name.startswith("PROVIDERS_"))
        given = (day.today(), *named, *before.items())
        if given not in last_compiled:
            run("compile", "--quiet")
            last_compiled[given] = {made: text for made, text in files().items() if before.get(made) != text}
            if len(last_compiled) > _KEPT:
                del last_compiled[next(iter(last_compiled))]
        for made, text in last_compiled[given].items():
            (tmp_path / made).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / made).write_bytes(text.replace(anywhere, here))
        return file

    return use


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    with a_world(tmp_path, home, monkeypatch, run) as world:
        yield world


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    be_impatient(monkeypatch)
