"""`providers list`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from . import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..runtime.registry import Registry


@click.command(name="list")
@click.argument("provider", required=False, type=options.Provider())
@click.option("--provider", "named", type=options.Provider(), metavar="PROVIDER", help="This provider only; also as an argument.")
@click.option("--all", "all_", is_flag=True, help="Also those kept for old configs only.")
@click.option("--signed-in-first", is_flag=True, help="Those with a credential before the others, each part in the usual order.")
@options.formats("text", "json", "csv")
@options.artifact
@options.output
def command(provider: str | None, named: str | None, all_: bool, signed_in_first: bool, format_: str, artifact: str | None) -> None:
    """
    List the providers with their routes and credentials.

    \b
      providers list
      providers list --provider anthropic --format json
      providers list --signed-in-first
    """
    from . import output

    registry = output.open_registry(artifact)
    wanted = provider or named
    records = [registry.provider(wanted)] if wanted else [record for record in registry.providers() if all_ or record.get("listing") != "compat"]
    kinds = registry.words("auth")
    if signed_in_first:
        signed_in = _signed_in(registry, records)
        records.sort(key=lambda record: record["id"] not in signed_in)
    if format_ == "json":
        output.as_json({"providers": [_shown(record, kinds) for record in records]})
        return
    columns = ("provider", "route", "protocol", "base url", "auth", "env")
    rows = [_row(record, route) for record in records for route in record["routes"]]
    (output.as_csv if format_ == "csv" else output.as_columns)(columns, rows)


def _signed_in(registry: Registry, records: Sequence[dict[str, Any]]) -> set[str]:
    """Return the ids of the providers that an active account of the user's, or without one the provider itself, has a credential for; no secret is read."""
    from ..runtime.credentials import chain

    own = registry.accounts()
    taken = {account["provider"] for account in own}
    asked = [account for account in own if account["status"] == "active"] + [registry.account(record["id"]) for record in records if record["id"] not in taken]
    return {account["provider"] for account in asked if chain.has_credential(registry, account, os.environ)}


def _row(record: dict[str, Any], route: dict[str, Any]) -> tuple[Any, ...]:
    return (record["id"], route["id"], route["protocol"], route.get("base_url"), route["auth"]["kind"], " ".join(route["auth"].get("env", ())) or None)


def _shown(record: dict[str, Any], kinds: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": record["id"],
        "name": record["name"],
        "order": record["order"],
        "kind": record["kind"],
        "listing": record.get("listing", "normal"),
        "aliases": record.get("aliases", []),
        "billing": record["billing"],
        "routes": [_route(record, route, kinds) for route in record["routes"]],
    }


def _route(record: dict[str, Any], route: dict[str, Any], kinds: dict[str, Any]) -> dict[str, Any]:
    auth = route["auth"]
    header = auth.get("header", kinds.get(auth["kind"], {}).get("header"))
    discovery = next((entry["url"] for entry in record.get("discovery", ()) if entry.get("route", route["id"]) == route["id"]), None)
    return {
        "id": route["id"],
        "label": route["label"],
        "region": route.get("region"),
        "protocol": route["protocol"],
        "base_url": route.get("base_url"),
        "auth": {"kind": auth["kind"], "header": header, "env": auth.get("env", [])},
        "discovery": discovery,
    }
