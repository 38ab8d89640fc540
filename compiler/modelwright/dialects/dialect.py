"""What a dialect is given and gives back: the native form of a user's file, and where in the file each part of that stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..ir.catalog import Pointer, Source
    from ..ir.span import Span


_VARIABLE = re.compile(r"\$\{(\w+)\}")


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
    models: Mapping[str, Mapping[str, Any]]
    """The facts of the registry's models by ref."""
    aliases: Mapping[str, str]
    """Other spellings of models, as `provider/alias`, to their refs."""
    protocols: Mapping[str, Mapping[str, Any]]
    """The vocabulary's protocols."""
    policy: Mapping[str, Any]
    """The dialect's entry in `registry/vocabulary/dialects.yaml`."""
    placeholders: frozenset[str] = frozenset()
    """What is written where a key is asked for and none is needed; never sent."""

    def provider(self, name: Any) -> str | None:
        """Return the provider that *name* means in this dialect."""
        return self.spellings.get(name.strip().lower()) if isinstance(name, str) else None

    def model(self, provider: str, name: str) -> str | None:
        """Return the id of the model that *name*, an id or alias, means at *provider*; None when the registry has none."""
        ref = f"{provider}/{name}"
        found = ref if ref in self.models else self.aliases.get(ref)
        return None if found is None else found.partition("/")[2]

    def route(self, provider: str) -> Mapping[str, Any]:
        """Return the route that accounts of this dialect use of *provider*, with the base URL it has there."""
        routes = self.providers[provider]["routes"]
        chosen = next((route for route in routes if route["id"] == self.policy.get("routes", {}).get(provider)), routes[0])
        base_url = self.policy.get("base_urls", {}).get(provider)
        return chosen if base_url is None else {**chosen, "base_url": base_url}

    def is_nowhere(self, provider: str) -> bool:
        """Tell whether *provider* is wherever the user has it, so that its address has to be given. Where a service is that nobody knows the address of is another matter."""
        return "base_url" not in self.route(provider) and self.providers[provider]["kind"] != "hosted"

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
class Part:
    """One entry of the native form under construction; its facts are put to their place in it, not all the way to it: a file has thousands."""

    facts: dict[str, Any] = field(default_factory=dict)
    places: dict[Pointer, Pointer] = field(default_factory=dict)
    """Pointers of `facts` to where that stands in the user's file."""

    def put(self, to: tuple[str] | tuple[str, str], value: Any, at: Pointer) -> None:
        """Put *value*, which stands *at* in the user's file, *to* one of the facts, or into one that has several."""
        group = to[0]
        if len(to) == 1:
            self.facts[group] = value
        elif group in self.facts:
            self.facts[group][to[1]] = value
        else:
            self.facts[group] = {to[1]: value}
            self.places[to[:1]] = at
        self.places[to] = at

    def append(self, group: str, value: Any, at: Pointer) -> None:
        """Put *value*, which stands *at* in the user's file, behind the others of one of the facts, a list."""
        if group not in self.facts:
            self.put((group,), [], at)
        self.places[group, len(self.facts[group])] = at
        self.facts[group].append(value)


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
    parts: dict[Pointer, Part] = field(default_factory=dict)
    """Entries of `data` that know themselves where their facts stand."""
    _made: dict[Pointer, Any] = field(default_factory=dict)
    """What holds others, by its pointer, so that the next of them need not go all the way."""

    def put(self, to: Pointer, value: Any, at: Pointer, *, name: Pointer | None = None, is_copy: bool = False) -> None:
        """Put *value*, which stands *at* in the user's file, *to* the native form; what lies on the way is made, and stands there, too. *name*: where the key stands."""
        place = self._made.get(to[:-1])
        if place is None:
            place = self._way(to, at)
        if to in self._made:
            self._made.clear()
        if isinstance(place, list):
            place.append(value)
        else:
            place[to[-1]] = value
        self.stands(to, at, name)
        if is_copy:
            self.copied.add(to)

    def add(self, to: Pointer, part: Part, at: Pointer, name: Pointer) -> None:
        """Put a *part*, which stands *at* in the user's file and is named at *name* there, *to* the native form."""
        self.put(to, part.facts, at, name=name)
        self.parts[to] = part

    def place(self, pointer: Pointer) -> Pointer | None:
        """Return where what was put at *pointer* stands in the user's file; None where nothing was."""
        for length in range(1, len(pointer)):
            part = self.parts.get(pointer[:length])
            if part is not None and pointer[length:] in part.places:
                return part.places[pointer[length:]]
        return self.places.get(pointer)

    def _way(self, to: Pointer, at: Pointer) -> Any:
        """Return what holds that which is put *to*, made where it is not there."""
        place: Any = self.data
        for depth, step in enumerate(to[:-1], start=1):
            following = to[depth]
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, [] if isinstance(following, int) else {})
            self.places.setdefault(to[:depth], at)
        self._made[to[:-1]] = place
        return place

    def stands(self, to: Pointer, at: Pointer, name: Pointer | None = None) -> None:
        """Say that what is put at *to* or below it stands *at* in the user's file, its key at *name*."""
        self.places[to] = at
        if name is not None:
            self.names[to] = name

    def one_of(self, spellings: Sequence[tuple[Any, Pointer]]) -> tuple[Any, Pointer] | None:
        """Return the first of *spellings* of one thing, each a value and where it stands; None without any. Those that say otherwise are remarked on."""
        for value, at in spellings[1:]:
            first = spellings[0][1]
            if value != spellings[0][0]:
                shared = next(depth for depth, (step, other) in enumerate(zip(at, first, strict=False)) if step != other)
                other, this = (".".join(map(str, place[shared:])) for place in (first, at))
                self.say("said-twice", at, f"`{this}` says otherwise than `{other}`, which means the same and is what counts", "leave the one that is right")
        return spellings[0] if spellings else None

    def say(self, rule: str, at: Pointer, message: str, help_: str, *, on_key: bool = False) -> None:
        """Remember what a *rule* is to report."""
        self.remarks.append(Remark(rule, at, message, help_, on_key))


def variables_of(route: Mapping[str, Any]) -> set[str]:
    """
    Return the variables that the address of *route* is made with.

    >>> sorted(variables_of({"base_url": "https://${region}.h", "path": "/${model}", "query": {"v": "${api_version}"}}))
    ['api_version', 'region']
    """
    texts = (route.get("base_url", ""), route.get("path", ""), *route.get("query", {}).values())
    return {name for text in texts for name in _VARIABLE.findall(text)} - {"model"}


def plain_secrets(draft: Draft, said: Mapping[str, Any], at: Pointer, names: Mapping[str, str], account: str) -> dict[str, Pointer]:
    """Return where secrets stand as they are in *said*, by what they are; *names* has that by the keys that may hold one. Each is remarked on."""
    found = {names[key]: (*at, key) for key in names if said.get(key, "").strip() and said[key].strip() not in draft.known.placeholders}
    for place in found.values():
        help_ = f"move it into the vault with `providers accounts import`, or run `providers login {account}` and remove it here"
        draft.say("plain-secret", place, f"`{place[-1]}` of `{account}` stands here as it is", help_)
    return found


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
            steps += [inline(secrets)] if secrets else []
        elif name in more:
            steps += [] if more[name] is None else [{word: more[name]}]
        elif word != "profile":
            steps.append(word)
    return steps


def inline(secrets: Mapping[str, Pointer]) -> dict[str, Any]:
    """Return the step that reads *secrets*, given as for `chain`, from the file."""
    return {"inline": {what: "/" + "/".join(map(_escaped, at)) for what, at in secrets.items()}}


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
            if (place := self._draft.place(head)) is not None:
                rest = pointer[length:] if head in self._draft.copied else ()
                return self._document.span_of((*place, *rest), key=key and length == len(pointer) and head not in self._draft.names)
        return self._document.span_of()
