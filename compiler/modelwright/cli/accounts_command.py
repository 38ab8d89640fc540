"""`providers accounts list|add|remove|default|order|import`."""

from __future__ import annotations

from typing import Any

import click

from . import accounts_edit, accounts_import, options

_COLUMNS = ("id", "provider", "route", "rank", "default", "status", "looks for its credential in")
_CSV = ("id", "provider", "name", "route", "base_url", "rank", "default", "status", "credentials")


@click.group(name="accounts")
def command() -> None:
    """List your accounts, or change them."""


for _command in (accounts_edit.add, accounts_edit.remove, accounts_edit.default, accounts_edit.order, accounts_import.command):
    command.add_command(_command)


@command.command(name="list")
@click.option("--provider", type=options.Provider(), metavar="PROVIDER", help="Accounts with this provider only.")
@options.formats("text", "json", "csv")
@options.artifact
@options.output
def list_accounts(provider: str | None, format_: str, artifact: str | None) -> None:
    """
    List your accounts in the order in which they are tried; never a secret.

    \b
      providers accounts list
      providers accounts list --provider openai --format json
    """
    from . import output

    registry = output.open_registry(artifact)
    identity = registry.provider(provider)["id"] if provider else None
    entries = [_shown(account) for account in registry.accounts() if identity in (None, account["provider"])]
    if format_ == "json":
        budgets = registry.setting("budgets") or []
        output.as_json({"accounts": [{**entry, "budgets": [one for one in budgets if (one.get("scope"), one.get("of")) == ("account", entry["id"])]} for entry in entries]})
    elif format_ == "csv":
        output.as_csv(_CSV, [[_cell(entry[name]) for name in _CSV] for entry in entries])
    else:
        output.as_columns(_COLUMNS, [[*(_cell(entry[name]) for name in _COLUMNS[:-1]), _cell(entry["credentials"])] for entry in entries], right=(3,))


def _shown(account: dict[str, Any]) -> dict[str, Any]:
    known = {name: account.get(name) for name in ("id", "provider", "name", "route", "base_url", "rank")}
    profiles = account.get("profiles", {})
    return {
        **known,
        "default": account.get("default", False),
        "status": account["status"],
        "credentials": [_step(step) for step in account["credentials"]],
        "profiles": [{"id": name, "kind": profiles[name].get("kind")} for name in profiles],
        "models": [one if isinstance(one, str) else one["id"] for one in account.get("models", ())],
    }


def _step(step: dict[str, Any]) -> str:
    """Return a place where a credential is looked for; of a program only its name, since its arguments are the user's own."""
    word = str(step["step"])
    detail = {"env": ",".join(step.get("names", ())), "command": next(iter(step.get("argv", ())), "")}.get(word, "")
    return f"{word}:{detail}" if detail else word


def _cell(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
