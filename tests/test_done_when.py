"""Issue 2: five mistakes planted by hand are found with line, column and cure; an overlay changes one field and no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from click.testing import CliRunner

from modelwright.cli import group
from modelwright.resources import registry_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

ON = "2026-11-28"
MODEL = "anthropic/claude-opus-4-5"


class Mistake(NamedTuple):
    """Text of the model's entry, what somebody wrote instead, where in that the finding begins, and its code and name."""

    right: str
    wrong: str
    at: str
    code: str
    name: str


MISTAKES = {
    "a price a thousand times too high": Mistake("input_usd_per_mtok: 5\n", "input_usd_per_mtok: 5000\n", "5000", "PV204", "price-out-of-range"),
    "a price per thousand tokens": Mistake("output_usd_per_mtok: 25\n", "output_usd_per_mtok: 0.025\n", "0.025", "PV205", "price-far-from-siblings"),
    "swapped cache prices": Mistake(
        "cache_read_usd_per_mtok: 0.5\n        cache_write_5m_usd_per_mtok: 6.25",
        "cache_read_usd_per_mtok: 6.25\n        cache_write_5m_usd_per_mtok: 0.5",
        "6.25",
        "PV202",
        "cache-read-above-input",
    ),
    "an output limit above the context": Mistake("output_tokens: 64000", "output_tokens: 640000", "640000", "PV301", "output-above-context"),
    "a replacement that is not there": Mistake(
        "    input: [text", "    replaced_by: anthropic/claude-opus-4-9\n    input: [text", "anthropic/claude-opus-4-9", "PV106", "dangling-replacement"
    ),
    "a misspelt key": Mistake("    limits: {", "    limit: {", "limit:", "PV010", "unknown-key"),
}


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    import gc

    yield
    gc.enable()  # commands that end soon switch it off


def providers(*arguments: str | Path, code: int = 0) -> str:
    done = CliRunner().invoke(group, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_planted_by_hand_is_found_with_line_column_and_cure(mistake: Mistake, tmp_path: Path) -> None:
    registry = Path(shutil.copytree(registry_dir(), tmp_path / "registry"))
    models = registry / "models" / "anthropic.yaml"
    head, mark, entry = models.read_text().partition("  - id: claude-opus-4-5\n")
    assert mistake.right in entry
    planted = head + mark + entry.replace(mistake.right, mistake.wrong, 1)
    models.write_text(planted)
    before = planted[: planted.index(mistake.at, len(head) + len(mark) + entry.index(mistake.right))]
    report = json.loads(providers("lint", "--registry", registry, "--on", ON, "--format", "json", code=1))
    found = [finding for finding in report["findings"] if finding["severity"] == "error"]
    assert (mistake.code, mistake.name) in {(finding["code"], finding["name"]) for finding in found}
    finding = next(finding for finding in found if finding["code"] == mistake.code)
    assert Path(finding["path"]).samefile(models)
    assert (finding["line"], finding["column"]) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert finding["help"]


def test_a_users_name_for_a_model_that_is_not_there_is_found_with_the_nearest(tmp_path: Path) -> None:
    overlay = tmp_path / "models.json"
    overlay.write_text('{"aliases": {\n  "fast": "anthropic/claude-haiku-45"}}\n')
    finding = json.loads(providers("lint", overlay, "--on", ON, "--format", "json", code=1))["findings"][0]
    assert (finding["code"], finding["line"], finding["column"]) == ("PV602", 2, 11)
    assert "anthropic/claude-haiku-4-5" in finding["help"]


def test_an_overlay_of_one_field_changes_that_field_of_that_model_and_nothing_else(tmp_path: Path) -> None:
    without, changed = (json.loads(providers("compile", "--target", "json", "-o", "-", *configs)) for configs in ((), ("--config", one_field(tmp_path))))
    assert without.pop("digest") != changed.pop("digest")
    by_ref = [{f"{model['provider']}/{model['id']}": model for model in document.pop("models")} for document in (without, changed)]
    assert without == changed
    assert list(by_ref[0]) == list(by_ref[1])
    assert [ref for ref in by_ref[0] if by_ref[0][ref] != by_ref[1][ref]] == [MODEL]
    before, after = by_ref[0][MODEL], by_ref[1][MODEL]
    assert after.pop("origins", None) == {"limits.context_tokens": "command-line"}
    assert before["limits"]["context_tokens"] != 123456
    assert after == {**before, "limits": {**before["limits"], "context_tokens": 123456}}


def test_why_shows_both_layers_of_an_overlaid_field_with_their_places(tmp_path: Path) -> None:
    overlay = one_field(tmp_path)
    answer: dict[str, Any] = json.loads(providers("why", MODEL, "limits.context_tokens", "--config", overlay, "--format", "json"))
    assert answer["value"] == 123456
    by_layer = {origin["layer"]: origin for origin in answer["origins"]}
    assert list(by_layer) == ["registry", "command-line"]
    user, curated = by_layer["command-line"], by_layer["registry"]
    assert (user["wins"], user["value"], user["line"], user["column"]) == (True, 123456, 2, 52)
    assert (curated["wins"], curated["value"]) == (False, 200000)
    line = Path(curated["path"]).read_text().splitlines()[curated["line"] - 1]
    assert line[curated["column"] - 1 :].startswith("200000")
    shown = providers("why", MODEL, "limits.context_tokens", "--config", overlay)
    assert f"{overlay}:2:52" in shown
    assert f"registry/models/anthropic.yaml:{curated['line']}:{curated['column']}" in shown


def one_field(folder: Path) -> Path:
    """Return a user's file that changes one limit of one model."""
    overlay = folder / "models.json"
    overlay.write_text('{"providers": {"anthropic": {"models": {\n  "claude-opus-4-5": {"limits": {"context_tokens": 123456}}\n}}}}\n')
    return overlay
