"""Providers of a file of Sophon's, each of which is an account, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wish import UnsayableError, part, replaced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KEYS = {"provider": "providerType", "name": "name", "base_url": "baseUrl", "rank": "priority", "default": "isDefault", "status": "status"}
_NAMES = {"route": "a route", "credentials": "where a key is looked for", "private_network": "that a private network is meant"}


def put(data: dict[str, Any], identity: str, said: Mapping[str, Any], budgets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return *data* with *said* of the provider *identity*; what it says already and *said* does not stays. Raises UnsayableError."""
    unsayable = [_NAMES[name] for name in said if name not in _KEYS]
    if unsayable or len(budgets) > 1:
        raise UnsayableError(f"a file of Sophon's cannot say {' and '.join(unsayable) or 'more than one budget'}; keep this account in a native file")
    new = {_KEYS[name]: value.capitalize() if name == "status" else value for name, value in said.items()}
    for budget in budgets:
        new["budget"] = {"amount": budget["value"], "period": budget["period"]}
    providers = part(data, "providers", list)
    before: dict[str, Any] = next((one for one in providers if _is(one, identity)), {"id": identity, "providerType": identity})
    result = data | {"providers": replaced(providers, before | new, lambda one: _is(one, identity))}
    return with_default(result, identity) if said.get("default") else result


def without(data: dict[str, Any], identity: str) -> dict[str, Any]:
    """Return *data* without the provider *identity*; raises LookupError where there is none."""
    providers = part(data, "providers", list)
    _check(providers, identity)
    return data | {"providers": [one for one in providers if not _is(one, identity)]}


def with_default(data: dict[str, Any], identity: str) -> dict[str, Any]:
    """Return *data* with *identity* as the only default; raises LookupError where it is none."""
    providers = part(data, "providers", list)
    _check(providers, identity)
    return data | {"providers": [_as_default(one, identity) if isinstance(one, dict) else one for one in providers]}


def ranked(data: dict[str, Any], identities: Sequence[str]) -> dict[str, Any]:
    """Return *data* with the providers *identities* tried in that order; raises LookupError where one is none."""
    providers = part(data, "providers", list)
    for priority, identity in enumerate(identities, start=1):
        _check(providers, identity)
        providers = [one | {"priority": priority} if _is(one, identity) else one for one in providers]
    return data | {"providers": providers}


def _as_default(entry: dict[str, Any], identity: str) -> dict[str, Any]:
    return entry | {"isDefault": True} if _is(entry, identity) else {key: value for key, value in entry.items() if key != "isDefault"}


def _is(entry: Any, identity: str) -> bool:
    return isinstance(entry, dict) and entry.get("id") == identity


def _check(providers: Sequence[Any], identity: str) -> None:
    if not any(_is(one, identity) for one in providers):
        raise LookupError(f"the file has no provider `{identity}`")
