"""A model that is to stand in a user's file, in the words of the native form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..names import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..dialect import Known

    Pointer = tuple[str, ...]

_NAMES = {
    "limits.context_tokens": "how many tokens fit",
    "limits.output_tokens": "how many tokens it writes",
    "thinking": "whether it thinks",
    "capabilities.tools": "whether it calls tools",
    "capabilities.json": "whether it answers in JSON",
    "input.text": "that it takes text",
    "input.image": "that it takes pictures",
    "input.audio": "that it takes sound",
    "input.video": "that it takes videos",
    "output.text": "that it answers with text",
    "output.audio": "that it answers with sound",
    "price.state": "that it is free",
    "price.tiers": "prices of larger inputs",
    "price.cache_read_usd_per_mtok": "what cached input costs",
    "price.cache_write_usd_per_mtok": "what writing to a cache costs",
}
"""Facts as people call them."""


class UnsayableError(ValueError):
    """Something that files of a dialect cannot say."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Gives the id of the provider that a name means in the user's file."""

    known: Known
    """What the file's dialect may ask about the registry."""
    own: frozenset[str]
    """Providers that the user's files define."""

    def __call__(self, name: str) -> str:
        return plain(name) if plain(name) in self.own else self.known.provider(name) or plain(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be added."""

    provider: str
    """Id of the provider, or the id that a new one is to have."""
    key: str
    """What the provider was called."""
    model: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Facts of the model; `price` holds the figures, or a state."""
    base_url: str | None = None
    protocol: str | None = None
    usual: Mapping[str, Any] = field(default_factory=dict)
    """Where the provider is and what it speaks without the file."""
    is_new: bool = False
    """Whether nobody knows the provider yet."""
    is_private: bool = False
    """Whether the base URL leads to this machine or into a private network."""
    known: Mapping[str, Any] | None = None
    """What the registry knows of the model; None: it does not have it."""
    like: str | None = None
    """The ref of a model whose facts it shares."""
    like_facts: Mapping[str, Any] = field(default_factory=dict)
    """Those facts."""
    budgets: Sequence[Mapping[str, Any]] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    """The dialect's entry in `registry/vocabulary/dialects.yaml`."""
    meant: Meant
    """Returns the id of the provider that the file calls so."""

    def address(self, own: Mapping[str, Any], *, has_others: bool) -> tuple[dict[str, str], dict[str, str]]:
        """
        Return what is said of where it is, for the provider's entry and for the model's.

        *own* is what the provider's entry says already. What other models of it use stays as it is: then it is this model's.
        """
        said = {name: value for name, value in (("base_url", self.base_url), ("protocol", self.protocol)) if value is not None}
        if self.is_new:
            return said, {}
        changed = {name: value for name, value in said.items() if own.get(name, self.usual.get(name)) != value}
        return (changed, {}) if "base_url" in own and not has_others else ({}, changed)


def written(wish: Wish, table: Mapping[str, Pointer], system: str) -> dict[str, Any]:
    """
    Return the facts of *wish* as a *system* writes them; *table* has where each stands, by our dotted name.

    What is shared with another model and cannot be said is left out. Raises UnsayableError for what was asked for and cannot.
    """
    asked, entry, known = words(wish.facts), dict[str, Any](), words(wish.known or {})
    unsayable = [_NAMES.get(word, word) for word in asked if word not in table and word not in known]
    if unsayable or (wish.budgets and "budgets" not in table):
        raise UnsayableError(f"a file of {system}'s cannot say {', '.join(unsayable) or 'what may be spent on a model'}; keep this model in a native file")
    for word, value in (words(wish.like_facts) | asked).items():
        if word in table:
            place: dict[str, Any] = entry
            for step in table[word][:-1]:
                place = place.setdefault(step, {})
            place[table[word][-1]] = value
    return entry


def words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *facts* by dotted names, with yes and no for thinking and for what is no text.

    >>> words({"limits": {"context_tokens": 9}, "input": ["text", "image"], "thinking": {"mode": "budget"}})
    {'limits.context_tokens': 9, 'input.text': True, 'input.image': True, 'thinking': True}
    """
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if name == "thinking":
            found[name] = value["mode"] != "none"
        elif isinstance(value, list):
            found |= {f"{name}.{word}": True for word in value}
        elif isinstance(value, dict):
            found |= {f"{name}.{word}": item for word, item in value.items()}
        else:
            found[name] = value
    return found


def same_id(one: str, other: str) -> bool:
    """Tell whether two ids of models differ in their case at most."""
    return one.lower() == other.lower()


def replaced(rows: list[Any], new: Any, is_same: Callable[[Any], bool]) -> list[Any]:
    """Return *rows* with *new* in the place of the first that *is_same*, or at the end."""
    index = next((index for index, row in enumerate(rows) if is_same(row)), len(rows))
    return [*rows[:index], new, *rows[index + 1 :]]


def part(data: Mapping[str, Any], key: str, kind: type) -> Any:
    """Return a copy of what stands at *key*, empty where nothing does; raises UnsayableError where it is no *kind*."""
    found = data.get(key, kind()) if isinstance(data, dict) else None
    if not isinstance(found, kind):
        raise UnsayableError(f"`{key}` is not what it should be; see `providers lint`")
    return kind(found)
