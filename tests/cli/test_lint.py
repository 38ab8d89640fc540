"""`providers lint`: what it reads, what it reports, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from command_line import replace

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Run


def _codes(run: Run, *arguments: str | Path, code: int) -> list[str]:
    return [f"{finding['path']} {finding['code']}" for finding in run("lint", *arguments, "--json", code=code).json["findings"]]


@pytest.fixture
def broken(tree: Path) -> Path:
    """Return the tree with an error in each of two files, and a warning in one."""
    models = tree / "registry" / "models"
    replace(models / "acme.yaml", "output_tokens: 64000", "output_tokens: 640000")
    replace(models / "zenith.yaml", "output_tokens: 8000", "output_tokens: 80000")
    (tree / "mine.json").write_text('{"providers": {"acme": {"models": {"unnamed": {}}}}}')
    return tree


def test_a_sound_registry_ends_with_0_and_a_line_on_standard_error(run: Run, tree: Path) -> None:
    found = run("lint")
    assert (found.out, found.err) == ("", "10 files, no findings\n")
    assert run("lint", "--quiet").err == ""


def test_a_finding_says_where_what_why_and_how_to_fix_it(run: Run, broken: Path) -> None:
    found = run("lint", "registry/models/zenith.yaml", code=1)
    assert found.out.splitlines() == [
        "registry/models/zenith.yaml:8:52: error[PV301] output-above-context: `zenith/zen-1` may write 80,000 tokens, more than its window of 32,000",
        "  |",
        "8 |     limits: {context_tokens: 32000, output_tokens: 80000}",
        "  |                                                    ^^^^^",
        "   = help: correct `output_tokens` or `context_tokens`; leave out the one that is not known",
        "   = explain: providers explain PV301",
        "",
    ]
    assert found.err == "10 files: 1 error, 0 warnings\n"


def test_a_line_that_is_indented_with_tabs_is_shown_with_blanks(run: Run, tree: Path) -> None:
    (tree / "tabs.json").write_text('{\n\t"nothing": 1\n}\n')
    assert '\n2 |  "nothing": 1\n  |  ^^^^^^^^^\n' in run("lint", "--config", "tabs.json", code=1).out


def test_all_findings_come_in_one_run_sorted_by_place(run: Run, broken: Path) -> None:
    found = _codes(run, "--config", "mine.json", code=1)
    assert found == ["mine.json PV604", "registry/models/acme.yaml PV301", "registry/models/zenith.yaml PV301"]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["registry/models/acme.yaml"], ["registry/models/acme.yaml PV301"]),
        (["./registry/models/../models/acme.yaml"], ["registry/models/acme.yaml PV301"]),
        (["registry/models"], ["registry/models/acme.yaml PV301", "registry/models/zenith.yaml PV301"]),
        (["registry"], ["registry/models/acme.yaml PV301", "registry/models/zenith.yaml PV301"]),
        (["."], ["registry/models/acme.yaml PV301", "registry/models/zenith.yaml PV301"]),
        (["registry/models/zenith.yaml", "mine.json"], ["mine.json PV604", "registry/models/zenith.yaml PV301"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_paths_choose_what_is_reported(paths: list[str], expected: list[str], run: Run, broken: Path) -> None:
    assert _codes(run, *paths, code=1) == expected


def test_paths_without_findings_end_with_0_although_others_have_some(run: Run, broken: Path) -> None:
    assert _codes(run, "registry/providers", code=0) == []
    assert _codes(run, "registry/vocabulary/auth.yaml", code=0) == []
    assert _codes(run, "mine.json", code=0) == ["mine.json PV604"]


def test_a_path_that_is_not_there_is_a_finding(run: Run, tree: Path) -> None:
    assert _codes(run, "nope.json", code=1) == ["nope.json PV001"]
    assert _codes(run, "registry/models/nope.yaml", code=1) == ["registry/models/nope.yaml PV001"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--select", "PV301"], ["PV301", "PV301"]),
        (["--select", "PV3"], ["PV301", "PV301"]),
        (["--select", "PV6"], ["PV604"]),
        (["--select", "PV3", "--select", "PV604"], ["PV604", "PV301", "PV301"]),
        (["--ignore", "PV3"], ["PV604"]),
        (["--ignore", "PV301", "--ignore", "PV604"], []),
        (["--select", "PV3", "--ignore", "PV301"], []),
    ],
    ids=" ".join,
)
def test_codes_and_their_beginnings_are_selected_and_ignored(arguments: list[str], expected: list[str], run: Run, broken: Path) -> None:
    found = _codes(run, "--config", "mine.json", *arguments, code=1 if "PV301" in expected else 0)
    assert [line.split()[1] for line in found] == expected


def test_warnings_end_with_0_and_with_1_when_strict(run: Run, broken: Path) -> None:
    for flag, code in (((), 0), (("--strict",), 1)):
        assert _codes(run, "mine.json", *flag, code=code) == ["mine.json PV604"]
    assert run("lint", "registry/providers", "--strict").err == "10 files, no findings\n"


def test_shape_errors_of_every_file_come_with_the_others(run: Run, broken: Path) -> None:
    replace(broken / "registry" / "providers" / "acme.yaml", "kind: hosted", "kind: hostd")
    (broken / "registry" / "vocabulary" / "auth.yaml").write_text("")
    found = _codes(run, code=1)
    assert {"registry/providers/acme.yaml PV013", "registry/vocabulary/auth.yaml PV002", "registry/models/zenith.yaml PV301"} <= set(found)


def test_the_day_is_what_the_option_says(run: Run, tree: Path) -> None:
    assert {line.split()[1] for line in _codes(run, "--on", "2026-10-01", code=1)} == {"PV505"}
    assert _codes(run, "--on", "2026-11-28", code=0) == []


def test_fix_applies_safe_fixes_keeps_comments_and_says_how_many(run: Run, tree: Path, user_file: Path) -> None:
    models = tree / "registry" / "models" / "zenith.yaml"
    replace(models, "output_tokens: 8000}", "output_tokens: 0}  # nobody knows")
    user_file.write_text('{\n  "providers": {"zenith": {"name": "Zenith", "note": "kept"}}\n}\n')
    assert len(_codes(run, code=1)) == 2
    found = run("lint", "--fix")
    assert found.err == "fixed 2 findings\n11 files, no findings\n"
    assert "limits: {context_tokens: 32000}  # nobody knows\n" in models.read_text()
    assert user_file.read_text() == '{\n  "providers": {"zenith": {"note": "kept"}}\n}\n'
    assert run("lint", "--fix").err == "11 files, no findings\n"


def test_fix_leaves_what_is_not_selected_or_not_named(run: Run, tree: Path) -> None:
    models = tree / "registry" / "models" / "zenith.yaml"
    replace(models, "output_tokens: 8000}", "output_tokens: 0}")
    before = models.read_text()
    run("lint", "--fix", "--ignore", "PV303")
    run("lint", "--fix", "registry/models/acme.yaml")
    assert models.read_text() == before


def test_findings_that_cannot_be_fixed_stay_after_fix(run: Run, broken: Path) -> None:
    before = (broken / "registry" / "models" / "acme.yaml").read_bytes()
    assert "PV301" in run("lint", "--fix", code=1).out
    assert (broken / "registry" / "models" / "acme.yaml").read_bytes() == before


def test_a_rule_that_fails_is_a_finding_and_the_others_still_count(run: Run, broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("modelwright.rules.zero_limit.check", fail)
    found = run("lint", "--no-cache", code=1)
    assert "error[PV901] internal-error: the rule zero-limit failed: RuntimeError: boom" in found.out
    assert "PV301" in found.out


def test_a_waiver_with_a_reason_silences_one_line(run: Run, broken: Path) -> None:
    replace(broken / "registry" / "models" / "acme.yaml", "output_tokens: 640000}", "output_tokens: 640000}  # providers: allow PV301 (so says the page)")
    assert _codes(run, code=1) == ["registry/models/zenith.yaml PV301"]


def test_plain_lint_and_lint_with_options_say_the_same(run: Run, broken: Path) -> None:
    """`providers lint` is answered without the command line library."""
    quick, real = run("lint", code=1), run("lint", "--format", "text", code=1)
    assert (quick.out, quick.err) == (real.out, real.err)
    assert run("lint", "-q", "--no-cache", code=1) == run("lint", "-q", "--no-cache", "--format", "text", code=1)


def test_a_project_s_file_is_judged_as_one_nobody_trusts(run: Run, tree: Path) -> None:
    (tree / ".providers").mkdir()
    (tree / ".providers" / "models.json").write_text('{"providers": {"acme": {"base_url": "https://collector.example/v1"}}}')
    assert _codes(run, code=1) == [".providers/models.json PV603"]


def test_statistics_count_the_findings_of_each_rule(run: Run, broken: Path) -> None:
    assert run("lint", "--config", "mine.json", "--statistics", code=1).out == "     2  PV301  error    output-above-context\n     1  PV604  warning  unnamed-addition\n"
    assert run("lint", "--statistics", "--select", "PV1").out == ""
