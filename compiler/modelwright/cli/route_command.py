"""`providers route [REF]…`."""

from __future__ import annotations

import click

from . import options


@click.command(name="route")
@click.argument("refs", nargs=-1, type=options.Ref(), metavar="[REF]…")
@click.option(
    "--needs", "needed", metavar="WORDS", default="", help="What the model has to do, with commas between: tools, vision, json_schema, thinking, …; context=TOKENS, output=TOKENS."
)
@click.option("--provider", type=options.Provider(), metavar="PROVIDER", help="Models of this provider only, by id or alias.")
@click.option("--agent", metavar="AGENT", help="Whose model and fallbacks are used: an agent of your files. Default: what they say for all.")
@click.option("--task", metavar="TASK", help="Use the model that the agent has for this task.")
@click.option("--project", metavar="NAME", help="Whose budgets hold.")
@options.state
@click.option("--explain", is_flag=True, help="Say why each has its place, where it leads, which credential it has, what it costs; and why the others are skipped.")
@options.formats("text", "json", "csv")
@options.artifact
@options.output
@click.pass_context
def command(
    ctx: click.Context,
    refs: tuple[str, ...],
    needed: str,
    provider: str | None,
    agent: str | None,
    task: str | None,
    project: str | None,
    state: str | None,
    explain: bool,
    format_: str,
    artifact: str | None,
) -> None:
    """
    Show which routes a call may take, in which order, and why.

    Nothing is sent, no secret is shown and no program is run. REF is a model, as for `providers resolve`; `ACCOUNT/MODEL@PROFILE` says
    through which account and profile. Of several the best comes first, as the policies in your files have it. Without REF it is the
    model of the agent, or else the first of your accounts' models that can do what is needed. What rests after a failure, or has
    spent its budget, is skipped, as the state of your calls has it, which is only looked at; with --state memory: as if there was
    none. Ends with 1 when there is no route.

    \b
    Whether a model will do, and where a call would go:
      providers route anthropic/claude-sonnet-4-5 --needs tools,vision --explain
    The best of two for a long prompt:
      providers route openai/gpt-5.5 google/gemini-2.5-pro --needs context=200000
    Any of your models that sees pictures, or what the agent's task is done with:
      providers route --needs vision
      providers route --agent coder --task summary
    """
    from ..runtime.errors import UnknownRefError, UsageError
    from ..runtime.routing.checks import understood
    from ..runtime.routing.needs import Needs
    from . import output, resting, route_report

    registry = output.open_registry(artifact)
    try:
        needs = understood(Needs.parse(needed, provider), registry)
    except UnknownRefError:
        raise
    except UsageError as error:
        raise click.BadParameter(str(error), param_hint="--needs") from error
    named = [output.known(registry, ref) for ref in refs]
    routing = resting.route(registry, state, project, named[0] if len(named) == 1 else named or None, needs, agent=agent, task=task)
    if format_ == "json":
        output.as_json({"candidates": [route_report.as_data(registry, one, explain=explain) for one in routing], "warning": routing.warning})
    elif format_ == "csv":
        route_report.as_rows(registry, routing)
    else:
        route_report.show(registry, routing, explain=explain)
    ctx.exit(0 if routing.kept else 1)
