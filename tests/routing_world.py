"""
A small registry for tests of routing: the one of fixtures/runtime with the real words, and what a user's file says.

That file always has two providers of its own, north and south, whose models differ in what they can do.
"""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from checkout import ROOT
from modelwright import Registry, pipeline
from modelwright.emit import artifact
from modelwright.runtime.state import Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from modelwright.runtime.routing.candidate import Candidate, Routing

PROVIDERS: dict[str, Any] = json.loads((ROOT / "fixtures" / "routing" / "models.json").read_text())["providers"]


def registry_of(**said: Any) -> Registry:
    """Return the registry with what the user's file says besides: accounts, agents, policy …"""
    return _compiled(json.dumps({"providers": PROVIDERS, **said}))


def artifact_of(path: Path, **said: Any) -> Path:
    """Write that registry to *path*, for other processes."""
    _write(path, json.dumps({"providers": PROVIDERS, **said}))
    return path


@cache
def _compiled(text: str) -> Registry:
    with TemporaryDirectory() as folder:
        path = Path(folder, "registry.artifact")
        _write(path, text)
        return Registry(str(path))


def _write(path: Path, text: str) -> None:
    with TemporaryDirectory() as folder:
        file, root = Path(folder, "models.json"), Path(folder, "registry")
        for part in ("providers", "models"):
            shutil.copytree(ROOT / "fixtures" / "runtime" / "registry" / part, root / part)
        (root / "vocabulary").symlink_to(ROOT / "registry" / "vocabulary")
        file.write_text(text)
        user = pipeline.UserFile(str(file), "user/models.json", "user")
        result = pipeline.resolve(pipeline.Inputs(str(root), "2026-11-20", (user,)))
        assert [finding.message for finding in result.findings if finding.severity == "error"] == []
        path.write_bytes(artifact.emit(result.catalog, inputs={}, digest=text, compiler="0"))


def names(candidates: Iterable[Candidate]) -> list[str]:
    return [one.name for one in candidates]


def kept(routing: Routing) -> list[str]:
    return names(routing.kept)


def skipped(routing: Routing) -> dict[str, str]:
    return {one.name: one.reason for one in routing.skipped}


class Standing:
    """What is known of routes now, as a test says: by name of a candidate what is left of its budgets, and when its calls worked and failed."""

    def __init__(self, *, now: float = 0.0, left: Mapping[str, Any] | None = None, outcomes: Mapping[str, Sequence[tuple[int, ...]]] | None = None) -> None:
        self._now = now
        self._left = left or {}
        self._outcomes = outcomes or {}

    def left(self, candidates: Iterable[Candidate]) -> Any:
        return [self._left.get(one.name, ()) for one in candidates]

    def outcomes(self, candidates: Iterable[Candidate], seconds: float) -> tuple[float, list[list[Stretch]]]:
        return self._now, [[Stretch(*counts) for counts in sorted(self._outcomes.get(one.name, ())) if counts[0] > self._now - seconds] for one in candidates]
