"""State on Redis keeps what every store promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelwright.runtime.state import OUTCOMES_KEPT_SECONDS
from modelwright.runtime.state.redis import RedisStore
from runtime.state.conformance import START, Clock, StoreConformance
from runtime.state.redis_server import RedisServer, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def kept_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def server(kept_server: RedisServer) -> RedisServer:
    """Give a server that knows nothing."""
    kept_server.client.flushall()
    return kept_server


class _Conformance(StoreConformance):
    def test_what_is_forgotten_is_gone_when_the_clock_is_put_back(self, store: Any, server: RedisServer) -> None:
        store.see([("a", True)], START)
        (key,) = server.client.keys("*a")
        assert OUTCOMES_KEPT_SECONDS <= server.client.ttl(key) <= OUTCOMES_KEPT_SECONDS + 60


class TestRedisStore(_Conformance):
    """Of one process."""

    @pytest.fixture
    def store(self, server: RedisServer, clock: Clock) -> Iterator[RedisStore]:
        store = RedisStore(server.url, clock=clock)
        yield store
        store.close()


class TestTwoRedisStores(_Conformance):
    """Every call goes to the one or the other of two stores, as if two machines took turns."""

    @pytest.fixture
    def store(self, server: RedisServer, clock: Clock) -> Iterator[Any]:
        stores = [RedisStore(server.url, clock=clock, view_seconds=0) for _ in range(2)]

        class InTurns:
            def __getattr__(self, name: str) -> Any:
                stores.reverse()
                return getattr(stores[0], name)

        yield InTurns()
        for store in stores:
            store.close()
