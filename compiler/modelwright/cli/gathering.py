"""Read every source, from upstream or from files, with progress; what was seen goes to the cache."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics.render_text import printable
from ..discover.reading import Reading, replay
from ..review import upstreams
from ..review.compare import is_news
from ..review.plan import SourceState
from ..runtime import home
from . import asking, foreign, options, output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..ir.catalog import Catalog
    from ..review.plan import Upstream
    from .asking import Question

READ = ("ok", "not-modified")
_SIGHTINGS = "sightings.json"
_LISTINGS = "listings"


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What upstream says, as far as it could be read."""

    upstreams: list[Upstream] = field(default_factory=list)
    states: list[SourceState] = field(default_factory=list)
    was_asked: bool = False
    """Whether the network was used."""

    @property
    def has_failed(self) -> bool:
        """Whether sources were asked for and none of them could be read."""
        return bool(self.states) and all(state.state not in READ for state in self.states)


def gather(
    catalog: Catalog,
    providers: Sequence[str] = (),
    *,
    users: Catalog | None = None,
    sources: Sequence[str] = (),
    from_file: str | None = None,
    read_from: str | None = None,
    read_on: str | None = None,
    network: bool = True,
    use_fresh: bool = True,
    record: str | None = None,
) -> Gathered:
    """
    Return what the sources say about *providers*, all of them when it is empty; *users* is the registry with the user's files.

    Raises ClickException for a file that cannot be used.
    """
    if from_file is not None and not os.path.isdir(from_file):
        from .snapshot import is_recording, read_file

        data = foreign.load(from_file)
        if not is_recording(data):
            return read_file(catalog, from_file, data, providers, read_from, read_on)
    asked = [*asking.questions(catalog, os.environ, providers, users=users)]
    asked += asking.catalogues(catalog) if not providers or not catalog.providers.keys().isdisjoint(providers) else ()
    asked += [] if users is None else asking.own_questions(users, catalog, os.environ, providers)
    if sources:
        asked = _named(asked, sources)
    readings = _replayed(asked, from_file) if from_file is not None else _fetched(asked, network=network, use_fresh=use_fresh, record=record)
    found = Gathered(was_asked=network and from_file is None)
    for question, reading in zip(asked, readings, strict=True):
        if reading is not None:
            _take(catalog, question, reading, providers, found)
    if from_file is None:
        keep_sightings(asked, readings)
    return found


def _named(asked: Sequence[Question], sources: Sequence[str]) -> list[Question]:
    """Return what is asked of *sources*; raises UsageError for one that is none."""
    from difflib import get_close_matches

    known = [question.source for question in asked]
    for name in sources:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise click.UsageError(
                f"there is no source {name!r}" + (f"; did you mean {near[0]!r}?" if near else " to ask; see `providers refresh --no-network` for those there are")
            )
    return [question for question in asked if question.source in sources]


def _fetched(asked: Sequence[Question], *, network: bool, use_fresh: bool, record: str | None) -> list[Reading | None]:
    from ..discover.fetch import gather as fetch
    from ..discover.recording import Store

    asks = [question.ask for question in asked if question.ask is not None]
    cache = Store(os.path.join(home.folder("cache", os.environ), _LISTINGS))
    with _progress(len(asks) if network else 0) as on_done:
        read = iter(fetch(asks, now=time.time, cache=cache, use_fresh=use_fresh, network=network, record=None if record is None else Store(record), on_done=on_done))
    return [question.reading if question.ask is None else next(read) for question in asked]


def _replayed(asked: Sequence[Question], folder: str) -> list[Reading | None]:
    """Return what the recordings of *folder* say; a source that was not recorded has no part in it."""
    from ..discover.recording import read_recordings

    try:
        recordings = read_recordings(folder)
    except ValueError as error:
        raise click.ClickException(printable(str(error))) from error
    unknown = sorted(recordings.keys() - {question.source for question in asked})
    if unknown:
        output.notice(f"note: no source of the registry is {', '.join(unknown)}; these recordings are left out")
    return [replay(question.ask, recordings[question.source]) if question.ask is not None and question.source in recordings else None for question in asked]


@contextmanager
def _progress(length: int) -> Iterator[Callable[[Reading], None]]:
    """Give what hears of each reading: a bar on a terminal, a line a source elsewhere."""
    if not length or options.is_quiet():
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield lambda reading: output.notice(f"read {reading.listing.source}: {reading.state}")
    else:
        shown: Any = click.progressbar(length=length, label="Reading sources", file=sys.stderr, item_show_func=lambda name: "" if name is None else f"{name}")
        with shown as bar:
            yield lambda reading: bar.update(1, reading.listing.source)


def _take(catalog: Catalog, question: Question, reading: Reading, providers: Sequence[str], found: Gathered) -> None:
    """Add what *reading* says to *found*."""
    from ..importers import all_importers
    from ..importers.shape import ShapeError

    spec, state, detail, count = reading.listing, reading.state, reading.detail, len(reading.models)
    origin = {"from": _address(question), "read_on": (reading.read_at or "")[:10]}
    if state in READ and question.provider is None:
        skipped: list[str] = []
        try:
            catalogue = all_importers()[question.source].read(reading.payload, skipped)
            upstream = upstreams.of_catalogue(catalog, question.source, catalogue, origin, providers)
            count = sum(len(models) for _, models in catalogue.values())
            found.upstreams.append(upstream)
        except ShapeError as error:
            state, detail = "malformed", printable(str(error))[:300]
        detail = detail or (f"{len(skipped)} models cannot be read and are left out; the first: {printable(skipped[0])[:200]}" if skipped else "")
    elif state in READ and (question.is_own or not is_news(catalog, question.provider or "")):
        detail = detail or "kept for `providers compile`; what one user has is no news for the registry"
    elif state in READ:
        found.upstreams.append(upstreams.of_listing(catalog, question.source, question.provider or "", question.entry, reading.models, origin))
    if reading.from_cache and state in READ and not detail:
        detail = f"as read at {reading.read_at}; --no-cache asks again"
    is_read = state in READ
    found.states.append(
        SourceState(
            id=question.source,
            state=state,
            detail=detail,
            models=count if is_read else None,
            provider=question.provider,
            route=spec.route,
            read_at=reading.read_at,
            is_missing=not is_read,
        )
    )


def _address(question: Question) -> str:
    """Return where what is asked is, without what proves who asks."""
    return "" if question.ask is None else question.ask.address().partition("?")[0]


def keep_sightings(asked: Sequence[Question], readings: Sequence[Reading | None]) -> None:
    """Write what listings reported to the cache that a compile reads; listings that were not read now stay as they are there."""
    from ..source.write import write_atomically

    path = os.path.join(home.folder("cache", os.environ), _SIGHTINGS)
    listings = {_listing(listing): listing for listing in _kept(path)}
    for question, reading in zip(asked, readings, strict=True):
        if reading is None or question.provider is None or reading.state not in READ or reading.read_at is None:
            continue
        route = {"route": reading.listing.route} if reading.listing.route else {}
        listing = {"provider": question.provider, **route, "source": _address(question), "seen_at": reading.read_at, "models": list(reading.models)}
        listings[_listing(listing)] = listing
    if not listings:
        return
    content = json.dumps({"version": 1, "listings": [listings[key] for key in sorted(listings, key=str)]}, ensure_ascii=False, indent=1).encode()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, "rb") as stream:
            if stream.read() == content + b"\n":
                return
    except OSError:
        pass
    write_atomically(path, content + b"\n")


def _listing(said: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what tells a listing from the others: its provider, its route, and where on the server it is; the server may move."""
    return said["provider"], said.get("route", ""), said["source"].partition("://")[2].partition("/")[2]


def _kept(path: str) -> list[dict[str, Any]]:
    """Return the listings of the cache at *path*; none when it is not there or damaged."""
    from ..source.document import Document
    from ..source.validate import validate

    if not os.path.exists(path):
        return []
    document = Document.read(path, "cache/sightings.json", path, "sightings")
    is_sound = document.data is not None and not document.problems and not validate(document)
    return document.data["listings"] if is_sound else []
