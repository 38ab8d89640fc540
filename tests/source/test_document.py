"""A document knows what keeps it from being read, and where each of its nodes stands."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelwright.ir.inputs import MAX_BYTES
from modelwright.resources import registry_dir
from modelwright.source import layout
from modelwright.source.document import Document
from source_golden import FIXTURES

if TYPE_CHECKING:
    from pathlib import Path

    from modelwright.ir.span import Span

POSITIONS = yaml.safe_load((FIXTURES / "positions.yaml").read_text())
NODES = [pytest.param(case, node, id=f"{case['name']}: {node['at']}") for case in POSITIONS for node in case["nodes"]]


def of(text: str | bytes, path: str = "x.yaml", kind: str = "models") -> Document:
    document = Document(path, path, kind, text.encode() if isinstance(text, str) else text)
    document.load()
    return document


def marked(document: Document, span: Span) -> str:
    """Return the text *span* covers, as far as its first line goes."""
    line = document.line(span.line)
    return line[span.column - 1 : span.end_column - 1] if span.line == span.end_line else line[span.column - 1 :]


@pytest.mark.parametrize(("case", "node"), NODES)
def test_a_node_stands_where_its_text_is(case: dict[str, Any], node: dict[str, Any]) -> None:
    document = of(case["text"], "x.json" if case.get("json") else "x.yaml")
    span = document.span_of(node["at"])
    assert (marked(document, span).rstrip(), [span.line, span.column]) == (node["says"].replace("\n", "\\n"), node["place"])
    if "end" in node:
        assert [span.end_line, span.end_column] == node["end"]
    if "key" in node:
        assert marked(document, document.span_of(node["at"], key=True)) == node["key"]


def test_an_item_found_alone_stands_where_it_stands_in_the_whole_file() -> None:
    compared = 0
    for file, path, kind in layout.files(registry_dir()):
        if kind != "models":
            continue
        alone, whole = (Document.read(file, path, path, kind) for _ in range(2))
        whole.load(fast=False)
        for index, model in list(enumerate(alone.data["models"]))[::5]:
            for key in model:
                pointer = ("models", index, key)
                assert alone.span_of(pointer, key=True) == whole.span_of(pointer, key=True)
                assert alone.span_of(pointer) == whole.span_of(pointer)
                compared += 1
    assert compared > 500


def test_lines_are_counted_as_the_reader_counts_them() -> None:
    assert [of("a: 1\r\nb: 2\rc: 3\n").line(number) for number in range(5)] == ["", "a: 1", "b: 2", "c: 3", ""]
    assert of('{"a": "\u2028",\n"b": 1}', "x.json").line(2) == '"b": 1}'


def test_reading_again_forgets_what_was_read() -> None:
    document = of("a: 1\nb: 2\n")
    assert (document.data, document.span_of(("b",)).line, document.line(1)) == ({"a": 1, "b": 2}, 2, "a: 1")
    document.text = b"c: 3\n"
    document.load()
    assert (document.data, document.span_of(("c",)).line, document.line(1)) == ({"c": 3}, 1, "c: 3")
    document.text = b"\xff"
    document.load()
    assert (document.data, len(document.problems), document.span_of(("c",)).line) == (None, 1, 1)


def read(file: Path) -> Document:
    return Document.read(file, "registry/models/x.yaml", "x.yaml", "models")


def only_message(document: Document) -> str:
    (problem,) = document.problems
    assert (problem.code, document.data) == ("PV001", None)
    assert problem.help
    assert str(document.span_of_problem(problem)) == "x.yaml:1:1"
    return problem.message


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    monkeypatch.setattr("builtins.open", None)
    assert only_message(read(file)) == "the file has 50,000,000 bytes; at most 8,000,000 are read"


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"a: 1\n" + b"#" * (MAX_BYTES - 5))
    assert (read(file).data, read(file).problems) == ({"a": 1}, [])


def test_what_is_not_a_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "x.yaml"
    folder.mkdir()
    assert only_message(read(folder)) == "this is a folder"
    broken = tmp_path / "broken.yaml"
    broken.symlink_to(tmp_path / "nowhere")
    assert only_message(read(broken)) == "the file cannot be read: no such file or directory"
    ring = tmp_path / "ring.yaml"
    ring.symlink_to(ring)
    assert only_message(read(ring)).startswith("the file cannot be read: ")
    assert only_message(read(tmp_path / "missing.yaml")) == "the file cannot be read: no such file or directory"
    assert only_message(read(folder / "below")) == "the file cannot be read: no such file or directory"


def test_a_pipe_or_a_socket_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.yaml")
    assert only_message(read(tmp_path / "pipe.yaml")) == "this is not a file but a pipe, socket or device"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.yaml")
        assert only_message(read(tmp_path / "socket.yaml")) == "this is not a file but a pipe, socket or device"


def test_a_file_nobody_may_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: 1\n")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert only_message(read(file)) == "the file cannot be read: permission denied"


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("a: 1\n")
    (tmp_path / "x.yaml").symlink_to("real.yaml")
    assert read(tmp_path / "x.yaml").data == {"a": 1}
