"""fixtures/acceptance.yaml says which lines hold for users of the five systems, and the tests show just those."""

from __future__ import annotations

import ast
import re
import runpy
from typing import Any

import pytest
import yaml

from checkout import ROOT

SYSTEMS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "fixtures" / "acceptance.yaml").read_text())
SHOWN = ("holds", "differs", "partly")
NAME = re.compile(rf"test_({'|'.join(SYSTEMS)})((?:_\d\d)+)_")


def numbered_tests() -> dict[tuple[str, int], list[str]]:
    """Return system and number of each line that tests show, to their names."""
    found: dict[tuple[str, int], list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and (said := NAME.match(node.name)):
                for number in said[2].split("_")[1:]:
                    found.setdefault((said[1], int(number)), []).append(f"{file.name}::{node.name}")
    return found


TESTS = numbered_tests()
each_system = pytest.mark.parametrize("name", SYSTEMS)


@each_system
def test_no_line_of_a_system_is_lost(name: str) -> None:
    assert list(SYSTEMS[name]["lines"]) == list(range(1, SYSTEMS[name]["count"] + 1))


@each_system
def test_what_does_not_simply_hold_says_why_and_no_more_is_said(name: str) -> None:
    for number, line in SYSTEMS[name]["lines"].items():
        wanted = {"must", "state", "says"} | (set() if line["state"] == "holds" else {"why"})
        assert (line["state"] in {*SHOWN, "waits"}, line.keys() - {"called"}, bool(line["says"])) == (True, wanted, True), number


@each_system
def test_every_line_that_is_called_has_a_test_where_it_says(name: str) -> None:
    called = {number: line["called"] for number, line in SYSTEMS[name]["lines"].items() if "called" in line}
    assert {number: file for number, file in called.items() if not any(test.startswith(f"{file}::") for test in TESTS.get((name, number), ()))} == {}


@each_system
def test_every_line_that_holds_is_shown_by_a_test(name: str) -> None:
    lines = SYSTEMS[name]["lines"].items()
    assert [number for number, line in lines if line["state"] in SHOWN and (name, number) not in TESTS] == []


@each_system
def test_every_numbered_test_shows_a_line_that_holds(name: str) -> None:
    lines = SYSTEMS[name]["lines"]
    assert {number: test for (system, number), test in TESTS.items() if system == name and lines.get(number, {}).get("state") not in SHOWN} == {}


def test_the_page_is_what_the_list_says() -> None:
    make = runpy.run_path(str(ROOT / "docs" / "compatibility_page.py"))["page"]
    assert (ROOT / "docs" / "compatibility.md").read_text() == make(ROOT / "fixtures" / "acceptance.yaml")
