"""`providers call REF [PROMPT]`."""

from __future__ import annotations

import click

from . import options


@click.command(name="call")
@click.argument("ref", type=options.Ref())
@click.argument("prompt", type=options.Said(), required=False)
@click.option("--stream", is_flag=True, help="Print the answer as it comes.")
@click.option("--image", "images", multiple=True, type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="A picture, or a PDF, that goes with the prompt; repeatable.")
@click.option("--json-schema", "schema", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Have the answer in JSON that fits this JSON Schema.")
@click.option("--system", type=options.Said(), metavar="TEXT", help="What the model is told before the prompt.")
@click.option("--max-tokens", type=click.IntRange(1), metavar="N", help="The answer has this many tokens at most.")
@click.option("--thinking", metavar="LEVEL", help="How much the model thinks before it answers: none, low, medium, high, …, or a number of tokens.")
@click.option("--needs", "needed", metavar="WORDS", default="", help="What the model has to do besides what the request needs; as for `providers route`.")
@click.option("--timeout", type=options.SECONDS, metavar="SECONDS", help="How long the call may take, with all its attempts. Default: 600.")
@options.project
@options.lossy
@options.asking
@click.pass_context
def command(
    ctx: click.Context,
    ref: str,
    prompt: str | None,
    stream: bool,
    images: tuple[str, ...],
    schema: str | None,
    system: str | None,
    max_tokens: int | None,
    thinking: str | None,
    needed: str,
    timeout: float | None,
    project: str | None,
    lossy: bool,
    state: str | None,
    explain: bool,
    format_: str,
    artifact: str | None,
) -> None:
    """
    Call a model once, and say what that cost.

    The answer goes to standard output, and to standard error which route it took, what was used and what that cost. Without
    PROMPT, or where it is `-`, standard input is the prompt. Where the first route fails the next one is tried, as `providers route`
    lists them; the budgets of your files hold, and `providers usage` counts the call. Ctrl-C stops the request. Ends with 4 where no
    provider answered or a credential is missing, and with 1 where the request itself is at fault or a budget is spent.

    \b
      providers call anthropic/claude-sonnet-4-5 "Why is the sky blue?"
      git diff | providers call openai/gpt-5.5 --system "Write a commit message." --stream
      providers call google/gemini-2.5-pro "What is on it?" --image receipt.png --json-schema receipt.json
    """
    from ..runtime.errors import UsageError
    from ..runtime.routing.checks import understood
    from ..runtime.routing.needs import Needs
    from . import call_report, calling, output

    registry = output.open_registry(artifact)
    try:
        needs = understood(Needs.parse(needed), registry)
    except UsageError as error:
        raise click.BadParameter(str(error), param_hint="--needs") from error
    known = output.known(registry, ref)
    request = calling.request(prompt, images=images, schema=schema, system=system, max_tokens=max_tokens, thinking=thinking)
    report = call_report.Report(ref, explain=explain, is_json=format_ == "json")
    ctx.exit(calling.call(registry, known, request, report, needs=needs, is_stream=stream, timeout=timeout, project=project, lossy=lossy, state=state))
