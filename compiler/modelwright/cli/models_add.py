"""`providers models add`."""

from __future__ import annotations

from typing import Any

import click

from . import options

_MOST_TOKENS = 1_000_000_000
_WORDS = ("reasoning", "tools", "json", "vision", "audio", "video", "speech")


def _capabilities(function: Any) -> Any:
    """Add a pair of options for each thing a model may be able to do: yes, no, and without either it is unknown."""
    helps = {
        "reasoning": "It thinks before it answers.",
        "tools": "It calls tools.",
        "json": "It can be made to answer in JSON. (Not the output's format here.)",
        "vision": "It takes pictures.",
        "audio": "It takes sound.",
        "video": "It takes videos.",
        "speech": "It answers with sound.",
    }
    for word in reversed(_WORDS):
        function = click.option(f"--{word}/--no-{word}", default=None, help=helps[word])(function)
    return function


@click.command(name="add")
@click.option("--provider", type=options.Provider(), metavar="PROVIDER", help="Its provider; a name nobody has yet defines one of your own.")
@click.option("--model", "--id", "model", metavar="MODEL", help="Its id as the provider spells it; or provider/model, without --provider.")
@click.option("--name", help="Its name for people.")
@click.option("--base-url", metavar="URL", help="Where it is; a provider of your own needs it. Where the provider is known already it is this model's alone.")
@click.option("--api", metavar="PROTOCOL", help="Wire protocol, by our word or that of your file's system. Default: openai-chat for a provider of your own.")
@click.option("--context-window", type=click.IntRange(1, _MOST_TOKENS), metavar="TOKENS", help="Tokens that fit.")
@click.option("--max-tokens", type=click.IntRange(1, _MOST_TOKENS), metavar="TOKENS", help="Tokens it writes at most.")
@_capabilities
@click.option("--input-price", type=options.Usd(), metavar="USD", help="Of a million input tokens.")
@click.option("--output-price", type=options.Usd(), metavar="USD", help="Of a million output tokens.")
@click.option("--cache-price", type=options.Usd(), metavar="USD", help="Of a million input tokens read from cache.")
@click.option("--cache-write-price", type=options.Usd(), metavar="USD", help="Of a million input tokens written to cache.")
@click.option("--pricing-tiers-json", metavar="JSON", help="Prices of larger inputs, as Routerly has them: a list of above, inputPerMillion, ….")
@click.option("--limits-json", metavar="JSON", help="What may be spent on it, as Routerly has it: a list of metric, period, value, ….")
@click.option("--daily-budget", type=options.Usd(), metavar="USD", help="What it may cost in a day.")
@click.option("--monthly-budget", type=options.Usd(), metavar="USD", help="What it may cost in a month.")
@click.option("--clone-from", type=options.Ref(), metavar="REF", help="Share what is known of this model.")
@click.option("--wizard", is_flag=True, help="Ask for what is not given, and show the file before it is written.")
@options.sources
@options.output
def add(wizard: bool, registry: str | None, configs: tuple[str, ...], **said: Any) -> None:
    """
    Add a model to your own file, or replace what that says of it.

    The file is models.json in your config directory, or the one named with --config, in whichever system's form it is. Only your
    file is changed, and only where the model stands; a copy of it is kept, and nothing is written that would be an error. What you
    do not say stays unknown: no limit, no price and no capability is made up.

    \b
      providers models add --provider custom --model my-local-model --base-url http://127.0.0.1:8000/v1 \\
        --api openai-completions --context-window 128000 --max-tokens 4096 --reasoning --tools --json
      providers models add --model openai/gpt-5.5 --context-window 200000
      providers models add --wizard
    """
    from ..dialects.entries import entries_of
    from . import output, wishes
    from .user_layer import open_layer

    layer = open_layer(registry, configs)
    if wizard:
        from .adding_wizard import ask

        said = ask(layer, said)
    wish = wishes.wish(layer, said)
    change = layer.changed(lambda data: entries_of(layer.dialect).add(data, wish))
    if wizard:
        click.echo(change.diff())
        click.confirm(f"Write {change.document.shown}?", default=True, abort=True)
    change.write()
    ref = f"{wish.provider}/{wish.model}"
    change.tell(f"{ref} is in")
    if ref not in change.catalog.settings.get("allowed_models", (ref,)):
        output.notice(f"note: {change.document.shown} lists the models that may be used, and {ref} is none of them")
