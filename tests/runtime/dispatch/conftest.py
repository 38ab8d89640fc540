"""Providers on the loopback interface, for all tests of the dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.dispatch.places import Places, all_places

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def every_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with all_places(tmp_path_factory.mktemp("certificates")) as places:
        yield places


@pytest.fixture
def places(every_place: Places) -> Iterator[Places]:
    """Give the providers, all of which have forgotten what they were asked."""
    from runtime.dispatch.faults import FAULTS, playing
    from runtime.dispatch.spoken import SPOKEN

    servers = (every_place.good, every_place.bad, every_place.tls, every_place.elsewhere)
    for server in servers:
        server.begin(playing(FAULTS[0], next(iter(SPOKEN))))
    yield every_place
    for server in servers:
        assert server.is_quiet(), "connections were left open"
        assert server.failures == []
