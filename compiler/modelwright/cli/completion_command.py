"""`providers completion SHELL`."""

from __future__ import annotations

import click


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """
    Print the completion script of a shell.

    It completes commands, options, providers and refs.

    \b
      eval "$(providers completion bash)"                                       in ~/.bashrc
      eval "$(providers completion zsh)"                                        in ~/.zshrc
      providers completion fish > ~/.config/fish/completions/providers.fish
    """
    from click.shell_completion import get_completion_class

    from . import group

    found = get_completion_class(shell)
    if found is None:  # pragma: no cover - click has all three
        raise click.ClickException(f"no completion for {shell}")
    click.echo(found(group, {}, "providers", "_PROVIDERS_COMPLETE").source())
