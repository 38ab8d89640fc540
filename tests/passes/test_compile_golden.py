"""Every case of fixtures/compile gives exactly what is written there."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from compile_golden import cases, changes, compile_case, compile_tree, differences, document, lay, report
from modelwright.source.schemas import bundled

every_case = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)


@every_case
def test_case_compiles_to_exactly_its_document(case: Path) -> None:
    assert document(compile_case(case)) == (case / "expected.json").read_text()


@every_case
def test_case_reports_exactly_its_findings(case: Path) -> None:
    assert report(compile_case(case)) == (case / "findings.txt").read_text()


@every_case
def test_files_over_the_registry_change_exactly_what_the_case_lists(case: Path) -> None:
    assert changes(case) == (case / "changes.txt").read_text()


@every_case
def test_document_has_the_shape_of_the_artifact_schema(case: Path) -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(bundled("artifact"))
    assert [error.message for error in validator.iter_errors(json.loads((case / "expected.json").read_text()))] == []


@every_case
def test_case_compiles_to_the_same_in_any_folder(case: Path, tmp_path: Path) -> None:
    """Paths inside are logical, so where the files are does not show."""
    deep = tmp_path / "some" / "where" / "else"
    lay(case, deep)
    assert document(compile_tree(deep)) == document(compile_case(case))


def test_a_base_registry_alone_has_no_findings() -> None:
    """What a case reports is about what the case adds."""
    with tempfile.TemporaryDirectory() as folder:
        assert report(compile_case(Path(folder))) == ""


def test_one_field_of_one_model_is_all_that_changes() -> None:
    case = next(case for case in cases() if case.name == "overlay-one-field")
    alone, whole = (json.loads(document(compile_case(case, alone=alone))) for alone in (True, False))
    found = differences(alone, whole)
    assert found.pop("digest")[0] != ""
    assert found == {
        "models.acme/acme-large.limits.context_tokens": (200000, 180000),
        "models.acme/acme-large.origins": (None, {"limits.context_tokens": "user"}),
    }


def test_no_word_of_an_untrusted_file_about_endpoints_is_in_the_document() -> None:
    for name in ("untrusted-project", "untrusted-removal"):
        case = next(case for case in cases() if case.name == name)
        text = document(compile_case(case))
        assert "collector" not in text
        assert "collect" not in text
        assert "AWS_SECRET_ACCESS_KEY" not in text
    assert "https://one.zenith.example/v1" in text
    assert "ZENITH_REGION" in text
