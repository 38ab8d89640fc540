"""An edit changes the node it is for and nothing else, or is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelwright.diagnostics.diagnostic import Diagnostic, Fix
from modelwright.ir.catalog import Place
from modelwright.ir.span import Span
from modelwright.source import fix
from modelwright.source.document import Document
from source_golden import FIXTURES

if TYPE_CHECKING:
    from pathlib import Path

EDITS = yaml.safe_load((FIXTURES / "edits.yaml").read_text())


def of(text: str, path: str = "x.yaml") -> Document:
    document = Document(path, path, "models", text.encode())
    document.load()
    return document


@pytest.mark.parametrize("case", EDITS, ids=lambda case: case["name"])
def test_an_edit_gives_exactly_this_text_or_is_refused(case: dict[str, Any]) -> None:
    document = of(case["text"], "x.json" if case.get("json") else "x.yaml")
    changed = fix.edited(document, tuple(case["at"]), case.get("to"))
    assert (None if changed is None else changed.text.decode()) == case.get("gives")
    assert document.text.decode() == case["text"]
    if changed is not None:
        assert changed.problems == []
        assert (changed.path, changed.kind) == (document.path, document.kind)


def finding(document: Document, pointer: tuple[str | int, ...], text: str | None, *, safe: bool = True) -> Diagnostic:
    span = Span("x.yaml", 1, 1, 1, 1)
    return Diagnostic(code="PV999", name="x", severity="error", span=span, message="x", why="x", help="x", fix=Fix(Place(document, pointer), text, safe=safe))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.yaml"
    path.write_text("a: [1, 2, 3]\nb: 4\nc: 5\n")
    path.chmod(0o600)
    return path


def test_all_safe_fixes_of_a_file_are_written_at_once(file: Path) -> None:
    document = Document.read(file, "x.yaml", "x.yaml", "models")
    other = of("d: 1\n")
    same = finding(document, ("a", 0), None)
    findings = [same, same, finding(document, ("a", 2), "7"), finding(document, ("b",), None), finding(document, ("c",), "8", safe=False), finding(other, ("d",), "2")]
    assert fix.apply([document], findings) == 3
    assert file.read_text() == "a: [2, 7]\nc: 5\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_fix_that_is_refused_leaves_the_others_standing(file: Path) -> None:
    document = Document.read(file, "x.yaml", "x.yaml", "models")
    assert fix.apply([document], [finding(document, ("missing",), "1"), finding(document, ("b",), "[")]) == 0
    assert file.read_text() == "a: [1, 2, 3]\nb: 4\nc: 5\n"
    assert fix.apply([document], [finding(document, ("missing",), "1"), finding(document, ("b",), "6")]) == 1
    assert file.read_text() == "a: [1, 2, 3]\nb: 6\nc: 5\n"


def test_without_fixes_no_file_is_touched(file: Path) -> None:
    before = file.stat().st_mtime_ns
    assert fix.apply([Document.read(file, "x.yaml", "x.yaml", "models")], []) == 0
    assert file.stat().st_mtime_ns == before
