"""
Another catalogue becomes registry files, uncorrected, and lint finds what is wrong in it.

fixtures/import/models-dev/api.json is cut from models.dev's api.json of 2026-07-02: seven providers, most of them with an error
that is in there today; findings.txt lists those, a line each.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_line import Run

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "import" / "models-dev"
API = FIXTURES / "api.json"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory, and go there."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def _import(run: Run, *arguments: str | Path, file: Path = API, code: int = 0) -> str:
    return run("import", "models-dev", file, "-o", "draft", "--read-on", "2026-07-02", *arguments, code=code).err


def test_lint_of_what_was_imported_finds_the_known_errors(run: Run, work: Path) -> None:
    assert _import(run) == "draft: 14 files written\n"
    found = run("lint", "--registry", "draft", "--on", "2026-07-02", "--json", code=1).json["findings"]
    lines = [f"{finding['path']}:{finding['line']}: {finding['code']} {finding['name']}\n" for finding in found]
    assert "".join(lines) == (FIXTURES / "findings.txt").read_text()


def test_what_is_sound_is_imported_as_it_is(run: Run, work: Path) -> None:
    _import(run, "--provider", "anthropic", "--from", "models.dev@f3fc69229")
    theirs = json.loads(API.read_text())["anthropic"]["models"]["claude-sonnet-4-5"]
    run("compile", "--registry", "draft", "--target", "json", "-o", "out.json", code=1)
    (work / "draft" / "providers" / "anthropic.yaml").write_text(
        (work / "draft" / "providers" / "anthropic.yaml").read_text().replace("    auth:", "    base_url: https://api.anthropic.com\n    auth:")
    )
    run("compile", "--registry", "draft", "--target", "json", "-o", "out.json", "--quiet")
    models = {model["id"]: model for model in json.loads((work / "out.json").read_text())["models"]}
    ours = models["claude-sonnet-4-5"]
    assert ours["limits"] == {"context_tokens": theirs["limit"]["context"], "output_tokens": theirs["limit"]["output"]}
    assert ours["prices"][0]["cache_read_usd_per_mtok"] == theirs["cost"]["cache_read"]
    assert ours["input"] == theirs["modalities"]["input"]
    assert ours["sources"] == {"default": {"from": "models.dev@f3fc69229", "read_on": "2026-07-02"}}


def test_nothing_that_is_there_is_touched(run: Run, work: Path) -> None:
    _import(run, "--provider", "scaleway")
    mine = work / "draft" / "models" / "scaleway.yaml"
    mine.write_text("mine")
    said = _import(run, "--provider", "scaleway", "--provider", "venice")
    assert f"{os.path.join('draft', 'models', 'scaleway.yaml')} is there already; left as it is" in said
    assert said.endswith("draft: 2 files written\n")
    assert mine.read_text() == "mine"
    assert sorted(path.name for path in (work / "draft" / "providers").iterdir()) == ["scaleway.yaml", "venice.yaml"]


def test_an_unknown_provider_is_an_error_that_names_others(run: Run, work: Path) -> None:
    said = _import(run, "--provider", "scalway", code=1)
    assert "models-dev has no provider 'scalway'; did you mean 'scaleway'" in said
    assert not (work / "draft").exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"3", b"\xff\xfe", b'{"a": 1}', b'{"a": {"models": []}}', b'{"a": {"models": {"m": {}}}}', b"[" * 100_000], ids=lambda value: repr(value[:20])
)
def test_a_file_that_is_no_catalogue_is_an_error_without_a_traceback(content: bytes, run: Run, work: Path) -> None:
    (work / "api.json").write_bytes(content)
    said = _import(run, file=work / "api.json", code=1)
    assert said.startswith(f"Error: {work / 'api.json'}")
    assert said.count("\n") == 1
    assert not (work / "draft").exists()


def test_an_id_cannot_name_a_place_outside_the_folder(run: Run, work: Path) -> None:
    provider = json.loads(API.read_text())["scaleway"]
    (work / "api.json").write_text(json.dumps({"../../up": provider, "/abs": provider}))
    _import(run, file=work / "api.json")
    assert sorted(path.name for path in (work / "draft" / "providers").iterdir()) == ["abs.yaml", "up.yaml"]


def test_a_folder_that_cannot_be_written_is_an_error(run: Run, work: Path) -> None:
    (work / "draft").mkdir()
    (work / "draft" / "models").write_text("a file")
    assert "draft" in _import(run, code=1)


def test_a_day_that_is_none_is_wrong_usage(run: Run, work: Path) -> None:
    assert "is not a day" in run("import", "models-dev", API, "-o", "draft", "--read-on", "soon", code=2).err
