"""
Approved changes → the new content of the registry's files. Opens no socket and writes nothing.

Each change is checked against the files as they are: what was done already is skipped, what is not as it was reviewed is
refused by itself, and an edit elsewhere does not matter. The outcome is linted before anybody writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import pipeline
from ..diagnostics.diagnostic import ERROR
from ..passes.prices import price_in_force
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


def apply(inputs: pipeline.Inputs, result: pipeline.Result, items: Sequence[Item], origins: Mapping[str, Mapping[str, str]] | None = None) -> Outcome:
    """Return what the decisions in *items* make of the registry that *inputs* names and *result* holds, resolved by itself."""
    outcome = Outcome()
    catalog = result.catalog
    models = registry_models(catalog)
    approved = with_decision(items, APPROVED)
    for item in approved:
        refusal, is_done = _check(catalog, models, item)
        if refusal is not None:
            outcome.refusals.append(refusal)
        else:
            (outcome.already if is_done else outcome.applied).append(item)
    if outcome.refusals:
        return outcome
    documents = {document.path: document for document in result.documents}
    changed = _edited(catalog, documents, outcome)
    outcome.declined = [item for item in with_decision(items, REJECTED) if not decisions.Decisions.of(catalog).is_declined(item.change)]
    _decide(documents, catalog, outcome, changed)
    if outcome.refusals:
        return outcome
    outcome.findings = _new_errors(inputs, result, changed)
    for path, document in changed.items():
        outcome.contents[path.removeprefix("registry/")] = document.text
        before = documents.get(path)
        outcome.expected[path.removeprefix("registry/")] = None if before is None else before.text
    _move_bases(inputs, approved, outcome, origins or {})
    return outcome


def _check(catalog: Catalog, models: Mapping[str, Any], item: Item) -> tuple[Refusal | None, bool]:
    """Return why *item* cannot be applied, and whether it has been already."""
    change = item.change
    if change.field == "provider":
        return None, True
    if change.provider not in models:
        return Refusal(item=item, why=f"the registry has no provider {change.provider!r}", help="refresh again; the review is of another registry"), False
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
        is_done = entry.facts.get("replaced_by") == f"{change.provider}/{change.new['id']}"
        return (None, is_done) if is_done or "replaced_by" not in entry.facts else (_stale(item, entry, ("replaced_by",), f"{change.ref} is replaced by another by now"), False)
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


def _edited(catalog: Catalog, documents: Mapping[str, Document], outcome: Outcome) -> dict[str, Document]:
    """Return the documents that the applied items change, by logical path."""
    edits: dict[str, list[Edit]] = {}
    additions: dict[str, dict[str, dict[str, Any]]] = {}
    approved = {item.change.id for item in outcome.applied}
    for item in outcome.applied:
        change = item.change
        path = f"registry/models/{change.provider}.yaml"
        entry = catalog.models.get(change.ref)
        new = additions.setdefault(path, {})
        if change.field in (ADDED, RENAMED):
            new[change.new["id"]] = new_model(change.new, change.origin)
        if entry is None or change.follows in approved:
            continue
        if not has_block(entry):
            new.setdefault(entry.id, {"id": entry.id})
            _lay(new[entry.id], list(edits_of(change, entry)))
        else:
            edits.setdefault(path, []).extend(edits_of(change, entry))
    changed = {}
    for path in sorted({*edits, *(path for path, new in additions.items() if new)}):
        document = documents.get(path) or _empty(path)
        try:
            changed[path] = edited(document, edits.get(path, ()), list(additions.get(path, {}).values()))
        except EditError as error:
            culprit = next(item for item in outcome.applied if path.endswith(f"/{item.change.provider}.yaml"))
            outcome.refusals.append(Refusal(item=culprit, why=str(error), help="write this file in block style, an item a model, or edit it by hand", span=document.span_of()))
    return changed


def _lay(entry: dict[str, Any], edits: Sequence[Edit]) -> None:
    """Put *edits* into an entry that has nothing of its own yet."""
    for edit in edits:
        *way, last = edit.pointer
        place: Any = entry
        for step in way:
            place = place.setdefault(step, {})
        place[last] = edit.value


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
    """Return the errors that the registry would have; a registry that has some already is only kept from becoming unreadable."""
    if not changed:
        return []
    alone = inputs._replace(user_files=(), sightings=None)
    documents = [changed.get(document.path, document) for document in result.documents]
    documents += [document for path, document in changed.items() if path not in {known.path for known in result.documents}]
    found = [finding for finding in pipeline.compile(alone, documents=documents).findings if finding.severity == ERROR]
    if not found:
        return []
    before = {_key(finding) for finding in pipeline.compile(alone).findings if finding.severity == ERROR}
    return [finding for finding in found if _key(finding) not in before and (not before or finding.code < "PV1")]


def _key(finding: Diagnostic) -> tuple[str, str, str]:
    return finding.code, finding.span.path, finding.message


def _move_bases(inputs: pipeline.Inputs, approved: Sequence[Item], outcome: Outcome, origins: Mapping[str, Mapping[str, str]]) -> None:
    """Add the new bases of every source that something was approved of."""
    for source in sorted({item.change.source for item in approved}):
        changes = [item.change for item in approved if item.change.source == source]
        document = accepted.document_of(inputs.registry, source)
        before = accepted.base_of(document) if document.data is not None and not document.problems else Base()
        after = accepted.moved(before, changes)
        if after.models != before.models or after.others != before.others or not before.is_known:
            path = accepted.path_of(source)
            outcome.contents[path] = accepted.render(source, origins.get(source, changes[-1].origin), after)
            outcome.expected[path] = document.text or None
