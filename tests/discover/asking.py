"""Small adapters, and asks of test servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwright.discover.adapter import Listing, MalformedListingError, Page, Request
from modelwright.discover.fetch import Ask, Limits, Reading, gather

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from modelwright.discover.adapter import Adapter
    from modelwright.discover.recording import Store

NOW = 1_795_199_400.0
KEY = "canary-4f9c1d7e/+b2 ä".replace(" ä", "a8")
"""A credential that addresses write otherwise than headers do."""


class Plain:
    """Reads `{"data": [{"id": …}], "next": …}` and takes the cursor as `after`."""

    NAME = "plain"

    def request(self, listing: Listing, cursor: str | None = None) -> Request:
        return Request(url=listing.url, method=listing.method, query={"after": cursor} if cursor else {})

    def parse(self, listing: Listing, payload: Any) -> Page:  # noqa: ARG002  # the protocol's
        if not isinstance(payload, dict) or not isinstance(payload.get("data"), list):
            raise MalformedListingError("no `data`")
        return Page(models=[{"id": entry["id"]} for entry in payload["data"] if "id" in entry], cursor=payload.get("next"), skipped=sum("id" not in e for e in payload["data"]))


class Naps:
    """Sleeps without sleeping, and remembers how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def ask(url: str, source: str = "acme", adapter: Adapter | None = None, *, catalogue: bool = False, method: str = "GET", **more: Any) -> Ask:
    """Return the ask of a listing at *url*; *more* are fields of it, of which `headers` and `query` are the credential."""
    listing = Listing(source=source, provider="acme", adapter="plain", url=url, method=method)
    return Ask(listing=listing, adapter=None if catalogue else adapter or Plain(), **more)


def read(
    one: Ask, *, naps: Naps | None = None, cache: Store | None = None, limits: Limits | None = None, now: Callable[[], float] = lambda: NOW, use_fresh: bool = True, **more: Any
) -> Reading:
    """Return what came of one ask; repeated attempts wait no time."""
    bounds = limits or Limits(source_seconds=10)
    (found,) = gather([one], now=now, cache=cache, limits=bounds, use_fresh=use_fresh, sleep=naps or Naps(), jitter=lambda: 1.0, **more)
    return found


def be_impatient(monkeypatch: pytest.MonkeyPatch, source_seconds: float = 0.5) -> None:
    """Have commands give a source no more than *source_seconds*, and wait no time between attempts."""

    async def at_once(_seconds: float) -> None:
        return

    defaults = gather.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "limits", Limits(source_seconds=source_seconds))
    monkeypatch.setitem(defaults, "sleep", at_once)


def ids(found: Reading) -> list[str]:
    return [model["id"] for model in found.models]
