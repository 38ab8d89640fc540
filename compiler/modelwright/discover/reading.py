"""What is asked of a source and what came of it; replaying recordings, which takes no network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .adapter import Adapter, Listing, MalformedListingError, Page, Request
from .censor import Censor
from .recording import fingerprint
from .states import UnreadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .recording import Recording

    Sign = Callable[[str, str, Mapping[str, str], bytes, float], Mapping[str, str]]
    """Given method, URL, headers, body and the time in seconds since 1970, returns the headers to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One source to read."""

    listing: Listing
    adapter: Adapter | None
    """None: a catalogue, whose JSON is given back as it is."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """To send along, the credential among them."""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Parameters to send along, where the credential is one."""
    sign: Sign | None = field(default=None, repr=False)
    """What signs each request, where the credential is not sent but proven."""
    signed_with: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The credential then, by the names of its parts."""
    is_certificate_checked: bool = True

    def censor(self) -> Censor:
        """Return what takes this ask's credential out of texts."""
        return Censor({**self.headers, **self.signed_with}, self.query, _split(self.listing.url)[1])

    def fingerprint(self, salt: str) -> str:
        """Return what tells this ask's credential from another."""
        return fingerprint({**self.headers, **self.signed_with}, self.query, salt)

    def address(self) -> str:
        """Return where the listing is, without credential."""
        scheme, _, rest = _split(self.listing.url)
        return str(self.censor().data(f"{scheme}{rest}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading one source."""

    listing: Listing
    state: str
    """One of `states.STATES`."""
    detail: str = ""
    """Why, with what to do; printable, without credential."""
    models: tuple[dict[str, Any], ...] = ()
    """Sightings, each id once; empty for a catalogue."""
    payload: Any = None
    """A catalogue's JSON; None for a listing."""
    read_at: str | None = None
    """When upstream said so, UTC; None: it said nothing."""
    from_cache: bool = False
    skipped: int = 0
    """Entries that are no models or could not be read."""


def replay(ask: Ask, recording: Recording, *, state: str = "ok", from_cache: bool = False) -> Reading:
    """Return *recording* read by the adapter of *ask*, in *state* unless that fails."""
    try:
        pages = [parsed(ask, payload) for payload in recording.pages]
        return reading_of(ask, pages, recording.pages, recording.read_at, state=state, from_cache=from_cache)
    except UnreadError as error:
        return unread(ask, error)


def unread(ask: Ask, error: UnreadError) -> Reading:
    """Return the reading of a source that could not be read."""
    return Reading(listing=ask.listing, state=error.state, detail=error.detail)


def reading_of(ask: Ask, pages: Sequence[Page], payloads: Sequence[Any], read_at: str, *, state: str, from_cache: bool) -> Reading:
    """Return what all *pages* say together; the first entry of an id counts. Raises UnreadError when they say nothing."""
    models: dict[str, dict[str, Any]] = {}
    for page in pages:
        for model in page.models:
            models.setdefault(str(model["id"]).casefold(), model)
    skipped = sum(page.skipped for page in pages)
    if not (models if ask.adapter else payloads[0]):
        raise UnreadError("empty", f"no model in the listing, {skipped} entries passed over" if skipped else "no model in the listing")
    payload = None if ask.adapter else payloads[0]
    return Reading(listing=ask.listing, state=state, models=tuple(models.values()), payload=payload, read_at=read_at, from_cache=from_cache, skipped=skipped)


def requested(ask: Ask, cursor: str | None) -> Request:
    """Return what to send for the page that *cursor* asks for. Raises UnreadError when the adapter cannot say."""
    if ask.adapter is None:
        return Request(url=ask.listing.url, method=ask.listing.method)
    try:
        return ask.adapter.request(ask.listing, cursor)
    except Exception as error:  # noqa: BLE001  # one adapter's mistake is one source's
        raise _malformed(ask, error) from None


def parsed(ask: Ask, payload: Any) -> Page:
    """Return the page that *payload* is, empty for a catalogue. Raises UnreadError when it is none."""
    if ask.adapter is None:
        if not isinstance(payload, dict | list):
            raise UnreadError("malformed", "neither an object nor a list")
        return Page(models=[])
    try:
        return ask.adapter.parse(ask.listing, payload)
    except Exception as error:  # noqa: BLE001  # one adapter's mistake is one source's
        raise _malformed(ask, error) from None


def _malformed(ask: Ask, error: Exception) -> UnreadError:
    why = ask.censor().text(str(error)) if isinstance(error, MalformedListingError) else ""
    return UnreadError("malformed", why or f"the adapter `{ask.listing.adapter}` failed with {type(error).__name__}")


def _split(url: str) -> tuple[str, str, str]:
    """
    Return the scheme of *url*, the user and password in it, and the rest.

    >>> _split("https://me:word@acme.example/v1?a=@")
    ('https://', 'me:word', 'acme.example/v1?a=@')
    """
    scheme, separator, rest = url.partition("://")
    end = min((found for mark in "/?#" if (found := rest.find(mark)) >= 0), default=len(rest))
    user, _, host = rest[:end].rpartition("@")
    return f"{scheme}{separator}", user, f"{host}{rest[end:]}"
