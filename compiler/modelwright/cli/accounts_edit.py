"""`providers accounts add|remove|default|order`: changes to the accounts in the user's own file."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from ..dialects import NATIVE
from ..dialects.entries import accounts_of
from . import options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..dialects.entries import Accounts
    from .user_layer import UserLayer

_PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly")
_FIRST, _LAST = "explicit", "vault"
"""Where a credential is looked for before and after what the account names."""


class Budget(click.ParamType[dict[str, Any]]):
    """What may be spent in which time: 5/daily."""

    name = "budget"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        amount, slash, period = value.partition("/")
        if not slash or period not in _PERIODS:
            self.fail(f"{value!r} is not an amount and a time; write 5/daily ({', '.join(_PERIODS)})", param, ctx)
        usd = options.Usd().convert(amount, param, ctx)
        return {"metric": "cost", "value": int(usd) if usd == usd.to_integral_value() else float(usd), "period": period}


@click.command(name="add")
@click.argument("identity", metavar="ID")
@click.option("--provider", type=options.Provider(), metavar="PROVIDER", help="Its provider. Default: the one that has the account's id.")
@click.option("--name", help="Its name for people.")
@click.option("--route", metavar="ROUTE", help="The provider's route that it uses.")
@click.option("--base-url", metavar="URL", help="Where it is, where that is not the provider's address.")
@click.option("--rank", type=click.IntRange(-1_000_000, 1_000_000), help="The lower is tried first.")
@click.option("--default/--no-default", default=None, help="Used where nothing says which; takes that from the one that has it.")
@click.option("--status", type=click.Choice(["active", "inactive", "error"]), help="Only active accounts are used.")
@click.option("--budget", "budgets", type=Budget(), multiple=True, metavar="USD/TIME", help="What it may cost, as in 5/daily; repeatable.")
@click.option("--env", multiple=True, metavar="NAME", help="The variable that holds its key; repeatable, the first that is set counts.")
@click.option("--command", "program", metavar="TEXT", help="Program and arguments that print its key; no shell.")
@click.option("--private-network", is_flag=True, default=None, help="Its base URL may lead into a private network.")
@options.sources
@options.output
def add(identity: str, registry: str | None, configs: tuple[str, ...], budgets: tuple[dict[str, Any], ...], env: tuple[str, ...], program: str | None, **said: Any) -> None:
    """
    Add an account with a provider, or change one.

    Of one that is there only what you name changes. No secret is written: name where it is, or run `providers login ID`.

    \b
      providers accounts add work --provider openai --rank 1 --budget 5/daily
      providers accounts add work --env OPENAI_WORK_KEY
      providers accounts add groq --command "pass show groq"
    """
    layer = _layer(registry, configs)
    new = {key: value for key, value in said.items() if value is not None}
    if env or program is not None:
        new["credentials"] = _steps(env, program)
    _check(layer, identity, new)
    _write(layer, lambda accounts, data: accounts.put(data, identity, new, budgets), f"account {identity} is in")


@click.command(name="remove")
@click.argument("identity", metavar="ID")
@options.sources
@options.output
def remove(identity: str, registry: str | None, configs: tuple[str, ...]) -> None:
    """
    Take an account out of your own file, with its budgets.

    What `providers login` stored for it stays until `providers logout`.

    \b
      providers accounts remove work
    """
    _write(_layer(registry, configs), lambda accounts, data: accounts.without(data, identity), f"account {identity} is out of", may_have_errors=True)


@click.command(name="default")
@click.argument("identity", metavar="ID")
@options.sources
@options.output
def default(identity: str, registry: str | None, configs: tuple[str, ...]) -> None:
    """
    Use an account where nothing says which.

    \b
      providers accounts default work
    """
    _write(_layer(registry, configs), lambda accounts, data: accounts.with_default(data, identity), f"account {identity} is the default in")


@click.command(name="order")
@click.argument("identities", nargs=-1, required=True, metavar="ID…")
@options.sources
@options.output
def order(identities: tuple[str, ...], registry: str | None, configs: tuple[str, ...]) -> None:
    """
    Have accounts tried in this order, before those that are not named.

    \b
      providers accounts order work home
    """
    if len(set(identities)) < len(identities):
        raise click.UsageError("An account is named twice.")
    _write(_layer(registry, configs), lambda accounts, data: accounts.ranked(data, identities), f"{', '.join(identities)} are tried in this order in")


def _layer(registry: str | None, configs: Sequence[str]) -> UserLayer:
    from .user_layer import open_layer

    return open_layer(registry, configs)


def _check(layer: UserLayer, identity: str, said: dict[str, Any]) -> None:
    """Raise UsageError for a provider or route that is not there; have the provider's id in *said*."""
    from ..passes.translate import known

    words = known(layer.catalog, layer.dialect)
    before = layer.catalog.accounts.get(identity)
    named = said.get("provider", identity if before is None else before.provider)
    provider = words.provider(named)
    if provider is None:
        raise click.UsageError(f"There is no provider {named!r}. {words.nearest(named)}Name one of `providers list --all` with --provider.")
    if before is not None and before.provider != provider:
        raise click.UsageError(f"The account {identity!r} is with {before.provider}; remove it first, or choose another id.")
    if "provider" in said or provider != identity:
        said["provider"] = provider if layer.dialect == NATIVE else named
    routes = [route["id"] for route in layer.catalog.providers[provider].facts["routes"]]
    if said.get("route", routes[0]) not in routes:
        raise click.UsageError(f"{provider} has no route {said['route']!r}; it has {', '.join(routes)}.")


def _steps(env: Sequence[str], program: str | None) -> list[Any]:
    named: list[Any] = [{"env": env[0] if len(env) == 1 else [*env]}] if env else []
    if program is not None:
        try:
            named.append({"command": shlex.split(program)})
        except ValueError as error:
            raise click.UsageError(f"--command cannot be read: {error}.") from error
    return [_FIRST, *named, _LAST]


def _write(layer: UserLayer, edit: Callable[[Accounts, dict[str, Any]], dict[str, Any]], done: str, *, may_have_errors: bool = False) -> None:
    accounts = accounts_of(layer.dialect)
    if accounts is None:
        raise click.ClickException(
            f"{layer.document.shown} is in {layer.dialect}'s form, in which an account is no entry of its own; keep it in a native file, named with --config"
        )
    try:
        change = layer.changed(lambda data: edit(accounts, data), may_have_errors=may_have_errors)
    except LookupError as error:
        raise click.ClickException(f"{layer.document.shown}: {error.args[0]}") from error
    change.write()
    change.tell(done)
