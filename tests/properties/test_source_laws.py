"""What always holds for reading, judging, writing and editing a file, whatever is in it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, strategies as st

from modelwright.source import fix, read_json, read_yaml
from modelwright.source.document import Document
from modelwright.source.validate import validate
from source_golden import FIXTURES
from text_strategies import damaged, damaged_entries, numberlike, scribbles, trees, written

if TYPE_CHECKING:
    from modelwright.source.node import Node, Pointer

JSON = [file.read_text() for file in sorted((FIXTURES / "over").glob("*.json"))] + ['{"a": [1, -2.5e3, "\\u00e9\\n", null, true], "b": {}}', "[[[]]]"]


def read(text: str, kind: str = "models", path: str = "x.yaml", *, fast: bool = False) -> Document:
    document = Document(path, path, kind, text.encode())
    document.load(fast=fast)
    return document


def verdict(document: Document, *, fast: bool) -> tuple[str, list[Any], list[Any]]:
    found = validate(document, fast=fast)
    return repr(document.data), [*document.problems], found


@given(damaged_entries())
def test_with_the_accelerators_and_without_a_file_reads_and_is_judged_the_same(entry: tuple[str, str]) -> None:
    text, kind = entry
    assert verdict(read(text, kind, fast=True), fast=True) == verdict(read(text, kind), fast=False)


@given(scribbles() | damaged(scribbles()))
def test_what_the_accelerator_takes_for_text_without_fault_it_reads_as_the_complete_way_does(text: str) -> None:
    fast, complete = read(text, fast=True), read(text)
    if not fast.problems and not complete.problems:
        assert repr(fast.data) == repr(complete.data)
    else:
        assert complete.problems


@given(numberlike())
def test_an_unquoted_scalar_means_what_it_means_to_the_accelerator(text: str) -> None:
    pytest.importorskip("yaml_rs")
    try:
        (value,) = read_yaml.load(f"- {text}")
    except ValueError:
        assume(False)
    if not isinstance(value, list):
        assert repr(read_yaml.plain(text)) == repr(value)


@given(damaged(st.sampled_from(JSON)))
def test_json_reads_the_same_quickly_and_with_places(text: str) -> None:
    node, problems = read_json.compose(text)
    try:
        value = read_json.load(text)
    except ValueError:
        pass
    else:
        assert problems or (node is not None and repr(node.value) == repr(value))
        assert not problems or any("finite" in problem.message or "deep" in problem.message for problem in problems)


@given(damaged_entries() | st.tuples(damaged(scribbles()), st.just("overlay")))
def test_every_finding_has_a_place_within_the_file_and_a_cure(entry: tuple[str, str]) -> None:
    text, kind = entry
    for path in ("x.yaml", "x.json"):
        document = read(text, kind, path, fast=True)
        found = validate(document)
        for problem in [*document.problems, *found]:
            span = document.span_of_problem(problem)
            assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
            assert span.line <= len(document.breaks.split(document.source))
            assert span.column <= len(document.line(span.line)) + 1
            assert problem.message.strip()
            assert problem.help.strip()


def nodes(node: Node, pointer: Pointer = ()) -> list[tuple[Pointer, Node]]:
    return [(pointer, node), *(pair for step, child in node.children.items() for pair in nodes(child, (*pointer, step)))]


def between(document: Document, start: tuple[int, int], end: tuple[int, int]) -> str:
    starts = [0, *(match.end() for match in document.breaks.finditer(document.source))]
    return document.source[starts[start[0]] + start[1] : starts[end[0]] + end[1]]


@given(written())
def test_what_is_written_reads_back_and_every_node_stands_where_its_text_is(case: tuple[dict[str, Any], str, str]) -> None:
    data, text, path = case
    document, fast = read(text, path=path), read(text, path=path, fast=True)
    assert (document.problems, fast.problems) == ([], [])
    assert document.data == fast.data == data
    assert document.root is not None
    for pointer, node in nodes(document.root):
        if isinstance(node.value, (dict, list)) and node.value:
            continue
        alone = between(document, node.mark.start, node.mark.end)
        assert read(f"[{alone}]", path=path).data in ([node.value], [] if node.value is None else [node.value])
        if pointer and isinstance(pointer[-1], str):
            span = document.span_of(pointer, key=True)
            key = between(document, (span.line - 1, span.column - 1), (span.end_line - 1, span.end_column - 1))
            assert read(f"[{key}]", path=path).data == [pointer[-1]]


def changed(data: Any, pointer: Pointer, value: Any) -> Any:
    result = copy.deepcopy(data)
    parent = result
    for step in pointer[:-1]:
        parent = parent[step]
    if value is ...:
        del parent[pointer[-1]]
    else:
        parent[pointer[-1]] = value
    return result


@given(written(), st.data())
def test_an_edit_changes_its_node_and_no_other_text(case: tuple[dict[str, Any], str, str], data: st.DataObject) -> None:
    value, text, path = case
    document = read(text, path=path)
    assert document.root is not None
    pointer, node = data.draw(st.sampled_from(nodes(document.root)[1:]))
    is_removal = data.draw(st.booleans())
    edited = fix.edited(document, pointer, None if is_removal else "12345")
    if edited is None:
        assert is_removal
        assert path == "x.yaml"
        return
    assert edited.data == changed(value, pointer, ... if is_removal else 12345)
    assert document.text.decode() == text
    after = edited.text.decode()
    if not is_removal:
        old = between(document, node.mark.start, node.mark.end)
        assert text.count("#") - old.count("#") == after.count("#")
        assert len(after) - len(text) == 5 - len(old) + (not old)
    else:
        assert len(after) < len(text)
        kept = len(text) - len(after)
        start = next((index for index, (one, two) in enumerate(zip(text, after, strict=False)) if one != two), len(after))
        assert text[:start] + text[start + kept :] == after


@given(trees(), trees())
def test_two_documents_with_the_same_data_are_judged_the_same(first: dict[str, Any], second: dict[str, Any]) -> None:
    from modelwright.source.write_yaml import flow, render_document

    for data in (first, {"provider": "acme", "models": [{"id": "acme-large", **second}]}):
        one, two = read(flow(data)), read(render_document(data, schema="models"))
        assert [(problem.code, problem.message, problem.pointer) for problem in validate(one)] == [(problem.code, problem.message, problem.pointer) for problem in validate(two)]
