"""The verbs of the Makefile, and what CI runs."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

import checkout

if TYPE_CHECKING:
    from pathlib import Path

MAKEFILE = (checkout.ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files that make looks at."""
    target = tmp_path / "a checkout"
    target.mkdir()
    for name in ("Makefile", "pyproject.toml", "hatch_build.py"):
        shutil.copy2(checkout.ROOT / name, target / name)
    return target


def script(path: Path, body: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_help_lists_every_target_with_what_it_does(folder: Path, tmp_path: Path) -> None:
    shown = checkout.run("make", cwd=folder, env=checkout.environment(tmp_path)).stdout
    assert [line.split()[0] for line in shown.splitlines()] == TARGETS
    assert all(re.fullmatch(r"[a-z-]+ +[A-Z].{10,}", line) for line in shown.splitlines())
    assert set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)) == set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_read(target: str, folder: Path, tmp_path: Path) -> None:
    checkout.run("make", "-n", target, cwd=folder, env=checkout.environment(tmp_path))


@pytest.mark.parametrize("body", ["exit 1", "echo 'no such thing' >&2; exit 127"], ids=["older", "none"])
def test_an_old_python_or_none_is_told_what_is_needed(body: str, folder: Path, tmp_path: Path) -> None:
    python = script(tmp_path / "python3", body)
    done = checkout.run("make", "run", f"PYTHON={python}", cwd=folder, env=checkout.environment(tmp_path), code=2)
    assert "modelwright needs Python 3.11 or newer; name one with: make PYTHON=python3.12" in done.stderr
    assert not (folder / ".venv").exists()


def test_a_python_without_venv_is_told_what_is_missing_and_leaves_nothing_half_made(folder: Path, tmp_path: Path) -> None:
    python = script(tmp_path / "python3", 'test "$2" = venv || exit 0; mkdir -p "$3/bin"; touch "$3/bin/python"; exit 1')
    done = checkout.run("make", "run", f"PYTHON={python}", cwd=folder, env=checkout.environment(tmp_path), code=2)
    assert "python3-venv" in done.stderr
    assert not (folder / ".venv").exists()


def test_the_tools_are_all_that_test_adds_after_run(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    script(folder / ".venv" / "bin" / "python", f'echo "$@" >> {log}')
    script(folder / ".venv" / "bin" / "providers", f'echo providers "$1" >> {log}')
    env = checkout.environment(tmp_path)
    checkout.run("make", "run", cwd=folder, env=env)
    installed = log.read_text().splitlines()
    assert [line for line in installed if "install" in line] == ["-m pip install --quiet --editable .[fast]"]
    checkout.run("make", "run", cwd=folder, env=env)
    assert log.read_text().count("pip install") == 1
    log.unlink()
    checkout.run("make", "test", cwd=folder, env=env)
    assert [line for line in log.read_text().splitlines() if "install" in line] == ["-m pip install --quiet --editable .[fast,dev]"]


def test_nothing_of_the_users_own_goes_into_a_checkouts_results(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    script(folder / ".venv" / "bin" / "python", ":")
    script(folder / ".venv" / "bin" / "providers", f"env | grep ^PROVIDERS_ >> {log}; :")
    env = checkout.environment(tmp_path / "home", PROVIDERS_CONFIG="mine.json", PROVIDERS_REGISTRY="mine", PROVIDERS_ARTIFACT="mine.artifact")
    checkout.run("make", "compile", cwd=folder, env=env)
    assert log.read_text().splitlines() == [f"PROVIDERS_HOME={folder}/build/home"]


@pytest.mark.parametrize(("tests", "code"), [("echo '3 passed in 1.00s'", 0), ("echo '1 failed, 2 passed in 1.00s'; exit 1", 1)], ids=["passed", "failed"])
def test_what_ci_prints_last_is_the_summary_of_the_tests(tests: str, code: int, tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy2(checkout.ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    script(tmp_path / "bin" / "make", f"""case "$1" in test) {tests} ;; static) echo static ;; esac""")
    env = checkout.environment(tmp_path, PATH=f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    shown = checkout.run(tmp_path / ".ci" / "run", cwd=tmp_path.parent, env=env, code=code).stdout.splitlines()
    assert "passed in 1.00s" in shown[-1]
    assert ("static" in shown) == (code == 0)


@pytest.mark.slow
def test_make_run_in_a_fresh_copy_prints_what_a_user_came_for_twice(tmp_path: Path) -> None:
    copy = checkout.copy(tmp_path / "a fresh copy")
    env = checkout.environment(tmp_path / "home")
    first, second = (checkout.run("make", "run", cwd=copy, env=env) for _ in range(2))
    assert first.stdout == second.stdout
    for expected in ("anthropic/claude-sonnet-4-5", "https://api.anthropic.com/v1/messages", "0.021 USD", "registry/models/anthropic.yaml:"):
        assert expected in first.stdout
    assert "installing" in first.stderr
    assert "installing" not in second.stderr
    assert not (tmp_path / "home" / "registry.artifact").exists()
