"""What a dialect is given and gives back: the native form of a user's file, and where in the file each part of that stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..ir.catalog import Pointer, Source
    from ..ir.span import Span


class Dialect(Protocol):
    """What a dialect module has."""

    NAME: str
    ENTRIES: tuple[tuple[str | None, ...], ...]
    """Ways to the entries that can be left out without the others, the innermost first; None stands for any key or index."""

    def recognises(self, data: Any) -> bool:
        """Tell whether *data* is written in this dialect and in no other."""
        ...

    def translate(self, data: Any, draft: Draft) -> None:
        """Put what *data*, checked against the dialect's schema, says into *draft*."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What a dialect may ask about the registry."""

    providers: Mapping[str, Mapping[str, Any]]
    """Every provider's facts by id."""
    spellings: Mapping[str, str]
    """Spellings of providers in this dialect, ids among them, to ids; lower case."""
    models: frozenset[str]
    """Refs of the registry's models."""
    protocols: Mapping[str, Mapping[str, Any]]
    """The vocabulary's protocols."""
    policy: Mapping[str, Any]
    """The dialect's entry in `registry/vocabulary/dialects.yaml`."""

    def provider(self, name: Any) -> str | None:
        """Return the provider that *name* means in this dialect."""
        return self.spellings.get(name.strip().lower()) if isinstance(name, str) else None

    def nearest(self, name: str) -> str:
        """Return `did you mean …? ` for a *name* that means nothing; empty when nothing is like it."""
        from difflib import get_close_matches

        near = get_close_matches(name.strip().lower(), self.spellings, n=1)
        return f"did you mean `{near[0]}`? " if near else ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a dialect met that only a rule may judge."""

    rule: str
    """Name of the rule."""
    at: Pointer
    """Where in the user's file."""
    message: str
    help: str
    on_key: bool = False


@dataclass(slots=True)
class Draft:
    """The native form of a user's file under construction."""

    known: Known
    version: str = ""
    """Of the dialect's grammar, where one was named."""
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Pointer, Pointer] = field(default_factory=dict)
    """Pointers of `data` to where that stands in the user's file."""
    names: dict[Pointer, Pointer] = field(default_factory=dict)
    """The same for keys of `data` whose name stands somewhere else than their value."""
    copied: set[Pointer] = field(default_factory=set)
    """Pointers of `data` below which all is as in the user's file."""
    pins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Facts of models, by ref, that are kept although the dialect has the registry speak of them."""
    remarks: list[Remark] = field(default_factory=list)

    def put(self, to: Pointer, value: Any, at: Pointer, *, name: Pointer | None = None, is_copy: bool = False) -> None:
        """Put *value*, which stands *at* in the user's file, *to* the native form; what lies on the way is made. *name*: where the key stands."""
        place: Any = self.data
        for depth, step in enumerate(to[:-1], start=1):
            following = to[depth]
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, [] if isinstance(following, int) else {})
        last = to[-1]
        if isinstance(place, list):
            place.append(value)
        else:
            place[last] = value
        self.places[to] = at
        if name is not None:
            self.names[to] = name
        if is_copy:
            self.copied.add(to)

    def say(self, rule: str, at: Pointer, message: str, help_: str, *, on_key: bool = False) -> None:
        """Remember what a *rule* is to report."""
        self.remarks.append(Remark(rule, at, message, help_, on_key))


def chain(draft: Draft, secrets: Mapping[str, Pointer] | None = None, **more: Any) -> list[Any]:
    """
    Return the steps of an account by the dialect's order.

    *secrets* are where in the file secrets stand, by what they are (`key`, …); without any the step `inline` is left out. *more* are steps
    with what they need, by their word with underscores; None leaves the step out.
    """
    steps: list[Any] = []
    for word in draft.known.policy.get("credentials", ()):
        name = word.replace("-", "_")
        if word == "inline":
            steps += [{"inline": {what: "/" + "/".join(map(_escaped, at)) for what, at in secrets.items()}}] if secrets else []
        elif name in more:
            steps += [] if more[name] is None else [{word: more[name]}]
        elif word != "profile":
            steps.append(word)
    return steps


def _escaped(step: str | int) -> str:
    """Return *step* as a JSON pointer has it."""
    return str(step).replace("~", "~0").replace("/", "~1")


class Translated:
    """A user's file in its native form, as layers and rules see it; places lead back into the file as it was written."""

    def __init__(self, document: Source, draft: Draft) -> None:
        self.path, self.shown, self.kind, self.text = document.path, document.shown, "overlay", document.text
        self._document = document
        self._draft = draft

    def span_of(self, pointer: Sequence[str | int] = (), *, key: bool = False) -> Span:
        """Return where what stands at *pointer* of the native form is in the file."""
        pointer = tuple(pointer)
        if key and pointer in self._draft.names:
            return self._document.span_of(self._draft.names[pointer])
        for length in range(len(pointer), 0, -1):
            head = pointer[:length]
            if head in self._draft.places:
                rest = pointer[length:] if head in self._draft.copied else ()
                return self._document.span_of((*self._draft.places[head], *rest), key=key and length == len(pointer) and head not in self._draft.names)
        return self._document.span_of()
