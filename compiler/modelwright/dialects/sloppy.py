"""
Sloppy: an array of models, each with the key and the address of its provider, which is told by a prefix, a title or the address.

Facts: Sloppy's documentation of 2026-03, and its source as of 2026-07-02 (TeamSloppy/Sloppy@e9f9a5f). How providers are told is the
`grammar` of the dialect in registry/vocabulary/dialects.yaml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .dialect import Part, chain
from .inference import Addresses, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.catalog import Pointer
    from .dialect import Draft

NAME = "sloppy"
ENTRIES: tuple[tuple[str | None, ...], ...] = (("models", None), ("modelRouting", None), (None,))

_SECTIONS = ("modelRouting", "disableModelInference", "sqlitePath", "agentRuntimeContext")
"""What only Sloppy's file has, with or without models."""
_OTHERS = ("providers", "globalThresholds")
"""What files of other systems have beside an array of models."""
_OTHERS_ROW = {"id", "provider"}
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9._@ -]+")
_LONGEST_ID = 60


def recognises(data: Any) -> bool:
    """Tell whether *data* has an array of models that have no ids, as those of other systems do, or sections that only Sloppy has."""
    if not isinstance(data, dict) or any(key in data for key in _OTHERS):
        return False
    rows = data.get("models")
    if rows is None:
        return any(section in data for section in _SECTIONS)
    return isinstance(rows, list) and not any(isinstance(row, dict) and row.keys() >= _OTHERS_ROW for row in rows)


def translate(data: Any, draft: Draft) -> None:
    """Put what *data* says into *draft*."""
    rows = _Rows(draft, Addresses(draft.known))
    for index, said in enumerate(data.get("models", ())):
        if said is not None:
            rows.add(said, ("models", index))
    names = data.get("modelRouting", {})
    for name in names:
        _name(draft, name, names, rows.offered)
    if data.get("disableModelInference"):
        draft.put(("policy", "implicit_models"), False, ("disableModelInference",))
    else:
        _implied(draft)
    for section, what in (("opencode", "the models that `opencode` brings in are"), ("proxy", "the `proxy` is")):
        if data.get(section, {}).get("enabled"):
            draft.say(
                "section-not-read", (section, "enabled"), f"{what} not used here", "nothing of this section is read; what you need of it has to be said in another way", on_key=True
            )


@dataclass(frozen=True, slots=True)
class _Row:
    """What rows that are one account have in common."""

    title: str
    provider: str
    url: str
    """Empty: the provider's own."""
    key: str = field(repr=False)
    is_off: bool = False


@dataclass(slots=True)
class _Rows:
    """The rows so far, as accounts."""

    draft: Draft
    addresses: Addresses
    offered: dict[str, list[str]] = field(default_factory=dict)
    """Models of the rows that are on, to their providers."""
    _accounts: dict[_Row, tuple[str, Part]] = field(default_factory=dict)
    _listed: set[tuple[str, str]] = field(default_factory=set)
    """Accounts with the models that they have."""
    _firsts: dict[str, tuple[_Row, Pointer]] = field(default_factory=dict)
    """The first row of each provider that is on, and where its key stands."""
    _titles: dict[str, int] = field(default_factory=dict)
    """How many accounts have an id."""

    def add(self, said: Mapping[str, Any], at: Pointer) -> None:
        """Put the row *said* into the draft, unless nothing tells its provider."""
        told = tell(self.draft, self.addresses, said, at)
        if told is None:
            return
        provider, model = told
        row, key_at = self._with_key(self._row(provider, said), (*at, "apiKey"))
        account = self._accounts.get(row)
        if account is None:
            account = self._accounts[row] = self._account(row, said, at, key_at)
        identity, part = account
        if row.key and key_at[:-1] == at:
            help_ = f"move it into the vault with `providers accounts import`, or run `providers login {identity}` and leave it empty here"
            self.draft.say("plain-secret", key_at, f"`apiKey` of `{row.title}` stands here as it is", help_)
        if (identity, model) not in self._listed:
            self._listed.add((identity, model))
            part.append("models", model, (*at, "model"))
        if not row.is_off and provider not in self.offered.setdefault(model, []):
            self.offered[model].append(provider)
        if self.draft.known.model(provider, model) is None:
            # At the provider's own address a model that nobody knows is rather a slip; elsewhere the title is its name.
            self.draft.put(("providers", provider, "models", model), {"name": row.title} if row.url else {}, (*at, "model"), name=(*at, "model"))

    def _row(self, provider: str, said: Mapping[str, Any]) -> _Row:
        known = self.draft.known
        url, key = said["apiUrl"].strip().rstrip("/"), said["apiKey"].strip()
        is_own = not url or self.addresses.are_same(known.providers[provider]["routes"][0], url)
        return _Row(said["title"].strip(), provider, "" if is_own else url, "" if key in known.placeholders else key, said.get("disabled", False))

    def _with_key(self, row: _Row, at: Pointer) -> tuple[_Row, Pointer]:
        """Return *row* with the key that Sloppy has for it where it has none of its own, and where that stands; remark on what Sloppy passes over."""
        first, first_at = self._firsts.get(row.provider, (row, at)) if row.is_off else self._firsts.setdefault(row.provider, (row, at))
        if first.key and not row.key and row.url == first.url:
            return replace(row, key=first.key), first_at
        apart = self.draft.known.policy.get("grammar", {}).get("rows_apart", ())
        if (row.key, row.url) != (first.key, first.url) and not row.is_off and row.provider not in apart:
            what = "apiKey" if row.key != first.key else "apiUrl"
            self.draft.say(
                "row-sloppy-ignores",
                (*at[:-1], what),
                f"Sloppy takes `{what}` of all rows of `{row.provider}` from the first, `{first.title}`; here `{row.title}` has its own",
                "nothing has to be done for this program; where Sloppy is to do the same, leave one of the two rows",
            )
        return row, at

    def _account(self, row: _Row, said: Mapping[str, Any], at: Pointer, key_at: Pointer) -> tuple[str, Part]:
        draft, grammar = self.draft, self.draft.known.policy.get("grammar", {})
        identity = self._identity(row)
        part = Part()
        draft.add(("accounts", identity), part, at, (*at, "title"))
        part.put(("provider",), row.provider, (*at, "model"))
        part.put(("rank",), at[1], at)
        if identity != said["title"]:
            part.put(("name",), said["title"], (*at, "title"))
        if row.url:
            self._elsewhere(row, part, (*at, "apiUrl"))
        if row.is_off:
            part.put(("status",), "inactive", (*at, "disabled"))
        variables = grammar.get("env", {}).get(row.provider)
        part.put(("credentials",), chain(draft, {"key": key_at} if row.key else {}, **({"env": variables} if variables else {})), key_at)
        return identity, part

    def _elsewhere(self, row: _Row, part: Part, at: Pointer) -> None:
        """Say at which address the account is, and what follows from that."""
        provider = self.draft.known.providers[row.provider]
        own = next((route for route in provider["routes"] if self.addresses.are_same(route, row.url)), None)
        route = own or provider["routes"][0]
        if provider["kind"] != "subscription":
            part.put(("route",), route["id"], at)
        if own is not None:
            return
        part.put(("base_url",), row.url, at)
        theirs = self.addresses.route(row.url, route["protocol"])
        if theirs is not None and theirs["auth"]["kind"] != route["auth"]["kind"]:
            part.put(("auth", "kind"), theirs["auth"]["kind"], at)
        if route["protocol"] in self.draft.known.policy.get("grammar", {}).get("keyless_protocols", ()):
            part.put(("auth", "required"), "if_public_host", at)

    def _identity(self, row: _Row) -> str:
        """Return the title as an id that no other account has, and that is the name of no other provider."""
        name = _NOT_IN_AN_ID.sub("-", row.title)[:_LONGEST_ID].strip("._@ -") or row.provider
        while self.draft.known.provider(name) not in (None, row.provider):
            name += f"-{row.provider}"
        while True:
            self._titles[name] = count = self._titles.get(name, 0) + 1
            identity = name if count == 1 else f"{name}-{count}"
            if identity not in self.draft.data.get("accounts", {}):
                return identity


def _name(draft: Draft, name: str, names: Mapping[str, str], offered: Mapping[str, list[str]]) -> None:
    """Put the user's own *name* for a model into the draft; it may be one for another name."""
    at: Pointer = ("modelRouting", name)
    way = {name: None}
    last = name
    while (following := names[last]) in names:
        if following in way:
            draft.say("alias-loop", at, f"`{'` → `'.join((*way, following))}` comes to no model", "have one of these names name a model")
            return
        way[following] = None
        last = following
    value = names[last]
    head, _, rest = value.partition(":")
    meant = draft.known.policy.get("grammar", {}).get("prefixes", {}).get(head, ()) if rest else ()
    provider = meant[0] if meant else draft.known.provider(head) if rest else None
    if provider is not None:
        draft.put(("aliases", name), f"{provider}/{rest}", at)
    elif len(offered.get(value, ())) == 1:
        draft.put(("aliases", name), f"{offered[value][0]}/{value}", at)
    else:
        several = ", ".join(f"`{found}`" for found in offered.get(value, ()))
        why = f"`{value}` is a model of {several}" if several else f"nothing tells which provider `{value}` is of"
        draft.say("no-provider-inferred", at, f"{why}, so the name `{name}` is left out", "begin it with the prefix of its provider")


def _implied(draft: Draft) -> None:
    """Add the models that may be added for a credential of the environment, where the registry does not have them: their ids are all that is known."""
    known = draft.known
    for said in known.policy.get("implicit_models", ()):
        provider, _, model = said["model"].partition("/")
        if provider in known.providers and not known.providers[provider].get("open_ids") and known.model(provider, model) is None:
            draft.put(("providers", provider, "models", model), {"name": model}, ())
