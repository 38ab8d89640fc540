"""A world with a review of changes of two providers to apply, and applies of it in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cli.refresh_world import GONE, NEW, RAISED, World, a_world, ended, files_of, model, moved, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from command_line import Run

WIDER = "bolt/bolt-1#limits.context_tokens"
State = dict[str, Any]
_LOG = "upstream/applied.jsonl"


@contextmanager
def a_reviewed_world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[World]:
    """Lay out a world with a review in which three changes are approved and one is rejected; `saved` is the registry before them."""
    with a_world(tmp_path, home, monkeypatch, run) as world:
        world.lists |= {"acme": moved(), "bolt": [model("bolt-1", 128_000, (2, 4))]}
        world.write_review({RAISED: "approved", NEW: "approved", GONE: "rejected", WIDER: "approved"})
        shutil.copytree(world.registry, world.root / "saved")
        yield world


def reset(world: World, folder: str = "saved") -> None:
    """Have the registry be what is in *folder*."""
    shutil.rmtree(world.registry)
    shutil.copytree(world.root / folder, world.registry)


def state(world: World) -> State:
    """Return what is in the registry; of the log all but the time."""
    found: State = dict(files_of(world.registry))
    log = found.get(_LOG, b"").decode()
    return found | {_LOG: [{key: value for key, value in json.loads(line).items() if key != "at"} for line in log.splitlines()]}


def both(world: World) -> tuple[State, State]:
    """Return the registry before the review is applied and after."""
    old = state(world)
    assert applied(world) == 0
    new = state(world)
    reset(world)
    changed = {path for path, content in new.items() if content != old.get(path)}
    assert changed == {"models/acme.yaml", "models/bolt.yaml", "decisions.yaml", "upstream/acme.json", "upstream/bolt.json", _LOG}
    return old, new


def left(world: World) -> set[str]:
    """Return what lies in the folder of the journal, without what always does."""
    return set(os.listdir(world.registry / ".apply")) - {"lock", ".gitignore"} if (world.registry / ".apply").exists() else set()


def is_half_done(world: World) -> bool:
    """Tell whether an apply put its first file in place."""
    return b"input_usd_per_mtok: 0.6" in (world.registry / "models" / "acme.yaml").read_bytes()


def start(world: World, *arguments: str | Path, before: Callable[[], object] = lambda: None, name: str = "output") -> int:
    """Start `providers` in a process of its own; return its id. What it prints goes to the file *name*."""
    return started(*arguments, output=world.root / name, before=before)


def applied(world: World, before: Callable[[], object] = lambda: None) -> int:
    """Apply the review in a process of its own; return its exit code, negative for a signal."""
    return ended(start(world, "refresh", "--apply", before=before))


def halted(child: int) -> int:
    """Wait until the process *child* stopped, and return it."""
    assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])
    return child


def go_on(child: int) -> int:
    """Have the stopped process *child* continue; return its exit code."""
    os.kill(child, signal.SIGCONT)
    return ended(child)
