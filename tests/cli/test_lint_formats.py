"""Findings for programs: JSON by its schema, GitHub's workflow commands, SARIF 2.1.0."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from command_line import replace
from modelwright.diagnostics import render_github, render_sarif
from modelwright.diagnostics.diagnostic import ERROR, WARNING, Diagnostic
from modelwright.ir.span import Span
from modelwright.rules import reference
from modelwright.source.schemas import schema

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run


@pytest.fixture
def broken(tree: Path) -> Path:
    """Return the tree with an error, a fixable error, and a file whose name needs escaping with a warning."""
    replace(tree / "registry" / "models" / "acme.yaml", "output_tokens: 64000", "output_tokens: 640000")
    replace(tree / "registry" / "models" / "zenith.yaml", "output_tokens: 8000", "output_tokens: 0")
    (tree / "a,b:50%.json").write_text('{"providers": {"acme": {"models": {"100%-new": {}}}}}')
    return tree


def _finding(number: int, severity: str = ERROR, message: str = "it is wrong", path: str = "models.json") -> Diagnostic:
    return Diagnostic(code="PV301", name="output-above-context", severity=severity, span=Span(path, number, 1, number, 5), message=message, why="because", help="mend it")


def test_json_has_the_shape_of_its_schema(run: Run, broken: Path) -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema("diagnostics"))
    found = run("lint", "--config", "a,b:50%.json", "--json", code=1).json
    assert list(validator.iter_errors(found)) == []
    assert [finding["code"] for finding in found["findings"]] == ["PV604", "PV301", "PV303"]
    assert [finding["fixable"] for finding in found["findings"]] == [False, False, True]
    assert found["summary"] == {"files": 11, "errors": 2, "warnings": 1}
    assert list(validator.iter_errors(run("lint", "registry/providers", "--json").json)) == []


def test_json_names_the_end_of_the_place_too(run: Run, broken: Path) -> None:
    (finding,) = run("lint", "--select", "PV301", "--json", code=1).json["findings"]
    line = (broken / finding["path"]).read_text().splitlines()[finding["line"] - 1]
    assert line[finding["column"] - 1 : finding["end_column"] - 1] == "640000"
    assert finding["end_line"] == finding["line"]


def test_github_annotates_the_lines(run: Run, broken: Path) -> None:
    lines = run("lint", "--config", "a,b:50%.json", "--format", "github", code=1).out.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "::warning"]
    assert lines[0].startswith("::error file=registry/models/acme.yaml,line=12,endLine=12,col=53,endColumn=59,title=PV301 output-above-context::`acme/acme-large` may write")
    assert lines[2].startswith("::warning file=a%2Cb%3A50%25.json,line=1,")
    assert "100%25-new" in lines[2].split("::")[2]


def test_github_commands_stay_one_line_whatever_a_message_holds() -> None:
    text = render_github.render([_finding(1, message="100%\r\n::error::injected", path="a\n::error::b.json")])
    assert text.count("\n") == 1
    assert "100%25%0D%0A" in text
    assert "file=a%0A%3A%3Aerror%3A%3Ab.json," in text


def test_github_shows_ten_of_a_kind_and_counts_the_rest() -> None:
    findings = [_finding(number) for number in range(1, 13)] + [_finding(number, WARNING) for number in range(1, 11)]
    lines = render_github.render(findings).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error"] * 10 + ["2"] + ["::warning"] * 10
    assert lines[10] == "2 more errors; `providers lint` lists them"
    assert render_github.render([]) == ""


def test_sarif_has_what_the_standard_and_code_scanning_ask_for(run: Run, broken: Path) -> None:
    document = run("lint", "--config", "a,b:50%.json", "--format", "sarif", code=1).json
    assert (document["version"], len(document["runs"])) == ("2.1.0", 1)
    assert document["$schema"].endswith("sarif-2.1.0.json")
    (sarif,) = document["runs"]
    assert sarif["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    rules = sarif["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(reference.entries())
    for rule in rules:
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
    assert [result["ruleId"] for result in sarif["results"]] == ["PV604", "PV301", "PV303"]
    for result in sarif["results"]:
        _check_result(result, rules)


def _check_result(result: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in ("warning", "error")
    assert result["message"]["text"]
    (location,) = result["locations"]
    place = location["physicalLocation"]
    region = place["region"]
    assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
    assert region["startLine"] >= 1
    assert region["startColumn"] >= 1
    assert re.fullmatch(r"(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+", place["artifactLocation"]["uri"]), "a relative reference of RFC 3986"
    assert set(result["partialFingerprints"].values()) != set()


def test_sarif_fingerprints_do_not_move_with_the_lines() -> None:
    codes = list(reference.entries().values())

    def fingerprints(*findings: Diagnostic) -> list[dict[str, str]]:
        return [result["partialFingerprints"] for result in json.loads(render_sarif.render(findings, codes))["runs"][0]["results"]]

    assert fingerprints(_finding(1)) == fingerprints(_finding(99))
    assert len({json.dumps(print_) for print_ in fingerprints(_finding(1), _finding(1, message="another"), _finding(1, path="b.json"))}) == 3


def test_sarif_keeps_within_what_code_scanning_takes() -> None:
    codes = list(reference.entries().values())
    document = json.loads(render_sarif.render([_finding(number) for number in range(1, 5003)], codes))
    assert len(document["runs"][0]["results"]) == 5000


@pytest.mark.parametrize("form", ["json", "github", "sarif", "text"])
def test_every_form_says_the_same_findings(form: str, run: Run, broken: Path) -> None:
    out = run("lint", "--config", "a,b:50%.json", "--format", form, code=1).out
    assert [code for code in re.findall(r"PV\d{3}", out) if code in ("PV301", "PV303", "PV604")] != []
    assert all(code in out for code in ("PV301", "PV303", "PV604"))


def test_control_characters_of_a_file_do_not_reach_the_terminal(run: Run, tree: Path) -> None:
    (tree / "evil.json").write_bytes(b'{"providers": {"acme": {"models": {"x\\u001b[2Jy": {"name": "a\x1b]0;title\x07b"}}}}}')
    found = run("lint", "evil.json", code=1)
    assert found.out
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", found.out + found.err) is None
