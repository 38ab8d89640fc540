"""Changes of a registry's model entries as edits of their YAML: what is not about a changed field stays as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import read_yaml
from .block import Block
from .change import REMOVED, Change, changed, order, plain
from .document import Document
from .items import Items
from .node import clipped
from .roundtrip import rewritten
from .splice import Splice, SpliceError, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["REMOVED", "Change", "EditError", "edited"]


class EditError(ValueError):
    """A change that cannot be made without changing anything else; the message names model and field."""


def edited(document: Document, changes: Sequence[Change], additions: Sequence[Mapping[str, Any]] = ()) -> Document:
    """
    Return *document* with *changes* made one after the other and *additions* behind its last model, and nothing else changed.

    What lies on the way to a field is made where it is missing. Taking out the last thing in a group takes out the group, where
    the schema wants something in it. Taking out what is not there changes nothing. Raises EditError.
    """
    models = _models(document)
    numbers = _numbers(models)
    added = _additions(additions, numbers)
    pieces = _Pieces(document, models)
    for model, changes_ in _by_model(changes).items():
        found = numbers.get(model, [])
        if len(found) != 1:
            raise EditError(f"`{clipped(model)}` stands {len(found)} times in {document.shown}")
        pieces.change(found[0], changes_)
    if added:
        pieces.append(added)
    order_mark = document.text.removesuffix(document.source.encode())
    result = Document(document.path, document.shown, document.kind, order_mark + pieces.text().encode(), document.file)
    meant = {**document.data, "models": [*pieces.values, *added]}
    result.data = pieces.reading()
    if _is_as_meant(result.data, meant, models):
        return result
    result.load()
    if result.problems or not _is_as_meant(result.data, meant, models):
        named = ", ".join(f"`{clipped(model)}`" for model in dict.fromkeys([*(change.model for change in changes), *(item["id"] for item in added)]))
        raise EditError(f"{document.shown} would not read back as it should with {named} changed; edit it by hand")
    return result


def _is_as_meant(data: Any, meant: Mapping[str, Any], models: list[Any]) -> bool:
    """Tell whether *data* is what was *meant*; entries of *models* that stayed the same object are compared less closely, and quicker."""
    return bool(data == meant) and all((index < len(models) and models[index] is model) or same(data["models"][index], model) for index, model in enumerate(meant["models"]))


def _by_model(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.model, []).append(change)
    return found


def _models(document: Document) -> list[Any]:
    if document.is_json or document.kind != "models":
        raise EditError(f"{document.shown} is not a YAML file of models")
    models = document.data.get("models") if isinstance(document.data, dict) else None
    if document.problems or not isinstance(models, list):
        raise EditError(f"{document.shown} is not in order; see `providers lint`")
    return models


def _numbers(models: Iterable[Any]) -> dict[str, list[int]]:
    """Return per id where it stands."""
    numbers: dict[str, list[int]] = {}
    for number, model in enumerate(models):
        name = model.get("id") if isinstance(model, dict) else None
        if isinstance(name, str):
            numbers.setdefault(name, []).append(number)
    return numbers


def _additions(items: Iterable[Mapping[str, Any]], numbers: dict[str, list[int]]) -> list[dict[str, Any]]:
    added: dict[str, dict[str, Any]] = {}
    for item in items:
        name = item.get("id")
        if not isinstance(name, str):
            raise EditError("a model to add has no `id`")
        if name in numbers or name in added:
            raise EditError(f"`{clipped(name)}` is there already")
        try:
            added[name] = plain(item)
        except ValueError as error:
            raise EditError(f"`{clipped(name)}` cannot be written: {error}") from error
    return list(added.values())


class _Pieces:
    """A document's text in pieces: the entries that change, each on its own where its lines stand apart, and what is between."""

    def __init__(self, document: Document, models: list[Any]) -> None:
        self.values = [*models]
        self._document = document
        self._source = document.source
        self._items = Items(self._source, "models", models)
        self._parts: dict[int, tuple[int, int, Splice]] = {}
        self._blocks: dict[int, tuple[int, int, Block]] = {}
        self._whole: Splice | None = None
        first = read_yaml.BREAK.search(self._source)
        self._newline = first[0] if first and first[0] in ("\r", "\r\n") else "\n"

    def change(self, number: int, changes: Sequence[Change]) -> None:
        """Make *changes* of the entry at *number*, one after the other, in one go."""
        value = self.values[number]
        for change in changes:
            try:
                value = changed(value, change)
            except ValueError as error:
                raise EditError(f"{_named(change)} cannot be changed: {error}") from error
        try:
            self._turn(number, value)
        except ValueError as error:
            raise EditError(f"{', '.join(map(_named, changes))} cannot be changed: {error}") from error
        self.values[number] = value

    def _turn(self, number: int, value: Any) -> None:
        block = self._block(number)
        if block is None or block.leads_with_other(value):
            self._turn_whole(number, value)
        else:
            block.turn(value)

    def _turn_whole(self, number: int, value: Any) -> None:
        splice, pointer = self._open(number)
        before = splice.text
        try:
            splice.turn(pointer, value)
            if same(splice.value_at(pointer), value):
                return
        except SpliceError:
            if len(pointer) != 1:
                raise
        start, stop, _ = self._parts[number]
        self._parts[number] = (start, stop, Splice(rewritten(before, value), self._newline, lambda pointer: order(pointer[1:])))

    def _block(self, number: int) -> Block | None:
        """Return the entry at *number* as lines; None where it has to be changed by the longer way."""
        if self._whole is not None or number in self._parts:
            return None
        if number not in self._blocks:
            stretch = self._items.stretch(number)
            if stretch is None or not isinstance(self.values[number], dict):
                return None
            try:
                self._blocks[number] = (*stretch, Block(self._source[slice(*stretch)], self._newline, self.values[number], order))
            except SpliceError:
                return None
        return self._blocks[number][2]

    def append(self, added: list[dict[str, Any]]) -> None:
        last = len(self.values) - 1
        try:
            if not self.values:
                self._unite().turn(("models",), added)
            elif (block := self._block(last)) is not None:
                block.follow(added)
            else:
                splice, pointer = self._open(last)
                splice.insert(pointer[:-1], pointer[-1] + 1, added)
        except ValueError as error:
            raise EditError(f"`{clipped(added[0]['id'])}` cannot be added: {error}") from error

    def text(self) -> str:
        if self._whole is not None:
            return self._whole.text
        text, done = "", 0
        pieces: list[tuple[int, int, Splice | Block]] = [*self._parts.values(), *self._blocks.values()]
        for start, stop, piece in sorted(pieces, key=lambda part: part[0]):
            text += self._source[done:start] + piece.text
            done = stop
        return text + self._source[done:]

    def reading(self) -> Any:
        """Return what the text reads as, by the lines of the entries that changed and those outside of the list; None where these do not tell."""
        around = self._items.around()
        if self._whole is not None or self._parts or around is None or not self._document.is_plain:
            return None
        numbers = sorted(self._blocks)
        text = "".join([around[0], *(self._blocks[number][2].text for number in numbers), around[1]])
        if not read_yaml.is_plain(text.encode()):
            return None
        try:
            data = read_yaml.load(text)
        except (ImportError, ValueError):
            return None
        read = data.get("models") if isinstance(data, dict) else None
        if not isinstance(read, list) or len(read) < len(numbers):
            return None
        models = [*self._document.data["models"]]
        for number, model in zip(numbers, read, strict=False):
            models[number] = model
        return {**data, "models": [*models, *read[len(numbers) :]]}

    def _open(self, number: int) -> tuple[Splice, tuple[str, int] | tuple[int]]:
        """Return the text that the entry at *number* is changed in, and the way to it there."""
        if self._whole is None and number not in self._parts:
            stretch = self._items.stretch(number)
            part = None if stretch is None else self._part(number, *stretch)
            if part is None or stretch is None:
                self._unite()
            else:
                self._parts[number] = (*stretch, part)
        return (self._parts[number][2], (0,)) if self._whole is None else (self._whole, ("models", number))

    def _part(self, number: int, start: int, stop: int) -> Splice | None:
        block = self._blocks.pop(number, None)
        try:
            part = Splice(self._source[start:stop] if block is None else block[2].text, self._newline, lambda pointer: order(pointer[1:]))
        except SpliceError:
            return None
        return part if same(part.value_at(()), [self.values[number]]) else None

    def _unite(self) -> Splice:
        """Have the text in one piece from now on; that is slower."""
        self._whole = Splice(self.text(), self._newline, lambda pointer: order(pointer[2:]))
        return self._whole


def _named(change: Change) -> str:
    return f"`{clipped(change.model)}`: `{clipped('.'.join(map(str, change.pointer)))}`"
