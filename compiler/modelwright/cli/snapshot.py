"""Read what upstream says from one file: a catalogue as its project publishes it, a recording, or a snapshot of routes."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from ..discover.adapter import Listing, MalformedListingError
from ..discover.openai_models import parse as parse_tolerantly
from ..review import upstreams
from ..review.compare import is_news
from ..review.plan import SourceState
from . import foreign

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..ir.catalog import Catalog, Facts
    from .gathering import Gathered

_REASONS = ("credential-missing", "base-url-missing", "catalog-unsupported")
"""Why a snapshot may have nothing of a route."""
_LONGEST_WORD = 60


def is_recording(data: Any) -> bool:
    """Tell whether *data* is what `--record` wrote of one source."""
    return isinstance(data, dict) and {"source", "pages", "read_at"} <= data.keys()


def read_file(catalog: Catalog, file: str, data: Any, providers: Sequence[str], read_from: str | None, read_on: str | None) -> Gathered:
    """Return what *data*, the JSON of *file*, says; raises ClickException when it is nothing that can be read."""
    from .gathering import Gathered

    origin = foreign.reading_of(file, read_from, read_on)
    found = Gathered()
    if isinstance(data, dict) and isinstance(data.get("providers"), dict):
        for state, upstream in _snapshot(catalog, data["providers"], origin, file):
            if not providers or state.provider in providers:
                found.states.append(state)
                found.upstreams += [upstream] if upstream is not None else []
        return found
    word, catalogue, skipped = _catalogue(file, data)
    found.upstreams.append(upstreams.of_catalogue(catalog, word, catalogue, origin, providers))
    detail = f"{len(skipped)} models cannot be read and are left out; the first: {printable(skipped[0])[:200]}" if skipped else ""
    found.states.append(SourceState(id=word, state="ok", detail=detail, models=sum(len(models) for _, models in catalogue.values())))
    return found


def _catalogue(file: str, data: Any) -> tuple[str, Any, list[str]]:
    """Return the catalogue that *data* is: its word, what is in it, and what could not be read."""
    from ..importers import all_importers
    from ..importers.shape import ShapeError

    best: tuple[str, Any, list[str]] | None = None
    for word, importer in all_importers().items():
        skipped: list[str] = []
        try:
            catalogue = importer.read(data, skipped)
        except ShapeError:
            continue
        count = sum(len(models) for _, models in catalogue.values())
        if count and (best is None or count > sum(len(models) for _, models in best[1].values())):
            best = (word, catalogue, skipped)
    if best is None:
        raise click.ClickException(
            f"{file} is no catalogue ({', '.join(all_importers())}), no recording and no snapshot; a snapshot has `providers` with `routes`, a recording is made with --record"
        )
    return best


def _snapshot(catalog: Catalog, providers: Mapping[str, Any], origin: Mapping[str, str], file: str) -> Iterator[tuple[SourceState, Any]]:
    """Yield what a snapshot says of each route: ids or models, or the reason why there are none."""
    for name, said in providers.items():
        provider = _provider(catalog, name)
        if provider is None:
            why = f"the registry has no provider `{_printed(name)}`; left out"
            yield SourceState(id=_word(name), state="catalog-unsupported", detail=why, is_missing=True), None
            continue
        if not isinstance(said, dict):
            raise click.ClickException(f"{file}: providers.{_printed(name)} is not an object; write its `routes`")
        routes, missing = said.get("routes", {}), said.get("missing", {})
        if not isinstance(routes, dict) or not isinstance(missing, dict):
            raise click.ClickException(f"{file}: `routes` and `missing` of providers.{_printed(name)} are objects, by route")
        listed: dict[str | None, Any] = {**({None: said["models"]} if "models" in said else {}), **routes}
        for route, models in listed.items():
            yield _route(catalog, provider, route, models, origin, alone=route is None or len(listed) + len(missing) == 1)
        for route, why in missing.items():
            reason = why.get("reason") if isinstance(why, dict) else None
            detail = printable(str(why.get("detail", ""))[:300]) if isinstance(why, dict) else ""
            state = reason if reason in _REASONS else "unreachable"
            yield SourceState(id=_source(provider, route), state=state, detail=detail, provider=provider, route=_printed(route), is_missing=True), None


def _route(catalog: Catalog, provider: str, route: str | None, models: Any, origin: Mapping[str, str], *, alone: bool) -> tuple[SourceState, Any]:
    """Return what is said of *route*; None: of all routes."""
    source = provider if route is None or alone else _source(provider, route)
    state = partial(SourceState, id=source, provider=provider, route=None if route is None else _printed(route))
    if not is_news(catalog, provider):
        return state(state="catalog-unsupported", detail="what one user has is no news for the registry, which takes nothing from it", is_missing=True), None
    listing = Listing(source=source, provider=provider, adapter="", url="", usd_per_mtok=Decimal(1))
    try:
        page = parse_tolerantly(listing, [{"id": one} if isinstance(one, str) else one for one in models] if isinstance(models, list) else models)
    except MalformedListingError as error:
        return state(state="malformed", detail=str(error), is_missing=True), None
    if not page.models:
        return state(state="empty", detail="no model is listed; what is curated stays", is_missing=True), None
    entry = _entry(catalog, provider, route)
    upstream = upstreams.of_listing(catalog, source, provider, entry, page.models, origin)
    return state(state="ok", models=len(page.models)), upstream


def _entry(catalog: Catalog, provider: str, route: str | None) -> Facts:
    """Return how far the snapshot of a route is believed: as far as the provider's own listing, and its ids in any case."""
    listings = catalog.providers[provider].facts.get("discovery", [])
    named = [listing for listing in listings if listing.get("route", route) == route] or listings
    entry = dict(named[0]) if named else {"authoritative": []}
    is_known = any(one["id"] == route for one in catalog.providers[provider].facts["routes"])
    return {**entry, "authoritative": ["id", *entry["authoritative"]], **({"route": route} if is_known else {"route": None})}


def _provider(catalog: Catalog, name: str) -> str | None:
    if name in catalog.providers:
        return name
    for entry in catalog.providers.values():
        if name in [alias if isinstance(alias, str) else alias["id"] for alias in entry.facts.get("aliases", ())]:
            return entry.id
    return None


def _source(provider: str, route: str) -> str:
    return f"{provider}.{_word(route)}"


def _word(name: str) -> str:
    """Return *name* as a part of a source's id."""
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in name.lower()[:_LONGEST_WORD]).strip("-") or "unnamed"


def _printed(text: Any) -> str:
    return printable(str(text)[:100])
