"""Searches for credentials in what the sources say; in the compiled registry `runtime.credentials.chain` makes them."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from ..dialects import NATIVE
from ..runtime import implied
from ..runtime.credentials.command import run
from ..runtime.credentials.search import Search, routes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ir.catalog import Catalog, Facts


def of_account(catalog: Catalog, account: Mapping[str, Any], environ: Mapping[str, str], **more: Any) -> Search:
    """Return the search for the credential of *account*; *more* are fields of it."""
    provider = more.get("provider") or catalog.providers[account["provider"]].facts
    files = {document.path: document.file for document in catalog.documents if hasattr(document, "file")}

    def locate(path: str) -> tuple[str, str | None] | None:
        return (os.path.abspath(files[path]), None) if path in files else None

    return Search(
        **{
            "account": account,
            "provider": provider,
            "routes": routes_of(provider, account),
            "kinds": catalog.words("auth"),
            "stores": catalog.words("cli-stores"),
            "environ": environ,
            "now": time.time,
            "run": run,
            "locate": locate,
            **more,
        }
    )


def policy_of(catalog: Catalog) -> Facts:
    """Return what holds where an account says nothing."""
    policy: Facts = catalog.settings.get("policy") or {"dialect": NATIVE, **catalog.words("dialects").get(NATIVE, {})}
    return policy


def account_of(catalog: Catalog, provider: str, *, elsewhere: bool = True) -> Facts:
    """
    Return the account that *provider* is asked through: the default of the user's active ones, else the first of them, else the
    provider itself. Without *elsewhere* accounts that lead to another place than the provider's own do not count.
    """
    own = [entry.facts for entry in catalog.accounts.values() if entry.provider == provider and entry.facts["status"] == "active"]
    own = [facts for facts in own if elsewhere or "base_url" not in facts]
    own.sort(key=lambda facts: (not facts.get("default", False), facts["rank"]))
    return own[0] if own else implied.account(provider, policy_of(catalog))


def filled(facts: Facts, account: Mapping[str, Any]) -> Facts:
    """Return a provider's *facts* with what *account* says of its variables."""
    said = account.get("variables", {})
    return facts if not said else {**facts, "variables": {name: {"default": said[name]} if name in said else variable for name, variable in facts.get("variables", {}).items()}}


def for_listing(catalog: Catalog, facts: Facts, environ: Mapping[str, str], *, elsewhere: bool, **more: Any) -> Search:
    """Return the search for what a listing of the provider with these *facts* is asked with: the steps of its account, in the order that the policy has for listings."""
    provider = facts["id"]
    account = account_of(catalog, provider, elsewhere=elsewhere)
    order: list[str] = policy_of(catalog).get("listing_credentials", [])
    if order:
        steps = [*account["credentials"]]
        if all(step["step"] != "env" for step in steps):
            steps.append({"step": "env"})
        account = {**account, "credentials": sorted(steps, key=lambda step: order.index(step["step"]) if step["step"] in order else len(order))}
    return of_account(catalog, account, environ, provider=facts, keys_only=not policy_of(catalog).get("listing_sign_ins", True), **more)
