"""The `providers` command line; the commands are modules beside this one, imported when they are called."""

from __future__ import annotations

from errno import EACCES, EPERM, EROFS
from importlib import import_module

import click

COMMANDS = {
    "lint": "Check the registry and your own files; report every finding at once.",
    "compile": "Compile the registry and your own files into the file programs load.",
    "refresh": "Compare with what providers say today; apply what was approved.",
    "diff": "Show what changed between two registries, and what of it breaks.",
    "probe": "Ask a provider whether your key is right, and what it can see.",
    "login": "Store an API key, encrypted, or show what to set up.",
    "logout": "Remove what `providers login` stored.",
    "auth": "Show where credentials come from, never the secrets.",
    "list": "List the providers with their routes and credentials.",
    "accounts": "List your accounts, or change them.",
    "models": "List the models, show one, or change your own.",
    "resolve": "Show where a call to a model would go.",
    "route": "Show which routes a call may take, in which order, and why.",
    "call": "Call a model once, and say what that cost.",
    "embed": "Turn texts into vectors, and say what that cost.",
    "count": "Count the tokens of a prompt, as the provider counts them where it does.",
    "cost": "Count what a request costs, exactly.",
    "usage": "Show what calls used and cost.",
    "why": "Show where a value comes from: every layer's word, and which one won.",
    "explain": "Explain a finding's code.",
    "trust": "Let a project's file name endpoints and credentials.",
    "restore": "Put a file of yours that cannot be read any more back as it was.",
    "import": "Propose what another catalogue has and the registry does not.",
    "conflicts": "List where other sources disagree with the registry, side by side.",
    "schema": "Print the JSON Schema of a kind of file.",
    "completion": "Print the completion script of a shell.",
}
"""Commands in the order `--help` lists them, with the first line of their help."""


_NO_CREDENTIAL = 4
_NOT_ALLOWED = (EACCES, EPERM, EROFS)


class _ReaderGoneError(Exception):
    """Nobody reads standard output any more; click would make an error of it."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"modelwright.cli.{cmd_name}_command").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1) if args else []
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from error

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderGoneError from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="modelwright", prog_name="providers")
def group() -> None:
    """
    Compile, check and query LLM provider and model definitions.

    Data goes to standard output, everything else to standard error. PROVIDERS_HOME moves config, cache and compiled files
    together; NO_COLOR switches colours off.

    \b
    A first look:
      providers models show anthropic/claude-sonnet-4-5
      providers cost openai/gpt-5.5 --input 12000 --output 800
      providers why anthropic/claude-sonnet-4-5 limits.context_tokens
    """


def run() -> int:
    """Run the command line and return the exit code."""
    from ..runtime.errors import CredentialError, ModelwrightError

    try:
        code = group.main(prog_name="providers", standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except ModelwrightError as error:
        click.echo(f"error: {error}", err=True)
        code = _NO_CREDENTIAL if isinstance(error, CredentialError) else 1
    except _ReaderGoneError as error:
        raise BrokenPipeError from error
    except OSError as error:
        named = "" if error.filename is None else f"{error.filename}: "
        cure = "; see the permissions; PROVIDERS_HOME names another folder for config, cache and state" if error.errno in _NOT_ALLOWED else ""
        click.echo(f"error: {named}{(error.strerror or str(error)).lower()}{cure}", err=True)
        code = 1
    return code if isinstance(code, int) else 0


def help_text() -> str:
    """Return what `providers --help` prints where the terminal is wide enough."""
    with click.Context(group, info_name="providers", terminal_width=78, **group.context_settings) as context:
        return f"{group.get_help(context)}\n"
