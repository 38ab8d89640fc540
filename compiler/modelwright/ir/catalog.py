"""
What the compiler works on: providers and models as mappings of the schema's shape, with the layers that spoke about each.

The mappings stay plain: they were checked against the schema when they were read, merging is the same for every field, and
building objects for five thousand models costs more than all the rules together (docs/decisions/0004).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from .inputs import COMMAND_LINE, LAYERS, PROJECT, REGISTRY, SIGHTINGS, USER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .span import Span

__all__ = [
    "COMMAND_LINE",
    "LAYERS",
    "PROJECT",
    "REGISTRY",
    "SIGHTINGS",
    "USER",
    "Catalog",
    "Entry",
    "Facts",
    "Layer",
    "ModelsFile",
    "Note",
    "Overlay",
    "Place",
    "Pointer",
    "Source",
]

Facts = dict[str, Any]
Pointer = tuple[str | int, ...]


class Source(Protocol):
    """What a layer needs of the document it came from."""

    path: str
    shown: str
    kind: str
    text: bytes

    def span_of(self, pointer: Sequence[str | int] = (), *, key: bool = False) -> Span: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a document."""

    document: Source
    pointer: Pointer = ()
    on_key: bool = False

    def span(self) -> Span:
        return self.document.span_of(self.pointer, key=self.on_key)


def at(facts: Mapping[str, Any], pointer: Pointer) -> tuple[bool, Any]:
    """Return whether there is something at *pointer* in *facts*, and what."""
    found: Any = facts
    for step in pointer:
        if isinstance(found, str):
            return False, None
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return False, None
    return True, found


@dataclass(slots=True)
class Layer:
    """What one file says about one provider or model."""

    name: str
    document: Source
    pointer: Pointer
    facts: Mapping[str, Any]
    fields: frozenset[str] | None = None
    """The fields it speaks for; None: all of them. An inherited model speaks for some only."""
    inherited_from: str | None = None
    sources: Mapping[str, Any] | None = None
    """Where the file's facts were read, for what the entry itself does not source."""
    defers: frozenset[str] = frozenset()
    """Dotted facts on which it gives way to what lower layers know."""

    def speaks_for(self, key: str | int) -> bool:
        """Tell whether it has a say in the field *key* at all; a price patch is about the prices."""
        return self.fields is None or ("prices" if key == "price" else key) in self.fields

    def says(self, pointer: Pointer) -> tuple[bool, Any]:
        """Return whether it has a word on the field at *pointer*, and the word."""
        if pointer and not self.speaks_for(pointer[0]):
            return False, None
        return at(self.facts, pointer)


@dataclass(slots=True)
class Entry:
    """A provider or a model."""

    ref: str
    provider: str
    id: str
    facts: Facts
    """What holds after all layers; shared with the document it came from, so never changed in place."""
    layers: list[Layer]
    seen_on: str | None = None
    inherits: str | None = None

    def place(self, *pointer: str | int, on_key: bool = False) -> Place:
        """Return where the field at *pointer* was said, by the highest layer that has a word on it or on its parent."""
        for length in range(len(pointer), -1, -1):
            for layer in reversed(self.layers):
                if layer.says(pointer[:length])[0]:
                    return Place(layer.document, (*layer.pointer, *pointer[:length]), on_key and length == len(pointer))
        raise AssertionError("an entry has at least one layer")


@dataclass(slots=True)
class Overlay:
    """One user's or project's file, already checked."""

    name: str
    document: Source
    data: Facts
    trusted: bool = True
    dialect: str = "native"
    """What it was written in, with the version of the grammar where one was named (`sloppy@seed`)."""
    pins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Facts of models, by ref, on which it keeps its word although its dialect would defer."""
    policy: Facts = field(default_factory=dict)
    """What holds where systems differ: a word of the vocabulary of dialects, with what the file says over it."""


@dataclass(slots=True)
class ModelsFile:
    """One file of models, already checked; the entries that are left are sound."""

    document: Source
    data: Facts


@dataclass(slots=True)
class Catalog:
    """Everything that is known, at one stage of the compile."""

    today: str
    """The day rules judge by, YYYY-MM-DD."""
    documents: list[Source] = field(default_factory=list)
    vocabulary: dict[str, dict[str, Facts]] = field(default_factory=dict)
    providers: dict[str, Entry] = field(default_factory=dict)
    models: dict[str, Entry] = field(default_factory=dict)
    files: list[ModelsFile] = field(default_factory=list)
    overlays: list[Overlay] = field(default_factory=list)
    listings: list[tuple[Source, Facts]] = field(default_factory=list)
    decisions: list[tuple[Source, int, Facts]] = field(default_factory=list)
    """What was declined before, each with its file and index."""
    aliases: dict[str, tuple[str, Place]] = field(default_factory=dict)
    """The user's own names for models."""
    accounts: dict[str, Entry] = field(default_factory=dict)
    """The user's accounts by id."""
    settings: Facts = field(default_factory=dict)
    """What the user's files say beside models and accounts: agents, allowed_models, budgets, policy."""
    setting_places: dict[str, Place] = field(default_factory=dict)
    budget_places: list[Place] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    """What a pass could not do, for the rules to report."""
    shared: dict[object, Any] = field(default_factory=dict)
    """What several rules need and one works out."""
    incomplete: set[str] = field(default_factory=set)
    """Providers of which something could not be read; what seems to be missing there may just be broken."""

    def words(self, vocabulary: str) -> dict[str, Facts]:
        """Return the words of *vocabulary*, to their entries; empty when its file could not be read."""
        return self.vocabulary.get(vocabulary, {})

    def models_of(self, provider: str) -> Iterator[Entry]:
        return (model for model in self.models.values() if model.provider == provider)


@dataclass(frozen=True, slots=True)
class Note:
    """Something a pass met that only a rule may judge."""

    kind: str
    place: Place
    about: tuple[str, ...] = ()
