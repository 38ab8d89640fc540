"""Which provider a row means that names none: told by prefix, title and address, as the grammar of its dialect has it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        """Return the providers whose services are at the host of *url*."""
        host = _host(url)
        return [provider for provider, hosts in self._hosts.items() if any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)]

    def _plain(self, url: str, protocol: str) -> str:
        return url.lower().rstrip("/").removesuffix(self.known.protocols.get(protocol, {}).get("version", ""))

    @cached_property
    def _routes(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        in_order = sorted(self.known.providers.values(), key=lambda facts: int(facts["order"]))
        routes = [route for facts in in_order for route in facts["routes"] if "base_url" in route]
        return {(self._plain(route["base_url"], route["protocol"]), route["protocol"]): route for route in reversed(routes)}

    @cached_property
    def _hosts(self) -> dict[str, set[str]]:
        """Hosts by provider, in display order; one that begins with a dot is the end of a host, where the beginning is the user's."""
        found = {}
        for provider, facts in sorted(self.known.providers.items(), key=lambda item: int(item[1]["order"])):
            if facts["kind"] not in _ANYBODYS:
                hosts = {_host(route.get("base_url", "")).rpartition("}")[2] for route in facts["routes"]}
                found[provider] = hosts - {""}
        return found


def told(known: Known, said: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the provider of the row *said*, and its model without prefix; None when nothing tells it, or a prefix that no longer holds."""
    grammar = known.policy.get("grammar", {})
    fitting: list[str] = [rule["provider"] for rule in _rules(known, said)]
    head, colon, rest = said["model"].partition(":")
    if colon and head in grammar.get("outdated_prefixes", {}):
        return None
    meant: list[str] = [provider for provider in grammar.get("prefixes", {}).get(head, ()) if provider in known.providers] if colon else []
    if meant:
        return next((provider for provider in fitting[:1] if provider in meant), meant[0]), rest
    provider = known.provider(said.get("providerCatalogId")) or next(iter(fitting), None)
    return None if provider is None else (provider, said["model"])


def tell(draft: Draft, addresses: Addresses, said: Mapping[str, Any], at: Pointer) -> tuple[str, str] | None:
    """Return what `told` does; remark on what is wrong with the row, and on what makes it doubtful."""
    grammar, row, found = draft.known.policy.get("grammar", {}), f"`{at[0]}[{at[1]}]`", told(draft.known, said)
    head, _, rest = said["model"].partition(":")
    named = said.get("providerCatalogId", "").strip()
    if found is not None and found[1] != said["model"]:
        return found
    if found is None and rest and head in grammar.get("outdated_prefixes", {}):
        now = grammar["outdated_prefixes"][head]
        help_ = f"write `{now}:{rest}`, or have the file read in its older form with `--dialect`"
        draft.say("outdated-prefix", (*at, "model"), f"`{head}:` is no prefix any more, so {row} is left out", help_)
        return None
    if named and draft.known.provider(named) is None:
        help_ = f"{draft.known.nearest(named)}leave it out where title or address tell the provider"
        draft.say("unknown-provider-type", (*at, "providerCatalogId"), f"there is no provider `{named}`", help_)
    if found is None:
        prefixes = ", ".join(f"`{prefix}:`" for prefix in grammar.get("prefixes", ()))
        help_ = f"begin `model` with one of {prefixes}"
        draft.say("no-provider-inferred", (*at, "model"), f"neither `model` nor the title and address of {row} tell which provider it is of, so it is left out", help_)
    elif draft.known.provider(named) is None:
        _doubt(draft, addresses, said, at)
    return found


def _rules(known: Known, said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rules of inference that fit the row."""
    title, url = said["title"].lower(), said["apiUrl"].lower()

    def fits(rule: Mapping[str, Any]) -> bool:
        by_title = any(part in title for part in rule.get("title", ())) and rule.get("title_without", "\n") not in title
        return (by_title or any(part in url for part in rule.get("url", ()))) and rule["provider"] in known.providers

    return [rule for rule in known.policy.get("grammar", {}).get("inference", ()) if fits(rule)]


def _doubt(draft: Draft, addresses: Addresses, said: Mapping[str, Any], at: Pointer) -> None:
    """Remark on a row of which title and address tell more than one provider."""
    fitting = _rules(draft.known, said)
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
