"""`providers lint PATH…`: what is read for a path, and which findings are about it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from modelwright.cli import group
from modelwright.resources import registry_dir

ON = "2026-11-28"


def overlay(path: Path, **price: float) -> str:
    """Write a user's file that changes the price of one model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"providers": {"anthropic": {"models": {"claude-haiku-4-5": {"price": price}}}}}))
    return str(path)


def lint(*arguments: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(group, ["lint", "--on", ON, "--format", "json", *arguments])
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    assert done.exit_code == any(finding["severity"] == "error" for finding in found)
    return found


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_files_named_together_are_judged_each_by_itself(tmp_path: Path) -> None:
    wrong = overlay(tmp_path / "a" / "models.json", cache_read_usd_per_mtok=9)
    good = overlay(tmp_path / "b" / "models.json", cache_read_usd_per_mtok=0.2)
    alone = lint(wrong)
    assert "PV202" in {finding["code"] for finding in alone}
    assert lint(good) == []
    assert lint(wrong, good) == lint(good, wrong) == alone


def test_the_same_change_in_two_files_is_no_finding(tmp_path: Path) -> None:
    twice = [overlay(tmp_path / name / "models.json", cache_read_usd_per_mtok=0.2) for name in ("a", "b")]
    assert lint(*twice) == []


def test_what_a_file_breaks_in_the_registry_is_reported_too(tmp_path: Path) -> None:
    found = lint(overlay(tmp_path / "models.json", input_usd_per_mtok=0.05))
    assert {finding["code"] for finding in found} == {"PV202"}
    assert all(finding["path"].endswith("registry/models/anthropic.yaml") for finding in found)


def test_what_was_wrong_in_the_registry_before_is_not_reported_for_a_users_file(tmp_path: Path) -> None:
    registry = wrong_registry(tmp_path / "registry")
    assert lint("--registry", str(registry), overlay(tmp_path / "models.json", cache_read_usd_per_mtok=0.2)) == []


@pytest.mark.parametrize("path", ["llm/registry", "llm/registry/models", "llm/registry/models/xai.yaml"])
def test_a_path_inside_a_registry_means_that_registry(path: str, tmp_path: Path) -> None:
    wrong_registry(tmp_path / "llm" / "registry")
    assert {(finding["path"], finding["code"]) for finding in lint(path)} == {("llm/registry/models/xai.yaml", "PV010")}


def test_a_sound_path_of_a_wrong_registry_has_no_findings(tmp_path: Path) -> None:
    wrong_registry(tmp_path / "llm" / "registry")
    assert lint("llm/registry/models/groq.yaml") == []


def test_fix_changes_no_file_that_was_not_named(tmp_path: Path) -> None:
    registry = Path(shutil.copytree(registry_dir(), tmp_path / "registry"))
    models = registry / "models" / "xai.yaml"
    before = models.read_text()
    fixable = before.replace("limits: {context_tokens:", "limits: {input_tokens: 0, context_tokens:", 1)
    models.write_text(fixable)
    lint("--fix", str(registry / "models" / "groq.yaml"))
    assert models.read_text() == fixable
    lint("--fix", str(models))
    assert models.read_text() == before


def wrong_registry(target: Path) -> Path:
    """Return a copy of the registry with a misspelt key in one file."""
    shutil.copytree(registry_dir(), target)
    models = target / "models" / "xai.yaml"
    models.write_text(models.read_text().replace("    limits:", "    limit:", 1))
    return target
