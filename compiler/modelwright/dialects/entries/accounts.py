"""Accounts put into, changed in and taken out of a file of the native form, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wish import part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VERSION = 1


def put(data: dict[str, Any], identity: str, said: Mapping[str, Any], budgets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return *data* with *said* of the account *identity*; what it says already and *said* does not stays. *budgets* take the place of those of the same time."""
    accounts = part(data, "accounts", dict)
    accounts[identity] = part(accounts, identity, dict) | said
    result = (data or {"version": _VERSION}) | {"accounts": accounts}
    if said.get("default"):
        result = with_default(result, identity)
    if budgets:
        new = [{"scope": "account", "of": identity, **budget} for budget in budgets]
        kept = [one for one in part(data, "budgets", list) if not (_is_of(one, identity) and any(_time(one) == _time(other) for other in new))]
        result["budgets"] = [*kept, *new]
    return result


def without(data: dict[str, Any], identity: str) -> dict[str, Any]:
    """Return *data* without the account *identity* and its budgets; raises LookupError where there is none."""
    accounts = part(data, "accounts", dict)
    _check(accounts, identity)
    del accounts[identity]
    budgets = [budget for budget in part(data, "budgets", list) if not _is_of(budget, identity)]
    left = {"accounts": accounts, "budgets": budgets}
    return {key: left.get(key, value) for key, value in data.items() if left.get(key, True)}


def with_default(data: dict[str, Any], identity: str) -> dict[str, Any]:
    """Return *data* with *identity* as the only default among its accounts; raises LookupError where it is none."""
    accounts = part(data, "accounts", dict)
    _check(accounts, identity)
    for name in accounts:
        account = part(accounts, name, dict)
        if name == identity:
            accounts[name] = account | {"default": True}
        elif "default" in account:
            accounts[name] = {key: value for key, value in account.items() if key != "default"}
    return data | {"accounts": accounts}


def ranked(data: dict[str, Any], identities: Sequence[str]) -> dict[str, Any]:
    """Return *data* with the accounts *identities* tried in that order, before those that have no lower rank; raises LookupError where one is none."""
    accounts = part(data, "accounts", dict)
    for rank, identity in enumerate(identities, start=1):
        _check(accounts, identity)
        accounts[identity] = part(accounts, identity, dict) | {"rank": rank}
    return data | {"accounts": accounts}


def _check(accounts: Mapping[str, Any], identity: str) -> None:
    if identity not in accounts:
        from difflib import get_close_matches

        near = get_close_matches(identity, accounts, n=1)
        raise LookupError(f"the file has no account `{identity}`" + (f"; did you mean `{near[0]}`?" if near else ""))


def _is_of(budget: Any, identity: str) -> bool:
    return isinstance(budget, dict) and (budget.get("scope"), budget.get("of")) == ("account", identity)


def _time(budget: Mapping[str, Any]) -> tuple[Any, ...]:
    return budget.get("metric"), budget.get("period"), budget.get("rolling_seconds")
