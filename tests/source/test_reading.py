"""Text at the edges of YAML and JSON reads as its fixture says, and the accelerator never says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelwright.source import read_json, read_yaml
from modelwright.source.document import Document
from modelwright.source.validate import validate
from source_golden import FIXTURES, ROOT, cases, document, reading

if TYPE_CHECKING:
    from pathlib import Path

EDGES = cases("edges")
KINDS = {"providers": "provider", "models": "models", "vocabulary": "vocabulary"}
DATA = {
    str(folder.relative_to(ROOT)): sorted(file for file in folder.rglob("*") if file.suffix in (".yaml", ".json") and file.is_file())
    for folder in sorted((*(ROOT / "registry").iterdir(), *(ROOT / "fixtures").iterdir()))
    if folder.is_dir() and not folder.name.startswith(".") and folder.name != "routes"
}
"""Every data file of ours, by folder."""

LENIENT = {
    "flow-key-over-lines": "a key with a space in it; no schema is open to one",
    "json-too-deep": "nesting that no schema describes",
    "json-too-large": "an infinite number; no schema takes one",
    "key-is-a-list": "a key that is not text",
    "keys-not-text": "a key that is not text",
    "not-finite": "an infinite number",
    "too-deep": "nesting that no schema describes",
    "too-deep-mappings": "nesting that no schema describes",
}
"""What the accelerator alone would take and the complete way does not, with why no document of a known shape can hold it."""

every_edge = pytest.mark.parametrize("file", EDGES, ids=lambda file: file.name)


@every_edge
def test_text_at_the_edge_reads_exactly_as_its_fixture_says(file: Path) -> None:
    assert reading(file) == file.with_suffix(".txt").read_text()


def test_every_expectation_belongs_to_a_text() -> None:
    for folder in ("edges", "shape"):
        assert {file.stem for file in (FIXTURES / folder).glob("*.txt")} == {file.stem for file in cases(folder)}


@every_edge
def test_what_the_accelerator_takes_it_reads_as_the_complete_way_does(file: Path) -> None:
    complete = document(file)
    fast = document(file, fast=True)
    if file.stem in LENIENT:
        assert complete.problems
        assert not fast.problems
    else:
        assert repr(fast.data) == repr(complete.data)
        assert fast.problems == complete.problems


@every_edge
def test_a_lenient_reading_is_told_from_a_good_one_before_it_is_used(file: Path) -> None:
    fast = document(file, fast=True)
    assert validate(fast) == validate(document(file), fast=False)
    assert fast.problems == document(file).problems


def verdict(file: Path, *, fast: bool) -> tuple[object, ...]:
    read = Document(str(file), file.name, KINDS.get(file.parent.name, "overlay"), file.read_bytes())
    read.load(fast=fast)
    found = validate(read, fast=fast)
    return repr(read.data), read.problems, found


@pytest.mark.parametrize("folder", DATA)
def test_every_file_of_ours_reads_and_judges_the_same_both_ways(folder: str) -> None:
    assert DATA[folder]
    assert [str(file) for file in DATA[folder] if verdict(file, fast=True) != verdict(file, fast=False)] == []


def test_every_file_of_the_registry_takes_the_fast_way() -> None:
    pytest.importorskip("yaml_rs")
    files = [file for folder, files in DATA.items() if folder.startswith("registry/") for file in files]
    assert len(files) > 30
    assert [file.name for file in files if not read_yaml.is_plain(file.read_bytes())] == []


DISPUTED = (
    *("a: &x 1", "a: *x", "a: !x 1", "a: |\n  b", "a: >\n  b", "? a", "<<: {}", "&x a: 1", "- &x a", "a: {b: *x}", "a: [ !x b]"),
    *("%YAML 1.2", "---\na: 1", "a: 1\n---", "a: 1\n..."),
    *("a: {b:}", "a: [:b]", "a: {b:,}", "a: {b::}", "a\n  : b", ": b"),
    *("a:\tb", "a: 1\r\n", "\ufeffa: 1", 'a: "\\x41"', 'a: "\\\n"', "a: \x85", "a: \u2028", "a: \x9b", "a: '\x07'", "a: \ufffe"),
    *("- " * 40 + "a", " " * 40 + "a: 1", "a: " + "1" * 70, "a: " + "1_" * 40),
)
"""Text on which parsers disagree, or that one of them chokes on."""


@pytest.mark.parametrize("text", DISPUTED, ids=ascii)
def test_text_that_parsers_may_disagree_on_is_not_plain(text: str) -> None:
    assert not read_yaml.is_plain(text.encode())


@pytest.mark.parametrize(
    "text", ["a: 1\n", 'see: "https://x.example/?a=1&b=2*3#%20"', "note: a & b * c ! d | e > f ? g\n", 'a: "say \\"no\\" \\\\"', "é: 日本 🎉\n", "a: [b, {c: d}]"]
)
def test_text_that_only_looks_like_markup_takes_the_fast_way(text: str) -> None:
    fast, complete = (Document("x.yaml", "x.yaml", "models", text.encode()) for _ in range(2))
    fast.load()
    complete.load(fast=False)
    assert (fast.data, fast.problems) == (complete.data, [])
    assert read_yaml.is_plain(text.encode())


@pytest.mark.parametrize(
    ("module", "text"), [(read_yaml, "[" * 100_000), (read_yaml, "{a: " * 100_000), (read_yaml, "- " * 100_000), (read_yaml, "? " * 100_000), (read_json, "[" * 100_000)]
)
def test_endless_nesting_is_one_finding_at_the_level_that_is_too_much(module: object, text: str) -> None:
    read = Document("x.json" if module is read_json else "x.yaml", "x", "models", text.encode())
    read.load()
    (problem,) = read.problems
    assert "nested deeper than 64 levels" in problem.message
    assert problem.mark is not None
    assert problem.mark.line == 0
    assert problem.mark.column == len(text) // 100_000 * 64


def test_more_findings_than_a_person_can_read_are_not_collected() -> None:
    read = Document("x.yaml", "x", "models", b"a: [" + b"*x, " * 5_000 + b"]\n")
    read.load()
    assert len(read.problems) == 200
    doubled = Document("x.yaml", "x", "models", b"a: 1\n" * 5_000)
    doubled.load()
    assert len(doubled.problems) == 200
