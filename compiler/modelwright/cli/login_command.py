"""`providers login PROVIDER|ACCOUNT`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from . import options
from .numerals import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..runtime.credentials.search import Search

_KEYS = ("api-key", "token", "manual")
"""Kinds of set-up that end in a key to store."""


@click.command(name="login")
@click.argument("account", required=False, type=options.Provider(), metavar="PROVIDER|ACCOUNT")
@click.argument("more", nargs=-1, metavar="")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the key from standard input instead of asking for it.")
@click.option("--command", "program", metavar="TEXT", help="Program and arguments that print the key; run once, now, without a shell.")
@click.option("--profile", metavar="NAME", help="Store it for this profile of the account.")
@click.option("--rotate", is_flag=True, help="Encrypt everything that is stored anew, with a new key.")
@options.artifact
@options.output
def command(account: str | None, more: tuple[str, ...], from_stdin: bool, program: str | None, profile: str | None, rotate: bool, artifact: str | None) -> None:
    """
    Store an API key, encrypted, or show what to set up.

    It goes into the vault, whose key is in the system's keyring or, without one, in a file that only you can read; for accounts
    that look into auth.json first, into that. Nothing is sent anywhere: `providers probe` asks the provider. For providers that need
    more than a key it prints what to set up, and stores nothing.

    \b
      providers login openrouter
      providers login work --stdin < key.txt
      providers login groq --command "pass show groq"
    """
    argv = _checked(account, more, from_stdin, program, rotate)
    if rotate:
        _rotate()
    if account is not None:
        _login(account, argv, from_stdin, profile, artifact)


def _checked(account: str | None, more: Sequence[str], from_stdin: bool, program: str | None, rotate: bool) -> Sequence[str]:
    """Return the program to run with its arguments, nothing where there is none; raises UsageError for what does not go together."""
    import shlex

    if account is None and not rotate:
        raise click.UsageError("Missing argument 'PROVIDER|ACCOUNT'.")
    if more:
        raise click.UsageError("A key is no argument, where other programs can see it; it is asked for, or read with --stdin.")
    if from_stdin and program is not None:
        raise click.UsageError("--stdin goes without --command.")
    try:
        argv = shlex.split(program or "")
    except ValueError as error:
        raise click.UsageError(f"--command cannot be read: {str(error).lower()}.") from error
    if program is not None and not argv:
        raise click.UsageError("--command wants a program.")
    return argv


def _rotate() -> None:
    from ..runtime.credentials.vault import Vault
    from . import output

    count = Vault(os.environ).rotate()
    output.notice(f"{counted(count, 'secret')} encrypted anew, with a new key")


def _login(name: str, argv: Sequence[str], from_stdin: bool, profile: str | None, artifact: str | None) -> None:
    from ..runtime.credentials import chain, stored
    from . import output

    registry = output.open_registry(artifact)
    record = registry.account(name)
    search = chain.search(registry, record, None, os.environ)
    if "place" not in record and _is_told_instead(search.provider, is_given=from_stdin or bool(argv)):
        return
    if profile is not None and profile not in record.get("profiles", {}):
        raise click.UsageError(f"{record['id']} has no profile {profile!r}; it has: {', '.join(record.get('profiles', ())) or 'none'}.")
    target = stored.target(record, profile, os.environ)
    if target is None:
        words = ", ".join(step["step"] for step in record["credentials"])
        raise click.ClickException(f"{record['id']} takes its credential from {words} only; add `vault` to its `credentials`, or set it there")
    key = _key(record["id"], search.provider, argv, from_stdin)
    _judge(search, key)
    target.store(key, search)
    output.notice(f"stored in {target.shown}")
    won = next((look for look in chain.look(registry, record, None, os.environ) if look.found), None)
    if won is not None and won.source != target.source and profile is None:
        output.notice(f"note: {won.source} comes first, and is what is used")


def _is_told_instead(provider: Mapping[str, Any], *, is_given: bool) -> bool:
    """Print what to set up for a provider that takes more than a key to store, and tell whether that was so; *is_given* for a key that is there already."""
    ways: list[dict[str, Any]] = provider.get("setup", [])
    takes_key = not ways or any(way["kind"] in _KEYS and "provider" not in way for way in ways)
    told = [way for way in ways if way["kind"] == "instructions"]
    if told and not (takes_key and is_given):
        for way in told:
            click.echo("\n".join([f"{provider['name']}: {way['label']}", *(f"  - {step}" for step in way["steps"])]))
        click.echo("nothing was stored", err=True)
        return True
    if not takes_key and not is_given:
        elsewhere = [f"`providers login {way['provider']}`" for way in ways if "provider" in way and way["kind"] in _KEYS]
        names = dict.fromkeys(name for route in provider["routes"] for name in route["auth"].get("env", ()))
        cure = " or ".join([*elsewhere, *([f"set {' or '.join(names)}"] if names else []), "give a token with --stdin"])
        raise click.ClickException(f"{provider['name']} takes the token of a sign-in and no key; {cure}")
    return False


def _key(account: str, provider: Mapping[str, Any], argv: Sequence[str], from_stdin: bool) -> str:
    from ..runtime.credentials import command as program
    from ..runtime.credentials.answer import UnreadableError
    from . import output

    if argv:
        try:
            return program.line_of(argv, program.TIMEOUT_MS / 1000, program.run, os.environ)
        except UnreadableError as error:
            problem = str(error)
        raise click.ClickException(f"{problem}; nothing was stored")
    if from_stdin:
        return sys.stdin.readline().strip()
    if not sys.stdin.isatty():
        raise click.UsageError("This is no terminal to ask for the key; give it with --stdin or --command.")
    if page := provider.get("docs", {}).get("keys"):
        output.notice(f"keys of {provider['name']} are made at {page}")
    asked: str = click.prompt(f"API key for {account}", hide_input=True, err=True)
    return asked.strip()


def _judge(search: Search, key: str) -> None:
    """Raise UsageError for what can be no key; warn of what does not look like one of the provider's."""
    from ..runtime.credentials.search import usable
    from . import output

    if not key:
        raise click.UsageError("The key is empty; nothing was stored.")
    if not usable(key) or search.is_placeholder(key):
        raise click.UsageError("That is no key: it is a placeholder, or has characters that no key has; nothing was stored.")
    route = search.route_for(key)
    prefix = None if route is None else route["auth"].get("key_prefix")
    if prefix and not key.startswith(prefix):
        output.notice(f"warning: keys of {search.provider['name']} begin with {prefix}, this one does not; it is stored all the same")
