"""`providers auth status`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import click

from . import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..runtime.registry import Registry

_MISSING, _EXPIRING = 1, 5
_SOON_HOURS = 24
_COLUMNS = ("account", "provider", "state", "credential", "ends")


@click.group(name="auth")
def command() -> None:
    """Show where credentials come from, never the secrets."""


@command.command(name="status")
@click.argument("accounts", nargs=-1, metavar="[ACCOUNT|PROVIDER]…")
@click.option("--check", is_flag=True, help=f"Exit with {_MISSING} when a credential is missing or expired, with {_EXPIRING} when one ends soon.")
@click.option("--within", type=click.IntRange(min=0), default=_SOON_HOURS, show_default=True, metavar="HOURS", help="What ends within this time ends soon.")
@options.formats("text", "json", "csv")
@options.artifact
@options.output
@click.pass_context
def status(ctx: click.Context, accounts: tuple[str, ...], check: bool, within: int, format_: str, artifact: str | None) -> None:
    """
    Show each account's credential: where it is found, and when it ends.

    Without ACCOUNT: your accounts, and the providers without one that have a credential. No secret is read, and no program is
    run to get one. `providers why ACCOUNT credential` says why the other places were passed over.

    \b
      providers auth status
      providers auth status openai --check
    """
    from ..runtime.credentials import chain
    from . import credential_report, output

    registry = output.open_registry(artifact)
    now = time.time()
    records = [registry.account(name) for name in accounts] if accounts else _all(registry)
    shown = [credential_report.report(record, chain.look(registry, record, None, os.environ), now=now, soon_seconds=within * 3600) for record in records]
    _print(shown, format_)
    if check:
        states = {one["state"] for one in shown if one["status"] == "active"}
        is_missing = not states or not states.isdisjoint((credential_report.MISSING, credential_report.EXPIRED))
        ctx.exit(_MISSING if is_missing else _EXPIRING if credential_report.EXPIRING in states else 0)


def _all(registry: Registry) -> list[dict[str, Any]]:
    """Return the user's accounts, and of the providers without one those that have a credential, unless only what is configured is shown."""
    from ..runtime.credentials import chain

    own = registry.accounts()
    if (registry.setting("policy") or {}).get("visible") == "configured":
        return own
    taken = {account["provider"] for account in own}
    others = [registry.account(record["id"]) for record in registry.providers() if record["id"] not in taken]
    return own + [account for account in others if chain.has_credential(registry, account, os.environ)]


def _print(shown: Sequence[dict[str, Any]], format_: str) -> None:
    from . import output

    if format_ == "json":
        output.as_json({"accounts": shown})
        return
    rows = [(one["id"], one["provider"], _state(one), one["source"] or _why(one), one["expires_at"]) for one in shown]
    if format_ == "csv":
        output.as_csv(_COLUMNS, rows)
    elif rows:
        output.as_columns(_COLUMNS, rows)
    else:
        output.notice("no credential is found for any provider; `providers login PROVIDER` stores one")


def _state(one: dict[str, Any]) -> str:
    return str(one["state"]) if one["status"] == "active" else f"{one['state']} ({one['status']})"


def _why(one: dict[str, Any]) -> str:
    """Return why there is none, for a person: what the places say that could have one."""
    telling = [f"{step['step']}: {step['reason']}" for step in one["steps"] if step["step"] in ("env", "vault", "inline", "auth-json", "cli-sync", "command")]
    return "; ".join(telling[:2])
