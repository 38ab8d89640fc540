"""The review file: the plan as a person reads and edits it, one decision a change. The same plan gives the same bytes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..diagnostics.render_text import printable
from ..source.write_yaml import render_item
from .plan import ADDED, MISSING, RISKS, Change, Filled, Impact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ..source.document import Document
    from .plan import Plan, SourceState

_LONGEST_TEXT = 2000
PENDING, APPROVED, REJECTED, DEFERRED = "pending", "approved", "rejected", "deferred"
_HEAD = """\
# yaml-language-server: $schema={schema}
# What changed upstream. Set `decision` to approved, rejected or deferred (with `until`), and say why in `reason`; then run
#   providers refresh --apply
# It applies what is approved, exactly, and remembers what is rejected. Running the refresh again keeps your decisions.
version: 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One change with what was decided."""

    change: Change
    decision: str = PENDING
    reason: str | None = None
    until: str | None = None
    index: int = 0
    """Its place in the file."""


def decided(plan: Plan, earlier: Mapping[str, Item], today: str, providers: Collection[str] = ()) -> list[Item]:
    """
    Return an item a change; a decision stays as long as the change is the same one, a deferred one until its day.

    Behind them are the decisions on what *plan* says nothing of, because the source was not read, or only *providers* were looked at.
    """
    items = []
    for index, change in enumerate(plan.changes):
        before = earlier.get(change.id)
        if before is None or not is_same(before.change, change):
            items.append(Item(change=change, index=index))
            continue
        same = replace(change, new=before.change.new)
        if before.decision == DEFERRED and (before.until or "") <= today:
            items.append(Item(change=same, index=index))
        else:
            items.append(replace(before, change=same, index=index))
    read, seen = {state.id for state in plan.sources if not state.is_missing}, {change.id for change in plan.changes}
    others = (item for item in earlier.values() if item.change.source not in read or (providers and item.change.provider not in providers))
    unseen = [item for item in others if item.decision != PENDING and item.change.id not in seen]
    return items + [replace(item, index=index) for index, item in enumerate(unseen, start=len(items))]


def is_same(before: Change, now: Change) -> bool:
    """Tell whether two changes of one id do the same; that a model is missing stays the same when it is a day longer."""
    return (before.word, before.old) == (now.word, now.old) and (now.field == MISSING or before.new == now.new)


def render(items: Sequence[Item], sources: Sequence[SourceState], *, schema: str) -> str:
    """Return the review as YAML; *schema* is where an editor finds its schema."""
    text = _HEAD.format(schema=schema)
    if sources:
        text += "sources:\n" + "".join(render_item(_source(source)) for source in sorted(sources, key=lambda source: source.id))
    if not items:
        return text + "changes: []\n"
    text += "changes:\n"
    for provider, group in groupby(items, key=lambda item: item.change.provider):
        group_ = list(group)
        counts = Counter(item.change.risk for item in group_)
        text += f"  # {provider}: {', '.join(f'{counts[risk]} {risk}' for risk in RISKS if counts[risk])}\n"
        text += "".join(render_item(as_data(item)) for item in group_)
    return text


def _source(source: SourceState) -> dict[str, Any]:
    found: dict[str, Any] = {"id": source.id, "state": source.state}
    if source.models is not None:
        found["models"] = source.models
    return found | ({"detail": _text(source.detail)} if source.detail and source.is_missing else {})


def _text(said: str) -> str:
    """Return *said* as the schema takes it."""
    clean = printable(said)
    return clean if len(clean) <= _LONGEST_TEXT else clean[: _LONGEST_TEXT - 1] + "…"


def as_data(item: Item) -> dict[str, Any]:
    """Return *item* as the review has it."""
    change = item.change
    source = {"id": change.source, **change.origin}
    if change.ref != f"{change.provider}/{change.listed_as}" and change.field not in (ADDED, "provider"):
        source["listed_as"] = change.listed_as
    data = {
        "id": change.id,
        "class": change.word,
        "risk": change.risk,
        "held": None if change.held is None else _text(change.held),
        "old": change.old,
        "new": change.new,
        "base": change.base,
        "details": list(map(_text, change.details)),
        "source": source,
        "also": list(change.also),
        "against": dict(change.against),
        "filled": [{"id": filled.source, **filled.origin, "facts": list(filled.facts)} for filled in change.filled],
        "impact": [_text(str(impact)) for impact in change.impact],
        "follows": change.follows,
        "decision": item.decision,
        "reason": item.reason,
        "until": item.until,
    }
    left_out = {"base"} if change.base == change.old else set()
    return {key: value for key, value in data.items() if key not in left_out and (value not in (None, [], {}) or key == "base")}


def items_of(document: Document) -> list[Item]:
    """Return the items of a checked review."""
    return [_item(index, said) for index, said in enumerate(document.data["changes"])]


def _item(index: int, said: Mapping[str, Any]) -> Item:
    ref, _, field = said["id"].rpartition("#")
    source = dict(said["source"])
    identity, listed_as = source.pop("id"), source.pop("listed_as", None)
    provider, _, model = ref.partition("/")
    if said["class"].startswith("provider-"):
        provider = model = ref = ref.partition(":")[2]
        field = "provider"
    old, new = said.get("old"), said.get("new")
    change = Change(
        id=said["id"],
        word=said["class"],
        risk=said["risk"],
        provider=provider,
        ref=ref,
        field=field,
        old=old,
        new=new,
        base=said.get("base", old),
        source=identity,
        origin=source,
        listed_as=listed_as or (new["id"] if field == ADDED and new else model),
        also=tuple(said.get("also", ())),
        against=tuple(said.get("against", {}).items()),
        filled=tuple(map(_filled, said.get("filled", ()))),
        held=said.get("held"),
        details=tuple(said.get("details", ())),
        impact=tuple(map(_impact, said.get("impact", ()))),
        follows=said.get("follows"),
    )
    return Item(change=change, decision=said["decision"], reason=said.get("reason"), until=said.get("until"), index=index)


def _filled(said: Mapping[str, Any]) -> Filled:
    return Filled(source=said["id"], origin={"from": said["from"], "read_on": said["read_on"]}, facts=tuple(said["facts"]))


def _impact(text: str) -> Impact:
    kind, _, ref = text.partition(" ")
    return Impact(kind=kind, ref=ref.removesuffix(" breaks"), breaks=ref.endswith(" breaks"))


def with_decision(items: Iterable[Item], wanted: str) -> list[Item]:
    """Return the items that are decided so."""
    return [item for item in items if item.decision == wanted]
