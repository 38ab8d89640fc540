"""What an adapter is given and gives back. Adapters are pure: they send nothing, read no clock and see no credential."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


class MalformedListingError(ValueError):
    """A reply that is no listing of this shape; the message says what was met and is safe to print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing as the registry describes it, with its address complete."""

    source: str
    """Id of the source: the provider's, with the route's behind a dot where the provider has several listings."""
    provider: str
    adapter: str
    """A word of `registry/vocabulary/discovery.yaml`."""
    url: str
    route: str | None = None
    """The route whose models it lists; None: all."""
    method: str = "GET"
    page_size: int | None = None
    """How many models to ask for at a time; None: what the listing gives."""
    keep: tuple[str, ...] = ()
    """Only ids that begin with one of these are kept; empty: all."""
    skip: tuple[str, ...] = ()
    """Ids that hold one of these, whatever their case, are left out."""
    usd_per_mtok: Decimal | None = None
    """What a price of 1 in the listing is in USD per million tokens; None: the listing states no prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to send for one page, without credential."""

    url: str
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters besides those in `url`."""
    body: Any = None
    """JSON to send; None: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a listing."""

    models: list[dict[str, Any]]
    """Sightings: the facts of `sightings.schema.json`, `id` first, each id once without regard to case."""
    cursor: str | None = None
    """What asks for the next page; None: this was the last."""
    skipped: int = 0
    """Entries that are no models or could not be read."""


class Adapter(Protocol):
    """What an adapter module has."""

    NAME: str

    def request(self, listing: Listing, cursor: str | None = None) -> Request:
        """Return the request of the page that *cursor* asks for; None: the first."""
        ...

    def parse(self, listing: Listing, payload: Any) -> Page:
        """Return what the reply *payload*, decoded JSON, lists; raises MalformedListingError and nothing else, whatever it is."""
        ...
