"""Shared set-up: fixed seeds, a home of its own for every test, and one compiled registry for all."""

from __future__ import annotations

import copy
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.register_assert_rewrite("runtime.state.conformance", "runtime.dispatch.desk")

ON = "2026-11-28"
"""The day tests judge by."""

settings.register_profile(
    "repeatable", max_examples=int(os.environ.get("MODELWRIGHT_EXAMPLES", "200")), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _untraced(request: pytest.FixtureRequest) -> Iterator[None]:
    """Measure no coverage where lines run hundreds of times, or while promises are kept: it says little of them and takes longer than the test."""
    trace = sys.gettrace()
    if getattr(request.function, "is_hypothesis_test", False) or request.path.parent.name == "acceptance" or request.node.get_closest_marker("often"):
        sys.settrace(None)
    yield
    sys.settrace(trace)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a home of its own and no settings from outside."""
    for name in [name for name in os.environ if name.startswith("PROVIDERS_") or name in ("NO_COLOR", "FORCE_COLOR")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("PROVIDERS_HOME", str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """Read each file of the real registry once: thousands of tests begin with it, and none may change it or what was read."""
    from modelwright.resources import registry_dir
    from modelwright.source.document import Document

    read, kept, ours = Document.read, {}, f"{registry_dir()}/"

    def read_once(file: Any, *named: str) -> Document:
        if not os.fspath(file).startswith(ours):
            return read(file, *named)
        if (file, named) not in kept:
            kept[file, named] = read(file, *named)
        found = copy.copy(kept[file, named])
        found.problems = [*found.problems]
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Document, "read", read_once)
        yield


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the real registry, compiled."""
    from modelwright import pipeline
    from modelwright.cli import build
    from modelwright.resources import registry_dir

    path = tmp_path_factory.mktemp("artifact") / "registry.artifact"
    build.write(str(path), build.artifact_bytes(pipeline.resolve(pipeline.Inputs(registry_dir(), ON))))
    return path
