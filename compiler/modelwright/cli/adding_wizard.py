"""Ask for what `providers models add` was not told. Nothing is sent and nothing is looked up elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options, terminal, wishes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .user_layer import UserLayer

_ANSWERS = {"y": True, "n": False, "?": None}
_QUESTIONS = {"reasoning": "Does it think before it answers", "tools": "Does it call tools", "json": "Can it be made to answer in JSON", "vision": "Does it take pictures"}
_PRICES = {"input_price": "USD for a million input tokens", "output_price": "USD for a million output tokens", "cache_price": "USD for a million cached input tokens"}
_UNKNOWN = ""


def ask(layer: UserLayer, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return *said* with the answers of the person at the terminal; raises UsageError where there is none."""
    if not terminal.has_person():
        raise click.UsageError("--wizard asks at a terminal; this is none. Give the options instead.")
    answers = dict(said)
    click.echo(f"This changes {layer.document.shown}. What you leave empty stays unknown.", err=True)
    if answers["provider"] is None:
        answers["provider"] = click.prompt("Provider")
    if answers["model"] is None:
        answers["model"] = click.prompt("Id of the model at the provider")
    if answers["base_url"] is None and wishes.meant(layer)(answers["provider"]) not in layer.catalog.providers:
        answers["base_url"] = click.prompt("Base URL of the provider, which is new")
        answers["api"] = answers["api"] or click.prompt("Wire protocol", default="openai-chat")
    for name, question in (("context_window", "Tokens that fit"), ("max_tokens", "Tokens it writes at most")):
        answers[name] = answers[name] or _asked(question, click.IntRange(1))
    for name, question in _QUESTIONS.items():
        if answers[name] is None:
            answers[name] = _ANSWERS[click.prompt(f"{question} (y, n, or ? for unknown)", type=click.Choice([*_ANSWERS]), default="?", show_choices=False)]
    for name, question in _PRICES.items():
        if answers[name] is None:
            answers[name] = _asked(question, options.Usd())
    return answers


def _asked(question: str, kind: Any) -> Any:
    """Return an answer of a *kind*, or None where nothing was answered."""

    def read(text: str) -> Any:
        return None if text == _UNKNOWN else kind.convert(text, None, None)

    return click.prompt(question, default=_UNKNOWN, show_default=False, value_proc=read)
