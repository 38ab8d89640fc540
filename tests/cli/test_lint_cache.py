"""An unchanged tree is not read again; whatever changed, the answer is the one a fresh look gives."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

import pytest

from command_line import replace
from modelwright import pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import Outcome, Run
    from modelwright.source.document import Document


class Look(Protocol):
    """Lint, and tell whether anything was read for it."""

    def __call__(self, *arguments: str, code: int = 1) -> tuple[Outcome, bool]: ...


@pytest.fixture
def models(tree: Path) -> Path:
    """Return a file of the tree that has an error."""
    path = tree / "registry" / "models" / "zenith.yaml"
    replace(path, "output_tokens: 8000", "output_tokens: 80000")
    return path


@pytest.fixture
def look(run: Run, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Return what lints and tells whether anything was read for it."""
    read = pipeline.read

    def call(*arguments: str, code: int = 1) -> tuple[Outcome, bool]:
        seen = []

        def note(inputs: pipeline.Inputs) -> list[Document]:
            seen.append(inputs)
            return read(inputs)

        monkeypatch.setattr(pipeline, "read", note)
        return run("lint", *arguments, code=code), bool(seen)

    return call


@pytest.mark.parametrize("arguments", [[], ["--format", "json"], ["--format", "github"], ["--format", "sarif"], ["registry/models"], ["--strict"]], ids=" ".join)
@pytest.mark.usefixtures("models")
def test_the_second_look_reads_nothing_and_says_the_same(arguments: list[str], look: Look) -> None:
    first, was_read = look(*arguments)
    assert was_read
    second, was_read = look(*arguments)
    assert not was_read
    assert second == first
    assert look(*arguments, "--no-cache") == (first, True)


@pytest.mark.usefixtures("models")
def test_a_hit_runs_no_rule(run: Run, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = look()

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the pipeline ran")

    monkeypatch.setattr(pipeline, "compile", fail)
    assert run("lint", code=1) == first
    assert run("lint", "registry/models/zenith.yaml", "--format", "json", code=1).json["summary"]["errors"] == 1


def test_findings_of_the_user_s_file_and_fixable_ones_come_back_the_same(look: Look, models: Path, user_file: Path) -> None:
    replace(models, "context_tokens: 32000, output_tokens: 80000", "context_tokens: 32000, output_tokens: 0")
    user_file.write_text('{"providers": {"zenith": {"name": "Zenith", "models": {"unnamed": {}}}}}')
    first, _ = look("--format", "json")
    assert {finding["fixable"] for finding in first.json["findings"]} == {True, False}
    assert look("--format", "json") == (first, False)


def test_changed_content_is_seen(look: Look, models: Path) -> None:
    look()
    replace(models, "output_tokens: 80000", "output_tokens: 8000")
    assert look(code=0) == (look(code=0)[0], True)


def test_changed_content_of_the_same_size_and_time_is_seen(look: Look, models: Path) -> None:
    look()
    state = models.stat()
    replace(models, "output_tokens: 80000", "output_tokens: 18000")
    os.utime(models, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (models.stat().st_size, models.stat().st_mtime_ns) == (state.st_size, state.st_mtime_ns)
    found, was_read = look(code=0)
    assert was_read
    assert found.out == ""


def test_a_touched_file_with_the_same_content_is_no_change(look: Look, models: Path) -> None:
    first, _ = look()
    os.utime(models, (1, 1))
    assert look() == (first, False)
    content = models.read_bytes()
    models.unlink()
    models.write_bytes(content)
    assert look() == (first, False)


def test_a_new_a_renamed_and_a_removed_file_are_seen(look: Look, models: Path, user_file: Path) -> None:
    look()
    user_file.write_text('{"providers": {"zenith": {"models": {"unnamed": {}}}}}')
    added, was_read = look()
    assert was_read
    assert "PV604" in added.out
    user_file.unlink()
    removed, was_read = look()
    assert "PV604" not in removed.out
    other = models.with_name("zenit.yaml")
    models.rename(other)
    renamed, was_read = look()
    assert was_read
    assert "zenit.yaml" in renamed.out
    other.unlink()
    assert look(code=0)[1]


def test_a_file_that_changes_while_it_is_read_is_looked_at_again(run: Run, look: Look, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_ = pipeline.compile

    def change(*args: object, **kwargs: object) -> object:
        result = compile_(*args, **kwargs)  # type: ignore[arg-type]
        replace(models, "output_tokens: 80000", "output_tokens: 8000")
        return result

    monkeypatch.setattr(pipeline, "compile", change)
    run("lint", code=1)
    monkeypatch.setattr(pipeline, "compile", compile_)
    assert look(code=0)[0].out == ""


@pytest.mark.parametrize("other", [["--select", "PV3"], ["--ignore", "PV5"], ["--on", "2026-11-21"]], ids=" ".join)
def test_another_question_is_another_answer(other: list[str], look: Look, models: Path) -> None:
    look()
    assert look(*other)[1]
    assert not look(*other)[1]
    assert not look()[1]


def test_other_rules_and_schemas_are_another_tool(look: Look, models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from modelwright import resources
    from modelwright.cli import lint_cache

    look()
    monkeypatch.setattr(lint_cache, "VERSION", "0.0.0")
    assert look()[1]
    monkeypatch.undo()
    (tmp_path / "schemas").mkdir()
    monkeypatch.setattr(resources, "schema_dir", lambda: str(tmp_path / "schemas"))
    before = lint_cache.key(pipeline.Inputs("registry", "2026-11-20"), (), ())
    (tmp_path / "schemas" / "models.schema.json").write_text("{}")
    assert lint_cache.key(pipeline.Inputs("registry", "2026-11-20"), (), ()) != before
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "package" / "resources.py"))
    (tmp_path / "package" / "rules").mkdir(parents=True)
    before = lint_cache.key(pipeline.Inputs("registry", "2026-11-20"), (), ())
    (tmp_path / "package" / "rules" / "new_rule.py").write_text("")
    assert lint_cache.key(pipeline.Inputs("registry", "2026-11-20"), (), ()) != before


def test_trust_makes_another_answer(run: Run, look: Look, tree: Path) -> None:
    (tree / ".providers").mkdir()
    (tree / ".providers" / "models.json").write_text('{"providers": {"acme": {"base_url": "https://proxy.example/v1"}}}')
    assert "PV603" in look()[0].out
    run("trust")
    assert look(code=0)[0].out == ""


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"key": 1}', b"\xff\xfe", b'{"key": "k", "files": 3, "findings": []}'], ids=repr)
def test_a_damaged_cache_is_no_answer(content: bytes, look: Look, models: Path, home: Path) -> None:
    first, _ = look()
    (cached,) = (home / "cache").glob("lint-*.json")
    cached.write_bytes(content)
    assert look() == (first, True)
    assert look() == (first, False)


@pytest.mark.parametrize("how", ["file in its place", "folder in its place"])
def test_a_cache_that_cannot_be_written_is_no_error(how: str, look: Look, models: Path, home: Path) -> None:
    fresh, _ = look("--no-cache")
    home.mkdir(exist_ok=True)
    if how == "file in its place":
        (home / "cache").write_text("mine")
    else:
        look()
        (cached,) = (home / "cache").glob("lint-*.json")
        cached.unlink()
        cached.mkdir()
    assert look() == (fresh, True)
    assert look() == (fresh, True)
