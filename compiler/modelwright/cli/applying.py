"""Apply decisions: check, show what is refused, write all files or none, and keep a line of who applied what."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ..diagnostics import render_text
from ..diagnostics.render_text import printable
from ..pipeline import diagnosed
from ..resources import schema_dir
from ..review import accepted, apply as applier, facts, file
from ..review.apply import Refusal
from ..review.plan import MISSING, Base
from ..source import journal, layout, stored
from ..source.document import Document
from . import output
from .numerals import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .. import pipeline
    from ..review.file import Item
    from ..review.plan import Plan
    from .gathering import Gathered

_REFUSED = 3
_LOG = f"{accepted.FOLDER}/applied.jsonl"


class RefusedError(click.ClickException):
    """Something that is not done because it might not be what was meant."""

    exit_code = _REFUSED


def recover(registry: str) -> None:
    """Finish or roll back what an apply that was killed left behind, and say which; every file is old then, or every one new."""
    is_pending = journal.is_pending(registry)
    try:
        told = journal.recover(registry, wait_seconds=10.0 if is_pending else 0.0)
    except OSError as error:
        if not is_pending:
            return  # nothing is half done: another prepares a change, or what is left lies where this one may not write
        if isinstance(error, journal.BusyError):
            raise RefusedError(f"{error}; try again then") from error
        raise click.ClickException(f"an apply was interrupted and cannot be finished: {error}") from error
    if told:
        output.notice(f"note: {told}")


def base_of(document: Document) -> Base:
    """Return the base in *document*; raises ClickException when it is damaged."""
    return accepted.base_of(_checked(document, "restore it from version control, or remove it to accept everything anew"))


def read_review(path: str) -> list[Item]:
    """Return the items of the review at *path*; raises ClickException, with every place, when something is wrong with it."""
    return file.items_of(_checked(Document.read(path, "review.yaml", layout.shown(path), "review"), "mend the review, or remove it to write a new one"))


def _checked(document: Document, cure: str) -> Document:
    findings = diagnosed(document)
    if findings:
        click.echo(render_text.render(findings, colour=output.colours()), err=True)
        raise click.ClickException(f"{document.shown} cannot be used; {cure}")
    return document


def approved_review(path: str) -> list[Item]:
    """Return the items of the review at *path*; raises RefusedError when there is none, or nothing in it is decided."""
    if not os.path.lexists(path):
        raise RefusedError(f"there is no review at {path}; write one with `providers refresh --write-review`, or name it with --review")
    items = read_review(path)
    if not any(item.decision in (file.APPROVED, file.REJECTED) for item in items):
        raise RefusedError(f"nothing is approved in {path}; set `decision: approved` on what is to be applied")
    return items


def schema_of(review: str) -> str:
    """Return where an editor finds the schema of a review: in the checkout it lies in, else where it is published."""
    place = os.path.join(schema_dir(), "review.schema.json")
    folder = os.path.dirname(os.path.abspath(review))
    is_near = os.path.commonpath([os.path.dirname(schema_dir()), folder]) == os.path.dirname(schema_dir())
    return os.path.relpath(place, folder) if is_near else "https://modelwright.dev/schemas/review.schema.json"


def adopt(registry: str, plan: Plan, gathered: Gathered) -> int:
    """Have what the sources say now be what was last accepted, and return the exit code; a source that shrank is left out."""
    shrunk = {state.id for state in plan.sources if state.state == "shrunk"}
    contents, expected, counts = {}, dict[str, bytes | None](), []
    for upstream in gathered.upstreams:
        if upstream.source not in shrunk:
            document = accepted.document_of(registry, upstream.source)
            before = base_of(document) if document.text or not document.problems else Base()
            after = accepted.adopted(before, upstream)
            path = accepted.path_of(upstream.source)
            contents[path], expected[path] = accepted.render(upstream.source, upstream.origin, after), document.text or None
            counts.append(f"{upstream.source}: {sum(map(len, after.models.values()))} models")
    if not contents:
        raise click.ClickException("no source could be read, so nothing is accepted; `providers refresh` says why")
    _write(registry, contents, expected)
    click.echo("\n".join(map(printable, counts)))
    output.notice(f"accepted what {len(contents)} sources say; no model was changed, and a refresh now shows what moves from here")
    return 0


def moved_since(items: Sequence[Item], plan: Plan, gathered: Gathered) -> list[Refusal]:
    """Return the approved items whose source no longer says what was reviewed, or could not be asked."""
    now = {change.id: change for change in plan.changes}
    read = {upstream.source for upstream in gathered.upstreams} - {state.id for state in plan.sources if state.state == "shrunk"}
    refusals = []
    for item in file.with_decision(items, file.APPROVED):
        found = now.get(item.change.id)
        if item.change.source not in read:
            refusals.append(Refusal(item=item, why=f"{item.change.source} cannot be asked now", help="apply without --verify-live, or when the source answers again"))
        elif found is None or not (item.change.field == MISSING or facts.is_equal(item.change.field, found.new, item.change.new)):
            says = "nothing to change" if found is None else facts.shown(found.new)
            refusals.append(
                Refusal(item=item, why=f"{item.change.source} now says {says} and not {facts.shown(item.change.new)}", help="refresh with --write-review again and decide anew")
            )
    return refusals


def refuse(review: str | None, refusals: Sequence[Refusal]) -> int:
    """Print why items are refused, each with its line in the review and its place in the registry, and return the exit code."""
    document = None if review is None else Document.read(review, "review.yaml", layout.shown(review), "review")
    for refusal in refusals:
        place = "" if document is None else f"{document.span_of(('changes', refusal.item.index))}: "
        click.echo(printable(f"{place}refused: {refusal.item.change.id}: {refusal.why}"), err=True)
        if refusal.span is not None:
            click.echo(f"   = at: {printable(str(refusal.span))}", err=True)
        click.echo(f"   = help: {printable(refusal.help)}", err=True)
    click.echo(f"{len(refusals)} refused; nothing was written", err=True)
    return _REFUSED


def apply(inputs: pipeline.Inputs, result: pipeline.Result, items: Sequence[Item], *, review: str | None = None) -> int:
    """Apply the decisions in *items* to the registry of *inputs* and return the exit code; all of it is written or nothing."""
    outcome = applier.apply(inputs, result, items)
    if outcome.refusals:
        return refuse(review, outcome.refusals)
    if outcome.findings:
        click.echo(render_text.render(outcome.findings, colour=output.colours()), err=True)
        culprits = {
            item.change.id for item in outcome.applied for finding in outcome.findings if item.change.ref in finding.message or repr(item.change.listed_as) in finding.message
        }
        about = f": {', '.join(sorted(culprits)[:10])}" if culprits else ""
        click.echo(f"refused: the registry would have {len(outcome.findings)} errors that it has not{printable(about)}; reject what brings them, and nothing was written", err=True)
        return _REFUSED
    if outcome.contents:
        log = _content(inputs.registry, _LOG)
        contents = {**outcome.contents, _LOG: (log or b"") + _entry(outcome, review)}
        _write(inputs.registry, contents, {**outcome.expected, _LOG: log})
    _tell(outcome)
    return 0


def _content(registry: str, path: str) -> bytes | None:
    try:
        return stored.content(os.path.join(registry, path))
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error}; nothing was written") from error


def _write(registry: str, contents: Mapping[str, bytes], expected: Mapping[str, bytes | None]) -> None:
    """Write all of *contents* or nothing; *expected* is what it was worked out from, None what was not there."""
    try:
        journal.write_all(registry, contents, expected={path: stored.digest(content) for path, content in expected.items()})
    except journal.StaleError as error:
        raise RefusedError(f"{error}; it changed while this was worked out; nothing was written: try again") from error
    except journal.BusyError as error:
        raise RefusedError(f"{error}; nothing was written: try again when the other is done") from error
    except (OSError, ValueError) as error:
        state = "it was left half done, and the next command finishes or undoes it" if journal.is_pending(registry) else "nothing was written"
        raise click.ClickException(f"{registry} cannot be written: {error}; {state}") from error


def _tell(outcome: applier.Outcome) -> None:
    lines = [f"{word} {item.change.id}" for word, items in (("applied", outcome.applied), ("declined", outcome.declined)) for item in items]
    if lines:
        click.echo("\n".join(map(printable, lines)))
    done = f", {len(outcome.already)} were already" if outcome.already else ""
    files = len([path for path in outcome.contents if path.startswith("models/")])
    output.notice(f"{len(outcome.applied)} applied{done}, {len(outcome.declined)} declined; {counted(files, 'file')} of models changed")


def _entry(outcome: applier.Outcome, review: str | None) -> bytes:
    """Return a line of the log of applies: when, by whom, which review, and what."""
    entry: dict[str, Any] = {"at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "by": _user()}
    if review is not None:
        entry["review"] = stored.digest(stored.content(review))
    entry["applied"] = [item.change.id for item in outcome.applied]
    entry["declined"] = [item.change.id for item in outcome.declined]
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def _user() -> str:
    import getpass

    if named := os.environ.get("GITHUB_ACTOR"):
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return sys.platform
