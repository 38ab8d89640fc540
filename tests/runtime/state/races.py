"""Processes that use one store at the same time; what they do is in racing.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RACING = Path(__file__).parent / "racing.py"
COMPILER = Path(__file__).parent.parent.parent.parent / "compiler"


def process(*arguments: object, program: Path = RACING) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": str(COMPILER)}
    return subprocess.Popen([sys.executable, str(program), *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)


def race(where: str, folder: Path, *task: object) -> list[int]:
    """Return how much four processes are granted that do *task* with the store at *where* at the same time."""
    go = folder / "go"
    racers = [process(task[0], where, go, *task[1:]) for _ in range(4)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    go.touch()  # where the store is a file, they make it, too
    granted = [int(racer.communicate(timeout=120)[0]) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4
    return granted
