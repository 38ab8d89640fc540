"""Every dialect brings its files into the native form, says what is wrong where it stands, and takes nothing for its own that is another's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dialects_golden import CASES, compiled, report
from modelwright.dialects import NATIVE, all_dialects, detect, family
from modelwright.source.schemas import DIALECTS
from modelwright.source.validate import faults

if TYPE_CHECKING:
    from pathlib import Path

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")


@each_case
def test_a_file_gives_exactly_its_native_form_and_findings(case: Path) -> None:
    assert report(case) == case.with_suffix(".expected").read_text()


@each_case
def test_what_a_dialect_gives_is_native(case: Path) -> None:
    for overlay in compiled(case).catalog.overlays:
        assert faults("overlay", overlay.data) == []


@each_case
def test_a_dialect_is_told_by_its_content(case: Path) -> None:
    try:
        data = json.loads(case.read_text())
    except ValueError:
        return
    assert detect(data) in (case.parent.name, NATIVE if case.stem.startswith("named") else case.parent.name)
    assert sum(dialect.recognises(data) for dialect in all_dialects().values()) <= 1


def test_dialects_are_found_by_walking_the_package_and_each_has_its_schema_and_its_policy() -> None:
    from modelwright import pipeline

    assert tuple(all_dialects()) == DIALECTS
    assert {family(word.replace("-", "@", 1)) for word in pipeline.words_of_ours("dialects")} == {NATIVE, *DIALECTS}
