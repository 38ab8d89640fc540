"""Every rule reports exactly what its fixture says, and nothing in the near misses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from modelwright.rules import all_rules
from rules_golden import FIXTURES, lint, report

if TYPE_CHECKING:
    from modelwright.rules import Rule

every_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.NAME)


@every_rule
def test_rule_reports_exactly_what_its_fixture_says(rule: Rule) -> None:
    folder = FIXTURES / rule.NAME
    expected = (folder / "bad.txt").read_text()
    assert expected
    assert report(folder / "bad", rule.CODE) == expected


@every_rule
def test_rule_is_silent_on_the_near_misses(rule: Rule) -> None:
    assert [str(finding.span) + " " + finding.message for finding in lint(FIXTURES / rule.NAME / "good", rule.CODE)] == []


@every_rule
def test_rule_is_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"PV[1-8]\d\d", rule.CODE)
    assert rule.SEVERITY in ("error", "warning")
    assert rule.__name__.rpartition(".")[2].replace("_", "-") == rule.NAME
    assert rule.__doc__.strip().splitlines()[0] == rule.NAME
    for heading in ("What it checks", "Why it matters", "Bad", "Good", "Seen"):
        assert f"\n{heading}\n    " in rule.__doc__


def test_codes_and_names_are_unique() -> None:
    codes = [rule.CODE for rule in all_rules()]
    names = [rule.NAME for rule in all_rules()]
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


def test_every_fixture_folder_belongs_to_a_rule() -> None:
    folders = {folder.name for folder in FIXTURES.iterdir() if folder.is_dir() and not folder.name.startswith("_")}
    assert folders == {rule.NAME for rule in all_rules()}
