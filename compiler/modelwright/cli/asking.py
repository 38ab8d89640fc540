"""What to ask upstream: every listing and catalogue of the registry, with its address and a credential where one is found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..discover import all_adapters
from ..discover.adapter import Listing
from ..discover.reading import Ask, Reading
from ..review import upstreams
from ..review.compare import is_news
from ..runtime.credentials import chain
from ..runtime.credentials.none import NONE
from ..runtime.credentials.signing import signer
from ..runtime.endpoint import listing
from ..runtime.errors import CredentialError, MissingVariableError, StoredSecretError, UsageError
from ..runtime.urls import is_private
from . import searching

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ..ir.catalog import Catalog, Facts
    from ..runtime.credentials.answer import Credential
    from ..runtime.credentials.search import Search

_OWN_HARDWARE = "local"
_DYNAMIC = "open_ids"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was said by hand for a question, in place of what the registry and the environment say."""

    key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    route: str | None = None
    """Where the listing names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A source, and either what to ask of it or why it cannot be asked."""

    source: str
    provider: str | None
    """None: a catalogue of many."""
    entry: Facts
    """Its entry in `discovery`, or its word in the vocabulary of catalogues."""
    ask: Ask | None = None
    reading: Reading | None = None
    """How it ended without being asked."""
    route: str | None = None
    """The route of the provider that it is asked by; None: it is not asked, or is a catalogue."""
    found_in: str | None = None
    """Where the credential was found, as `env:NAME` or `vault:work`; None: none is sent."""
    is_own: bool = False
    """Whether the provider is the user's own: what it lists is kept for a compile, and is no news for the registry."""


def own_questions(users: Catalog, registry: Catalog, environ: Mapping[str, str], providers: Collection[str] = ()) -> Iterator[Question]:
    """Yield the listings of *providers*, all of them when it is empty, that *users*, the registry with the user's files, has and *registry* has not."""
    for question in questions(users, environ, providers):
        if question.provider not in registry.providers:
            yield replace(question, is_own=True)


def questions(catalog: Catalog, environ: Mapping[str, str], providers: Collection[str] = (), given: Given | None = None, *, users: Catalog | None = None) -> Iterator[Question]:
    """
    Yield every source that may be asked about *providers*, all of them when it is empty; *given* holds for each of them.

    They are asked with the credentials of the user's accounts: those of *users*, the registry with the user's files, where *catalog*
    is without. What runs on the user's own machine is asked only when it is named, or when an account or the environment says
    where it is.
    """
    accounts = catalog if users is None else users
    units = catalog.words("price-units")
    for source, provider, entry in upstreams.sources_of(catalog):
        facts = catalog.providers[provider].facts
        if providers and provider not in providers:
            continue
        if not providers and facts["kind"] == _OWN_HARDWARE and not _is_set_up(accounts, facts, environ):
            continue
        yield _question(catalog, accounts, source, facts, entry, environ, units, given or Given())
    for provider, declared in catalog.providers.items():
        if (
            "discovery" not in declared.facts
            and not declared.facts.get(_DYNAMIC)
            and declared.facts["kind"] in ("hosted", "subscription")
            and (not providers or provider in providers)
        ):
            unread = Reading(listing=Listing(source=provider, provider=provider, adapter="", url=""), state="catalog-unsupported", detail="no listing of its models is known")
            yield Question(source=provider, provider=provider, entry={}, reading=unread)


def catalogues(catalog: Catalog) -> Iterator[Question]:
    """Yield every catalogue of other projects."""
    for word, said in catalog.words("catalogues").items():
        yield Question(source=word, provider=None, entry=said, ask=Ask(listing=Listing(source=word, provider="", adapter="", url=said["url"]), adapter=None))


def _question(catalog: Catalog, accounts: Catalog, source: str, facts: Facts, entry: Facts, environ: Mapping[str, str], units: Mapping[str, Any], given: Given) -> Question:
    kinds = catalog.words("auth")
    spec = Listing(
        source=source,
        provider=facts["id"],
        adapter=entry["adapter"],
        url=entry["url"],
        route=entry.get("route"),
        method=entry.get("method", "GET"),
        page_size=entry.get("page_size"),
        keep=tuple(entry.get("keep", ())),
        skip=tuple(entry.get("skip", ())),
        usd_per_mtok=Decimal(str(units[entry["price_unit"]]["usd_per_mtok"])) if entry.get("price_unit") in units else None,
    )
    adapter = all_adapters().get(entry["adapter"])

    def unread(state: str, why: str) -> Question:
        return Question(source=source, provider=facts["id"], entry=entry, reading=Reading(listing=spec, state=state, detail=why))

    if adapter is None:
        return unread("catalog-unsupported", f"there is no adapter {entry['adapter']!r}")
    search = searching.for_listing(accounts, facts, environ, elsewhere=accounts is catalog or not is_news(catalog, facts["id"]), explicit=given.key, base_url=given.base_url)
    search = search.but(routes=_routes(search.routes, entry.get("route", given.route), kinds))
    credential, missing = (None, None) if entry["auth"] == "none" else _credential(search, kinds)
    route = next((route for route in search.routes if credential is not None and route["id"] == credential.route), search.routes[0])
    try:
        url, headers, scope = listing(
            searching.filled(facts, search.account), route, entry["url"], catalog.words("protocols"), environ, given.base_url or search.account.get("base_url")
        )
    except MissingVariableError as error:
        return unread("base-url-missing", str(error))
    if isinstance(missing, StoredSecretError):
        return unread("credential-missing", str(missing))
    if credential is None and entry["auth"] == "required" and not _may_do_without(route, url, given):
        return unread("credential-missing", _why_not(search, route, kinds, missing))
    ask = Ask(listing=replace(spec, url=url), adapter=adapter, headers={**headers, **search.account.get("headers", {})})
    if credential is None:
        return Question(source=source, provider=facts["id"], entry=entry, ask=ask, route=route["id"])
    try:
        sign = signer(route["auth"]["kind"], credential.parts(), scope, search.key_variables())
    except UsageError as error:
        return unread("credential-missing", str(error))
    sent = {"headers": {**ask.headers, **credential.headers()}, "query": credential.query()} if sign is None else {"sign": sign, "signed_with": credential.parts()}
    ask = replace(ask, **sent)
    return Question(source=source, provider=facts["id"], entry=entry, ask=ask, route=route["id"], found_in=credential.source)


def _is_set_up(accounts: Catalog, facts: Facts, environ: Mapping[str, str]) -> bool:
    named = any(environ.get(name) for route in facts["routes"] for name in (*route.get("base_url_env", ()), *route["auth"].get("env", ())))
    return named or any(entry.provider == facts["id"] and entry.facts["status"] == "active" for entry in accounts.accounts.values())


def _routes(routes: list[Facts], named: str | None, kinds: Mapping[str, Any]) -> list[Facts]:
    """Return the routes whose address and credential a listing may take: the one that is *named*, with those beside a vendor's chain that take a key at its address; else all."""
    found = [route for route in routes if named in (None, route["id"])] or routes[:1]
    places = [route.get("base_url") for route in found if kinds.get(route["auth"]["kind"], {}).get("chain")]
    return [route for route in routes if route in found or route.get("base_url") in places]


def _credential(search: Search, kinds: Mapping[str, Any]) -> tuple[Credential | None, CredentialError | None]:
    """Return what proves who asks, or why there is nothing."""
    sent = [route for route in search.routes if not search.keys_only or any(kinds.get(route["auth"]["kind"], {}).get(word) for word in ("is_key", "chain"))]
    try:
        found = chain.first(search.but(routes=sent)) if sent else None
    except CredentialError as error:
        return None, error
    return None if found is None or found.source == NONE else found, None


def _may_do_without(route: Facts, url: str, given: Given) -> bool:
    """Tell whether no credential is needed: a server on a private network, at an address that was given for it, may have none."""
    required = route["auth"].get("required", True)
    return route["auth"]["kind"] == "none" or required is False or ((required == "if_public_host" or given.base_url is not None) and is_private(url))


def _why_not(search: Search, route: Facts, kinds: Mapping[str, Any], missing: CredentialError | None) -> str:
    kind = kinds.get(route["auth"]["kind"], {})
    if search.keys_only and not (kind.get("is_key") or kind.get("chain")):
        return "reached by signing in, and `policy.listing_sign_ins` has listings asked with keys only"
    return chain.cure(search) if missing is None else missing.advice
