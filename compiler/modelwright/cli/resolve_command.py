"""`providers resolve REF`."""

from __future__ import annotations

import os

import click

from . import options


@click.command(name="resolve")
@click.argument("ref", type=options.Ref())
@click.option("--route", metavar="ROUTE", help="This route of the provider, by id. Default: the first whose credential is set.")
@click.option("--on", type=options.Day(), metavar="DAY", help="Read aliases that moved as of this day instead of today.")
@options.formats("text", "json")
@options.artifact
@options.output
def command(ref: str, route: str | None, on: str | None, format_: str, artifact: str | None) -> None:
    """
    Show where a call to a model would go.

    Nothing is sent, and no secret is read: only whether the variable that would hold it is set.

    \b
      providers resolve anthropic/claude-sonnet-4-5
      AWS_REGION=eu-central-1 providers resolve bedrock/anthropic.claude-sonnet-4-6
    """
    from ..diagnostics.render_text import printable
    from ..runtime.endpoint import endpoint
    from . import output

    registry = output.open_registry(artifact)
    model = registry.resolve(ref, on)
    found = endpoint(registry, model, os.environ, route)
    if format_ == "json":
        auth = {"kind": found.auth_kind, "header": found.header, "source": found.source, "env": list(found.env)}
        output.as_json(
            {
                "ref": model.ref,
                "provider": model.provider,
                "account": None,
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
    credential = found.source or (f"not found; set {' or '.join(found.env)}" if found.env else "not found")
    lines = {
        "ref": model.ref,
        "route": found.route,
        "protocol": found.protocol,
        "base url": found.base_url,
        "url": found.url,
        "model sent": found.upstream_id,
        "auth": found.auth_kind + (f" in {found.header}" if found.header else ""),
        "credential": credential,
        **{f"{name}": value for name, value in found.headers.items()},
    }
    for label, value in lines.items():
        click.echo(f"{label:12}  {printable(value)}")
    if model.status in ("deprecated", "retired"):
        output.notice(f"note: {model.ref} is {model.status}" + (f"; use {model.replaced_by}" if model.replaced_by else ""))
