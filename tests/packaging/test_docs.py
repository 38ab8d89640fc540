"""The documentation agrees with the code, and with itself."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import checkout
from modelwright.cli import root
from modelwright.rules import all_rules

if TYPE_CHECKING:
    import subprocess

DOCS = checkout.ROOT / "docs"
CLI = checkout.ROOT / "compiler" / "modelwright" / "cli"
EXIT_CODES = {int(code): meaning for code, meaning in re.findall(r"^\| (\d+) \| (.+) \|$", (DOCS / "exit-codes.md").read_text(), re.MULTILINE)}


def test_the_exit_codes_are_those_of_the_contract() -> None:
    assert list(EXIT_CODES) == [0, 1, 2, 3, 4, 130]


def test_every_exit_code_in_the_code_is_documented() -> None:
    text = "\n".join(path.read_text() for path in CLI.glob("*.py"))
    used = {int(code) for code in re.findall(r"(?:sys\.exit\(|exit_code = |\bcode = |return )(\d+)\b", text)}
    assert {0, 1, 2, 130} <= used | {click.UsageError.exit_code} <= EXIT_CODES.keys()
    assert not {3, 4} & used, "a command uses it now: docs/exit-codes.md says that none does"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["explain"], 0), (["models", "show", "no/such"], 1), (["explain", "PV999"], 2), (["list", "--no-such"], 2), (["no-such"], 2)],
    ids=["done", "nothing of that name", "no such value", "no such option", "no such command"],
)
def test_a_command_ends_with_the_documented_code(arguments: list[str], code: int, artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDERS_ARTIFACT", str(artifact))
    monkeypatch.setattr(sys, "argv", ["providers", *arguments])
    with pytest.raises(SystemExit) as stopped:
        sys.exit(root.run())
    assert (stopped.value.code or 0) == code


def test_an_interrupted_command_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(click.Group, "invoke", interrupted)
    monkeypatch.setattr(sys, "argv", ["providers", "list"])
    assert root.run() == 130


def test_the_generated_files_are_what_they_are_generated_from(tmp_path: Path) -> None:
    checkout.run(sys.executable, DOCS / "generate.py", "--check", cwd=tmp_path, env=checkout.environment(tmp_path))


def test_a_generated_file_that_was_edited_is_named_and_written_anew(tree: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tree, tmp_path / "copy"))
    before = (copy / "docs" / "rules.md").read_text()
    (copy / "docs" / "rules.md").write_text(f"{before}edited\n")
    env = checkout.environment(tmp_path, PYTHONPATH=str(copy / "compiler"))
    done = checkout.run(sys.executable, "docs/generate.py", "--check", cwd=copy, env=env, code=1)
    assert done.stderr == "docs/rules.md is not what it is generated from; run `make generate`\n"
    assert checkout.run(sys.executable, "docs/generate.py", cwd=copy, env=env).stdout == "docs/rules.md\n"
    assert (copy / "docs" / "rules.md").read_text() == before


def new_rule(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return checkout.run(sys.executable, "docs/new_rule.py", *arguments, cwd=copy, env=checkout.environment(copy), code=None)


@pytest.fixture
def workshop(tree: Path, tmp_path: Path) -> Path:
    """Return a copy with what writing a rule needs."""
    for folder in ("docs", "compiler/modelwright/rules", "compiler/modelwright/diagnostics", "fixtures/rules/_base"):
        shutil.copytree(tree / folder, tmp_path / folder)
    return tmp_path


def test_a_new_rule_comes_with_fixtures_and_passes_the_style_checks(workshop: Path) -> None:
    done = new_rule(workshop, "price-in-euros", "PV299")
    assert done.returncode == 0, done.stderr
    rule = workshop / "compiler" / "modelwright" / "rules" / "price_in_euros.py"
    assert 'CODE = "PV299"\nNAME = "price-in-euros"' in rule.read_text()
    for heading in ("What it checks", "Why it matters", "Bad", "Good", "Seen"):
        assert f"\n{heading}\n    " in rule.read_text()
    for case in ("bad", "good"):
        assert (workshop / "fixtures" / "rules" / "price-in-euros" / case / "models" / "acme.yaml").is_file()
    for check in (["check"], ["format", "--check"]):
        checkout.run(sys.executable, "-m", "ruff", *check, "--no-cache", "--config", checkout.ROOT / "pyproject.toml", rule, cwd=workshop, env=checkout.environment(workshop))
    assert new_rule(workshop, "price-in-euros", "PV298").returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("price-in-euros",),
        ("Price-In-Euros", "PV299"),
        ("price", "PV299"),
        ("../price-x", "PV299"),
        ("price-in-euros", "PV099"),
        ("price-in-euros", "PV29"),
        ("price-in-euros", all_rules()[0].CODE),
    ],
    ids=["nothing", "no code", "capitals", "one word", "a path", "not a rule's family", "too short", "a code that is taken"],
)
def test_a_new_rule_with_a_bad_name_or_code_is_refused_and_writes_nothing(arguments: tuple[str, ...], workshop: Path) -> None:
    before = sorted(workshop.rglob("*"))
    done = new_rule(workshop, *arguments)
    assert done.returncode in (1, 2)
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(workshop.rglob("*")) == before


def test_a_retired_code_is_never_given_again(workshop: Path) -> None:
    codes = workshop / "compiler" / "modelwright" / "diagnostics" / "codes.py"
    codes.write_text(codes.read_text() + '\n_NOTE = {"PV298": "PV201"}\n')
    assert new_rule(workshop, "price-in-euros", "PV298").returncode == 1


def test_changelog_notes_are_named_for_their_section_and_say_something() -> None:
    notes = sorted((checkout.ROOT / "changelog.d").iterdir())
    assert notes
    for note in notes:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.(added|changed|deprecated|removed|fixed|security|registry)\.md", note.name)
        assert note.read_text().strip()


def test_decisions_are_numbered_without_gaps_and_titled_by_their_number() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for number, page in enumerate(pages, start=1):
        assert re.fullmatch(r"\d{4}(-[a-z0-9]+)+\.md", page.name)
        assert page.read_text().startswith(f"# {number}. ")


def test_the_files_that_the_architecture_names_are_there() -> None:
    package = checkout.ROOT / "compiler" / "modelwright"
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py|/[a-z_.]+))`", (DOCS / "architecture.md").read_text())
    assert len(named) > 10
    places = (checkout.ROOT, checkout.ROOT / "registry", package, *(path for path in package.iterdir() if path.is_dir()))
    assert [name for name in named if name != "src/" and not any((place / name).exists() for place in places)] == []
