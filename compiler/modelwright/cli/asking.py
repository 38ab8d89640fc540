"""What to ask upstream: every listing and catalogue of the registry, with its address and a credential where one is found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..discover import all_adapters
from ..discover.adapter import Listing
from ..discover.reading import Ask, Reading
from ..review import upstreams
from ..runtime.endpoint import is_private, listing
from ..runtime.errors import MissingVariableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ..ir.catalog import Catalog, Facts

_OWN_HARDWARE = "local"
_DYNAMIC = "open_ids"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A credential for a listing: what carries it, and where it was found."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    found_in: str | None = None
    """`env:NAME` or `explicit`; None: there is none."""


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
    found_in: str | None = None
    is_own: bool = False
    """Whether the provider is the user's own: what it lists is kept for a compile, and is no news for the registry."""


def own_questions(users: Catalog, registry: Catalog, environ: Mapping[str, str], providers: Collection[str] = ()) -> Iterator[Question]:
    """Yield the listings of *providers*, all of them when it is empty, that *users*, the registry with the user's files, has and *registry* has not."""
    for question in questions(users, environ, providers):
        if question.provider not in registry.providers:
            yield replace(question, is_own=True)


def questions(catalog: Catalog, environ: Mapping[str, str], providers: Collection[str] = (), given: Given | None = None) -> Iterator[Question]:
    """
    Yield every source that may be asked about *providers*, all of them when it is empty; *given* holds for each of them.

    What runs on the user's own machine is asked only when it is named, or when the environment says where it is.
    """
    units = catalog.words("price-units")
    for source, provider, entry in upstreams.sources_of(catalog):
        facts = catalog.providers[provider].facts
        if providers and provider not in providers:
            continue
        if not providers and facts["kind"] == _OWN_HARDWARE and not _is_set_up(facts, environ):
            continue
        yield _question(catalog, source, facts, entry, environ, units, given or Given())
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


def _question(catalog: Catalog, source: str, facts: Facts, entry: Facts, environ: Mapping[str, str], units: Mapping[str, Any], given: Given) -> Question:
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
    route = _route(facts, entry, kinds, environ, given.route)
    adapter = all_adapters().get(entry["adapter"])

    def unread(state: str, why: str) -> Question:
        return Question(source=source, provider=facts["id"], entry=entry, reading=Reading(listing=spec, state=state, detail=why))

    if adapter is None:
        return unread("catalog-unsupported", f"there is no adapter {entry['adapter']!r}")
    try:
        url, headers = listing(facts, route, entry["url"], catalog.words("protocols"), environ, given.base_url)
    except MissingVariableError as error:
        return unread("base-url-missing", str(error))
    credential = Credential() if entry["auth"] == "none" else credential_of(facts, route, kinds, environ, given.key)
    if credential.found_in is None and entry["auth"] == "required" and not _may_do_without(route, url, given):
        return unread(*_why_not(route, kinds))
    ask = Ask(listing=replace(spec, url=url), adapter=adapter, headers={**headers, **credential.headers}, query=credential.query)
    return Question(source=source, provider=facts["id"], entry=entry, ask=ask, found_in=credential.found_in)


def _is_set_up(facts: Facts, environ: Mapping[str, str]) -> bool:
    return any(environ.get(name) for route in facts["routes"] for name in (*route.get("base_url_env", ()), *route["auth"].get("env", ())))


def _route(facts: Facts, entry: Facts, kinds: Mapping[str, Any], environ: Mapping[str, str], wanted: str | None) -> Facts:
    """Return the route whose address and credential the listing takes: the one it names, or that is *wanted*; else the first with a key, else the first."""
    routes: list[Facts] = facts["routes"]
    named = entry.get("route", wanted)
    if named is not None:
        return next((route for route in routes if route["id"] == named), routes[0])
    return next((route for route in routes if credential_of(facts, route, kinds, environ).found_in), routes[0])


def credential_of(facts: Facts, route: Facts, kinds: Mapping[str, Any], environ: Mapping[str, str], key: str | None = None) -> Credential:
    """Return what proves who asks: *key*, else the first variable of the route that is set and is no placeholder."""
    auth = route["auth"]
    kind = kinds.get(auth["kind"], {})
    if not kind.get("is_key"):
        return Credential()
    placeholders = {word for one in kinds.values() for word in one.get("placeholders", ())}
    names = [name for name in auth.get("env", ()) if environ.get(name, "").strip() and environ[name].strip() not in placeholders]
    found_in, secret = ("explicit", key) if key else (f"env:{names[0]}", environ[names[0]].strip()) if names else (None, "")
    if found_in is None:
        return Credential()
    if "query" in auth:
        return Credential(query={auth["query"]: secret}, found_in=found_in)
    header, scheme = auth.get("header", kind.get("header", "Authorization")), kind.get("scheme")
    return Credential(headers={header: f"{scheme} {secret}" if scheme else secret}, found_in=found_in)


def _may_do_without(route: Facts, url: str, given: Given) -> bool:
    """Tell whether no credential is needed: a server on a private network, at an address that was given for it, may have none."""
    required = route["auth"].get("required", True)
    return route["auth"]["kind"] == "none" or required is False or ((required == "if_public_host" or given.base_url is not None) and is_private(url))


def _why_not(route: Facts, kinds: Mapping[str, Any]) -> tuple[str, str]:
    auth = route["auth"]
    kind = kinds.get(auth["kind"], {})
    if kind.get("chain"):
        return "catalog-unsupported", f"the listing takes {auth['kind']}, which a refresh does not speak"
    if not kind.get("is_key"):
        return "credential-missing", "reached by signing in; a refresh lists with keys only"
    names = " or ".join(auth.get("env", ())) or "a key with `providers probe --api-key`"
    return "credential-missing", f"set {names}"
