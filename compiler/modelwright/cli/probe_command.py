"""`providers probe PROVIDER`."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from . import options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .probing import Answer

_NOT_OK = 1
_NO_CREDENTIAL_OR_NETWORK = 4


@click.command(name="probe")
@click.argument("provider", type=options.Provider(), metavar="PROVIDER|REF")
@click.option("--api-key", metavar="KEY", help="Use this key instead of the one in the environment; - reads it from standard input.")
@click.option("--base-url", metavar="URL", help="Ask here instead of where the registry says.")
@click.option("--route", metavar="ROUTE", help="This route of the provider, by id. Default: the first whose credential is set.")
@click.option("--insecure", "is_insecure", is_flag=True, help="Do not check the certificate, at a base URL of your own.")
@options.sources
@options.formats("text", "json", "csv")
@options.output
@click.pass_context
def command(
    ctx: click.Context,
    provider: str,
    api_key: str | None,
    base_url: str | None,
    route: str | None,
    is_insecure: bool,
    registry: str | None,
    configs: tuple[str, ...],
    format_: str,
) -> None:
    """
    Ask a provider whether your key is right, and what it can see.

    Asks for the list of models, once; of a model's REF, whether it is among them. Exit code 0 when all is well, 4 when the
    credential or the network is not, 1 when the provider cannot say.

    \b
      providers probe anthropic
      providers probe openai/gpt-5.5
      providers probe openai --base-url http://127.0.0.1:8000/v1
      pass show acme | providers probe groq --api-key -
      providers probe gemini --dialect sloppy --json      (as Sloppy's probe answers)
    """
    from . import probing

    key = sys.stdin.readline().strip() if api_key == "-" else api_key
    if api_key is not None and not key:
        raise click.UsageError("--api-key is empty.")
    answer = probing.probe(provider, os.environ, registry=registry, configs=configs, key=key, base_url=base_url, route=route, is_insecure=is_insecure)
    _print(answer, format_, provider)
    ctx.exit(0 if answer.ok else _NO_CREDENTIAL_OR_NETWORK if answer.is_about_access else _NOT_OK)


def _print(answer: Answer, format_: str, asked: str) -> None:
    from ..dialects import family
    from . import output, probe_as_sloppy

    if format_ == "json" and family(options.dialect() or "") == "sloppy":
        click.echo(json.dumps(probe_as_sloppy.shaped(answer, asked), ensure_ascii=False, indent=2))
        return
    rows = [(model["id"], model.get("name", model["id"]), model.get("limits", {}).get("context_tokens"), ",".join(able(model))) for model in answer.models]
    if format_ == "json":
        keys = ("id", "title", "context_tokens", "capabilities")
        models: list[dict[str, Any]] = [dict(zip(keys, (*row[:3], able(model)), strict=True)) for row, model in zip(rows, answer.models, strict=True)]
        output.as_json({**answer.about(), "models": models})
    elif format_ == "csv":
        output.as_csv(("id", "title", "context", "capabilities"), rows)
        output.notice(answer.line())
    else:
        click.echo(click.style(answer.line(), fg="green" if answer.ok else "red"), color=output.colours())
        if rows:
            output.as_columns(
                ("id", "title", "context", "capabilities"), [(identity, title, context and f"{context:,}", able) for identity, title, context, able in rows], right=(2,)
            )


def able(model: Mapping[str, Any]) -> list[str]:
    """Return what *model* is listed as able to do."""
    senses = ["vision"] if "image" in model.get("input", ()) else []
    thinks = ["thinking"] if model.get("thinking", {}).get("mode", "none") != "none" else []
    return [*(name for name, can in model.get("capabilities", {}).items() if can), *senses, *thinks]
