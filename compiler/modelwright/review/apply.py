"""
Approved changes → the new content of the registry's files. Opens no socket and writes nothing.

Each change is checked against the files as they are: what was done already is skipped, what is not as it was reviewed is
refused by itself, and an edit elsewhere does not matter. The outcome is linted before anybody writes it.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

from .. import pipeline
from ..diagnostics.diagnostic import ERROR
from ..passes.prices import price_in_force
from ..source.change import changed as with_change
from ..source.document import Document
from ..source.edit import EditError, edited
from ..source.write_yaml import render_item
from . import accepted, decisions, facts
from .compare import registry_models
from .edits import edits_of, has_block, new_model
from .file import APPROVED, REJECTED, with_decision
from .plan import ADDED, MISSING, RENAMED, RETURNED, Base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..diagnostics.diagnostic import Diagnostic
    from ..ir.catalog import Catalog, Entry
    from ..ir.span import Span
    from ..source.edit import Change as Edit
    from ..source.node import Pointer
    from .compare import Ours
    from .file import Item
    from .plan import Change

_DECISIONS_HEAD = """\
# yaml-language-server: $schema=../schemas/decisions.schema.json
# What sources said, was judged and declined. An entry stays quiet until the source says something else, or until its day.
decisions:
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why one item cannot be applied."""

    item: Item
    why: str
    help: str
    span: Span | None = None
    """Where in the registry; None: nowhere in particular."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What applying would do; with refusals or findings it does nothing."""

    contents: dict[str, bytes] = field(default_factory=dict)
    """New content by path below the registry."""
    expected: dict[str, bytes | None] = field(default_factory=dict)
    """What those files held when this was worked out; None: they were not there."""
    applied: list[Item] = field(default_factory=list)
    already: list[Item] = field(default_factory=list)
    declined: list[Item] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)
    """Errors that the registry would have and has not."""


def apply(inputs: pipeline.Inputs, result: pipeline.Result, items: Sequence[Item]) -> Outcome:
    """Return what the decisions in *items* make of the registry that *inputs* names and *result* holds, resolved by itself."""
    outcome = Outcome()
    catalog = result.catalog
    models = registry_models(catalog)
    documents = {document.path: document for document in result.documents}
    approved = with_decision(items, APPROVED)
    counts = Counter(item.change.id for item in approved)
    for item in approved:
        refusal, is_done = _check(catalog, models, documents, item) if counts[item.change.id] == 1 else (_twice(item), False)
        if refusal is not None:
            outcome.refusals.append(refusal)
        else:
            (outcome.already if is_done else outcome.applied).append(item)
    if outcome.refusals:
        return outcome
    changed = _edited(catalog, models, documents, outcome)
    known = decisions.Decisions.of(catalog)
    outcome.declined = [item for item in with_decision(items, REJECTED) if not known.is_declined(item.change)]
    _decide(documents, catalog, outcome, changed)
    if outcome.refusals:
        return outcome
    outcome.findings = _new_errors(inputs, result, changed)
    for path, document in changed.items():
        outcome.contents[path.removeprefix("registry/")] = document.text
        before = documents.get(path)
        outcome.expected[path.removeprefix("registry/")] = None if before is None else before.text
    _move_bases(inputs, approved, outcome)
    return outcome


def _twice(item: Item) -> Refusal:
    return Refusal(item=item, why="the review has more than one item of this id", help="leave the one that is meant")


def _check(catalog: Catalog, models: Mapping[str, Ours], documents: Mapping[str, Document], item: Item) -> tuple[Refusal | None, bool]:
    """Return why *item* cannot be applied, and whether it has been already."""
    change = item.change
    if change.field == "provider":
        return None, True
    if change.provider not in models:
        return Refusal(item=item, why=f"the registry has no provider {change.provider!r}", help="refresh again; the review is of another registry"), False
    document = documents.get(_path(change))
    if document is not None and document.data is None:
        return Refusal(item=item, why=f"{document.shown} is not in order", help="mend it first; `providers lint` says what is wrong", span=document.span_of()), False
    entry = catalog.models.get(change.ref)
    if change.field == ADDED:
        other = models[change.provider].find(change.new["id"])
        if other is None:
            return None, False
        return (None, True) if _says(other, change.new, catalog.today) else (_stale(item, other, (), "the model is in the registry by now, with other facts"), False)
    if entry is None:
        return Refusal(item=item, why=f"{change.ref} is not in the registry any more", help="refresh again and review what it finds"), False
    if change.field in (MISSING, RETURNED):
        return None, ("missing_since" in entry.facts) == (change.field == MISSING)
    if change.field == RENAMED:
        other = models[change.provider].find(change.new["id"])
        if "replaced_by" in entry.facts and entry.facts["replaced_by"] != f"{change.provider}/{change.new['id']}":
            return _stale(item, entry, ("replaced_by",), f"{change.ref} is replaced by another by now"), False
        if other is not None and not _says(other, change.new, catalog.today):
            return _stale(item, other, (), f"{other.ref} is in the registry by now, with other facts"), False
        return None, other is not None and "replaced_by" in entry.facts
    now = _value(entry, change, catalog.today)
    if facts.is_equal(change.field, now, change.new):
        return None, True
    if facts.is_equal(change.field, now, change.old):
        return None, False
    return _stale(
        item, entry, _pointer(entry, change, catalog.today), f"{change.field} of {change.ref} is {facts.shown(now)} by now; the review is about {facts.shown(change.old)}"
    ), False


def _pointer(entry: Entry, change: Change, day: str) -> Pointer:
    if change.field != "price":
        return tuple(change.field.split("."))
    prices = entry.facts.get("prices", ())
    current = price_in_force(prices, day)
    return ("prices", *(index for index, price in enumerate(prices) if price is current))


def _value(entry: Entry, change: Change, day: str) -> Any:
    now = facts.flat(entry.facts, day).get(change.field)
    return facts.part_of(now, [*(change.old or ()), *(change.new or ())]) if change.field == "price" else now


def _says(entry: Entry, said: Mapping[str, Any], day: str) -> bool:
    ours = facts.flat(entry.facts, day)
    return all(name == "id" or facts.is_equal(name, ours.get(name), value) for name, value in said.items())


def _stale(item: Item, entry: Entry, pointer: Pointer, why: str) -> Refusal:
    return Refusal(
        item=item, why=why, help="somebody changed it after the review was written; refresh with --write-review again and decide anew", span=entry.place(*pointer).span()
    )


def _path(change: Change) -> str:
    return f"registry/models/{change.provider}.yaml"


def _edited(catalog: Catalog, models: Mapping[str, Ours], documents: Mapping[str, Document], outcome: Outcome) -> dict[str, Document]:
    """Return the documents that the applied items change, by logical path."""
    edits: dict[str, list[Edit]] = defaultdict(list)
    additions: dict[str, dict[str, Any]] = defaultdict(dict)
    approved = {item.change.id for item in outcome.applied}
    of_model: dict[str, list[Change]] = defaultdict(list)
    for item in outcome.applied:
        change = item.change
        if change.field in (ADDED, RENAMED) and models[change.provider].find(change.new["id"]) is None:
            additions[_path(change)][change.new["id"]] = new_model(change.new, change.origin, change.filled)
        if change.field != ADDED and change.follows not in approved:
            of_model[change.ref].append(change)
    for ref, changes in of_model.items():
        entry, path = catalog.models[ref], _path(changes[0])
        made = list(edits_of(changes, entry))
        if has_block(entry):
            edits[path] += made
        else:
            additions[path][entry.id] = reduce(with_change, made, {"id": entry.id})
    changed = {}
    for path in sorted({*edits, *additions}):
        document = documents.get(path) or _empty(path)
        try:
            changed[path] = edited(document, edits[path], list(additions[path].values()))
        except EditError as error:
            culprit = next(item for item in outcome.applied if _path(item.change) == path)
            outcome.refusals.append(Refusal(item=culprit, why=str(error), help="write this file in block style, an item a model, or edit it by hand", span=document.span_of()))
    return changed


def _empty(path: str) -> Document:
    provider = path.rpartition("/")[2].removesuffix(".yaml")
    text = f"# yaml-language-server: $schema=../../schemas/models.schema.json\nprovider: {provider}\nmodels: []\n"
    document = Document(path, path, "models", text.encode())
    document.load()
    return document


def _decide(documents: Mapping[str, Document], catalog: Catalog, outcome: Outcome, changed: dict[str, Document]) -> None:
    """Add what is remembered to the file of decisions: what was rejected, and what loses against something approved."""
    told = [(item.change, item.reason or "rejected in a review", item.until) for item in outcome.declined]
    entries = decisions.recorded(told, catalog.today)
    for item in outcome.applied:
        for source, value in item.change.against:
            for name, says in value.items() if item.change.field == ADDED else [(item.change.field, value)]:
                said = {"ref": item.change.ref, "field": name, "says": says, "source": source, "decided_on": catalog.today}
                entries.append({**said, "because": f"approved what {item.change.source} says"})
    if not entries:
        return
    path = f"registry/{decisions.PATH}"
    document = documents.get(path)
    text = _DECISIONS_HEAD if document is None or not document.text.strip() else document.source.replace("decisions: []", "decisions:")
    text += "" if text.endswith("\n") else "\n"
    text += "".join(render_item(entry) for entry in entries)
    new = Document(path, path if document is None else document.shown, "decisions", text.encode())
    new.load()
    if new.problems:
        span = None if document is None else document.span_of()
        outcome.refusals.append(
            Refusal(
                item=(outcome.declined or outcome.applied)[0],
                why=f"{path} cannot be appended to",
                help="mend it so that `decisions` is a list in block style, last in the file",
                span=span,
            )
        )
    changed[path] = new


def _new_errors(inputs: pipeline.Inputs, result: pipeline.Result, changed: Mapping[str, Document]) -> list[Diagnostic]:
    """Return the errors that the registry would have; of those it has already, none may become more."""
    if not changed:
        return []
    alone = inputs._replace(user_files=(), sightings=None)
    documents = [changed.get(document.path, document) for document in result.documents]
    documents += [document for path, document in changed.items() if path not in {known.path for known in result.documents}]
    found = [finding for finding in pipeline.compile(alone, documents=documents).findings if finding.severity == ERROR]
    if not found:
        return []
    before = [finding for finding in pipeline.compile(alone, documents=result.documents).findings if finding.severity == ERROR]
    counts, known = Counter(map(_kind, found)) - Counter(map(_kind, before)), {finding.message for finding in before}
    return [finding for finding in found if counts[_kind(finding)] and finding.message not in known]


def _kind(finding: Diagnostic) -> tuple[str, str]:
    return finding.code, finding.span.path


def _move_bases(inputs: pipeline.Inputs, approved: Sequence[Item], outcome: Outcome) -> None:
    """Add the new bases of every source that something was approved of."""
    by_source: dict[str, list[Item]] = defaultdict(list)
    for item in approved:
        by_source[item.change.source].append(item)
    for source, items in sorted(by_source.items()):
        changes = [item.change for item in items]
        document = accepted.document_of(inputs.registry, source)
        is_there = os.path.lexists(document.file)
        if is_there and pipeline.diagnosed(document):
            cure = "restore it from version control, or remove it to accept everything anew"
            outcome.refusals.append(Refusal(item=items[0], why=f"{document.shown} is not in order", help=cure, span=document.span_of()))
            continue
        before = accepted.base_of(document) if is_there else Base()
        after = accepted.moved(before, changes)
        if after.models != before.models or after.others != before.others or not before.is_known:
            path = accepted.path_of(source)
            outcome.contents[path] = accepted.render(source, changes[-1].origin, after)
            outcome.expected[path] = document.text if is_there else None
