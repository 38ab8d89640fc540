"""A small compiled registry: three providers, eight models, and names of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelwright import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.state.redis_server import RedisServer

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "runtime"


@pytest.fixture(scope="session")
def small_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the compiled registry of fixtures/runtime, with its models.json laid over it."""
    from modelwright import pipeline
    from modelwright.emit import artifact

    user = pipeline.UserFile(str(FIXTURES / "models.json"), "user/models.json", "user")
    result = pipeline.resolve(pipeline.Inputs(str(FIXTURES / "registry"), "2026-11-20", (user,)))
    assert [finding.message for finding in result.findings] == []
    path = tmp_path_factory.mktemp("small") / "small.artifact"
    inputs = {path: digest for path, digest in result.digests.items() if path.startswith("user/")}  # few, for a short file
    path.write_bytes(artifact.emit(result.catalog, inputs=inputs, digest="small", compiler="0"))
    return path


@pytest.fixture
def small(small_artifact: Path) -> Registry:
    """Return the small registry, opened anew."""
    return Registry(str(small_artifact))


@pytest.fixture(scope="session")
def every_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    from runtime.state.redis_server import running

    with running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def server(every_redis: RedisServer) -> RedisServer:
    """Give a server of Redis that runs and knows nothing."""
    every_redis.client.flushall()
    return every_redis
