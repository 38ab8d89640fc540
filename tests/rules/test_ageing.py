"""Days pass: a registry nobody touched lints, compiles and installs tomorrow, and what somebody wrote wrong stays wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from modelwright import pipeline
from modelwright.diagnostics.diagnostic import ERROR, WARNING
from modelwright.resources import registry_dir
from modelwright.rules import all_rules

LATER = "2031-01-01"


def last_read() -> str:
    """Return the newest day on which something in the registry was read."""
    days: list[str] = [day for file in Path(registry_dir()).rglob("*.yaml") for day in re.findall(r"read_on: (\d{4}-\d\d-\d\d)", file.read_text())]
    return max(days)


def edited(folder: Path, old: str, new: str) -> str:
    """Return a copy of the registry in which one line of the first provider is another."""
    registry = Path(shutil.copytree(registry_dir(), folder / "registry"))
    models = registry / "models" / "anthropic.yaml"
    assert old in models.read_text()
    models.write_text(models.read_text().replace(old, new, 1))
    return str(registry)


def test_on_the_day_it_was_last_read_the_registry_has_no_finding_at_all() -> None:
    assert [f"{finding.span} {finding.message}" for finding in pipeline.compile(pipeline.Inputs(registry_dir(), last_read())).findings] == []


def test_years_later_the_untouched_registry_still_compiles_and_says_what_aged() -> None:
    result = pipeline.compile(pipeline.Inputs(registry_dir(), LATER))
    assert result.is_sound
    assert {"PV503", "PV504"} <= {finding.code for finding in result.findings}
    assert {finding.severity for finding in result.findings} == {WARNING}


def test_what_was_wrong_when_it_was_written_is_an_error_on_every_later_day(tmp_path: Path) -> None:
    registry = edited(tmp_path, "retires_on: 2026-11-30", "retires_on: 2026-01-31")
    for day in (last_read(), LATER):
        errors = [finding for finding in pipeline.compile(pipeline.Inputs(registry, day)).findings if finding.severity == ERROR]
        assert [(finding.code, "claude-sonnet-4-5" in finding.message) for finding in errors] == [("PV503", True)]


def test_an_error_without_a_day_is_an_error_on_every_later_day(tmp_path: Path) -> None:
    registry = edited(tmp_path, "output_tokens: 128000}", "output_tokens: 12800000}")
    errors = [finding.code for finding in pipeline.compile(pipeline.Inputs(registry, LATER)).findings if finding.severity == ERROR]
    assert errors == ["PV301"]


def test_a_reading_of_a_day_to_come_is_an_error(tmp_path: Path) -> None:
    registry = edited(tmp_path, "read_on: 2026-07-02", "read_on: 2027-07-02")
    errors = {finding.code for finding in pipeline.compile(pipeline.Inputs(registry, last_read())).findings if finding.severity == ERROR}
    assert errors == {"PV505"}


def test_a_rule_that_fails_is_an_error_even_when_others_only_aged(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(next(rule for rule in all_rules() if rule.CODE == "PV301"), "check", fail)
    errors = [finding.code for finding in pipeline.compile(pipeline.Inputs(registry_dir(), LATER)).findings if finding.severity == ERROR]
    assert errors == ["PV901"]


@pytest.mark.parametrize("tokens", [1_000_000, 100_000], ids=["raised", "lowered"])
@pytest.mark.parametrize("model", ["anthropic/claude-sonnet-4-5", "google/gemini-2.5-pro"], ids=["tier with a waiver", "tier"])
def test_a_user_may_move_a_limit_across_a_tier_of_the_registry(model: str, tokens: int, tmp_path: Path) -> None:
    provider, _, name = model.partition("/")
    overlay = tmp_path / "models.json"
    overlay.write_text(f'{{"providers": {{"{provider}": {{"models": {{"{name}": {{"limits": {{"context_tokens": {tokens}}}}}}}}}}}}}')
    inputs = pipeline.Inputs(registry_dir(), last_read(), (pipeline.UserFile(str(overlay), "config/models.json", "command-line"),))
    assert [f"{finding.span} {finding.message}" for finding in pipeline.compile(inputs).findings] == []


def test_a_waiver_that_silences_nothing_is_found_where_nothing_lies_over_the_registry(tmp_path: Path) -> None:
    registry = edited(tmp_path, "output_tokens: 128000}", "output_tokens: 128000}  # providers: allow PV301 (no reason at all)")
    assert [finding.code for finding in pipeline.compile(pipeline.Inputs(registry, last_read())).findings] == ["PV903"]
