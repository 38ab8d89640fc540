"""Options that several commands take, and the types of their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from click.shell_completion import CompletionItem

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


DIALECTS = ("native", "fased", "routerly", "sloppy", "sloppy@seed", "sophon", "zot")
"""What `--dialect` takes."""
_MOST_USD, _MOST_DIGITS = 1_000_000, 12
SECONDS = click.FloatRange(0, 86_400, min_open=True)
"""What limits of time take."""
FORMATS = ("text", "json", "csv", "markdown", "github", "sarif")
FORMAT_VARIABLES = ["PROVIDERS_FORMAT", "SOPHON_FORMAT"]
"""Variables that name a format for all commands, first hit wins."""


class Ref(click.ParamType[str]):
    """Text that names a model; completes from the compiled registry."""

    name = "ref"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from ..runtime.errors import ModelwrightError
        from ..runtime.registry import load

        try:
            registry = load(ctx.params.get("artifact"))
            if "/" in incomplete:
                return [CompletionItem(ref) for ref in registry.refs() if ref.startswith(incomplete)]
            return [CompletionItem(f"{item['id']}/", type="nospace") for item in registry.providers() if item["id"].startswith(incomplete)]
        except ModelwrightError:
            return []


class Said(click.ParamType[str]):
    """Text for a model. What the terminal sent in another encoding is no text, and is not passed on as one."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fail("it is not UTF-8", param, ctx)
        return value


class Provider(click.ParamType[str]):
    """A provider's id; completes from the compiled registry."""

    name = "provider"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from ..runtime.errors import ModelwrightError
        from ..runtime.registry import load

        try:
            providers = load(ctx.params.get("artifact")).providers()
        except ModelwrightError:
            return []
        return [CompletionItem(item["id"], help=item["name"]) for item in providers if item["id"].startswith(incomplete)]


class Day(click.ParamType[str]):
    """A day, YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from datetime import date

        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            self.fail(f"{value!r} is not a day; write YYYY-MM-DD", param, ctx)


class Usd(click.ParamType["Decimal"]):
    """An amount in USD: a plain number of at most twelve digits, not below zero."""

    name = "usd"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        from decimal import Decimal, InvalidOperation

        try:
            amount = value if isinstance(value, Decimal) else Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not 0 <= amount <= _MOST_USD or len(amount.normalize().as_tuple().digits) > _MOST_DIGITS:
            self.fail(f"{value!r} is not an amount of USD; write a number like 0.25", param, ctx)
        return amount


class Format(click.Choice[str]):
    """One of a command's formats; `table` is text. Of what a variable names for all commands, one that has it not takes its default."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        is_for_all = ctx is not None and param is not None and ctx.get_parameter_source(param.name or "") is click.core.ParameterSource.ENVIRONMENT
        word = "text" if value == "table" and "text" in self.choices else value
        return str(self.choices[0] if is_for_all and word in FORMATS and word not in self.choices else super().convert(word, param, ctx))


def formats(*names: str) -> Decorator:
    """Return the option `--format` for *names*, the first being the default, with `--json` beside it."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        function = click.option("--json", "format_", flag_value="json", help="Same as --format json.")(function)
        return click.option("--format", "format_", type=Format(names), default=names[0], show_default=True, envvar=FORMAT_VARIABLES, help="How the result is written.")(function)

    return decorate


def sources(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what is read: the registry and the user's files."""
    config = click.option(
        "--config",
        "configs",
        multiple=True,
        envvar="PROVIDERS_CONFIG",
        type=click.Path(),
        metavar="FILE",
        help="A models.json of yours; repeatable. Instead of the ones in your config directory and in .providers/.",
    )
    registry = click.option(
        "--registry", envvar="PROVIDERS_REGISTRY", type=click.Path(), metavar="DIR", help="The registry. Default: the checkout's when inside one, else the packaged one."
    )
    dialect = click.option(
        "--dialect",
        envvar="PROVIDERS_DIALECT",
        type=click.Choice(DIALECTS),
        expose_value=False,
        callback=_read_as,
        metavar="DIALECT",
        help=f"Read the files of --config as this instead of telling it from what is in them: {', '.join(DIALECTS)}.",
    )
    return registry(config(dialect(function)))


def state(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names the store of cooldowns and budgets."""
    return click.option(
        "--state",
        envvar="PROVIDERS_STATE",
        metavar="WHERE",
        help="Where cooldowns and budgets are kept: sqlite:FILE, redis://HOST:PORT, memory:. Default: state.sqlite in PROVIDERS_HOME, or in the platform's folder for state.",
    )(function)


def lossy(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that lets go of what cannot be said."""
    return click.option("--lossy", is_flag=True, help="Leave out what the provider cannot be told, instead of refusing.")(function)


def artifact(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names the compiled registry."""
    return click.option(
        "--artifact",
        envvar="PROVIDERS_ARTIFACT",
        type=click.Path(),
        metavar="FILE",
        help="The compiled registry. Default: what `providers compile` wrote, else the one in the package.",
    )(function)


def output(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how much is said."""
    quiet = click.option("--quiet", "-q", is_flag=True, expose_value=False, callback=_be_quiet, help="Print the result only, no notices.")
    plain = click.option("--no-color", is_flag=True, expose_value=False, callback=_be_plain, help="No colours; so does NO_COLOR.")
    return quiet(plain(function))


def project(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names the project."""
    return click.option("--project", metavar="NAME", help="Whose budgets hold, and what `providers usage` counts it under.")(function)


def asking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that asks a provider: where it keeps what it learns, and how it says what came of it."""
    explain = click.option("--explain", is_flag=True, help="Say why this route was taken, what was tried before it, and why others were not.")
    return state(explain(formats("text", "json")(artifact(output(function)))))


def dialect() -> str | None:
    """Return the dialect that the command that runs was called with."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_DIALECT)


def is_quiet() -> bool:
    """Tell whether the command that runs was called with --quiet."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_QUIET))


def is_plain() -> bool:
    """Tell whether the command that runs was called with --no-color."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_PLAIN))


def _be_quiet(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.meta[_QUIET] = value


def _read_as(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    ctx.meta[_DIALECT] = value


def _be_plain(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.meta[_PLAIN] = value


_QUIET, _PLAIN, _DIALECT = "modelwright.quiet", "modelwright.plain", "modelwright.dialect"
