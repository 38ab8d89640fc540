"""`providers resolve REF`."""

from __future__ import annotations

import click

from . import options


@click.command(name="resolve")
@click.argument("ref", type=options.Ref())
@click.option("--route", metavar="ROUTE", help="This route of the provider, by id. Default: the first whose credential is set.")
@click.option("--on", type=options.Day(), metavar="DAY", help="Read aliases that moved as of this day instead of today.")
@click.option("--available", is_flag=True, help="Refuse a model that your files do not offer.")
@options.formats("text", "json")
@options.artifact
@options.output
def command(ref: str, route: str | None, on: str | None, available: bool, format_: str, artifact: str | None) -> None:
    """
    Show where a call to a model would go.

    Nothing is sent, and no secret is read: only where it is. With --available the model has to be one that your files offer,
    where their system uses nothing else (Sloppy, Sophon, Routerly).

    \b
      providers resolve anthropic/claude-sonnet-4-5
      AWS_REGION=eu-central-1 providers resolve bedrock/anthropic.claude-sonnet-4-6
    """
    from ..diagnostics.render_text import printable
    from . import output
    from .destination import destination

    registry = output.open_registry(artifact)
    model = output.resolved(registry, ref, on)
    if available:
        registry.select(ref)
    found, source, _, cure = destination(registry, model, route)
    if format_ == "json":
        auth = {"kind": found.auth_kind, "header": found.header, "source": source, "env": list(found.env)}
        output.as_json(
            {
                "ref": model.ref,
                "provider": model.provider,
                "account": found.account,
                "model": model.id,
                "upstream_model": found.upstream_id,
                "route": found.route,
                "protocol": found.protocol,
                "base_url": found.base_url,
                "url": found.url,
                "auth": auth,
                "headers": found.headers,
            }
        )
        return
    lines = {
        "ref": model.ref,
        **({"account": found.account} if found.account else {}),
        "route": found.route,
        "protocol": found.protocol,
        "base url": found.base_url,
        "url": found.url,
        "model sent": found.upstream_id,
        "auth": found.auth_kind + (f" in {found.header}" if found.header else ""),
        "credential": source or f"not found; {cure}",
        **{f"{name}": value for name, value in found.headers.items()},
    }
    for label, value in lines.items():
        click.echo(f"{label:12}  {printable(value)}")
    if model.status in ("deprecated", "retired"):
        output.notice(f"note: {model.ref} is {model.status}" + (f"; use {model.replaced_by}" if model.replaced_by else ""))
