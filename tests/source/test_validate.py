"""What is said of a wrong shape: the place, what is allowed there, and how to mend it; the same with the accelerators and without."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from compile_golden import TODAY
from modelwright import pipeline
from modelwright.resources import registry_dir
from modelwright.source import validate as module
from modelwright.source.document import Document
from modelwright.source.schemas import KINDS, schema
from modelwright.source.validate import validate
from source_golden import cases, document, shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelwright.source.node import Problem

SHAPES = cases("shape")
every_shape = pytest.mark.parametrize("file", SHAPES, ids=lambda file: file.name)


def kind_of(file: Path) -> str:
    return file.stem.partition("-")[0]


def problems(text: str, kind: str = "models") -> list[Problem]:
    read = Document("x.yaml", "x.yaml", kind, text.encode())
    read.load()
    found = validate(read)
    return [*read.problems, *found]


@every_shape
def test_a_wrong_shape_is_reported_exactly_as_its_fixture_says(file: Path) -> None:
    expected = file.with_suffix(".txt").read_text()
    assert expected
    assert shape(file) == expected


@every_shape
def test_both_ways_find_the_same(file: Path) -> None:
    fast, complete = document(file, kind_of(file), fast=True), document(file, kind_of(file))
    assert validate(fast) == validate(complete, fast=False)


@every_shape
def test_every_finding_says_how_to_mend_it_in_words(file: Path) -> None:
    read = document(file, kind_of(file))
    for problem in validate(read):
        assert problem.help.strip()
        said = f"{problem.message}; {problem.help}".replace("$schema", "")
        assert not re.search(r"schema|unevaluated|is not valid under|does not match|\^\[|None\b|True\b|False\b|object|array", said), said


@every_shape
def test_one_mistake_is_one_finding(file: Path) -> None:
    places = [(problem.code, problem.pointer) for problem in validate(document(file, kind_of(file))) if problem.code != "PV011"]
    assert len(places) == len(set(places))


def test_the_kinds_of_data_files_are_all_shown() -> None:
    assert {kind_of(file) for file in SHAPES} == {"models", "provider", "vocabulary", "overlay", "sightings"}


def test_a_misspelt_key_is_not_missing_too() -> None:
    head = "provider: acme\nmodels:\n"
    assert [problem.code for problem in problems(f"{head}  - {{idd: acme-large}}\n")] == ["PV010"]
    assert [problem.code for problem in problems(f"{head}  - {{unlike: acme-large}}\n")] == ["PV010", "PV011"]


def test_more_findings_than_a_person_can_read_are_not_collected() -> None:
    assert len(problems("provider: acme\nmodels: [" + "1, " * 3_000 + "]\n")) == 200
    assert len(problems("provider: acme\nmodels: []\n" + "".join(f"key{number}: 1\n" for number in range(3_000)))) == 200


def test_a_long_list_without_repetition_is_compared_in_no_time() -> None:
    levels = ", ".join(f"{{a: {number}}}, {number}, x{number}" for number in range(5_000))
    found = problems(f"provider: acme\nmodels:\n  - id: acme-large\n    thinking: {{mode: levels, levels: [{levels}]}}\n")
    assert {problem.code for problem in found} == {"PV012"}


@pytest.mark.parametrize(
    ("items", "is_twice"), [("[1, 1.0]", True), ("[1, true]", False), ("[0, false]", False), ("[{a: [1]}, {a: [1.0]}]", True), ("[{a: 1}, {b: 1}]", False), ("['1', 1]", False)]
)
def test_entries_are_compared_as_json_schema_compares_them(items: str, is_twice: bool) -> None:
    found = problems(f"provider: acme\nmodels:\n  - id: acme-large\n    routes: {items}\n")
    assert any("twice" in problem.message for problem in found) == is_twice


def patterns() -> list[str]:
    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("pattern"), str):
                yield value["pattern"]
            value = list(value.values())
        if isinstance(value, list):
            for part in value:
                yield from walk(part)

    return sorted({pattern for kind in KINDS for pattern in walk(schema(kind))})


@pytest.mark.parametrize("pattern", patterns())
def test_a_pattern_means_the_same_to_both_validators(pattern: str) -> None:
    rust = pytest.importorskip("jsonschema_rs").Draft202012Validator({"pattern": pattern})
    bodies = ("a", "a/a", "https://a", "/a", "2026-01-01", "2026-01-01T00:00:00Z", "16:30-00:30", "A", "PV201", "", "${a}", "/v1")
    letters = [chr(code) for code in (*range(0x180), 0x660, 0x1680, 0x180E, *range(0x2000, 0x2070), 0x3000, 0xFEFF, 0xFF11, 0xFFFD, 0x1D7CE, 0x1F389)]
    texts = [text for body in bodies for letter in letters for text in (body + letter, letter + body, body[:1] + letter + body[1:])]
    ours = module._compiled(pattern)
    assert [ascii(text) for text in texts if rust.is_valid(text) != bool(ours.search(text))] == []


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the accelerators away."""
    for name in ("yaml_rs", "jsonschema_rs"):
        monkeypatch.setitem(sys.modules, name, None)
    module._gate.cache_clear()
    module._gates.cache_clear()
    yield
    module._gate.cache_clear()
    module._gates.cache_clear()


def verdict() -> tuple[list[Any], list[Any]]:
    result = pipeline.resolve(pipeline.Inputs(registry_dir(), TODAY))
    return result.findings, [document.data for document in result.documents]


def test_without_the_accelerators_the_registry_reads_and_judges_the_same(request: pytest.FixtureRequest) -> None:
    accelerated = verdict()
    request.getfixturevalue("bare")
    with pytest.raises(ImportError):
        module._gate("models")
    assert verdict() == accelerated


@every_shape
@pytest.mark.usefixtures("bare")
def test_without_the_accelerators_the_findings_are_the_same(file: Path) -> None:
    assert shape(file) == file.with_suffix(".txt").read_text()
    read = document(file, kind_of(file), fast=True)
    assert validate(read) == validate(document(file, kind_of(file)), fast=False)
