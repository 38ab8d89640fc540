"""Which models Fased's agents use, what they call them, and which of them may be used at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ir.catalog import Pointer
    from .dialect import Draft
    from .fased_names import Names

    Placed = tuple[str, Pointer]

_DEFAULTS = "defaults"
_PRIMARY, _FALLBACKS = "primary", "fallbacks"


def agents(draft: Draft, names: Names, said: Mapping[str, Any]) -> None:
    """Put the agents, the aliases and the list of allowed models into *draft*."""
    defaults, at = said.get(_DEFAULTS, {}), ("agents", _DEFAULTS)
    listed = defaults.get("models", {})
    refs = _Refs(draft, names, {entry["alias"].lower(): ref for ref, entry in listed.items() if "alias" in entry})
    used = _agent(draft, refs, _DEFAULTS, defaults, at)
    for index, agent in enumerate(said.get("list", ())):
        if agent is not None and agent["id"] != _DEFAULTS:
            _agent(draft, refs, agent["id"], agent, ("agents", "list", index))
    allowed: dict[str, Pointer] = {}
    for text, entry in listed.items():
        place: Pointer = (*at, "models", text)
        ref = refs.read(text, place, on_key=True)
        if ref is not None:
            allowed.setdefault(ref, place)
            if "alias" in entry:
                _alias(draft, entry["alias"], ref, (*place, "alias"))
    if listed:
        draft.put(("allowed_models",), [], (*at, "models"))
        for ref, place in [*allowed.items(), *((ref, place) for ref, place in used if ref not in allowed)]:
            draft.put(("allowed_models", len(draft.data["allowed_models"])), ref, place)


def _alias(draft: Draft, alias: str, ref: str, at: Pointer) -> None:
    """Put the *alias* of the model *ref* into the draft, and remark on one that is another model's; the last has it."""
    other = next((model for name, model in draft.data.get("aliases", {}).items() if name.lower() == alias.lower()), ref)
    if other != ref:
        draft.say("alias-collision", at, f"the alias `{alias}` is for `{other}` and for `{ref}`", "give one of the two models another alias")
    draft.put(("aliases", alias), ref, at)


class _Refs:
    """Reads refs, and remarks on those that name nothing."""

    def __init__(self, draft: Draft, names: Names, aliases: Mapping[str, str]) -> None:
        self._draft, self._names, self._aliases = draft, names, aliases

    def read(self, text: str, at: Pointer, *, on_key: bool = False) -> str | None:
        """Return the ref of the model that *text*, an alias of the file or a ref, names."""
        ref = self._names.ref(self._aliases.get(text.strip().lower(), text))
        if ref is None:
            choices = self._names.choices(text)
            what = f"`{text}` names {len(choices)} models" if choices else f"`{text}` names no model"
            help_ = f"say which: {', '.join(choices)}" if choices else "write provider/model; aliases stand in `agents.defaults.models`"
            self._draft.say("unknown-agent-model", at, what, help_, on_key=on_key)
        return ref


def _agent(draft: Draft, refs: _Refs, identity: str, said: Mapping[str, Any], at: Pointer) -> list[Placed]:
    """Put an agent into *draft*; return its primary model and the fallbacks."""
    primary, fallbacks = _choice(refs, said.get("model"), (*at, "model"))
    tasks = [(name, ref, place) for name, text, place in _tasks(said, at) if (ref := refs.read(text, place)) is not None]
    to: Pointer = ("agents", identity)
    if primary or fallbacks or tasks:
        draft.put(to, {}, at)
    for ref, place in primary:
        draft.put((*to, _PRIMARY), ref, place)
    for index, (ref, place) in enumerate(fallbacks):
        draft.put((*to, _FALLBACKS, index), ref, place)
    for name, ref, place in tasks:
        draft.put((*to, "tasks", name), ref, place)
    return [*primary, *fallbacks]


def _choice(refs: _Refs, said: Any, at: Pointer) -> tuple[list[Placed], list[Placed]]:
    """Return the primary model and the fallbacks of a choice, which may be one model alone."""
    if said is None:
        return [], []
    first = [(said, at)] if isinstance(said, str) else [(said[_PRIMARY], (*at, _PRIMARY))] if _PRIMARY in said else []
    rest = [] if isinstance(said, str) else [(text, (*at, _FALLBACKS, index)) for index, text in enumerate(said.get(_FALLBACKS, ()))]
    return list(_read(refs, first)), list(_read(refs, rest))


def _read(refs: _Refs, texts: list[Placed]) -> Iterator[Placed]:
    seen = set()
    for text, place in texts:
        ref = refs.read(text, place)
        if ref is not None and ref not in seen:
            seen.add(ref)
            yield ref, place


def _tasks(said: Mapping[str, Any], at: Pointer) -> Iterator[tuple[str, str, Pointer]]:
    """Yield the models of single tasks by the task: those beside `model` (`imageModel` is for `image`), and those of `taskModels`."""
    for key, chosen in said.items():
        if key.endswith("Model"):
            if isinstance(chosen, str):
                yield _word(key.removesuffix("Model")), chosen, (*at, key)
            elif _PRIMARY in chosen:
                yield _word(key.removesuffix("Model")), chosen[_PRIMARY], (*at, key, _PRIMARY)
    for key, chosen in said.get("taskModels", {}).items():
        yield _word(key), chosen, (*at, "taskModels", key)


def _word(name: str) -> str:
    """
    Return *name* as a word of the native form.

    >>> _word("imageGeneration"), _word("cheapCheck")
    ('image-generation', 'cheap-check')
    """
    return re.sub("(?=[A-Z])", "-", name).lower()
