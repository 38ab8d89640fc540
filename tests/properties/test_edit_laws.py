"""What always holds for changes of model entries, however the file is written."""

from __future__ import annotations

import copy
import difflib
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, strategies as st

from examples import few
from modelwright.resources import registry_dir
from modelwright.source import layout, schemas
from modelwright.source.document import Document
from modelwright.source.edit import REMOVED, Change, EditError, edited
from modelwright.source.splice import same
from text_strategies import block, trees

if TYPE_CHECKING:
    from modelwright.source.node import Pointer

FIELDS = [name for name, _ in schemas.properties("models", schemas.schema("models")["$defs"]["model"]) if name != "id"]


def read(text: str) -> Document:
    document = Document("registry/models/x.yaml", "x.yaml", "models", text.encode())
    document.load()
    return document


@cache
def real() -> list[Document]:
    """Return the registry's files of models that hold some."""
    return [document for document in layout.read_registry(registry_dir()) if document.kind == "models" and document.data["models"]]


def pointers(value: Any, pointer: Pointer = ()) -> list[Pointer]:
    steps = list(value) if isinstance(value, dict) else list(range(len(value) + 1)) if isinstance(value, list) else []
    found = [(*pointer, step) for step in steps]
    return [*found, *(below for way in found if not isinstance(way[-1], int) or way[-1] < len(value) for below in pointers(value[way[-1]], way))]


@cache
def values() -> st.SearchStrategy[Any]:
    figures = st.dictionaries(
        st.sampled_from(["input_usd_per_mtok", "output_usd_per_mtok", "until", "note", "from"]), st.integers(0, 9) | st.sampled_from(["2026-01-31", "a: b"]), max_size=4
    )
    return st.just(REMOVED) | st.integers() | st.text(max_size=200) | figures | st.lists(figures, max_size=2) | trees() | st.sampled_from(["1e3", "yes", "#", "é\n", "x" * 160])


@st.composite
def changes(draw: st.DrawFn, models: list[dict[str, Any]]) -> Change:
    model = draw(st.sampled_from(models))
    pointer = draw(st.sampled_from([way for way in pointers(model) if way[0] != "id"] or [("name",)]) | st.sampled_from([(name,) for name in FIELDS]))
    if draw(st.integers(0, 3)) == 0:
        pointer = (*pointer, draw(st.sampled_from(["context_tokens", "output_tokens", "from", "extra"])))
    return Change(model=model["id"], pointer=pointer, value=draw(values()))


@st.composite
def hand_written(draw: st.DrawFn) -> Document:
    """Return a document in a style of its own: quoting, comments, line ends, a mark at the beginning, no end."""
    bodies = draw(st.lists(trees(), min_size=1, max_size=3))
    models = [{"id": f"m{number}", **{key: value for key, value in body.items() if key != "id"}} for number, body in enumerate(bodies)]
    text = block({"provider": "acme", "models": models, **draw(st.sampled_from([{}, {"sources": {"default": 1}}]))}, 0)
    text = text.replace("models:  # below\n", draw(st.sampled_from(["models:\n", "models:  # below\n", "models:\n  # first\n"])))
    text = draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    document = read(text.rstrip("\r\n") if draw(st.booleans()) else text)
    assume(not document.problems)
    return document


@cache
def documents() -> st.SearchStrategy[Document]:
    return st.sampled_from(real()) | hand_written()


def expected(data: Any, change: Change) -> Any:
    """Return what *data* becomes, told in the plainest way; groups that became empty are cut off afterwards."""
    data = copy.deepcopy(data)
    node: Any = next(model for model in data["models"] if model["id"] == change.model)
    step: Any
    for step, following in zip(change.pointer[:-1], change.pointer[1:], strict=True):
        if change.value is REMOVED and (step not in node if isinstance(node, dict) else step >= len(node)):
            return data
        if isinstance(node, dict) and node.get(step) is None:
            if change.value is REMOVED:
                return data
            node[step] = [] if isinstance(following, int) else {}
        elif isinstance(node, list) and (step == len(node)):
            node.append({})
        elif isinstance(node, list) and node[step] is None:
            if change.value is REMOVED:
                return data
            node[step] = {}
        node = node[step]
    last: Any = change.pointer[-1]
    if change.value is REMOVED:
        if isinstance(node, dict):
            node.pop(last, None)
        elif last < len(node):
            del node[last]
    elif isinstance(node, list) and last == len(node):
        node.append(change.value)
    else:
        node[last] = change.value
    return data


def pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: part for key, item in value.items() if (part := pruned(item)) not in ({}, [])}
    return [part for item in value if (part := pruned(item)) not in ({}, [])] if isinstance(value, list) else value


def attempt(document: Document, made: list[Change]) -> Document | None:
    try:
        return edited(document, made)
    except EditError:
        return None


@few
@given(documents(), st.data())
def test_the_data_is_the_old_with_the_change_and_only_the_models_lines_differ(document: Document, data: st.DataObject) -> None:
    change = data.draw(changes(document.data["models"]))
    before = copy.deepcopy(document.data)
    result = attempt(document, [change])
    assume(result is not None)
    assert result is not None
    assert same(document.data, before)
    assert same(pruned(result.data), pruned(expected(before, change)))
    again = Document(result.path, result.shown, result.kind, result.text, result.file)
    again.load(fast=False)
    assert (again.problems, same(again.data, result.data)) == ([], True)
    number = next(number for number, model in enumerate(before["models"]) if model["id"] == change.model)
    outside_stays(document, result, ("models", number))


def outside_stays(document: Document, result: Document, pointer: Pointer) -> None:
    """Check that what is above the line where *pointer* begins is the same, and what is below the line where it ends."""
    old, new = [document.breaks.split(each.text.decode()) for each in (document, result)]
    assert document.root is not None
    mark = document.root.mark_of(pointer)
    head, tail = old[: mark.line], old[mark.end_line + 1 :]
    assert new[: len(head)] == head
    assert [line for line in new[len(new) - len(tail) :] if line] == [line for line in tail if line]


@few
@given(documents(), st.data())
def test_lines_of_other_fields_stay_in_their_order(document: Document, data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(document.data["models"]))
    field = data.draw(st.sampled_from([name for name in model if name != "id"] or FIELDS))
    result = attempt(document, [Change(model=model["id"], pointer=(field,), value=data.draw(values()))])
    assume(result is not None)
    assert result is not None
    old, new = [document.breaks.split(each.text.decode()) for each in (document, result)]
    number = document.data["models"].index(model)
    assert document.root is not None
    item = document.root.children["models"].children[number]
    lines = set(range(item.keys[field].line, item.children[field].mark.end_line + 1)) if field in item.keys else set()
    for name, start, end, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if name in ("delete", "replace"):
            assert set(range(start, end)) <= lines | deeper_comments(old, lines)


def deeper_comments(lines: list[str], field: set[int]) -> set[int]:
    """Return the comment lines and empty ones that follow a field further in than it begins."""
    found: set[int] = set()
    number = max(field, default=len(lines)) + 1
    while number < len(lines) and (not lines[number].strip() or lines[number].lstrip().startswith("#")):
        found.add(number)
        number += 1
    return found


@few
@given(documents(), st.data())
def test_changes_made_one_by_one_give_what_they_give_at_once(document: Document, data: st.DataObject) -> None:
    made = [data.draw(changes(document.data["models"])) for _ in range(data.draw(st.integers(2, 4)))]
    at_once, current = attempt(document, made), document
    for change in made:
        following = attempt(current, [change])
        if following is None:
            return
        current = following
    assert at_once is not None
    assert same(at_once.data, current.data)


@few
@given(documents(), st.data())
def test_setting_what_is_there_changes_no_byte(document: Document, data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(document.data["models"]))
    made = []
    for pointer in pointers(model):
        value = model
        for step in pointer:
            value = REMOVED if isinstance(value, list) and step == len(value) else value[step]
        made += [Change(model=model["id"], pointer=pointer, value=value)] if pointer[0] != "id" else []
    assert edited(document, made).text == document.text


@few
@given(documents(), st.lists(trees(), min_size=1, max_size=3))
def test_models_are_added_behind_the_last_and_nothing_else_changes(document: Document, bodies: list[dict[str, Any]]) -> None:
    added = [{**body, "id": f"added {number}"} for number, body in enumerate(bodies)]
    result = edited(document, [], added)
    assert same(result.data["models"], [*document.data["models"], *added])
    old, new = [document.breaks.split(each.text.decode()) for each in (document, result)]
    assert [name for name, *_ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if name not in ("equal", "insert")] == []
