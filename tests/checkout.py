"""Copies of this checkout as a stranger would get it, and processes that know nothing of the one the tests run in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
_OURS = ("PROVIDERS_", "_PROVIDERS_", "COV_", "COVERAGE_", "GIT_", "MAKE", "MFLAGS", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment without what tests, make and git put into it, with *home* as PROVIDERS_HOME; git trusts every folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    return own | git | {"PROVIDERS_HOME": str(home), "PYTHONPYCACHEPREFIX": str(home / "pycache")} | more


def run(*command: str | Path, cwd: Path, env: dict[str, str], code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Return what *command* printed; fails, showing it, unless it exits with *code*."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert code is None or done.returncode == code, f"{command} gave {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done


def copy(target: Path) -> Path:
    """Put everything git would track into *target*, as it is now, without what is built, and return it."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT, env=environment(target)).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # not one that was removed but is still listed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def commit(folder: Path, env: dict[str, str]) -> None:
    """Make *folder* a git repository with all its files in one commit."""
    run("git", "init", "--quiet", cwd=folder, env=env)
    run("git", "add", "--all", cwd=folder, env=env)
    run("git", "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--no-verify", "--message", "all", cwd=folder, env=env)


def build(tree: Path, kind: str, target: Path) -> Path:
    """Return the wheel, sdist or editable wheel that hatchling builds of *tree*, offline."""
    call = f"import sys, hatchling.build; print(hatchling.build.build_{kind}(sys.argv[1]))"
    done = run(sys.executable, "-c", call, target, cwd=tree, env=environment(target / "home"))
    return target / done.stdout.split()[-1]
