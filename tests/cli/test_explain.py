"""Every code is explained, in the words the report uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelwright.diagnostics.codes import RETIRED, SHAPE
from modelwright.rules import all_rules, reference

if TYPE_CHECKING:
    from command_line import Run

CODES = [*SHAPE, *(rule.CODE for rule in all_rules())]


@pytest.mark.parametrize("code", CODES)
def test_the_code_is_explained(code: str, run: Run) -> None:
    page = run("explain", code).out
    entry = reference.entries()[code]
    assert page.startswith(f"{code} ({entry.severity}) {entry.name}\n")
    for heading in ("What it checks", "Why it matters", "Bad", "Good"):
        assert f"\n{heading}\n    " in page
    assert run("explain", code.lower()).out == run("explain", entry.name).out == page


def test_without_a_code_all_are_listed_in_order(run: Run) -> None:
    lines = run("explain").out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(CODES)
    assert all(line.split()[1] in ("error", "warning") for line in lines)


def test_a_code_that_gave_its_place_to_another_is_explained_by_that_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RETIRED, "PV299", "PV202")
    assert run("explain", "PV299").out == run("explain", "PV202").out


def test_an_unknown_code_says_where_to_look(run: Run) -> None:
    assert "there is no code 'PV998'; `providers explain` lists them" in run("explain", "PV998", code=2).err


def test_codes_that_took_the_place_of_others_are_there() -> None:
    assert set(RETIRED.values()) <= set(CODES)
    assert set(RETIRED).isdisjoint(CODES)
