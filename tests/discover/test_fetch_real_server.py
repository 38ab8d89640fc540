"""The adapters against a server that other people wrote: aimock, which imitates the providers' APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from discover.asking import NOW, ids
from modelwright.discover import all_adapters
from modelwright.discover.adapter import Listing
from modelwright.discover.fetch import Ask, gather
from real_software import aimock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LISTINGS = {"openai-models": "/v1/models", "anthropic-models": "/v1/models", "ollama-tags": "/api/tags", "openrouter-models": "/api/v1/models"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    fixtures = [{"match": {"model": name, "userMessage": "hello"}, "response": {"content": "hello"}} for name in ("acme-large", "acme-small")]
    with aimock(fixtures, tmp_path) as address:
        yield address


@pytest.mark.slow
def test_the_adapters_read_the_listings_of_a_real_server(server: str) -> None:
    adapters = all_adapters()
    asks = [
        Ask(listing=Listing(source=name, provider="acme", adapter=name, url=server + path), adapter=adapters[name], headers={"X-Api-Key": "any"}) for name, path in LISTINGS.items()
    ]
    # It speaks Gemini's generateContent too, but lists no models there (aimock 1.43.0).
    gemini = Ask(listing=Listing(source="google-models", provider="acme", adapter="google-models", url=f"{server}/v1beta/models"), adapter=adapters["google-models"])
    found = gather([*asks, gemini], now=lambda: NOW, cache=None)
    assert [(one.listing.source, one.state) for one in found] == [*((name, "ok") for name in LISTINGS), ("google-models", "catalog-unsupported")]
    assert [sorted(ids(one)) for one in found[:-1]] == [["acme-large", "acme-small"]] * len(LISTINGS)
