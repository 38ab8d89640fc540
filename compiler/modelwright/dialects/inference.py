"""Which provider a row means that names none: told by prefix, title and address, as the grammar of its dialect has it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..ir.catalog import Pointer
    from .dialect import Draft, Known

_ANYBODYS = ("local", "proxy", "custom")
"""Kinds of providers whose addresses say nothing about whose they are."""


@dataclass(frozen=True)
class Addresses:
    """The addresses of the registry's providers."""

    known: Known

    def are_same(self, route: Mapping[str, Any], url: str) -> bool:
        """Tell whether *url* is the base URL of *route*, with or without the version that its protocol puts there."""
        return "base_url" in route and self._plain(route["base_url"], route["protocol"]) == self._plain(url, route["protocol"])

    def route(self, url: str, protocol: str) -> Mapping[str, Any] | None:
        """Return the route, of whatever provider, that speaks *protocol* at *url*."""
        return self._routes.get((self._plain(url, protocol), protocol))

    def owners(self, url: str) -> list[str]:
        """Return the providers whose services are at the host of *url*, in display order."""
        host = _host(url)
        exact, endings = self._hosts
        return exact.get(host, []) + [provider for ending, provider in endings if host.endswith(ending)]

    def _plain(self, url: str, protocol: str) -> str:
        return url.lower().rstrip("/").removesuffix(self.known.protocols.get(protocol, {}).get("version", ""))

    @cached_property
    def _routes(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        in_order = sorted(self.known.providers.values(), key=lambda facts: int(facts["order"]))
        routes = [route for facts in in_order for route in facts["routes"] if "base_url" in route]
        return {(self._plain(route["base_url"], route["protocol"]), route["protocol"]): route for route in reversed(routes)}

    @cached_property
    def _hosts(self) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
        """Hosts to their providers; and ends of hosts, where the beginning is the user's, with theirs."""
        exact: dict[str, list[str]] = {}
        endings: list[tuple[str, str]] = []
        for facts in sorted(self.known.providers.values(), key=lambda facts: int(facts["order"])):
            hosts = {_host(route.get("base_url", "")) for route in facts["routes"]} if facts["kind"] not in _ANYBODYS else set()
            for host in sorted(hosts - {""}):
                _, is_template, ending = host.rpartition("}")
                if not is_template:
                    exact.setdefault(host, []).append(facts["id"])
                elif ending.startswith("."):
                    endings.append((ending, facts["id"]))
        return exact, endings


def told(known: Known, said: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the provider of the row *said*, and its model without prefix; None when nothing tells it, or a prefix that no longer holds."""
    prefixed = _prefixed(known, said)
    return _told(known, said, prefixed, _fitting(known, said, prefixed))


def tell(draft: Draft, addresses: Addresses, said: Mapping[str, Any], at: Pointer) -> tuple[str, str] | None:
    """Return what `told` does; remark on what is wrong with the row, and on what makes it doubtful."""
    known, row = draft.known, f"`{at[0]}[{at[1]}]`"
    prefixed = _prefixed(known, said)
    fitting = _fitting(known, said, prefixed)
    found = _told(known, said, prefixed, fitting)
    head, _, rest = said["model"].partition(":")
    named = said.get("providerCatalogId", "").strip()
    grammar = known.policy.get("grammar", {})
    if found is not None and found[1] != said["model"]:
        return found
    if found is None and rest and head in grammar.get("outdated_prefixes", {}):
        now = grammar["outdated_prefixes"][head]
        help_ = f"write `{now}:{rest}`, or have the file read in its older form with `--dialect`"
        draft.say("outdated-prefix", (*at, "model"), f"`{head}:` is no prefix any more, so {row} is left out", help_)
        return None
    if named and known.provider(named) is None:
        help_ = f"{known.nearest(named)}leave it out where title or address tell the provider"
        draft.say("unknown-provider-type", (*at, "providerCatalogId"), f"there is no provider `{named}`", help_)
    if found is None:
        prefixes = ", ".join(f"`{prefix}:`" for prefix in grammar.get("prefixes", ()))
        help_ = f"begin `model` with one of {prefixes}"
        draft.say("no-provider-inferred", (*at, "model"), f"neither `model` nor the title and address of {row} tell which provider it is of, so it is left out", help_)
    elif known.provider(named) is None:
        _doubt(draft, addresses, said, at, fitting)
    return found


def _prefixed(known: Known, said: Mapping[str, Any]) -> list[str]:
    """Return the providers that the prefix of the row's model may mean; none without one."""
    head, colon, _ = said["model"].partition(":")
    meant = known.policy.get("grammar", {}).get("prefixes", {}).get(head, ()) if colon else ()
    return [provider for provider in meant if provider in known.providers]


def _told(known: Known, said: Mapping[str, Any], prefixed: list[str], fitting: list[Mapping[str, Any]]) -> tuple[str, str] | None:
    inferred = fitting[0]["provider"] if fitting else None
    head, colon, rest = said["model"].partition(":")
    if colon and head in known.policy.get("grammar", {}).get("outdated_prefixes", {}):
        return None
    if prefixed:
        return inferred if inferred in prefixed else prefixed[0], rest
    provider = known.provider(said.get("providerCatalogId")) or inferred
    return None if provider is None else (provider, said["model"])


def _fitting(known: Known, said: Mapping[str, Any], prefixed: list[str]) -> list[Mapping[str, Any]]:
    """Return the rules of inference that fit the row; none where its prefix says it all."""
    if len(prefixed) == 1:
        return []
    title, url = said["title"].lower(), said["apiUrl"].lower()
    fitting = []
    for rule in known.policy.get("grammar", {}).get("inference", ()):
        by_title = _has_one(title, rule.get("title", ())) and rule.get("title_without", "\n") not in title
        if (by_title or _has_one(url, rule.get("url", ()))) and rule["provider"] in known.providers:
            fitting.append(rule)
    return fitting


def _has_one(text: str, parts: Iterable[str]) -> bool:
    for part in parts:  # noqa: SIM110  # a thousand rows come by here, and `any` takes three times as long
        if part in text:
            return True
    return False


def _doubt(draft: Draft, addresses: Addresses, said: Mapping[str, Any], at: Pointer, fitting: list[Mapping[str, Any]]) -> None:
    """Remark on a row of which title and address tell more than one provider."""
    taken = fitting[0]["provider"]
    others = [rule["provider"] for rule in fitting if rule["provider"] not in (taken, *fitting[0].get("covers", ()))]
    owners = addresses.owners(said["apiUrl"].strip())
    if owners and taken not in owners:
        others = [owners[0], *others]
    if others:
        prefixes = draft.known.policy["grammar"].get("prefixes", {}).items()
        ways = [f"`{prefix}:{said['model']}`" for provider in (taken, others[0]) for prefix, meant in prefixes if provider in meant]
        draft.say(
            "several-providers-inferred",
            (*at, "apiUrl" if owners and taken not in owners else "title"),
            f"`{at[0]}[{at[1]}]` is taken for `{taken}`, though its title and address speak of `{others[0]}`, too",
            f"write {' or '.join(ways)} as its `model`" if ways else "change its title",
        )


def _host(url: str) -> str:
    """Return the host of *url*, a template perhaps, in lower case; empty when it has none."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
