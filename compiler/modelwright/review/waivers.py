"""Changes that somebody looked at and accepts, each with the reason: one rule, for the models that a pattern names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..source.document import Document
from ..source.node import clipped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ..ir.span import Span
    from .plan import Change

_KEYS = ("rule", "ref", "reason", "until")
_SHAPE = "write a list, `- {rule: …, ref: …, reason: …}` a waiver"
_MOST = 10_000
_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True)
class Waiver:
    """One rule that may be broken for the refs that match, and why."""

    rule: str
    ref: str
    """What a change is about, or with `#` its id; `*` and `?` stand for any text and any character."""
    reason: str
    until: str | None = None
    """First day it no longer holds; None: it always does."""
    place: str = "--waive"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(translate(self.ref))

    def is_over(self, day: str) -> bool:
        """Tell whether it no longer holds on *day*."""
        return self.until is not None and self.until <= day

    def covers(self, change: Change) -> bool:
        """Tell whether *change*, of its rule, is one it means."""
        text = change.id if "#" in self.ref else change.ref
        return self.ref == text or self._pattern.match(text) is not None


@dataclass(frozen=True)
class Fault:
    """What is wrong in a file of waivers."""

    span: Span
    message: str
    help: str


def of_text(text: str, rules: Collection[str]) -> Waiver:
    """
    Return the waiver that RULE:REF=REASON means; raises ValueError, saying what is wrong and how to fix it.

    >>> of_text("MODEL_REMOVED:acme/*=shut down on 2026-11-01", ["MODEL_REMOVED"]).reason
    'shut down on 2026-11-01'
    """
    head, _, reason = text.partition("=")
    rule, _, ref = head.partition(":")
    if not ref or not reason.strip():
        raise ValueError(f"{text!r} does not say what is waived and why; write RULE:REF=REASON, as in 'MODEL_REMOVED:acme/*=shut down by the vendor'")
    if rule not in rules:
        raise ValueError(f"there is no rule {rule!r}{_near(rule, rules)}")
    return Waiver(rule, ref, reason.strip())


def of_file(file: str, shown: str, rules: Collection[str]) -> tuple[list[Waiver], list[Fault]]:
    """Return the waivers of a YAML file, a list of `rule`, `ref`, `reason` and perhaps `until`, and what is wrong with it."""
    document = Document.read(file, shown, shown, "waivers")
    document.settle()
    faults = [Fault(document.span_of_problem(problem), problem.message, problem.help) for problem in document.problems]
    if document.data is None:
        return [], faults
    entries = document.data
    if not isinstance(entries, list) or len(entries) > _MOST:
        return [], [*faults, Fault(document.span_of(), f"this is not a list of at most {_MOST:,} waivers", _SHAPE)]
    found = []
    for index, entry in enumerate(entries):
        wrong = list(_wrong(entry, rules))
        faults += [Fault(document.span_of((index, *pointer)), message, help_) for pointer, message, help_ in wrong]
        if not wrong:
            span = document.span_of((index,))
            found.append(Waiver(entry["rule"], entry["ref"], entry["reason"], entry.get("until"), f"{span.path}:{span.line}"))
    return found, faults


def applied(changes: Sequence[Change], waivers: Sequence[Waiver], day: str, words: Mapping[str, Any]) -> tuple[dict[str, Waiver], list[Waiver]]:
    """Return the waived changes, by id, each with its waiver, and the waivers that match nothing or no longer hold."""
    by_rule: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        if not waiver.is_over(day):
            by_rule.setdefault(waiver.rule, []).append(waiver)
    waived, used = {}, set()
    for change in changes:
        covering = [waiver for waiver in by_rule.get(words[change.word]["rule"], ()) if waiver.covers(change)]
        used |= {id(waiver) for waiver in covering}
        if covering:
            waived[change.id] = covering[0]
    return waived, [waiver for waiver in waivers if id(waiver) not in used]


def _wrong(entry: Any, rules: Collection[str]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield where in *entry* what is wrong, and the cure."""
    if not isinstance(entry, dict):
        yield (), "this is not a waiver", _SHAPE
        return
    for key in entry.keys() - set(_KEYS):
        yield (key,) if isinstance(key, str) else (), f"unknown key {clipped(repr(key))}", f"the keys are {', '.join(_KEYS)}"
    for key in _KEYS:
        value = entry.get(key)
        if value is None and key not in entry:
            if key != "until":
                yield (), f"the waiver has no `{key}`", "say the rule, the ref or a pattern of refs, and the reason"
        elif not isinstance(value, str) or not value.strip():
            yield (key,), f"`{key}` is not text", "write it in quotes"
        elif key == "rule" and value not in rules:
            yield (key,), f"there is no rule {clipped(repr(value))}{_near(value, rules)}", f"the rules are {', '.join(sorted(rules))}"
        elif key == "until" and not _DAY.fullmatch(value):
            yield (key,), f"{clipped(repr(value))} is not a day", "write YYYY-MM-DD: the first day on which it no longer holds"


def _near(rule: str, rules: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(rule[:100].upper(), rules, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
