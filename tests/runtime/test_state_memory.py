"""State in memory keeps what every store promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelwright.runtime.errors import UsageError
from modelwright.runtime.state import open_store
from modelwright.runtime.state.memory import MemoryStore
from runtime.state.conformance import Clock, StoreConformance

if TYPE_CHECKING:
    from pathlib import Path


class TestMemoryStore(StoreConformance):
    """Of one process."""

    @pytest.fixture
    def store(self, clock: Clock) -> MemoryStore:
        return MemoryStore(clock=clock)


def test_a_store_is_opened_by_its_name(tmp_path: Path) -> None:
    clock = Clock()
    assert isinstance(open_store("memory:", clock), MemoryStore)
    assert open_store("memory:", clock).now() == clock.now
    assert open_store("memory:").now() > clock.now - 10**8
    file = tmp_path / "a folder" / "state: 1.sqlite"
    store = open_store(f"sqlite:{file}", clock)
    assert not file.exists()  # until it is used
    assert store.swap("a", None, "b", clock.now)
    assert file.exists()


@pytest.mark.parametrize("where", ["", "redis", "mysql:x", "memory:x", "sqlite:", "/a/path"])
def test_a_store_that_is_none_is_refused(where: str) -> None:
    with pytest.raises(UsageError, match="write "):
        open_store(where)
